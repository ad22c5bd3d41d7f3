"""What surrounds every page is asked by queries built once; they answer as the same queries built anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from lxml import html

from config.frame import Waiting, navigation, staffing_now, standing_of
from config.queries import day_of
from core.models import User
from core.prepared import Prepared
from core.workdays import local_day
from editorial.models import Post, Shift
from moderation.models import Case
from moderation.states import CLOSED
from tests.conftest import make_notice
from tests.doors import House
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db

ROLES = ("anna", "erik", "sara", "olle", "karin", "rut", "admin", "stranger")


@pytest.fixture
def busy(city, at, new_post):
    """A post to review, which its editors are told; an open case; a shift that runs, and one nobody has; a notice."""
    walk(new_post(), city, at, "in_review")
    House(city, at)["case"]
    for person, starts in ((city.anna, at - timedelta(hours=1)), (None, at + timedelta(days=3))):
        Shift.objects.create(
            team=city.team, user=person, duty="watch", starts_at=starts, ends_at=starts + timedelta(days=1)
        )
    make_notice(city.anna, at)
    return city


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_counts_what_the_querysets_hold(busy, rf, role, at):
    user = getattr(busy, role)
    waiting = {item.url: item.waiting for item in navigation(rf.get("/help/"), user) if item.waiting}
    cases = Case.objects.visible_to(user).exclude(state__in=CLOSED)
    assert waiting == {
        "/review/": Waiting(Post.objects.to_review_by(user).count()),
        "/moderation/": Waiting(cases.count(), cases.first().due_at if cases else None),
    }
    known = day_of(user, at, is_chief=role == "karin").waiting
    assert {reverse(name): one for name, one in known.items()} == waiting, "Min dag has read it already"


@pytest.mark.parametrize(
    ("left", "words", "is_urgent"),
    [
        (timedelta(hours=23, minutes=59), "23 h", False),
        (timedelta(hours=4), "4 h", False),
        (timedelta(hours=3, minutes=59), "3 h", True),
        (timedelta(minutes=59, seconds=59), "59 min", True),
        (timedelta(seconds=30), "0 min", True),
        (timedelta(seconds=-1), "overdue", True),
    ],
)
def test_the_navigation_says_how_long_until_the_nearest_deadline(
    busy, client_of, time_machine, left, words, is_urgent
):
    case = Case.objects.get()
    time_machine.move_to(case.due_at - left, tick=False)
    page = client_of(busy.anna).get("/help/").content.decode()
    (shown,) = html.fromstring(page).xpath("//nav[@class='nav']//a[@href='/moderation/']/span")
    assert " ".join(shown.text_content().split()) == f"1 · , the nearest {words}"
    assert ("count--urgent" in shown.classes) is is_urgent


def test_each_person_gets_their_own_numbers_from_the_same_query(busy, at):
    standings = {role: standing_of(getattr(busy, role)) for role in ROLES}
    assert {role: (one.unread, one.in_team, one.is_chief) for role, one in standings.items()} == {
        "anna": (1, True, False),
        "erik": (1, True, False),
        "sara": (1, True, False),
        "olle": (0, True, False),
        "karin": (0, False, True),
        "rut": (0, False, False),
        "admin": (0, False, False),
        "stranger": (0, False, False),
    }


def test_who_is_on_duty_and_what_nobody_has_are_told_to_those_they_concern(busy, at):
    told = {role: staffing_now(getattr(busy, role), at, is_chief=role == "karin") for role in ROLES}
    on_duty = {role: [(line.people, line.mine) for line in teams] for role, (teams, _) in told.items()}
    line = [(busy.anna.name, "watch")]
    assert on_duty["anna"] == [(line, True)]
    assert on_duty["erik"] == on_duty["karin"] == [(line, False)]
    assert on_duty["stranger"] == on_duty["rut"] == []
    gaps = {
        role
        for role, (_, gaps) in told.items()
        if [gap.starts_at for gap in gaps] == [at + timedelta(days=3)]
    }
    assert {"erik", "karin"} <= gaps
    assert not gaps & {"anna", "rut", "stranger"}


def test_a_duty_that_nobody_has_now_is_named_to_the_whole_team_and_is_the_editors_to_mend(busy, at):
    gap = Shift.objects.create(
        team=busy.team, user=None, duty="answer", starts_at=at, ends_at=at + timedelta(hours=5)
    )
    for person, to_mend in ((busy.anna, False), (busy.erik, True)):
        (line,), gaps = staffing_now(person, at, is_chief=False)
        assert line.people == [(busy.anna.name, "watch"), ("nobody", "answer")]
        assert (gap.pk in {one.pk for one in gaps}) is to_mend
    assert staffing_now(busy.stranger, at, is_chief=False) == ([], [])


def test_a_later_hour_is_asked_for_and_not_the_first(busy, at):
    assert staffing_now(busy.anna, at, is_chief=False)[0]
    assert not staffing_now(busy.anna, at + timedelta(days=1), is_chief=False)[0]


def test_a_query_that_hangs_on_more_of_the_person_than_their_rights_is_refused(busy):
    by_unit = Prepared(lambda user: User.objects.filter(unit=user.unit_id).values_list("pk"))
    with pytest.raises(RuntimeError, match="hang on"):
        by_unit.count(busy.anna)


def test_a_moment_may_be_reckoned_from(busy, at):
    soon = Prepared(
        lambda user, at, day: Shift.objects.filter(
            starts_at__gt=at - timedelta(hours=2),
            starts_at__lt=at + timedelta(days=4),
            ends_at__date__gte=day,
        ).values_list("starts_at")
    )
    for later in (timedelta(), timedelta(days=3, hours=1)):
        now = at + later
        asked = [starts for (starts,) in soon.rows(busy.anna, at=now, day=local_day(now))]
        assert asked == [
            starts
            for starts in (at - timedelta(hours=1), at + timedelta(days=3))
            if now - timedelta(hours=2) < starts < now + timedelta(days=4)
        ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is sent moments as words.")
def test_a_query_with_an_hour_of_its_own_is_refused(busy):
    frozen = Prepared(
        lambda user: Shift.objects.filter(user=user, ends_at__gt=timezone.now()).values_list("pk")
    )
    with pytest.raises(RuntimeError, match="when it was built"):
        frozen.count(busy.anna)
