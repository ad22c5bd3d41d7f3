"""What is kept of somebody who commented: found by name and channel, without others in it, and who took it out is seen."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from core import privacy, trail
from core.moves import perform
from moderation import extract
from moderation.answering import pass_on, save_reply
from moderation.capture import add_screenshot
from moderation.models import Comment, CommentRevision, Ground
from moderation.transitions import open_case, register_comment, revise_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment_by(city, at):
    """This will register a comment under a name, on the team's channel or the other one."""

    def make(
        name: str, text: str = "Where are the swans?", *, elsewhere: bool = False, **values: Any
    ) -> Comment:
        actor, channel = (city.olle, city.other_channel) if elsewhere else (city.anna, city.channel)
        values = {"kind": "question", "at": at} | values
        return register_comment(actor=actor, channel=channel, author_name=name, text=text, **values)

    return make


@pytest.fixture
def ask(city, client_of):
    """What a records officer is answered; `places` are the names chosen."""
    client = client_of(city.rut)

    def find(name: str, how: str = "exactly") -> Any:
        return client.post(reverse("extract_names"), {"name": name, "how": how})

    def take(*places: str, **more: str) -> Any:
        return client.post(reverse("extract_comments"), {"place": places, **more})

    find.take = take  # type: ignore[attr-defined]
    return find


def places(text: str, *, exactly: bool = True) -> list[tuple[str, str, int]]:
    return [(one.name, one.channel.name, one.count) for one in extract.places_of(text, exactly=exactly)[0]]


def chosen(comment: Comment) -> str:
    return f"{comment.channel_id} {comment.revisions.earliest('pk').author_name}"


def test_a_name_is_found_channel_by_channel_and_a_part_of_it_finds_more(comment_by):
    comment_by("Kim Ek")
    comment_by("Kim Ek")
    comment_by("Kim Ek", elsewhere=True)
    comment_by("kim ekberg")
    comment_by("Åsa Öst")
    comment_by("Lo")
    assert places("Kim Ek") == [("Kim Ek", "Parks on Facebook", 2), ("Kim Ek", "Library on X", 1)]
    assert places("Kim") == []
    for part in ("kim", "IM EK"):
        found = places(part, exactly=False)
        assert sorted(found) == [
            ("Kim Ek", "Library on X", 1),
            ("Kim Ek", "Parks on Facebook", 2),
            ("kim ekberg", "Parks on Facebook", 1),
        ]
    for part in ("åsa", "ÅSA", "öst", "Åsa Ö"):
        assert places(part, exactly=False) == [("Åsa Öst", "Parks on Facebook", 1)]


def test_a_letter_of_two_signs_is_the_same_letter(comment_by):
    comment_by(unicodedata.normalize("NFD", "Åsa"))
    assert len(places("Åsa")) == 1
    assert len(places("åsa", exactly=False)) == 1


def test_an_earlier_name_finds_the_comment_with_all_its_readings(city, at, comment_by):
    made = comment_by("Kim Ek", "Fools.")
    revise_comment(made, actor=city.anna, at=at, author_name="K", text="Friends.")
    named = extract.named_in([chosen(made)])
    [[row], more] = extract.rows_of(extract.comments_under(named))
    assert more is None
    assert [(text["name"], text["text"]) for text in row["texts"]] == [
        ("Kim Ek", "Fools."),
        ("K", "Friends."),
    ]


def test_names_that_are_too_many_are_cut_and_it_is_said(comment_by, ask, monkeypatch):
    monkeypatch.setattr(extract, "MOST_NAMES", 2)
    for name in ("Kim A", "Kim B", "Kim C"):
        comment_by(name)
    page = ask("kim", "within").content.decode()
    assert ("Kim B" in page, "Kim C" in page, "There are more names than these." in page) == (
        True,
        False,
        True,
    )
    monkeypatch.setattr(extract, "MOST_NAMES", 3)
    page = ask("kim", "within").content.decode()
    assert ("Kim C" in page, "There are more names than these." in page) == (True, False)


@pytest.fixture
def much(city, at, comment_by, png) -> Comment:
    """A threat by Kim, answered, passed on, with a sealed case, that was opened; and what others wrote."""
    made = comment_by("Kim Ek", "I know where you work.", kind="criticism")
    save_reply(made, actor=city.anna, at=at, text="We are sorry, Kim.")
    pass_on(made, actor=city.anna, at=at, reference="2026-17")
    ground = Ground.objects.get(code="unlawful_threat")
    case = open_case(made, ground=ground, actor=city.anna, at=at, facts="A threat against Lo.")
    shot = {"data": png(), "name": "shot.png", "context": "It answered Lo Lind."}
    add_screenshot(case, actor=city.anna, at=at, **shot)
    perform(case, "seal", actor=city.anna, at=at)
    trail.record("evidence.open", about=case.evidence.get(), actor=city.rut, at=at)
    comment_by("Lo", "Kim Ek is a liar.")
    comment_by("Ekan", "Kim is here, and Ek too.")
    return made


def test_the_extract_holds_what_hangs_on_the_comments_and_nobody_else(city, much, ask):
    page = ask.take(chosen(much)).content.decode()
    case = much.cases.get()
    evidence = case.evidence.get()
    for told in (
        "I know where you work.",
        "We are sorry, Kim.",
        "2026-17",
        "Evidence sealed",
        "A threat against Lo.",
        "Olaga hot",
        evidence.manifest_sha,
        evidence.items.get().sha,
        "Original opened",
        "Rut",
    ):
        assert told in page, told
    for others in ("Anna", "It answered Lo Lind.", "Kim Ek is a liar.", "and Ek too"):
        assert others not in page, others
    assert "Cover their names; the system cannot." in page


def test_the_file_says_the_same_as_the_page(city, much, ask, at):
    answer = ask.take(chosen(much), format="json")
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="comments.json"'
    text = answer.getvalue().decode()
    found = json.loads(text)
    assert found["names"] == [{"channel": "Parks on Facebook (Facebook)", "name": "Kim Ek"}]
    [row] = found["comments"]
    assert [answer["text"] for answer in row["answers"]] == ["We are sorry, Kim."]
    assert row["complaint"]["reference"] == "2026-17"
    [case] = row["cases"]
    assert (case["state"], len(case["evidence"][0]["screenshots"])) == ("evidence sealed", 1)
    assert [look["who"] for look in case["opened"]] == ["Rut"]
    assert found["named_in"] == [f"comment {Comment.objects.get(revisions__author_name='Lo').pk}"]
    assert "Anna" not in text
    assert "Lo Lind" not in text


def test_a_namesake_on_another_channel_is_left_out_unless_chosen(comment_by, ask):
    here, there = comment_by("Kim Ek", "Here."), comment_by("Kim Ek", "There.", elsewhere=True)
    page = ask.take(chosen(here)).content.decode()
    assert ("Here." in page, "There." in page) == (True, False)
    page = ask.take(chosen(here), chosen(there)).content.decode()
    assert ("Here." in page, "There." in page) == (True, True)


def test_who_takes_it_out_has_looked_and_the_trail_does_not_hold_the_name(city, comment_by, ask, client_of):
    made = comment_by("Kim Ek")
    ask("Kim Ek")
    ask("kim", "within")
    assert not privacy.looks().exists()  # finding a name is no look
    ask.take(chosen(made))
    [event] = privacy.looks()
    assert (event.kind, event.actor, event.about_type) == (
        "comments.extract",
        city.rut,
        "channels_registry.channel",
    )
    assert event.about_id == city.channel.pk
    line = trail.event_line(event).decode()
    assert "Kim" not in line
    plain = hashlib.sha256(b"Kim Ek").hexdigest()
    assert plain not in line  # anybody could make the hashes of all names in a directory
    log = client_of(city.rut).get(reverse("looks_page")).content.decode()
    assert "Extract about somebody who commented taken out" in log
    assert "Parks on Facebook" in log


def test_who_took_it_out_before_is_told_also_after_the_sites_key_was_changed(
    comment_by, ask, settings, city, at
):
    made, other = comment_by("Kim Ek"), comment_by("Lo")
    assert "Nobody." in ask.take(chosen(made)).content.decode()
    named = extract.named_in([chosen(made)])
    assert [look["who"] for look in extract.looks_at(named)] == ["Rut"]
    assert extract.looks_at(extract.named_in([chosen(other)])) == []
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = settings.SECRET_KEY[::-1]
    extract.note_look(named, actor=city.admin, at=at)
    assert [look["who"] for look in extract.looks_at(named)] == ["Admin", "Rut"]
    settings.SECRET_KEY_FALLBACKS = []
    assert [look["who"] for look in extract.looks_at(named)] == ["Admin"]


@pytest.mark.parametrize("who", ["anna", "erik", "karin", "olle"])
def test_only_who_keeps_the_records_finds_names(city, comment_by, client_of, who):
    made, client = comment_by("Kim Ek"), client_of(getattr(city, who))
    asked = {
        "extract_names": {"name": "Kim Ek", "how": "exactly"},
        "extract_comments": {"place": chosen(made)},
    }
    for name, sent in asked.items():
        for form in ({}, {"format": "json"}):
            answer = client.post(reverse(name), sent | form)
            assert (answer.status_code, "Kim Ek" in answer.content.decode()) == (404, False)
    assert not privacy.looks().exists()


@pytest.mark.parametrize(
    "place",
    ["", "x", "Kim Ek", "1", "987654 Kim Ek", "99999999999999999999 Kim Ek", "-1 Kim Ek", "1 Kim\0Ek"],
)
def test_what_no_form_of_ours_sends_takes_out_nothing(comment_by, ask, place):
    comment_by("Kim Ek")
    answer = ask.take(place)
    assert answer.status_code == 422
    assert "Choose at least one name first." in answer.content.decode()
    assert not privacy.looks().exists()


@pytest.mark.parametrize(
    ("name", "how"), [("", "exactly"), ("ki", "within"), ("Kim\0", "exactly"), ("Kim", "all")]
)
def test_what_cannot_be_sought_is_said(comment_by, ask, name, how):
    comment_by("Kim Ek")
    answer = ask(name, how)
    assert answer.status_code == 422
    assert "Something needs to be corrected" in answer.content.decode()


def test_many_are_shown_and_read_by_and_by(comment_by, ask, monkeypatch):
    monkeypatch.setattr(extract, "AT_ONCE", 2)
    made = [comment_by("Kim Ek", f"Text {number}.") for number in range(5)]
    first = ask.take(chosen(made[0])).content.decode()
    assert "5 comments, of which these are the newest" in first
    assert ["Text 4." in first, "Text 3." in first, "Text 2." in first] == [True, True, False]
    assert f'name="before" value="{made[3].pk}"' in first
    last = ask.take(chosen(made[0]), before=str(made[1].pk)).content.decode()
    assert ["Text 1." in last, "Text 0." in last, 'name="before"' in last] == [False, True, False]
    text = ask.take(chosen(made[0]), format="json").getvalue().decode()
    assert [row["number"] for row in json.loads(text)["comments"]] == [one.pk for one in made[::-1]]


@pytest.mark.parametrize("count", [1, 3])
def test_it_takes_the_same_queries_however_many_there_are(
    city, at, much, comment_by, png, ask, django_assert_num_queries, count
):
    for number in range(count - 1):
        comment_by("Kim Ek", f"Text {number}.")
    with django_assert_num_queries(3):
        extract.places_of("kim", exactly=False)
    place = chosen(much)
    named = extract.named_in([place])
    with django_assert_num_queries(14):
        extract.rows_of(extract.comments_under(named))
    # The login (2), the channel, looks before and this one, comments (14), their number, mentions, around the page (4).
    with django_assert_num_queries(25):
        ask.take(place)
    with django_assert_num_queries(20):
        ask.take(place, format="json").getvalue()
    with django_assert_num_queries(8):
        ask("Kim Ek")


@pytest.mark.parametrize("exactly", [True, False])
def test_an_index_alone_answers_who_is_called_so(comment_by, exactly, django_assert_num_queries):
    """At a million comments this is what makes the difference: the texts are not read."""
    comment_by("Kim Ek")
    wanted = CommentRevision.objects.order_by("author_name").values_list("author_name", "comment")
    rows = wanted.filter(author_name="Kim Ek") if exactly else wanted.filter(author_name__icontains="kim")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = rows.explain()
    assert "moderation_revision_author" in plan
    assert ("Index Only Scan" in plan) if connection.vendor == "postgresql" else ("COVERING INDEX" in plan)


def test_where_others_name_somebody_is_told_without_their_words(city, at, much, comment_by, ask):
    page = ask.take(chosen(much)).content.decode()
    liar, ekan = (Comment.objects.get(revisions__author_name=name) for name in ("Lo", "Ekan"))
    assert reverse("moderation:comment_page", args=[liar.pk]) in page
    assert reverse("moderation:comment_page", args=[ekan.pk]) not in page  # the words stand apart
    assert reverse("moderation:comment_page", args=[much.pk]) not in page  # their own
    other = open_case(
        ekan,
        ground=Ground.objects.get(code="unlawful_threat"),
        actor=city.anna,
        at=at,
        facts="Against kim EK.",
    )
    page = ask.take(chosen(much)).content.decode()
    assert reverse("moderation:case_page", args=[other.pk]) in page
    assert extract.mentions_of(extract.named_in([f"{city.channel.pk} ★★"])) == ([], False)


def test_mentions_that_are_too_many_are_cut_and_it_is_said(city, comment_by, ask, monkeypatch):
    monkeypatch.setattr(extract, "MOST_MENTIONS", 1)
    made = comment_by("Kim Ek")
    for number in range(2):
        comment_by("Lo", f"Kim Ek {number}")
    page = ask.take(chosen(made)).content.decode()
    assert "There are more than 1." in page
