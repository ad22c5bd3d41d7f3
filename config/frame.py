"""What stands around every page: navigation with its numbers, notices, who is on duty."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Deputyship
from core.middleware import HELD_BACK
from core.models import Notice, Pulse, Unit, User
from core.prepared import Prepared
from core.templatetags.parts import clock, short_day
from core.workdays import local_day
from editorial.handovers import team_handover_url
from editorial.models import Duty, Membership, Post, Shift
from editorial.staffing import FROZEN
from moderation.models import Case
from moderation.states import CLOSED

# Name of the address, label, icon, whether it has a place in the bar of five on a phone.
NAVIGATION: list[tuple[str, str | Promise, str, bool]] = [
    ("my_day", gettext_lazy("My day"), "sun", True),
    ("calendar_app:calendar_page", gettext_lazy("Calendar"), "calendar-days", True),
    ("editorial:posts_page", gettext_lazy("Posts"), "file-text", False),
    ("editorial:review_queue", gettext_lazy("Review"), "check-check", True),
    ("moderation:queue_page", gettext_lazy("Moderation"), "shield", True),
    ("consent:pictures_page", gettext_lazy("Pictures"), "image", False),
    ("channels_registry:channels_page", gettext_lazy("Channels"), "radio", True),
    ("follow_up_page", gettext_lazy("Follow-up"), "chart-column", False),
    ("editorial:teams_page", gettext_lazy("Staffing"), "users", False),
    ("help_page", gettext_lazy("Help"), "life-buoy", False),
]

MOST_GAPS = 6
URGENT = 4 * 60  # minutes
KNOWN = (
    "known_waiting"  # where a page leaves, on its request, what it has read of what waits on the main pages
)
STANDING = "standing"  # and where it leaves what it has read of the person


@dataclass(frozen=True)
class Standing:
    """How much a person has not read; whether they are in a team, and so may write; whether they decide for a unit."""

    unread: int
    in_team: bool
    is_chief: bool


@dataclass(frozen=True)
class Waiting:
    """How much waits on a page, and when the nearest of it is due, if it ever is."""

    count: int
    due_at: datetime | None = None

    @property
    def minutes(self) -> int | None:
        """How many are left until then; less than none when it is late."""
        return None if self.due_at is None else (self.due_at - timezone.now()) // timedelta(minutes=1)

    @property
    def is_urgent(self) -> bool:
        return self.minutes is not None and self.minutes < URGENT

    @property
    def is_late(self) -> bool:
        return self.minutes is not None and self.minutes < 0

    @property
    def words(self) -> str:
        """The time left for a place with little room: whole hours, or the minutes of the last one."""
        if self.minutes is None:
            return ""
        if self.is_late:
            return _("overdue")
        hours, rest = divmod(self.minutes, 60)
        return _("{n} h").format(n=hours) if hours else _("{n} min").format(n=rest)


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    current: bool
    on_phone: bool
    waiting: Waiting | None = None


@dataclass(frozen=True)
class OnDuty:
    """Who has a team's shifts now: a pair of name and duties for each person, and last what nobody has."""

    team: str
    handover_url: str
    people: list[tuple[str, str]]
    until: datetime
    mine: bool

    @property
    def last_day(self) -> date:
        return local_day(self.until - timedelta(seconds=1))

    @property
    def until_words(self) -> str:
        """The time of day when it ends today, else the last day that is part of it."""
        ends_today = local_day(self.until) == local_day(timezone.now())
        return clock(self.until) if ends_today else short_day(self.last_day)


@dataclass(frozen=True)
class Gap:
    """A shift that nobody has."""

    pk: int
    team: str
    starts_at: datetime


class _Held(NamedTuple):
    """A shift as it is read: without a user nobody has it, and `told` says whether the reader is to do something."""

    pk: int
    starts_at: datetime
    ends_at: datetime
    duty: str
    user: int | None
    person: str
    team: int
    team_name: str
    told: bool


@dataclass
class Frame:
    """What base.html reads as `page`."""

    city: str = settings.CITY_NAME
    nav: list[NavItem] = field(default_factory=list)
    new: list[dict[str, str]] = field(default_factory=list)
    notice_count: int = 0
    may_write: bool = False
    notices_url: str = ""
    search_url: str = ""
    on_duty: list[OnDuty] = field(default_factory=list)
    uncovered: list[Gap] = field(default_factory=list)
    languages: list[tuple[str, object]] = field(default_factory=lambda: list(settings.LANGUAGES))
    stale_clock: bool = False
    undo: dict[str, Any] | None = None


def frame_for(request: HttpRequest) -> Frame:
    """This will read what surrounds the page for whoever is let in; strangers get the bare frame."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or getattr(request, HELD_BACK, False):
        return Frame()
    frame = Frame(
        nav=navigation(request, user),
        new=[
            {"label": _("Idea"), "url": reverse("editorial:idea_new")},
            {"label": _("Comment"), "url": reverse("moderation:comment_new")},
            {"label": _("Picture"), "url": reverse("consent:picture_new")},
        ],
        notices_url=reverse("notices_page"),
        search_url=reverse("search_page"),
    )
    standing = getattr(request, STANDING, None) or standing_of(user)
    frame.notice_count, frame.may_write = standing.unread, standing.in_team
    if frame.may_write:
        frame.new.insert(0, {"label": _("Post"), "url": reverse("editorial:post_new")})
    frame.on_duty, frame.uncovered = staffing_now(user, timezone.now(), is_chief=standing.is_chief)
    frame.undo = request.session.pop("undo", None)
    frame.stale_clock = user.is_staff and clock_is_stale()
    return frame


def _standing(user: User) -> QuerySet[User, Any]:
    unread = Notice.objects.visible_to(user).unread().order_by().values("recipient")
    count = Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count")), 0)
    in_team = Exists(Membership.objects.filter(user=user))
    units = Unit.objects.filter(Q(responsible_chief=user) | Q(communications_chief=user))
    deputy = Exists(Deputyship.objects.filter(deputy=user))
    return User.objects.filter(pk=user.pk).values_list(count, in_team, Exists(units), deputy)


def _shifts_of(user: User, at: datetime, soon: datetime, *, is_chief: bool) -> QuerySet[Shift, Any]:
    membership = Membership.objects.filter(team=OuterRef("team"), user=user)
    seen, told = Q(Exists(membership)), Q(Exists(membership.filter(role=Membership.Role.EDITOR)))
    if is_chief:
        chief = Q(team__unit__responsible_chief=user) | Q(team__unit__communications_chief=user)
        seen, told = seen | chief, told | chief
    open_soon = Q(user=None, starts_at__lte=soon) & told
    return (
        Shift.objects.settled()
        .filter(ends_at__gt=at)
        .annotate(told=ExpressionWrapper(told, BooleanField()))
        .filter(open_soon | (Q(starts_at__lte=at) & seen))
        .order_by("team__name", "user__name", "user", "starts_at")
        .values_list("id", "starts_at", "ends_at", "duty", "user", "user__name", "team", "team__name", "told")
    )


# Asked for every page, so built once.
_STANDING = Prepared(_standing)
_SHIFTS = {is_chief: Prepared(partial(_shifts_of, is_chief=is_chief)) for is_chief in (False, True)}
_TO_REVIEW = Prepared(lambda user: Post.objects.to_review_by(user).order_by().values_list("pk"))
# One row for all: how many, and the nearest deadline.
_OPEN_CASES = Prepared(
    lambda user: (
        Case.objects.visible_to(user)
        .exclude(state__in=CLOSED)
        .order_by()
        .values(all=Value(1))
        .annotate(count=Count("pk"), due=Min("due_at"))
        .values_list("count", "due")
    )
)


def standing_of(user: User) -> Standing:
    """This will read in one query what decides what the person is shown. A deputy counts as a chief here."""
    [(unread, writes, is_chief, is_deputy)] = _STANDING.rows(user)
    return Standing(unread, bool(writes), bool(is_chief or is_deputy))


def staffing_now(user: User, at: datetime, *, is_chief: bool) -> tuple[list[OnDuty], list[Gap]]:
    """This will list who has the shifts now in the teams one is in or is a chief of, each person once in a team; and
    what nobody has soon.

    Uncovered shifts are those of the next 14 days, the first of each team and time, for its editors and chiefs.
    """
    rows = [_Held(*row) for row in _SHIFTS[is_chief].rows(user, at=at, soon=at + FROZEN)]
    teams = []
    running = (row for row in rows if row.starts_at <= at)
    for (team, name), its in groupby(running, key=lambda row: (row.team, row.team_name)):
        held = sorted(its, key=lambda row: row.user is None)
        people = [
            (person or _("nobody"), ", ".join(dict.fromkeys(str(Duty(row.duty).label) for row in theirs)))
            for (_user, person), theirs in groupby(held, key=lambda row: (row.user, row.person))
        ]
        mine = any(row.user == user.pk for row in held)
        teams.append(OnDuty(name, team_handover_url(team), people, min(row.ends_at for row in held), mine))
    gaps = {
        (row.team, row.starts_at): Gap(row.pk, row.team_name, row.starts_at)
        for row in rows
        if row.told and not row.user
    }
    return teams, sorted(gaps.values(), key=lambda gap: gap.starts_at)[:MOST_GAPS]


def navigation(request: HttpRequest, user: User) -> list[NavItem]:
    """This will list the main pages, with how much waits on them."""
    waiting = getattr(request, KNOWN, None) or {
        "editorial:review_queue": Waiting(_TO_REVIEW.count(user)),
        "moderation:queue_page": Waiting(*next(iter(_OPEN_CASES.rows(user)), (0, None))),
    }
    items = []
    for name, label, icon, on_phone in NAVIGATION:
        url = reverse(name)
        current = request.path == url if url == "/" else request.path.startswith(url)
        items.append(NavItem(str(label), url, icon, current, on_phone, waiting.get(name)))
    return items


def clock_is_stale() -> bool:
    """This will tell whether the clock has done no round for two minutes and as many beats."""
    allowed = timedelta(seconds=120 + 2 * settings.SWEEP_SECONDS)
    return not Pulse.objects.filter(job="sweep", at__gte=timezone.now() - allowed).exists()
