"""What nobody can do to comments that are erased, or to what is not old enough, by raw SQL or through the functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import trail, triggers
from core.models import Event, EventNote
from core.moves import ChangedMeanwhile, MoveRefused, perform
from moderation import claims
from moderation.answering import correct_reference, pass_on, save_reply
from moderation.models import Comment, Complaint, Ground, Question
from moderation.transitions import change_kind, open_case, revise_comment
from tests.moderation.settled import ANSWER, NOTE, URL, Happening, counted, everything
from tests.moderation.tampering import guards_off, verified

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_years")]


OPEN = {
    "blanked": "UPDATE moderation_commentrevision SET text = '', author_name = ''",
    "rewritten": "UPDATE moderation_commentrevision SET text = 'Nothing.'",
    "marked while it waits": "UPDATE moderation_comment SET erased_at = registered_at, url = ''",
    "marked in every way": "UPDATE moderation_comment SET erased_at = registered_at, url = '', state = 'new'",
    "answer blanked": "UPDATE moderation_replytext SET text = ''",
    "note blanked": "UPDATE core_eventnote SET text = '', salt = ''",
    "note deleted": "DELETE FROM core_eventnote",
}


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(error.value)


@pytest.fixture
def open_one(city, at, new_comment) -> Comment:
    """A comment that nobody has handled, with an answer on its way and a note."""
    comment = new_comment(kind="praise", url=URL)
    claims.add_note(comment, actor=city.anna, at=at, text=NOTE)
    save_reply(comment, actor=city.anna, at=at, text=ANSWER)
    return comment


@pytest.mark.parametrize("attack", OPEN)
def test_raw_sql_cannot_touch_what_is_open(open_one, attack):
    before = everything()
    refused(OPEN[attack])
    assert everything() == before


@pytest.mark.parametrize("attack", ["blanked", "rewritten", "marked while it waits", "note blanked"])
def test_raw_sql_cannot_touch_what_has_a_case(with_case, attack):
    before = everything()
    refused(OPEN[attack])
    assert everything() == before


# What waits for something, one thing each, so that each condition of the guard is asked.
WAITS: dict[str, Happening] = {
    "not handled": lambda city, one, at: perform(one, "take_up", actor=city.anna, at=at),
    "has a case": lambda city, one, at: perform(
        open_case(one, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at),
        "keep",
        actor=city.anna,
        at=at,
        note="Kept.",
    ),
    "has an open question": lambda city, one, at: Question.objects.create(
        comment=one, asked_at=at, due_at=at
    ),
    "has an open complaint": lambda city, one, at: pass_on(one, actor=city.anna, at=at, reference="SYN 1"),
    "has an answer on its way": lambda city, one, at: save_reply(one, actor=city.anna, at=at, text="Hello."),
    "is claimed": lambda city, one, at: claims.claim(one, actor=city.anna, at=at),
}


@pytest.mark.parametrize("why", WAITS)
def test_raw_sql_cannot_mark_what_waits(city, at, new_comment, why):
    comment = new_comment(kind="criticism")
    perform(comment, "handle", actor=city.anna, at=at, note="Seen.")
    WAITS[why](city, comment, at)
    assert "never had a case" in refused("UPDATE moderation_comment SET erased_at = registered_at")


@pytest.mark.parametrize(
    "besides",
    [
        "kind = 'praise'",
        "registered_at = '2020-01-01T00:00:00Z'",
        "registered_by_id = (SELECT MAX(id) FROM core_user)",
        "channel_id = (SELECT MAX(id) FROM channels_registry_channel)",
        "publication_id = 1",
        "current_id = NULL",
    ],
)
def test_raw_sql_cannot_change_what_stays_while_it_marks(criticism, besides):
    mark = "UPDATE moderation_comment SET erased_at = registered_at, url = ''"
    said = refused(f"{mark}, {besides}")
    assert "never had a case" in said or "reads now as its latest" in said
    with connection.cursor() as cursor:
        cursor.execute(mark)


def test_raw_sql_cannot_handle_and_mark_in_one(new_comment):
    new_comment(kind="praise")
    mark = "UPDATE moderation_comment SET erased_at = registered_at, state = 'handled'"
    assert "never had a case" in refused(mark)


def test_raw_sql_cannot_mark_what_keeps_its_address_or_is_born(question, criticism):
    assert "never had a case" in refused("UPDATE moderation_comment SET erased_at = registered_at")
    born = (
        "INSERT INTO moderation_comment (version, url, kind, state, registered_at, erased_at, channel_id, "
        f"registered_by_id) SELECT 1, '', kind, state, registered_at, registered_at, channel_id, registered_by_id "
        f"FROM moderation_comment WHERE id = {question.pk}"
    )
    assert "when its time is over" in refused(born)


# What raw SQL could do to an erased comment {one}, with an answer {reply}, beside another comment {other}.
OF_ONE = "FROM moderation_comment WHERE id = {one}"
ATTACKS = {
    "unmarked": "UPDATE moderation_comment SET erased_at = NULL WHERE id = {one}",
    "taken up": "UPDATE moderation_comment SET state = 'new' WHERE id = {one}",
    "other kind": "UPDATE moderation_comment SET kind = 'praise' WHERE id = {one}",
    "claimed": "UPDATE moderation_comment SET claimed_by_id = registered_by_id WHERE id = {one}",
    "addressed": "UPDATE moderation_comment SET url = 'https://x.example/' WHERE id = {one}",
    "written": "UPDATE moderation_commentrevision SET text = 'x' WHERE comment_id = {one}",
    "numbered anew": "UPDATE moderation_commentrevision SET text = '', author_name = '', number = number + 10 "
    "WHERE comment_id = {one}",
    "dated anew": "UPDATE moderation_commentrevision SET text = '', author_name = '', "
    "seen_at = '2020-01-01 12:00:00+00:00' WHERE comment_id = {one}",
    "case": "INSERT INTO moderation_case (version, facts, state, discovered_at, due_at, comment_id, ground_id, "
    "opened_by_id) SELECT 1, '', 'found', registered_at, registered_at, id, "
    f"(SELECT id FROM moderation_ground WHERE code = 'unlawful_threat'), registered_by_id {OF_ONE}",
    "revision": "INSERT INTO moderation_commentrevision (number, author_name, text, seen_at, comment_id) "
    f"SELECT 9, 'x', 'x', registered_at, id {OF_ONE}",
    "question": "INSERT INTO moderation_question (asked_at, due_at, comment_id) "
    f"SELECT registered_at, registered_at, id {OF_ONE}",
    "reply": "INSERT INTO moderation_reply (version, state, created_at, comment_id, written_by_id) "
    f"SELECT 1, 'draft', registered_at, id, registered_by_id {OF_ONE}",
    "reply moved in": "UPDATE moderation_reply SET comment_id = {one} WHERE comment_id = {other}",
    "reply moved out": "UPDATE moderation_reply SET comment_id = {other} WHERE state = 'dropped'",
    "text": "INSERT INTO moderation_replytext (number, text, saved_at, author_id, reply_id) "
    "SELECT 9, 'x', created_at, written_by_id, id FROM moderation_reply WHERE id = {reply}",
    "text written": "UPDATE moderation_replytext SET text = 'x' WHERE reply_id = {reply}",
    "text numbered anew": "UPDATE moderation_replytext SET text = '', number = number + 10 WHERE reply_id = {reply}",
    "text dated anew": "UPDATE moderation_replytext SET text = '', saved_at = '2020-01-01 12:00:00+00:00' "
    "WHERE reply_id = {reply}",
    "outcome": "UPDATE moderation_complaint SET outcome = 'x'",
    "number of the complaint": "UPDATE moderation_complaint SET reference = 'x', outcome = '–'",
    "complaint": "INSERT INTO moderation_complaint (version, reference, state, passed_on_at, outcome, comment_id, "
    f"passed_on_by_id) SELECT 1, 'x', 'passed_on', registered_at, '', id, registered_by_id {OF_ONE}",
    "taken out": "DELETE FROM moderation_comment WHERE id = {one}",
    "complaint taken out": "DELETE FROM moderation_complaint WHERE comment_id = {one}",
    "note": "UPDATE core_eventnote SET text = 'x'",
    "note salted": "UPDATE core_eventnote SET salt = 'x'",
    "note moved": "UPDATE core_eventnote SET event_id = event_id + 100000",
    "another note": "INSERT INTO core_eventnote (event_id, text, salt) SELECT MIN(e.id), 'x', 'x' FROM core_event e "
    "WHERE e.about_type = 'moderation.comment' AND e.about_id = {one} "
    "AND NOT EXISTS (SELECT 1 FROM core_eventnote n WHERE n.event_id = e.id)",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_raw_sql_cannot_bring_an_erased_comment_back(city, at, erased, new_comment, attack):
    other = new_comment(kind="praise")
    save_reply(other, actor=city.anna, at=at, text="Hello.")
    if attack == "complaint":  # there is one already; without it the comment takes none either
        guards_off("moderation_complaint")
        Complaint.objects.all().delete()
        guards_on()
    before, reply = everything(), erased.replies.get(state="sent")
    said = refused(ATTACKS[attack].format(one=erased.pk, other=other.pk, reply=reply.pk))
    assert "is erased" in said or "written once" in said
    assert everything() == before


@pytest.mark.rule("R20")
@pytest.mark.parametrize("which", ["erased", "open_one", "with_case"])
def test_no_other_comment_is_put_in_the_place_of_one(request, which):
    """In the place of one with a case it would let older evidence count."""
    comment = request.getfixturevalue(which)
    columns = "version, kind, registered_at, channel_id, registered_by_id"
    insert, otherwise = "INSERT OR REPLACE", ""
    if connection.vendor == "postgresql":
        insert, otherwise = "INSERT", "ON CONFLICT (id) DO UPDATE SET state = 'new', current_id = NULL"
    said = refused(
        f"{insert} INTO moderation_comment (id, url, state, {columns}) SELECT id, 'https://x.example/', 'new', {columns} "
        f"FROM moderation_comment WHERE id = {comment.pk} {otherwise}"
    )
    assert any(words in said for words in ("never taken out", "is erased", "reads now as its latest"))


@pytest.mark.rule("R20")
def test_no_comment_is_taken_out(new_comment):
    comment = new_comment(kind="praise")
    assert "never taken out" in refused(f"DELETE FROM moderation_comment WHERE id = {comment.pk}")


def guards_on() -> None:
    triggers.install(connection)


def past_the_page(city: Any, one: Comment, at: datetime) -> dict[str, Callable[[], object]]:
    """What the shell can do to a comment, each through the function that the pages use."""
    by, threat = {"actor": city.anna, "at": at}, Ground.objects.get(code="unlawful_threat")
    return {
        "case": lambda: open_case(one, ground=threat, **by),
        "revision": lambda: revise_comment(one, author_name="K", text="New.", **by),
        "kind": lambda: change_kind(one, kind="praise", **by),
        "taken up": lambda: perform(one, "take_up", **by),
        "asked again": lambda: perform(one, "ask_again", **by),
        "answer": lambda: save_reply(one, text="Hello.", **by),
        "complaint": lambda: pass_on(one, reference="SYN 2", **by),
        "number": lambda: correct_reference(one.complaint, reference="SYN 2", **by),
        "claim": lambda: claims.claim(one, **by),
        "assigned": lambda: claims.assign(one, to=city.erik, **by),
        "note": lambda: claims.add_note(one, text="Look.", **by),
    }


DONE = (
    "case",
    "revision",
    "kind",
    "taken up",
    "asked again",
    "answer",
    "complaint",
    "number",
    "claim",
    "assigned",
    "note",
)


@pytest.mark.parametrize("what", DONE)
def test_shell_cannot_work_on_an_erased_comment_and_is_told_why(city, at, erased, what):
    works = past_the_page(city, erased, at)
    assert set(works) == set(DONE)
    before = everything()
    with pytest.raises(MoveRefused, match="is disposed of and cannot be changed"):
        works[what]()
    assert everything() == before


@pytest.mark.parametrize("what", ["case", "revision", "kind", "taken up", "asked again", "answer"])
def test_whoever_read_the_comment_before_it_was_erased_is_told_that_it_changed(
    city, at, criticism, late, what
):
    """They hold the comment as it was, so no rule knows better: the database does."""
    assert counted(late, really=True) == 1
    before = everything()
    with pytest.raises(ChangedMeanwhile):
        past_the_page(city, criticism, at)[what]()
    assert everything() == before


FORMS: dict[str, dict[str, Any]] = {
    "case_open": {"facts": "x"},
    "comment_revise": {"author_name": "K", "text": "New."},
    "comment_kind": {"kind": "praise"},
    "comment_claim": {},
    "comment_assign": {"user": ""},
    "comment_note": {"note": "Look."},
    "reply_save": {"text": "Hello."},
    "complaint_new": {"reference": "SYN 2"},
}


@pytest.mark.parametrize("door", FORMS)
def test_page_refuses_with_a_sentence_what_was_sent_to_an_erased_comment(anna, erased, door):
    form = FORMS[door] | (
        {"ground": Ground.objects.get(code="unlawful_threat").pk} if door == "case_open" else {}
    )
    answer = anna.post(reverse(f"moderation:{door}", args=[erased.pk]), form)
    assert (answer.status_code, "is disposed of and cannot be changed" in answer.content.decode()) == (
        403,
        True,
    )


def test_administrators_door_has_no_way_round(city, client_of, erased):
    admin = client_of(city.admin)
    moves = reverse("admin:moderation_comment_moves", args=[erased.pk])
    assert "is disposed of and cannot be changed" in admin.get(moves).content.decode()
    answer = admin.post(moves, {"move": "take_up", "seen": erased.version})
    assert answer.status_code == 403
    listed = admin.get(reverse("admin:moderation_comment_changelist"), {"erased_at__isempty": "0"})
    assert "Nov. 24, 2028" in listed.content.decode()
    for name in ("commentrevision", "replytext"):
        assert "Nov. 24, 2028" in admin.get(reverse(f"admin:moderation_{name}_changelist")).content.decode()


def test_what_is_typed_about_a_comment_is_in_the_trail_by_a_hash_that_nobody_can_guess(city, at, new_comment):
    comment = new_comment(kind="praise")
    for _ in range(2):
        claims.add_note(comment, actor=city.anna, at=at, text="Look.")
    perform(comment, "handle", actor=city.anna, at=at, note="Thanked.")
    events = Event.objects.filter(about_type="moderation.comment").exclude(kind="comment.register")
    assert [event.note for event in events] == [""] * 3
    assert [event.typed for event in events] == ["Thanked.", "Look.", "Look."]
    hashes = [event.data["typed"] for event in events]
    assert len({*hashes, trail.fingerprint("Look.")}) == 4
    trail.seal_events(at)
    assert verified() == ""


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE core_eventnote SET text = 'Nothing.'",
        "UPDATE core_eventnote SET text = ''",
        "DELETE FROM core_eventnote",
    ],
)
def test_note_that_was_changed_past_the_guards_is_named(city, at, new_comment, change):
    claims.add_note(new_comment(kind="praise"), actor=city.anna, at=at, text="Look.")
    trail.seal_events(at)
    guards_off("core_eventnote")
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert "what was typed is not what its events say (1)" in verified()
    guards_on()


def test_note_that_was_emptied_past_the_guards_while_its_comment_stands_is_named(
    city, at, criticism, erased, new_comment
):
    """Empty notes are what erasing leaves, so their hash says nothing."""
    assert verified() == ""
    other = new_comment(kind="praise")
    claims.add_note(other, actor=city.anna, at=at, text="Look.")
    trail.seal_events(at)
    guards_off("core_eventnote")
    EventNote.objects.filter(event__about_id=other.pk, event__about_type="moderation.comment").update(
        text="", salt=""
    )
    assert (
        f"What was typed about comment {other.pk} is gone, and nobody disposed of the comment." in verified()
    )
    guards_on()
