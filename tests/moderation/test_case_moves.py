"""A case from discovery to its end: evidence before removal, by every door, and the clock over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from core import filestore, trail, triggers
from core.models import Event, Notice, Rung
from core.moves import ChangedMeanwhile, MoveRefused, perform
from core.uploads import UploadRefused
from editorial.models import Shift
from moderation.capture import ORIGINALS, add_screenshot
from moderation.checking import note_seen
from moderation.models import Case, Evidence, EvidenceItem, Ground, Removal
from moderation.states import CASE_MOVES, CLOSED, CaseState
from moderation.transitions import ask_waiver, note_hidden, open_case, revise_comment, sign_waiver

pytestmark = pytest.mark.django_db

STEPS = {
    "found": [],
    "gathering": ["gather"],
    "sealed": ["seal"],
    "removal_ordered": ["seal", "order_removal"],
    "removal_failed": ["seal", "order_removal", "fail_removal"],
    "gone": ["note_gone"],
    "removed": ["seal", "order_removal", "check_gone"],
    "kept": ["keep"],
    "appealed": ["seal", "order_removal", "check_gone", "appeal"],
    "upheld": ["seal", "order_removal", "check_gone", "appeal", "uphold"],
    "restored": ["seal", "order_removal", "check_gone", "appeal", "restore"],
}
REASONS = {"order_removal": {"manifest": "yes"}}


def walk(case: Case, city, at, png, state: str) -> Case:
    for name in STEPS[state]:
        if name == "seal":
            add_screenshot(
                case, actor=city.anna, at=at, data=png(), name="shot.png", context="Below our post."
            )
        if name == "check_gone":
            see_gone(case, city, at, png)
        actor = city.erik if name in {"uphold", "restore"} else city.anna
        perform(case, name, actor=actor, at=at, note="I looked.", **REASONS.get(name, {}))
    return case


def see_gone(case: Case, city, at, png) -> None:
    note_seen(case, actor=city.anna, at=at, result="gone", said="It is gone.", screenshot=png("white"))


@pytest.mark.parametrize(
    ("state", "name"), list(product(CaseState.values, [move.name for move in CASE_MOVES]))
)
def test_every_move_in_every_state_is_done_or_refused_with_a_sentence(city, at, png, new_case, state, name):
    case, move = walk(new_case(), city, at, png, state), CASE_MOVES[name]
    if state not in move.sources:
        with pytest.raises(MoveRefused, match="not possible now"):
            perform(case, name, actor=city.anna, at=at, note="I looked.")
        return
    unsealed = name == "order_removal" and state in {"found", "gathering"}
    unseen = name == "seal"
    if unsealed or unseen:
        with pytest.raises(MoveRefused, match="screenshot"):
            perform(case, name, actor=city.anna, at=at, note="I looked.")
        return
    if name in {"uphold", "restore"}:
        with pytest.raises(MoveRefused, match="Somebody else decides"):
            perform(case, name, actor=city.anna, at=at, note="I looked.")
    if name == "check_gone":
        with pytest.raises(MoveRefused, match="second screenshot"):
            perform(case, name, actor=city.anna, at=at, note="I looked.")
        see_gone(case, city, at, png)
    actor = city.erik if name in {"uphold", "restore"} else city.anna
    perform(case, name, actor=actor, at=at, note="I looked.", **REASONS.get(name, {}))
    assert case.state == move.target
    assert bool(case.closed_at) == (move.target in CLOSED)


@pytest.mark.rule("R20")
def test_screenshot_is_sealed_with_its_context_and_then_the_comment_may_go(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "sealed")
    evidence = case.sealed_evidence()
    assert evidence is not None
    assert filestore.read(ORIGINALS, evidence.items.get().sha) == png()
    assert "Below our post." in evidence.manifest
    assert Event.objects.get(kind="evidence.seal").data["manifest"] == evidence.manifest_sha
    perform(case, "order_removal", actor=city.anna, at=at, manifest="yes")
    see_gone(case, city, at, png)
    perform(case, "check_gone", actor=city.erik, at=at, note="Looked without logging in.")
    assert (case.state, case.closed_at) == ("removed", at)


@pytest.mark.rule("R20")
def test_evidence_of_an_older_revision_does_not_suffice(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "sealed")
    revise_comment(case.comment, actor=city.anna, at=at, author_name="Kalle K", text="A worse threat.")
    case = Case.objects.get(pk=case.pk)
    with pytest.raises(MoveRefused, match="Seal a screenshot"):
        perform(case, "order_removal", actor=city.anna, at=at)


@pytest.mark.rule("R20")
def test_order_falls_when_the_comment_is_edited_before_it_is_gone(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "removal_ordered")
    revise_comment(case.comment, actor=city.anna, at=at, author_name="Kalle K", text="Something else.")
    case = Case.objects.get(pk=case.pk)
    with pytest.raises(MoveRefused, match="edited after the order"):
        perform(case, "check_gone", actor=city.anna, at=at, note="Gone.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="removed", closed_at=at)
    perform(case, "gather_again", actor=city.anna, at=at, note="It was edited.")
    walk(case, city, at + timedelta(minutes=1), lambda color="red": png(color), "removed")
    assert case.state == "removed"


RAW = {
    "removed from found": "UPDATE moderation_case SET state = 'removed', closed_at = discovered_at WHERE id = {found}",
    "removed from sealed": "UPDATE moderation_case SET state = 'removed', closed_at = discovered_at WHERE id = {case}",
    "to be removed from found": "UPDATE moderation_case SET state = 'removal_ordered' WHERE id = {found}",
    "order without evidence": (
        "INSERT INTO moderation_removal (case_id, evidence_id, waiver_id, ordered_by_id, ordered_at) "
        "SELECT {found}, NULL, NULL, {anna}, discovered_at FROM moderation_case WHERE id = {found}"
    ),
    "order on another case's evidence": (
        "INSERT INTO moderation_removal (case_id, evidence_id, waiver_id, ordered_by_id, ordered_at) "
        "SELECT {found}, {evidence}, NULL, {anna}, discovered_at FROM moderation_case WHERE id = {found}"
    ),
    "sealed evidence unsealed": "UPDATE moderation_evidence SET state = 'gathering' WHERE id = {evidence}",
    "sealed evidence rewritten": "UPDATE moderation_evidence SET context = 'Nothing.' WHERE id = {evidence}",
    "sealed evidence deleted": "DELETE FROM moderation_evidence WHERE id = {evidence}",
    "screenshot exchanged": "UPDATE moderation_evidenceitem SET sha = 'x' WHERE evidence_id = {evidence}",
    "screenshot deleted": "DELETE FROM moderation_evidenceitem WHERE evidence_id = {evidence}",
    "revision rewritten": "UPDATE moderation_commentrevision SET text = 'Nice.'",
    "older revision called current": (
        "UPDATE moderation_comment SET current_id = (SELECT MIN(r.id) FROM moderation_commentrevision r "
        "JOIN moderation_case k ON k.comment_id = r.comment_id WHERE k.id = {found}) "
        "WHERE id = (SELECT comment_id FROM moderation_case WHERE id = {found})"
    ),
    "another comment's revision called current": (
        "UPDATE moderation_comment SET current_id = (SELECT revision_id FROM moderation_evidence "
        "WHERE id = {evidence}) WHERE id = (SELECT comment_id FROM moderation_case WHERE id = {found})"
    ),
    "case moved to another comment": "UPDATE moderation_case SET comment_id = comment_id + 1000 WHERE id = {found}",
    "case deleted": "DELETE FROM moderation_case WHERE id = {found}",
    "clock set": "UPDATE moderation_case SET discovered_at = '2026-12-24 00:00:00+00:00' WHERE id = {found}",
    "trail rewritten": "UPDATE core_event SET note = 'x'",
    "trail emptied": "DELETE FROM core_event",
}


@pytest.mark.rule("R19", "R20")
@pytest.mark.parametrize("attack", RAW)
def test_raw_sql_cannot_remove_early_or_touch_the_proof(city, at, png, new_case, attack):
    case, found = walk(new_case(), city, at, png, "sealed"), new_case()
    revise_comment(found.comment, actor=city.anna, at=at, author_name="Kalle K", text="A worse threat.")
    sql = RAW[attack].format(
        case=case.pk, found=found.pk, anna=city.anna.pk, evidence=case.sealed_evidence().pk
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_insert_or_replace_and_truncate_are_refused_too(city, at, png, new_case):
    evidence = walk(new_case(), city, at, png, "sealed").sealed_evidence()
    sql = (
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE moderation_evidenceitem CASCADE"
        if connection.vendor == "postgresql"
        else f"INSERT OR REPLACE INTO moderation_evidence SELECT * FROM moderation_evidence WHERE id = {evidence.pk}"
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_evidence_without_screenshot_or_context_is_not_sealed(city, at, png, new_case):
    case = new_case()
    with pytest.raises(MoveRefused, match="Add a screenshot"):
        perform(case, "seal", actor=city.anna, at=at)
    add_screenshot(case, actor=city.anna, at=at, data=png(), name="shot.png", context=" ")
    with pytest.raises(MoveRefused, match="Describe the context"):
        perform(case, "seal", actor=city.anna, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.update(state="sealed", manifest_sha="x", sealed_at=at, sealed_by=city.anna)


def test_damaged_file_is_found_before_sealing(city, at, png, new_case):
    case = new_case()
    item = add_screenshot(
        case, actor=city.anna, at=at, data=png(), name="shot.png", context="Below our post."
    )
    path = filestore.path(ORIGINALS, item.sha)
    path.chmod(0o600)
    path.write_bytes(b"something else")
    with pytest.raises(filestore.FileDamaged):
        perform(case, "seal", actor=city.anna, at=at)
    case.refresh_from_db()
    assert case.state == "gathering"


def test_what_is_no_picture_is_refused_and_leaves_no_row(city, at, new_case):
    with pytest.raises(UploadRefused, match="not a JPEG, PNG or WebP"):
        add_screenshot(new_case(), actor=city.anna, at=at, data=b"hello", name="shot.png", context="x")
    assert not EvidenceItem.objects.exists()


def test_second_decision_is_met_with_changed_meanwhile(city, at, png, new_case):
    case = walk(new_case(), city, at, png, "sealed")
    first, second = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    perform(first, "order_removal", actor=city.anna, at=at, manifest="yes")
    with pytest.raises(ChangedMeanwhile):
        perform(second, "keep", actor=city.erik, at=at, note="It is not that bad.")
    assert Removal.objects.count() == 1


@pytest.mark.rule("R20")
def test_waiver_needs_two_people_and_no_copy_is_taken(city, at, png, new_case):
    case = new_case("child_abuse")
    with pytest.raises(MoveRefused, match="copy of this may be a crime"):
        add_screenshot(case, actor=city.anna, at=at, data=png(), name="shot.png", context="x")
    ask_waiver(case, actor=city.anna, at=at, description="A picture below our post.")
    asked = Notice.objects.filter(
        key=f"waiver:{case.pk}", subject__contains="on Parks on Facebook (Facebook)"
    )
    assert sorted(asked.values_list("recipient__name", flat=True)) == ["Erik", "Sara"]
    with pytest.raises(MoveRefused, match="second person"):
        sign_waiver(case, actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="Two people"):
        perform(case, "order_removal", actor=city.anna, at=at)
    sign_waiver(case, actor=city.erik, at=at)
    case = Case.objects.get(pk=case.pk)
    with pytest.raises(MoveRefused, match="copy of this may be a crime"):
        perform(case, "gather", actor=city.anna, at=at)
    perform(case, "order_removal", actor=city.anna, at=at, manifest="yes")
    with pytest.raises(MoveRefused, match="copy of this may be a crime"):
        perform(case, "gather_again", actor=city.anna, at=at, note="It was edited.")
    with pytest.raises(MoveRefused, match="copy of this may be a crime"):
        note_seen(case, actor=city.anna, at=at, result="gone", said="Gone.", screenshot=png())
    note_seen(case, actor=city.anna, at=at, result="gone", said="Gone.")
    perform(case, "check_gone", actor=city.anna, at=at, note="Gone.")
    assert case.state == "removed"


def told(step: str) -> set[str]:
    rungs = Rung.objects.filter(ladder="case", step=step).values_list("pk", flat=True)
    keys = [f"rung:{pk}" for pk in rungs]
    return set(Notice.objects.filter(key__in=keys).values_list("recipient__name", flat=True))


@pytest.mark.rule("R19", "R36")
def test_ladder_tells_the_right_people_at_each_step_once(city, at, new_case, sweep_at):
    Shift.objects.create(
        team=city.team, duty="remove", user=city.anna, starts_at=at, ends_at=at + timedelta(hours=8)
    )
    case = new_case()
    expected = {
        "duty": (0, {"Anna"}),
        "moderators": (4, {"Anna", "Erik", "Sara"}),
        "editors": (12, {"Erik", "Sara"}),
        "chiefs": (20, {"Karin", "Ulf"}),
        "breach": (24, {"Karin", "Ulf", "Erik", "Sara"}),
    }
    for step, (hours, people) in expected.items():
        if hours:
            sweep_at(at + timedelta(hours=hours, seconds=-1))
            assert told(step) == set(), step
        sweep_at(at + timedelta(hours=hours))
        sweep_at(at + timedelta(hours=hours))
        assert told(step) == people, step
    case.refresh_from_db()
    assert case.breached_at == case.due_at
    assert Notice.objects.filter(key__startswith="rung:", about_type="moderation.case").count() == 12
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(breached_at=None)


@pytest.mark.rule("R19")
@pytest.mark.parametrize(
    "start", [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)]
)
def test_24_hours_are_real_hours_over_both_clock_changes(city, new_comment, start):
    local = start.astimezone(ZoneInfo("Europe/Stockholm"))
    case = open_case(
        new_comment(),
        ground=Ground.objects.get(code="agitation"),
        actor=city.anna,
        at=local,
        discovered_at=local,
    )
    case.refresh_from_db()
    assert case.due_at - start == timedelta(hours=24)
    assert Rung.objects.get(ladder="case", step="breach").due_at - start == timedelta(hours=24)


@pytest.mark.rule("R19", "R36")
def test_nothing_comes_after_the_case_is_closed(city, at, png, new_case, sweep_at):
    case = walk(new_case(), city, at, png, "removed")
    sweep_at(at + timedelta(hours=30))
    assert not Notice.objects.filter(about_type="moderation.case", about_id=case.pk).exists()


@pytest.mark.rule("R19")
def test_breach_is_recorded_though_the_case_closed_before_the_next_round(city, at, png, new_case, sweep_at):
    case = walk(new_case(), city, at + timedelta(hours=25), png, "removed")
    sweep_at(at + timedelta(hours=25))
    case.refresh_from_db()
    assert case.breached_at == case.due_at


@pytest.mark.rule("R19")
def test_hiding_is_recorded_and_does_not_stop_the_clock(city, at, new_case, sweep_at):
    case = new_case()
    note_hidden(case, actor=city.anna, at=at)
    sweep_at(at + timedelta(hours=24))
    case.refresh_from_db()
    assert (case.hidden_at, case.breached_at) == (at, case.due_at)


@pytest.mark.rule("R36")
def test_sleeping_clock_tells_everything_once_when_it_wakes(city, at, new_case, sweep_at):
    new_case()
    sweep_at(at + timedelta(days=3))
    sweep_at(at + timedelta(days=3))
    assert told("duty") == {"Erik", "Sara"}
    assert told("breach") == {"Karin", "Ulf", "Erik", "Sara"}
    assert not Rung.objects.filter(ladder="case", told_at=None).exists()


def test_house_rule_has_no_clock(city, new_case):
    case = new_case("spam")
    assert case.due_at is None
    assert not Rung.objects.filter(ladder="case").exists()


@pytest.mark.parametrize("who", ["olle", "karin", "rut", "admin", "stranger"])
def test_strangers_to_the_team_do_not_move_a_case(city, at, new_case, who):
    case = new_case()
    with pytest.raises(MoveRefused, match="Only the channel's team"):
        perform(case, "keep", actor=getattr(city, who), at=at, note="x")


@pytest.mark.rule("R20")
def test_trail_is_sealed_into_a_chain_that_shows_a_changed_row(city, at, png, new_case, sweep_at):
    walk(new_case(), city, at, png, "sealed")
    sweep_at(at)
    new_case()
    sweep_at(at + timedelta(minutes=1))
    assert trail.verify_chain() == []
    event = Event.objects.filter(kind="evidence.seal").get()
    with connection.cursor() as cursor:
        for name, table in triggers.installed(connection).items():
            if table == "core_event":
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {name}{on_table}")
    assert triggers.missing(connection)
    Event.objects.filter(pk=event.pk).update(note="It was somebody else.")
    (fault,) = trail.verify_chain()
    assert str(fault) == f"The events of seal {event.seal_id} are not those it sealed (6 of 6)."
    triggers.install(connection)
