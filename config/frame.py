"""What stands around every page: navigation with its numbers, notices, who is on duty."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Notice, Pulse, User
from editorial.models import Post, Shift, Team
from moderation.models import Case

# Name of the address, label, icon, whether it has a place in the bar of five on a phone.
NAVIGATION: list[tuple[str, str | Promise, str, bool]] = [
    ("my_day", gettext_lazy("My day"), "sun", True),
    ("calendar_app:calendar_page", gettext_lazy("Calendar"), "calendar-days", True),
    ("editorial:posts_page", gettext_lazy("Posts"), "file-text", False),
    ("editorial:review_queue", gettext_lazy("Review"), "check-check", True),
    ("moderation:queue_page", gettext_lazy("Moderation"), "shield", True),
    ("consent:pictures_page", gettext_lazy("Pictures"), "image", False),
    ("channels_registry:channels_page", gettext_lazy("Channels"), "radio", True),
    ("editorial:teams_page", gettext_lazy("Staffing"), "users", False),
]


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    current: bool
    on_phone: bool
    count: int | None = None


@dataclass(frozen=True)
class OnDuty:
    """Who has a team's shifts now: a pair of name and duties for each person."""

    team: str
    people: list[tuple[str, str]]
    until: object


@dataclass
class Frame:
    """What base.html reads as `page`."""

    city: str = settings.CITY_NAME
    nav: list[NavItem] = field(default_factory=list)
    new: list[dict[str, str]] = field(default_factory=list)
    notice_count: int = 0
    notices_url: str = ""
    on_duty: list[OnDuty] = field(default_factory=list)
    languages: list[tuple[str, object]] = field(default_factory=lambda: list(settings.LANGUAGES))
    stale_clock: bool = False
    undo: dict[str, Any] | None = None


def frame_for(request: HttpRequest) -> Frame:
    """This will read what surrounds the page for whoever is logged in; strangers get the bare frame."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Frame()
    frame = Frame(
        nav=navigation(request, user),
        new=[
            {"label": _("Post"), "url": reverse("editorial:post_new")},
            {"label": _("Idea"), "url": reverse("editorial:idea_new")},
            {"label": _("Comment"), "url": reverse("moderation:comment_new")},
            {"label": _("Picture"), "url": reverse("consent:picture_new")},
        ],
        notice_count=Notice.objects.visible_to(user).unread().count(),
        notices_url=reverse("notices_page"),
        on_duty=on_duty(user),
    )
    frame.undo = request.session.pop("undo", None)
    frame.stale_clock = user.is_staff and clock_is_stale()
    return frame


def on_duty(user: User) -> list[OnDuty]:
    """This will list who has the shifts in the user's teams now, each person once in a team."""
    shifts = (
        Shift.objects.at(timezone.now())
        .filter(team__in=Team.objects.of_member(user))
        .select_related("user", "team")
        .order_by("team__name", "user__name")
    )
    teams = []
    for team, its in groupby(shifts, key=lambda shift: shift.team.name):
        rows = list(its)
        people = [
            (name, ", ".join(shift.get_duty_display() for shift in theirs))
            for name, theirs in groupby(rows, key=lambda shift: shift.user.name)
        ]
        teams.append(OnDuty(team, people, min(shift.ends_at for shift in rows)))
    return teams


def navigation(request: HttpRequest, user: User) -> list[NavItem]:
    """This will list the main pages, with how much waits on them."""
    counts = {
        "editorial:review_queue": Post.objects.to_review_by(user).count(),
        "moderation:queue_page": Case.objects.open()
        .filter(pk__in=Case.objects.visible_to(user).values("pk"))
        .count(),
    }
    items = []
    for name, label, icon, on_phone in NAVIGATION:
        url = reverse(name)
        current = request.path == url if url == "/" else request.path.startswith(url)
        items.append(NavItem(str(label), url, icon, current, on_phone, counts.get(name)))
    return items


def clock_is_stale() -> bool:
    """This will tell whether the clock has done no round for two minutes and as many beats."""
    allowed = timedelta(seconds=120 + 2 * settings.SWEEP_SECONDS)
    return not Pulse.objects.filter(job="sweep", at__gte=timezone.now() - allowed).exists()
