"""The simulated office does what people do: it comes to an approval and to a removal, over real HTTP."""

from __future__ import annotations

import random

import pytest

from editorial.models import Post
from moderation.models import Case, Ground
from proof.chaos import idle, session_of
from proof.office import Journal, Person, handle_a_comment, write_a_post

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_office_comes_to_the_end_of_what_it_begins(live_people, live_server):
    journal, chance = Journal(), random.Random(1)
    anna, erik = (
        Person(live_server.url, session_of(user), journal, chance)
        for user in (live_people.anna, live_people.erik)
    )
    write_a_post(anna, erik, live_people.channel.pk, 1)
    handle_a_comment(erik, Ground.objects.get(code="unlawful_threat").pk, 1)
    assert [status for _page, status, _took in journal.answers if status >= 500] == []
    assert list(idle(journal)) == []
    assert (Post.objects.get().state, Case.objects.get().state) == ("approved", "removed")
    assert {"approved by its author", "removed without evidence"}.isdisjoint(kind for kind, _ in journal.done)


def test_an_office_that_did_nothing_is_told_of():
    assert len(list(idle(Journal()))) == 3
