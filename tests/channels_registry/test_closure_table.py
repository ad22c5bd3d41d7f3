"""Every move of a closure from every state by everybody, each on its exact outcome (R32, R40)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from channels_registry.models import Closure, Deputyship
from channels_registry.states import CLOSURE_MOVES, ClosureState
from core.moves import MoveRefused, open_moves, perform
from core.workdays import local_day
from tests.channels_registry.closures import PROMISED
from tests.conftest import make_user

pytestmark = pytest.mark.django_db

DONE = "done"
PEOPLE = "Only the people of the channel can do this."
CHIEFS = "Only the unit's two chiefs or their deputies can decide this."
HANDLES = "You handle this closure. The two chiefs have to decide it."
SYSTEM = "The system does this by itself as part of the rest or the closure."
PERSON = "Only a person can do this."
STEP = "A step of the closure is missing: "
KEEP = "Still to be kept: the content, as the platform's own export, screenshots of the layout."

SEES = ("anna", "tove", "karin", "ulf", "dag", "rut")  # Anna handles it, Dag is Ulf's deputy
SEES_NOTHING = ("olle", "stranger")
CLOCK = "the clock"
EVERYBODY = (*SEES, *SEES_NOTHING, CLOCK)

# What stands in the row of a move, for whom: to handle it, to decide it, to let the system do it.
HANDLE = dict.fromkeys(("anna", "tove", "karin", "ulf")), PEOPLE, PERSON
DECIDE = dict.fromkeys(("karin", "ulf", "dag")), CHIEFS, PERSON
OF_CLOCK = {CLOCK: None}, SYSTEM, None
HANDLE_OR_CLOCK = {**HANDLE[0], CLOCK: None}, PEOPLE, None

# (state, move): who may, and what comes of it for them.
TABLE = {
    ("preparing", "ask_decision"): (HANDLE, DONE),
    ("preparing", "reject"): (DECIDE, DONE),
    ("preparing", "cancel"): (HANDLE, DONE),
    ("awaiting_decision", "sign"): (DECIDE, DONE),
    ("awaiting_decision", "tell"): (OF_CLOCK, STEP + "both chiefs have to sign this plan."),
    ("awaiting_decision", "skip_telling"): (OF_CLOCK, STEP),
    ("awaiting_decision", "change_plan"): (HANDLE, DONE),
    ("awaiting_decision", "reject"): (DECIDE, DONE),
    ("awaiting_decision", "cancel"): (HANDLE, DONE),
    ("telling", "told"): (OF_CLOCK, STEP + "three published notices on three days."),
    ("telling", "change_plan"): (HANDLE, DONE),
    ("telling", "reject"): (DECIDE, DONE),
    ("telling", "cancel"): (HANDLE, DONE),
    ("archiving", "make_ready"): (HANDLE, KEEP),
    ("archiving", "change_plan"): (HANDLE, DONE),
    ("archiving", "reject"): (DECIDE, DONE),
    ("archiving", "cancel"): (HANDLE, DONE),
    ("ready", "close"): (HANDLE, DONE),
    ("ready", "change_plan"): (HANDLE, DONE),
    ("ready", "reject"): (DECIDE, DONE),
    ("ready", "cancel"): (HANDLE, DONE),
    ("closed", "order"): (HANDLE, DONE),
    ("ordered", "order_again"): (HANDLE_OR_CLOCK, DONE),
    ("ordered", "acknowledge"): (HANDLE, DONE),
}


def expected(state, move, who, labels):
    """The one outcome of a cell."""
    if (state, move.name) not in TABLE:
        return f"“{move.label}” is not possible now: the state is “{labels[state]}”."
    (may, others, clock), comes = TABLE[state, move.name]
    if who in may:
        return comes
    if who == CLOCK:
        return clock
    return HANDLES if others == CHIEFS and who == "anna" else others


def outcome(closure, move, actor, at):
    """This will try a move and tell how it was met, leaving nothing behind."""
    details = {
        "sign": {"plan_sha": closure.plan_sha},
        "close": {"how": "deleted", "handle_kept": "The vault"},
        "acknowledge": {"answer": "Done."},
    }.get(move.name, {})
    row = Closure.objects.get(pk=closure.pk)
    try:
        with transaction.atomic():
            perform(row, move.name, actor=actor, at=at, note="Why.", **details)
            transaction.set_rollback(True)
    except MoveRefused as refused:
        return refused.reason
    except IntegrityError as error:
        return str(error).partition("\n")[0]
    assert row.state == move.target
    return DONE


@pytest.mark.rule("R32", "R40")
@pytest.mark.parametrize("state", ClosureState.values)
def test_every_cell_of_state_move_and_role_has_its_one_outcome(journey, city, state):
    day = local_day(journey.at)
    people = {name: getattr(city, name, None) for name in EVERYBODY} | {"tove": journey.tove}
    people["dag"] = make_user("Dag")
    Deputyship.objects.create(
        unit=city.unit,
        role="communications",
        deputy=people["dag"],
        starts_on=day - timedelta(days=1),
        ends_on=day + timedelta(days=90),
        why="Leave.",
    )
    closure, labels = journey.at_state(state), dict(ClosureState.choices)
    at = journey.at + (PROMISED if state == "ready" else timedelta())
    found, wanted, shown = {}, {}, {}
    for who in EVERYBODY:
        for move in CLOSURE_MOVES:
            cell = (move.name, who)
            wanted[cell] = expected(state, move, who, labels)
            found[cell] = outcome(closure, move, people[who], at)
            if wanted[cell] == STEP:  # two guards refuse; which of them speaks first is the database's choice
                assert found[cell].startswith(STEP)
                found[cell] = STEP
        shown[who] = Closure.objects.visible_to(people[who]).filter(pk=closure.pk) if people[who] else []
    assert found == wanted
    assert {who for who in EVERYBODY if shown[who]} == set(SEES)
    for who in SEES:
        row = shown[who][0]
        buttons = {one.name: one.reason for one in open_moves(row, people[who])}
        # A button for each move that starts here and is a person's; the reason on it is the one that refuses.
        assert buttons == {
            name: "" if who in may else wanted[name, who]
            for (source, name), ((may, _others, _clock), _comes) in TABLE.items()
            if source == state and not CLOSURE_MOVES[name].by_clock
        }
        assert (not buttons) == (state in {"deregistered", "rejected", "cancelled"})


def test_table_names_every_step_of_the_moves_and_no_other():
    assert set(TABLE) == {(source.value, move.name) for move in CLOSURE_MOVES for source in move.sources}
