"""What stands around the agreement: every move of publications and remarks by every role in every state, door by door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core.models import Event
from core.moves import Movable, MoveRefused, perform
from editorial.models import Post, Publication, Remark
from editorial.reviewing import write_remark
from editorial.states import PUBLICATION_MOVES, REMARK_MOVES, PublicationState, RemarkState
from tests.conftest import City
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db

ROLES = ("anna", "erik", "sara", "olle", "karin", "rut", "admin", "stranger")
MEMBERS = {"anna", "erik", "sara"}
SEES = MEMBERS | {"karin", "admin"}
ADDRESS = "https://www.facebook.com/parks/posts/new"


@contextmanager
def undone() -> Iterator[None]:
    """Each cell of the table is tried on the same rows, and then undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def settle(publication: Publication, name: str, *, actor: Any, at: datetime, url: str = "") -> None:
    perform(publication, name, actor=actor, at=at, note="Because.", **({"url": url} if url else {}))


@pytest.fixture
def publications(city: City, at: datetime, new_post: Callable[..., Post]) -> dict[str, Publication]:
    """One publication of Anna's in each state."""
    made = {state: walk(new_post(), city, at, "due").publications.get() for state in PublicationState.values}
    settle(made["published"], "confirm", actor=city.anna, at=at, url=f"{ADDRESS}1")
    settle(made["missed"], "miss", actor=city.anna, at=at)
    settle(made["taken_down"], "confirm", actor=city.anna, at=at, url=f"{ADDRESS}2")
    settle(made["taken_down"], "take_down", actor=None, at=at)
    return made


@pytest.fixture
def remarks(city: City, at: datetime, new_post: Callable[..., Post]) -> dict[str, Remark]:
    """One remark of Erik's in each state."""
    post = walk(new_post(), city, at, "in_review")
    made = {state: write_remark(post, actor=city.erik, at=at, body="Why?") for state in RemarkState.values}
    perform(made["settled"], "settle", actor=city.anna, at=at)
    return made


def state_of(obj: Movable) -> tuple[str, int]:
    return type(obj)._default_manager.values_list("state", "version").get(pk=obj.pk)


def knock(client: Client, door: str, publication: Publication, name: str) -> int:
    """Post a move: with all its fields, without any, or in the admin."""
    address = reverse("editorial:publication_move", args=[publication.pk, name])
    if door == "call":
        return client.post(address, "{}", content_type="application/json").status_code
    data = {"seen": publication.version, "note": "Because.", "url": ADDRESS}
    if door == "admin":
        address = reverse("admin:editorial_publication_moves", args=[publication.pk])
        data = data | {"move": name}
    return client.post(address, data).status_code


def answers_to(door: str, role: str, name: str, *, fits: bool) -> set[int]:
    """This will say, apart from the code under test, what a knock is answered with: written anew from the guidance."""
    if door == "admin":
        return (
            {403, 409, 422} if role == "admin" else {302}
        )  # administrators are of no team; others come to their login
    if role not in SEES or name == "take_down":
        return {404}
    if door == "call":
        return {422} if fits or name == "confirm" else {403, 409}  # it lacks the address, or the reason
    if role not in MEMBERS:
        return {403, 409}
    return {302} if fits else {409}


@pytest.mark.rule("R23", "R39")
@pytest.mark.parametrize("name", [move.name for move in PUBLICATION_MOVES])
def test_table_of_state_role_and_door_for_a_publication(
    city, at, publications, client_of, time_machine, name
):
    time_machine.move_to(at, tick=False)
    clients, wrong, move = (
        {role: client_of(getattr(city, role)) for role in ROLES},
        [],
        PUBLICATION_MOVES[name],
    )
    for state, role, door in product(PublicationState.values, ROLES, ("form", "call", "admin")):
        fits = state in move.sources and role in MEMBERS and not move.by_clock
        before = state_of(publications[state])
        with undone():
            status = knock(clients[role], door, Publication.objects.get(pk=publications[state].pk), name)
            moved = state_of(publications[state]) != before
            if moved != (fits and door == "form") or status not in answers_to(door, role, name, fits=fits):
                wrong.append((door, state, role, status, moved))
    for state, role in product(PublicationState.values, ROLES):
        fits = state in move.sources and role in MEMBERS and not move.by_clock
        with undone():
            publication, events = Publication.objects.get(pk=publications[state].pk), Event.objects.count()
            try:
                settle(publication, name, actor=getattr(city, role), at=at, url=ADDRESS)
            except MoveRefused as refused:
                if fits or not str(refused) or Event.objects.count() != events:
                    wrong.append(("shell", state, role, str(refused)))
            else:
                if not fits or publication.state != move.target:
                    wrong.append(("shell", state, role, publication.state))
    assert wrong == []


@pytest.mark.rule("R10", "R23")
@pytest.mark.parametrize("name", [move.name for move in REMARK_MOVES])
def test_table_of_state_and_role_for_a_remark(city, at, remarks, client_of, name):
    clients, wrong, move = {role: client_of(getattr(city, role)) for role in ROLES}, [], REMARK_MOVES[name]
    for state, role in product(RemarkState.values, ROLES):
        remark, fits = remarks[state], state in move.sources and role in MEMBERS
        before = state_of(remark)
        address = reverse("editorial:review_remarks", args=[remark.post_id])
        expected = {404} if role not in SEES else {302} if fits else {409} if role in MEMBERS else {403, 409}
        with undone():
            status = clients[role].post(address, {name: remark.pk}).status_code
            if (state_of(remark) != before) != fits or status not in expected:
                wrong.append(("form", state, role, status, state_of(remark)))
        with undone():
            try:
                perform(Remark.objects.get(pk=remark.pk), name, actor=getattr(city, role), at=at)
            except MoveRefused as refused:
                wrong += [("shell", state, role, str(refused))] if fits or not str(refused) else []
            else:
                wrong += [] if fits else [("shell", state, role, "moved")]
    assert wrong == []
