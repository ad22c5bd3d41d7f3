"""What was sealed once can be recomputed for as long as it is kept: neither form of a seal may change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core import trail
from core.models import Event, EventNote, Seal

AT = datetime(2026, 11, 24, 11, 0, 0, 123456, tzinfo=UTC)
LINE = (
    '[7,"2026-11-24T11:00:00.123456+00:00","post.approve","editorial.post",3,"Svanarna är åter",'
    '2,"Erik","Fin",{"antal":1,"sha":"ab"}]'
)


def event() -> Event:
    return Event(
        pk=7,
        at=AT,
        kind="post.approve",
        about_type="editorial.post",
        about_id=3,
        about_label="Svanarna är åter",
        actor_id=2,
        actor_name="Erik",
        note="Fin",
        data={"sha": "ab", "antal": 1},
    )


def test_an_event_is_written_for_the_hash_as_it_always_was():
    assert trail.event_line(event()).decode() == LINE
    assert trail.line_hash(event()) == "81c55fd433a6204a5c6157cd614e9f625fa2aad0eb051c61d8e46b5e9821ddeb"


def test_a_seal_is_hashed_as_it_always_was():
    assert trail.digest_of([trail.event_line(event())]) == (
        "2f474fd2e4573b40c0e6b7f4bee6abd75803efb8cb5a7094101700129f493abe",
        1,
    )
    assert trail.first_digest_of([trail.event_line(event())]) == (
        "c0b66aa8f1968c2bd82e135249baa24958ef664bb47bf577d2c28d7ec913d911",
        1,
    )
    assert (
        trail.hash_of(trail.GENESIS, "ab", 1, AT)
        == "0ce39accd4e8c6ea13a42fbff743c8197b0c5d84d188ffe7664589cf88699462"
    )


@pytest.mark.rule("R36")
@pytest.mark.django_db
def test_a_seal_of_the_first_form_is_still_recomputed_and_a_changed_one_is_not(city):
    for number in range(3):
        trail.record("test.kept", about=city.team, actor=city.anna, at=AT, data={"number": number})
    digest, count = trail.first_digest_of(trail.lines_of(Event.objects.all()))
    sealed = trail.hash_of(trail.GENESIS, digest, count, AT)
    seal = Seal.objects.create(
        prev=trail.GENESIS, digest=digest, event_count=count, sealed_at=AT, hash=sealed
    )
    Event.objects.update(seal=seal)
    trail.record("test.kept", about=city.team, actor=city.anna, at=AT)
    assert trail.seal_events(AT) == 1
    assert trail.verify_chain() == []
    other = trail.hash_of(seal.hash, "0" * 64, 3, AT)
    wrong = Seal(pk=seal.pk, prev=seal.prev, digest="0" * 64, event_count=3, sealed_at=AT, hash=other)
    assert any("not those it sealed" in str(fault) for fault in trail.faults_of(wrong, trail.GENESIS))


@pytest.mark.django_db
def test_what_is_typed_is_kept_beside_each_of_many_events_and_shown_with_it(city):
    said = ["She called.", "", "She wrote."]
    events = [
        trail.event_of("test.said", about=city.team, actor=city.anna, at=AT, typed=words, data={"n": 1})
        for words in said
    ]
    trail.record_many(events)
    kept = list(Event.objects.order_by("pk"))
    assert [(event.typed, event.note) for event in kept] == [(words, "") for words in said]
    assert [sorted(event.data) for event in kept] == [["n", "typed"], ["n"], ["n", "typed"]]
    assert [note.event for note in EventNote.objects.order_by("pk")] == [kept[0], kept[2]]
    assert Event(note="", data={"typed": "x"}).typed == ""
