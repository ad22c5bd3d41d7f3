"""One table of moves for each noun with a state, and the one function that moves it.

A state is never assigned. `perform` asks the table and its rule, changes the row only if nobody else did meanwhile,
lets the table's effects write what belongs to the move, and leaves one event in the trail: all in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.rules import Answer, Refusal

if TYPE_CHECKING:
    from core.models import User

Rule = Callable[["User | None", Any], Answer]
Preparation = Callable[..., dict[str, Any]]
Effect = Callable[..., None]
EffectOfMany = Callable[..., None]


class MoveRefused(Exception):
    """The move is not open: the state does not fit, the rule says no, or something it needs is missing.

    `for_trail` is the reason as it may be kept for good: without the people it names.
    """

    def __init__(self, reason: str | Promise | Refusal):
        super().__init__(str(reason))
        self.reason = str(reason)
        self.for_trail = str(reason.for_trail or reason) if isinstance(reason, Refusal) else self.reason


class MoveForbidden(MoveRefused):
    """The rule says no to this person."""


class MoveIncomplete(MoveRefused):
    """Something the move needs was not given."""


class ChangedMeanwhile(MoveRefused):
    """Somebody else moved or edited the object after it was read."""

    def __init__(self, latest: str = ""):
        super().__init__(
            latest or gettext_lazy("Somebody else changed this while you were working. Read it again.")
        )


@dataclass(frozen=True)
class Move:
    """A step from one of `sources` to `target`.

    `rule` says who may. `needs` names details that must be given. `sets` names columns that the move writes from its
    details, in the same statement as the state. `proves` names details whose hash the trail keeps. `needs_note` asks for
    a reason, `takes_note` lets one be given.
    `by_clock` moves are no buttons: the system does them. `done` says in the trail what happened. `failure` marks the
    step that says something did not work: no page says “Done” to it.
    """

    name: str
    label: str | Promise
    sources: tuple[str, ...]
    target: str
    rule: Rule
    sets: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    proves: tuple[str, ...] = ()
    needs_note: bool = False
    takes_note: bool = False
    danger: bool = False
    by_clock: bool = False
    failure: bool = False
    done: str | Promise = ""


TABLES: dict[str, MoveTable] = {}


@dataclass
class MoveTable:
    """All moves of one noun. Effects are added by its transitions and run inside the transaction, after the change.

    `clocks` are the ladders whose rungs the effects touch: they are locked before the row is, as the clock does it.
    `forgets` says that what is typed with a move is kept beside the trail, because the noun may have to be erased.
    """

    noun: str
    moves: tuple[Move, ...]
    clocks: tuple[str, ...] = ()
    forgets: bool = False
    preparations: dict[str, Preparation] = field(default_factory=dict)
    effects: dict[str, list[Effect]] = field(default_factory=dict)
    for_many: dict[Effect, EffectOfMany] = field(default_factory=dict)

    def __post_init__(self) -> None:
        TABLES[self.noun] = self

    def __iter__(self) -> Iterator[Move]:
        return iter(self.moves)

    def __getitem__(self, name: str) -> Move:
        for move in self.moves:
            if move.name == name:
                return move
        raise KeyError(name)

    def before(self, name: str) -> Callable[[Preparation], Preparation]:
        """This will let the decorated function `(obj, *, actor, at, **details) -> details` complete the move's details."""
        self[name]

        def add(function: Preparation) -> Preparation:
            self.preparations[name] = function
            return function

        return add

    def effect(self, name: str) -> Callable[[Effect], Effect]:
        """This will run the decorated function `(obj, *, actor, at, note, **details)` as part of the move."""
        self[name]

        def add(function: Effect) -> Effect:
            self.effects.setdefault(name, []).append(function)
            return function

        return add

    def for_many_instead_of(self, effect: Effect) -> Callable[[EffectOfMany], EffectOfMany]:
        """This will run `([(obj, details), …], *, actor, at, note)` once in place of `effect` for each of many."""

        def add(function: EffectOfMany) -> EffectOfMany:
            self.for_many[effect] = function
            return function

        return add


class Movable(models.Model):
    """A row with a state and a version that counts its changes. Subclasses name their table of moves."""

    MOVES: MoveTable

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @property
    def state_label(self) -> str:
        return self.get_state_display()  # type: ignore[attr-defined]

    def out_of_turn(self, move: Move) -> str:
        """This will say why `move` is not possible in the state the object is in."""
        return _("“%(move)s” is not possible now: the state is “%(state)s”.") % {
            "move": move.label,
            "state": self.state_label,
        }


@dataclass(frozen=True)
class OpenMove:
    """A move as a button: allowed, or refused with its reason."""

    move: Move
    answer: Answer
    url: str = ""

    @property
    def name(self) -> str:
        return self.move.name

    @property
    def label(self) -> str:
        return str(self.move.label)

    @property
    def allowed(self) -> bool:
        return bool(self.answer)

    @property
    def reason(self) -> str:
        return str(self.answer) if isinstance(self.answer, Refusal) else ""

    @property
    def danger(self) -> bool:
        return self.move.danger

    @property
    def needs_form(self) -> bool:
        return bool(self.move.needs or self.move.needs_note)


def open_moves(obj: Movable, user: User | None, url: Callable[[str], str] | None = None) -> list[OpenMove]:
    """This will list a person's moves that start in the object's state, each with its answer. Writes nothing."""
    state = obj.state  # type: ignore[attr-defined]
    return [
        OpenMove(move, move.rule(user, obj), url(move.name) if url else "")
        for move in obj.MOVES
        if state in move.sources and not move.by_clock
    ]


def ask(obj: Movable, name: str, *, actor: User | None, note: str = "", **details: Any) -> Move:
    """This will return the move when it is open to `actor`, else raise MoveRefused with a sentence. Writes nothing."""
    move = obj.MOVES[name]
    if obj.state not in move.sources:  # type: ignore[attr-defined]
        raise MoveRefused(obj.out_of_turn(move))
    answer = move.rule(actor, obj)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    missing = [need for need in move.needs if details.get(need) in (None, "")]
    if missing:
        raise MoveIncomplete(
            _("“%(move)s” needs: %(missing)s.") % {"move": move.label, "missing": ", ".join(missing)}
        )
    if move.needs_note and not note.strip():
        raise MoveIncomplete(_("“%(move)s” needs a reason.") % {"move": move.label})
    return move


def perform(
    obj: Movable,
    name: str,
    *,
    actor: User | None,
    at: datetime,
    note: str = "",
    seen: int | None = None,
    **details: Any,
) -> None:
    """This will move `obj`, run the move's effects and write one event, all or nothing; `obj` shows the new state after.

    `actor` None is the clock. `seen` is the version the actor looked at (the object's own when not given).
    Raises MoveRefused with a sentence, ChangedMeanwhile when somebody else was first, IntegrityError when the
    database knows better than the table.
    """
    from core import ladders, trail

    model = type(obj)
    with transaction.atomic():
        if obj.MOVES.clocks:
            ladders.hold(obj.MOVES.clocks, [obj.pk])
        move = ask(obj, name, actor=actor, note=note, **details)
        before, seen = obj.state, obj.version if seen is None else seen  # type: ignore[attr-defined]
        if name in obj.MOVES.preparations:
            details |= obj.MOVES.preparations[name](obj, actor=actor, at=at, **details)
        columns = {column: details[column] for column in move.sets if column in details}
        manager: Any = model._default_manager  # the state is declared by each noun, not here
        changed = manager.filter(pk=obj.pk, state=before, version=seen).update(
            state=move.target, version=seen + 1, **columns
        )
        if changed != 1:
            raise ChangedMeanwhile
        obj.refresh_from_db()
        for effect in obj.MOVES.effects.get(name, ()):
            effect(obj, actor=actor, at=at, note=note, **details)
        trail.record(
            f"{obj.MOVES.noun}.{name}",
            about=obj,
            actor=actor,
            at=at,
            note="" if obj.MOVES.forgets else note,
            typed=note if obj.MOVES.forgets else "",
            data={"from": before, "to": move.target, "version": seen + 1} | _proof(move, details),
        )


def _proof(move: Move, details: dict[str, Any]) -> dict[str, str]:
    from core import trail

    return {name: trail.fingerprint(str(details[name])) for name in move.proves}


def perform_many(
    objs: Sequence[Movable], name: str, *, actor: User | None, at: datetime, note: str = ""
) -> list[Movable]:
    """This will do what `perform` does, for many at once, in a number of queries that hardly grows with them.

    Must run inside a transaction. The rows are locked, in the order of their numbers, and read again; those no longer in
    a source state are left out, and the ones that moved are returned. An effect without a form for many is run for each.
    Raises MoveRefused with a sentence for the first that may not.
    """
    from core import ladders, trail

    if not objs:
        return []
    table, model = objs[0].MOVES, type(objs[0])
    if table.clocks:
        ladders.hold(table.clocks, [obj.pk for obj in objs])
    move = table[name]
    manager: Any = model._default_manager
    locked = manager.select_for_update().order_by("pk").in_bulk([obj.pk for obj in objs])
    moving: list[tuple[Movable, str, dict[str, Any]]] = []
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for obj in objs:
        state, version = locked[obj.pk].state, locked[obj.pk].version
        if state not in move.sources:
            continue
        obj.state, obj.version = state, version  # type: ignore[attr-defined]
        ask(obj, name, actor=actor, note=note)
        prepare = table.preparations.get(name)
        details = prepare(obj, actor=actor, at=at) if prepare else {}
        columns = tuple((column, details[column]) for column in move.sets if column in details)
        groups.setdefault(columns, []).append(obj.pk)
        moving.append((obj, state, details))
    for columns, pks in groups.items():
        manager.filter(pk__in=pks).update(state=move.target, version=models.F("version") + 1, **dict(columns))
    for obj, _state, details in moving:
        obj.state, obj.version = move.target, obj.version + 1  # type: ignore[attr-defined]
        for column in move.sets:
            if column in details:
                setattr(obj, column, details[column])
    pairs = [(obj, details) for obj, _state, details in moving]
    for effect in table.effects.get(name, ()):
        if effect in table.for_many:
            table.for_many[effect](pairs, actor=actor, at=at, note=note)
            continue
        for obj, details in pairs:
            effect(obj, actor=actor, at=at, note=note, **details)
    trail.record_many(
        trail.event_of(
            f"{table.noun}.{name}",
            about=obj,
            actor=actor,
            at=at,
            note="" if table.forgets else note,
            typed=note if table.forgets else "",
            data={"from": state, "to": move.target, "version": obj.version} | _proof(move, details),
        )
        for obj, state, details in moving
    )
    return [obj for obj, _state, _details in moving]
