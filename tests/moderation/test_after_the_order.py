"""After the order: is it gone, does the author know, do the police know; claims, notes; grounds as data."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import IntegrityError, connection, transaction

from core import trail
from core.fetching import FetchPolicy
from core.models import Notice
from core.moves import MoveRefused, perform
from moderation.checking import check_address, note_author_told, note_police_report, note_seen
from moderation.claims import add_note, assign, claim, release
from moderation.models import Case, Comment, Ground, RemovalCheck
from moderation.statement import letter, statement_of
from moderation.transitions import note_hidden, open_case, register_comment
from tests.moderation.test_case_moves import walk

pytestmark = pytest.mark.django_db


class Platform(BaseHTTPRequestHandler):
    """A platform whose comments answer with the number in their address."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def platform() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.mark.rule("R19", "R20")
@pytest.mark.parametrize(
    ("status", "result"), [(404, "gone"), (410, "gone"), (200, "unknown"), (403, "unknown"), (500, "unknown")]
)
def test_machine_says_gone_only_when_the_address_does(city, at, png, new_case, platform, status, result):
    case = walk(new_case(), city, at, png, "removal_ordered")
    port = platform.server_address[1]
    Comment.objects.filter(pk=case.comment_id).update(url=f"http://127.0.0.1:{port}/{status}")
    case = Case.objects.get(pk=case.pk)
    policy = FetchPolicy(ports=frozenset({port}), loopback=True)
    check = check_address(case, actor=city.anna, at=at, policy=policy)
    assert (check.result, check.way, str(status) in check.said) == (result, "machine", True)
    if result == "gone":
        perform(case, "check_gone", actor=city.anna, at=at, note="The machine looked.")
        assert case.state == "removed"
    else:
        with pytest.raises(MoveRefused, match="second screenshot"):
            perform(case, "check_gone", actor=city.anna, at=at, note="I believe so.")


def test_inner_address_is_never_asked(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "removal_ordered")
    with pytest.raises(MoveRefused, match="has no address"):
        check_address(case, actor=city.anna, at=at)
    Comment.objects.filter(pk=case.comment_id).update(url="http://127.0.0.1:6379/")
    check = check_address(Case.objects.get(pk=case.pk), actor=city.anna, at=at)
    assert check.result == "unknown"


@pytest.mark.rule("R20")
def test_person_says_gone_with_a_second_screenshot_only_and_the_latest_look_counts(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "removal_ordered")
    with pytest.raises(MoveRefused, match="Add a screenshot"):
        note_seen(case, actor=city.anna, at=at, result="gone", said="Gone.")
    note_seen(case, actor=city.anna, at=at, result="gone", said="Gone.", screenshot=png("white"))
    note_seen(case, actor=city.erik, at=at, result="there", said="It is back.")
    with pytest.raises(MoveRefused, match="Check the address first"):
        perform(case, "check_gone", actor=city.anna, at=at, note="Gone.")


@pytest.mark.rule("R20")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE moderation_case SET state = 'removed', closed_at = discovered_at",
        "UPDATE moderation_case SET state = 'upheld', closed_at = discovered_at",
        "UPDATE moderation_case SET state = 'restored', closed_at = discovered_at",
        "UPDATE moderation_case SET state = 'appealed', closed_at = discovered_at",
    ],
)
def test_raw_sql_cannot_close_unchecked(city, at, png, new_case, sql):
    walk(new_case(), city, at, png, "removal_ordered")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_raw_sql_cannot_reopen_or_forge_a_check(city, at, png, new_case):
    walk(new_case(), city, at, png, "removed")
    for sql in (
        "UPDATE moderation_case SET state = 'found', closed_at = NULL",
        "UPDATE moderation_removalcheck SET result = 'gone'",
        "DELETE FROM moderation_removalcheck",
        "UPDATE moderation_removal SET facts = 'x'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.rule("R19")
def test_case_whose_author_deleted_the_comment_closes_with_a_look(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "gone")
    note_seen(case, actor=city.anna, at=at, result="gone", said="Gone.", screenshot=png("white"))
    perform(case, "check_gone", actor=city.anna, at=at, note="Its author took it away.")
    assert (case.state, case.removals.exists()) == ("removed", False)


def test_decision_has_ground_facts_and_how_clear_it_is(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "sealed")
    with pytest.raises(MoveRefused, match="manifestly illegal"):
        perform(case, "order_removal", actor=city.anna, at=at)
    perform(case, "order_removal", actor=city.anna, at=at, manifest="no", facts="Says where she lives.")
    said = statement_of(case.removals.get())
    assert said["illegal_content_explanation"] == "Says where she lives."
    assert "4 kap. 5 §" in said["illegal_content_legal_ground"]
    assert (said["manifestly_illegal"], said["automated_detection"]) == (False, "No")


def test_draft_to_the_author_says_what_was_done_last(city, at, png, new_case):
    hidden = new_case()
    note_hidden(hidden, actor=city.anna, at=at)
    assert "Vi har dolt din kommentar" in letter(hidden)
    for state, says in (
        ("removed", "Vi har tagit bort din kommentar"),
        ("upheld", "Den förblir borttagen"),
        ("restored", "Den borde inte ha tagits bort"),
    ):
        assert says in letter(walk(new_case(), city, at, png, state)), state


@pytest.mark.rule("R22")
def test_house_rule_is_a_ground_without_clock_and_says_so_in_its_reasons(city, at, png, new_case):
    case = walk(new_case("party_politics"), city, at, png, "removal_ordered")
    assert (case.due_at, case.removals.get().manifest) == (None, "house")
    assert statement_of(case.removals.get())["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"


@pytest.mark.rule("R22")
@pytest.mark.parametrize("code", ["party_politics", "advertising", "spam", "off_topic", "abuse"])
def test_every_house_rule_is_there_and_starts_no_clock(city, new_case, code):
    assert new_case(code).due_at is None


@pytest.mark.rule("R19")
def test_ground_holds_only_while_it_is_in_force(city, at, new_comment):
    ground = Ground.objects.get(code="terrorism")
    assert ground.valid_from == date(2022, 7, 1)
    Ground.objects.filter(pk=ground.pk).update(valid_to=at.date() - timedelta(days=1))
    ground.refresh_from_db()
    with pytest.raises(MoveRefused, match="not in force"):
        open_case(new_comment(), ground=ground, actor=city.anna, at=at)


def test_author_is_told_and_the_police_too(city, at, png, new_case):
    case = new_case()
    with pytest.raises(MoveRefused, match="nothing to tell before"):
        note_author_told(case, actor=city.anna, at=at, way="message", text="We took it down.")
    note_hidden(case, actor=city.anna, at=at)
    note_author_told(case, actor=city.anna, at=at, way="message", text="We hid it.")
    note_police_report(case, actor=city.anna, at=at, number="5000-K1-26", reported_on=at.date())
    with pytest.raises(MoveRefused, match="noted already"):
        note_police_report(case, actor=city.anna, at=at, number="5000-K1-26", reported_on=at.date())
    with pytest.raises(MoveRefused, match="cannot lie in the future"):
        note_police_report(
            case, actor=city.anna, at=at, number="X", reported_on=at.date() + timedelta(days=1)
        )
    with pytest.raises(MoveRefused, match="Only the channel's team"):
        note_police_report(case, actor=city.olle, at=at, number="X", reported_on=at.date())


def test_claim_runs_out_by_itself_and_may_be_taken_over(city, at, new_case):
    case = new_case()
    claim(case, actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="Anna works on this until 12:30"):
        claim(Case.objects.get(pk=case.pk), actor=city.erik, at=at + timedelta(minutes=29))
    later = Case.objects.get(pk=case.pk)
    claim(later, actor=city.erik, at=at + timedelta(minutes=30))
    assert (later.claimed_by, later.is_claimed(at + timedelta(minutes=59))) == (city.erik, True)
    claim(later, actor=city.anna, at=at + timedelta(minutes=31), take_over=True)
    release(later, actor=city.erik)
    assert later.claimed_by == city.anna
    release(later, actor=city.anna)
    assert later.claimed_by is None
    with pytest.raises(MoveRefused, match="Only the channel's team"):
        claim(case, actor=city.olle, at=at)


def test_whoever_is_asked_is_told_and_notes_stay(city, at, new_comment):
    comment = new_comment()
    assign(comment, actor=city.anna, at=at, to=city.erik)
    assert comment.assigned_to == city.erik
    assert Notice.objects.get().subject == "Anna asks you to see to this"
    with pytest.raises(MoveRefused, match="not in the channel's team"):
        assign(comment, actor=city.anna, at=at, to=city.olle)
    add_note(comment, actor=city.anna, at=at, text="She called too.")
    assert trail.events_about(comment).first().typed == "She called too."
    with pytest.raises(MoveRefused, match="Write the note"):
        add_note(comment, actor=city.anna, at=at, text=" ")


def test_same_address_is_registered_once_and_long_arabic_text_with_emoji_is_kept(city, at):
    text = ("مرحبا بالعالم 🦢👨‍👩‍👧 " * 4000)[:60_000]
    values = {"actor": city.anna, "at": at, "channel": city.channel, "kind": "praise", "author_name": "ليلى"}
    comment = register_comment(**values, text=text, url="https://www.facebook.com/parks/1")
    assert comment.current.text == text
    with pytest.raises(MoveRefused, match="registered already"):
        register_comment(**values, text="Again.", url="https://www.facebook.com/parks/1")
    assert Comment.objects.count() == 1
    assert not RemovalCheck.objects.exists()
