"""A plan from a spreadsheet: what each row would do, and doing all of them or none.

A row without a number is a new draft. A row with the number of a post changes what it says otherwise than the post; an
empty cell, and what our own export wrote, change nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calendar_app.exports import cells_of
from calendar_app.models import CsvImport
from calendar_app.queries import entries
from calendar_app.spreadsheets import FileRefused, cell_of, columns_of, is_number, read_time
from channels_registry.models import Channel
from core import trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused
from core.templatetags.parts import moment
from editorial.models import Post, Team, TeamChannel
from editorial.planning import approval_ends_by
from editorial.queries import (
    CROWDED,
    channel_warnings,
    crowd_warning,
    on_channels_between,
    time_warnings,
)
from editorial.states import FIXED, OPEN, PostState
from editorial.transitions import change_time, save_post

trail.WORDS |= {"csvimport.done": gettext_lazy("Plan imported")}

MOST_CHANGES = 500
LONGEST = {"title": 120, "kind": 60, "text": 20_000}
FIELD_OF = {"title": "title", "kind": "kind", "text": "base_text"}
Cells = Callable[[str], str]


@dataclass
class RowPlan:
    """What a row would do, or why it cannot, and what a planner should know of it."""

    number: int
    title: str
    does: str = ""
    refused: str = ""
    post: Post | None = None
    team: Team | None = None
    when: datetime | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    channels: list[Channel] | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.post is None and bool(self.fields)

    @property
    def changes(self) -> bool:
        return bool(self.fields) or self.when is not None or self.channels is not None


@dataclass
class Known:
    """What the rows of a file may speak of: the posts with their cells, and the teams with their channels."""

    posts: dict[int, Post]
    cells: dict[int, dict[str, str]]
    teams: dict[str, Team]
    channels: dict[int, list[Channel]]
    team: Team
    numbers: list[int]
    at: datetime


def keep(*, owner: User, team: Team, name: str, rows: list[list[str]], at: datetime) -> CsvImport:
    """This will keep a file that was read, for its preview; the owner's earlier ones that were not done are let go."""
    CsvImport.objects.filter(owner=owner, done_at=None).delete()
    return CsvImport.objects.create(
        owner=owner, team=team, name=name[:120], rows=rows, made_at=at, row_count=sum(map(bool, rows)) - 1
    )


def plan_rows(kept: CsvImport, at: datetime) -> list[RowPlan]:
    """This will say of each row what it would do, or why it cannot. Writes nothing."""
    header, *rows = kept.rows
    names = columns_of(header)
    numbers = [int(value) for row in rows if is_number(value := cell_of(row, names, "number"))]
    known = _known(kept, numbers, at)
    plans = [_plan_row(number, row, names, known) for number, row in enumerate(rows, 2) if row]
    _warn(plans, known)
    return plans


def carry_out(kept: CsvImport, *, actor: User, at: datetime) -> int:
    """This will do all rows, or none when one is refused, and return how many posts came or changed.

    Raises MoveRefused with the first reason, ChangedMeanwhile when the file is imported already.
    """
    if not kept.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    with transaction.atomic():
        if not CsvImport.objects.filter(pk=kept.pk, done_at=None).update(done_at=at, rows=[]):
            raise ChangedMeanwhile(_("This file is imported already."))
        plans = plan_rows(kept, at)
        for plan in plans:
            if plan.refused:
                raise MoveRefused(
                    _("Row %(number)s: %(reason)s") % {"number": plan.number, "reason": plan.refused}
                )
        if reason := too_much(plans):
            raise MoveRefused(reason)
        for plan in plans:
            if plan.changes:
                _do(plan, actor, at)
        count = sum(plan.changes for plan in plans)
        trail.record("csvimport.done", about=kept, actor=actor, at=at, data={"posts": count})
    return count


def too_much(plans: list[RowPlan]) -> str:
    """This will say when a file would change more posts than one import does; empty otherwise."""
    count = sum(plan.changes for plan in plans)
    words = _("The file changes %(count)s posts; at most %(most)s at a time. Import a part at a time.")
    return words % {"count": count, "most": MOST_CHANGES} if count > MOST_CHANGES else ""


def in_words(plans: list[RowPlan]) -> str:
    """This will say in one sentence what the import comes to."""
    new = sum(plan.is_new for plan in plans)
    moved = sum(1 for plan in plans if plan.post and plan.when is not None)
    changed = sum(1 for plan in plans if plan.post and (plan.fields or plan.channels is not None))
    same = sum(1 for plan in plans if not plan.changes and not plan.refused)
    parts = [
        (new, ngettext("%(count)s new draft", "%(count)s new drafts", new)),
        (moved, ngettext("%(count)s post that moves", "%(count)s posts that move", moved)),
        (changed, ngettext("%(count)s post with new words", "%(count)s posts with new words", changed)),
        (same, ngettext("%(count)s row without change", "%(count)s rows without change", same)),
    ]
    return ", ".join(words % {"count": count} for count, words in parts if count)


def _known(kept: CsvImport, numbers: list[int], at: datetime) -> Known:
    visible = Post.objects.visible_to(kept.owner).select_related("team")
    posts = visible.prefetch_related("team__memberships").in_bulk(numbers)
    rows = [_as_row(post) for post in posts.values()]
    own = Team.objects.of_member(kept.owner)
    channels: dict[int, list[Channel]] = defaultdict(list)
    cared_for = {post.team_id for post in posts.values()}
    care = TeamChannel.objects.filter(team__in=[*cared_for, *own]).select_related("channel__platform")
    for one in care.order_by("channel__name", "channel"):
        channels[one.team_id].append(one.channel)
    return Known(
        posts=posts,
        cells={one.pk: cells_of(one, posts[one.pk].base_text) for one in entries(rows)},
        teams={team.name.casefold(): team for team in own},
        channels=channels,
        team=kept.team,
        numbers=numbers,
        at=at,
    )


def _as_row(post: Post) -> dict[str, Any]:
    own = ("pk", "title", "planned_at", "version", "state", "kind")
    at = post.planned_at or post.wanted_at
    return {name: getattr(post, name) for name in own} | {"at": at, "team__name": post.team.name}


def _do(plan: RowPlan, actor: User, at: datetime) -> None:
    post = plan.post or Post(team=plan.team)
    if plan.fields or plan.channels is not None:
        own = {row.channel: row.own_text for row in post.texts.select_related("channel")} if post.pk else {}
        channels = list(own) if plan.channels is None else plan.channels
        texts = {channel: own.get(channel, "") for channel in channels}
        links: list[str] | None = None if post.pk else []
        fields = plan.fields if post.pk else plan.fields | {"wanted_at": plan.when}
        save_post(post, actor=actor, at=at, fields=fields, texts=texts, links=links)
    if plan.post is not None and plan.when is not None:
        change_time(post, actor=actor, at=at, when=plan.when)


def _plan_row(number: int, row: list[str], names: list[str | None], known: Known) -> RowPlan:
    def cell(name: str) -> str:
        return cell_of(row, names, name)

    plan = RowPlan(number, cell("title")[:120])
    try:
        if any(one.strip() for one in row[len(names) :]):
            raise FileRefused(_("The row has more cells than the header."))
        if cell("number"):
            _plan_change(plan, cell, known)
        else:
            _plan_draft(plan, cell, known)
    except FileRefused as refused:
        plan.refused = str(refused)
        plan.when, plan.fields, plan.channels = None, {}, None
    return plan


def _plan_change(plan: RowPlan, cell: Cells, known: Known) -> None:
    value = cell("number")
    post = known.posts.get(int(value)) if is_number(value) else None
    if post is None:
        raise FileRefused(_("You see no post with number %(number)s.") % {"number": value[:20]})
    if known.numbers.count(post.pk) > 1:
        raise FileRefused(_("The number %(number)s stands in several rows.") % {"number": post.pk})
    plan.post, plan.team, stands = post, post.team, known.cells[post.pk]
    plan.title = plan.title or post.title
    when = read_time(cell("day"), cell("time") or stands["time"]) if cell("day") else None
    if when and f"{timezone.localtime(when):%Y-%m-%d %H:%M}" != f"{stands['day']} {stands['time']}":
        plan.when = when
    new = {name: cell(name) for name in LONGEST if cell(name) and _even(cell(name)) != _even(stands[name])}
    plan.fields = {FIELD_OF[name]: text for name, text in new.items()}
    if cell("channels") and _even(cell("channels")) != _even(stands["channels"]):
        plan.channels = _other_channels(cell("channels"), stands["channels"], known.channels[post.team_id])
    _ask_the_change(plan, known)
    _ask_lengths(new, plan.channels or known.channels[post.team_id] if "text" in new else [])
    plan.does = " ".join([*_said_of_change(plan, new), *_said_of_what_stays(cell, stands, post)])


def _other_channels(asked: str, stands: str, channels: list[Channel]) -> list[Channel] | None:
    """This will return the channels that are asked for; None when they are those that stand, in another order."""
    chosen = _channels(asked, channels)
    return None if sorted(map(str, chosen)) == sorted(map(str, _channels(stands, channels))) else chosen


def _ask_the_change(plan: RowPlan, known: Known) -> None:
    if not plan.changes or plan.post is None:
        return
    if plan.post.state in FIXED:
        raise FileRefused(_("The post is out, going out or dropped; it stays as it is."))
    if plan.post.team.name.casefold() not in known.teams:
        raise FileRefused(_("Only the post's team can do this."))


def _said_of_change(plan: RowPlan, new: dict[str, str]) -> list[str]:
    post = plan.post
    if post is None or not plan.changes:
        return [_("Nothing changes.")]
    told = [_("Moves to %(time)s.") % {"time": moment(plan.when)}] if plan.when else []
    if "title" in new:
        told.append(_("Is called “%(title)s” from now on.") % {"title": new["title"]})
    if "kind" in new:
        told.append(_("Gets the kind “%(kind)s”.") % {"kind": new["kind"]})
    if "text" in new:
        told.append(_("Gets another text."))
    if plan.channels is not None:
        told.append(_("Goes to %(channels)s.") % {"channels": ", ".join(map(str, plan.channels))})
    approved = post.state in {PostState.APPROVED, PostState.SCHEDULED}
    if (plan.fields or plan.channels is not None) and post.state not in OPEN:
        told.append(
            _("It goes back to draft and loses its approval.") if approved else _("It goes back to draft.")
        )
    elif approval_ends_by(post, plan.when):
        told.append(_("It loses its approval."))
    return told


def _said_of_what_stays(cell: Cells, stands: dict[str, str], post: Post) -> list[str]:
    """This will say of a state or a team that reads otherwise that it is not changed here."""
    told = []
    if cell("state") and cell("state").casefold() not in _state_words(post.state):
        told.append(_("Its state is not changed here."))
    if cell("team") and _even(cell("team")) != _even(stands["team"]):
        told.append(_("It stays in its team."))
    return told


def _state_words(state: str) -> set[str]:
    """This will return the words of a state in every language: the file may have been written in another."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(str(PostState(state).label).casefold())
    return found


def _plan_draft(plan: RowPlan, cell: Cells, known: Known) -> None:
    values = {name: cell(name) for name in LONGEST}
    if not values["title"]:
        raise FileRefused(_("The title is missing."))
    team = known.teams.get(cell("team").casefold()) if cell("team") else known.team
    if team is None:
        raise FileRefused(_("You are in no team called %(team)s.") % {"team": cell("team")[:80]})
    plan.team, plan.channels = team, _channels(cell("channels"), known.channels[team.pk])
    _ask_lengths(values, plan.channels)
    plan.when = read_time(cell("day"), cell("time"))
    plan.fields = {FIELD_OF[name]: text for name, text in values.items()}
    said = {"team": team, "time": moment(plan.when)} if plan.when else {"team": team}
    words = (
        _("New draft of %(team)s for %(time)s.") if plan.when else _("New draft of %(team)s, no time yet.")
    )
    plan.does = words % said
    if plan.channels:
        plan.does += " " + _("Goes to %(channels)s.") % {"channels": ", ".join(map(str, plan.channels))}


def _ask_lengths(values: dict[str, str], channels: Iterable[Channel]) -> None:
    for name, text in values.items():
        if len(text) > LONGEST[name]:
            raise FileRefused(
                _("“%(column)s” has %(length)s characters; at most %(most)s fit.")
                % {"column": _column(name), "length": len(text), "most": LONGEST[name]}
            )
    for channel in channels:
        if len(values.get("text", "")) > channel.platform.text_limit:
            raise FileRefused(
                _("The text has %(length)s characters; %(platform)s takes %(limit)s.")
                % {
                    "length": len(values["text"]),
                    "platform": channel.platform.name,
                    "limit": channel.platform.text_limit,
                }
            )


def _warn(plans: list[RowPlan], known: Known) -> None:
    """This will say beside each row with a new time what a planner should know: over, crowded, a channel at rest."""
    timed = [(plan, plan.when, _goes_to(plan, known)) for plan in plans if plan.when]
    if not timed:
        return
    times = [when for _plan, when, _channels_of in timed]
    moved = {plan.post.pk for plan, _when, _channels_of in timed if plan.post}
    every = {channel.pk: channel for _plan, _when, channels in timed for channel in channels}
    near = on_channels_between(every.values(), min(times) - CROWDED, max(times) + CROWDED)
    there: dict[int, list[tuple[str, datetime, RowPlan | None]]] = defaultdict(list)
    for channel, _post, title, its_time in near.exclude(pk__in=moved) if every else ():
        there[channel].append((title, its_time, None))
    for plan, when, channels in timed:
        for channel in channels:
            there[channel.pk].append((plan.title, when, plan))
    for plan, when, channels in timed:
        crowd = [
            crowd_warning(title, str(channel), its_time)
            for channel in channels
            for title, its_time, other in there[channel.pk]
            if other is not plan and abs(its_time - when) < CROWDED
        ]
        plan.warnings = [*time_warnings(when, known.at), *channel_warnings(channels), *crowd[:5]]


def _goes_to(plan: RowPlan, known: Known) -> list[Channel]:
    """This will return the channels a row's post goes to: those the row names, otherwise those it has."""
    if plan.channels is not None or plan.post is None:
        return plan.channels or []
    stands = known.cells[plan.post.pk]["channels"]
    return [channel for channel in known.channels[plan.post.team_id] if str(channel) in stands]


def _channels(asked: str, channels: list[Channel]) -> list[Channel]:
    """This will find the channels that a cell names. A name may have a comma in it, so the longest that fits is taken."""
    names = [name.strip() for name in re.split(r"[,|\n]", asked) if name.strip()]
    found: list[Channel] = []
    while names:
        for count in range(len(names), 0, -1):
            if count == 1 or _by_name(", ".join(names[:count]), channels):
                found.append(_channel(", ".join(names[:count]), channels))
                names = names[count:]
                break
    return list(dict.fromkeys(found))


def _by_name(name: str, channels: list[Channel]) -> list[Channel]:
    asked = name.casefold()
    return [channel for channel in channels if str(channel).casefold() == asked] or [
        channel for channel in channels if asked in {channel.name.casefold(), channel.handle.casefold()}
    ]


def _channel(name: str, channels: list[Channel]) -> Channel:
    found = _by_name(name, channels)
    if not found:
        raise FileRefused(_("The team has no such channel: %(channel)s.") % {"channel": name[:80]})
    if len(found) > 1:
        raise FileRefused(
            _("Several channels are called %(channel)s. Write the platform too: %(example)s.")
            % {"channel": name[:80], "example": found[0]}
        )
    return found[0]


def _even(text: str) -> str:
    """This will write a text as a spreadsheet gives it back: one kind of line break, nothing at its ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _column(name: str) -> str:
    return {"title": _("Title"), "kind": _("Kind or series"), "text": _("Text")}[name]
