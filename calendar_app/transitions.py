"""What changes series and slots: making them, changing their rule, and what belongs to each of their moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calendar_app import laying
from calendar_app.models import Series, Slot
from calendar_app.recurrence import Rule
from calendar_app.rules import may_plan_for
from calendar_app.states import SERIES_MOVES, SLOT_MOVES, SlotState
from channels_registry.models import Channel
from core import ladders, trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from core.rules import Refusal
from core.workdays import local_day
from editorial.models import Post
from editorial.planning import ask_the_years
from editorial.states import POST_MOVES, PostState
from editorial.transitions import change_time, save_post

trail.WORDS |= {
    "series.create": gettext_lazy("Series begun"),
    "series.edit": gettext_lazy("Series changed"),
    "series.rule": gettext_lazy("Rule changed"),
}

DETAILS = ("name", "owner", "template_text")
AGAIN = (
    "title",
    "kind",
    "theme",
    "base_text",
    "byline",
    "collaboration",
    "brand_shown",
    "asks_question",
)
RULE = ("rhythm", "interval", "starts_on", "ends_on", "clock", "red_days")


def slot_url(slot: Slot) -> str:
    return reverse("calendar_app:slot_page", args=[slot.pk])


def begin_series(
    series: Series,
    *,
    actor: User,
    at: datetime,
    fields: Mapping[str, Any],
    channels: Iterable[Channel],
    rule: Rule,
) -> None:
    """This will store a new series and lay out its slots. Raises MoveRefused with a sentence."""
    chosen = list(channels)
    _ask(series, actor, fields, chosen)
    _ask_rule(rule)
    _fill_in(series, fields, rule)
    series.laid_until = local_day(at) - timedelta(days=1)
    series.created_by, series.created_at = actor, at
    with transaction.atomic():
        series.save()
        series.channels.set(chosen)
        trail.record("series.create", about=series, actor=actor, at=at, data={"rule": rule.in_words()})
        _follow(series, rule, local_day(at), actor=actor, at=at)


def change_details(
    series: Series,
    *,
    actor: User,
    at: datetime,
    fields: Mapping[str, Any],
    channels: Iterable[Channel],
    seen: int | None = None,
) -> None:
    """This will change everything but the rule. Raises MoveRefused, ChangedMeanwhile when `seen` is not the version."""
    chosen = list(channels)
    _ask(series, actor, fields, chosen)
    with transaction.atomic():
        _take(series, seen, **{name: fields[name] for name in DETAILS})
        series.channels.set(chosen)
        trail.record("series.edit", about=series, actor=actor, at=at)


def change_rule(
    series: Series, rule: Rule, *, since: date, actor: User, at: datetime, seen: int | None = None
) -> laying.Change:
    """This will give the series another rule from the day `since` on (today at the earliest), and return what it did.

    Slots with a post, and skipped ones, stay as they are. Raises MoveRefused with a sentence, ChangedMeanwhile.
    """
    answer = may_plan_for(actor, series.team)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    _ask_rule(rule)
    since = max(since, local_day(at))
    before = series.in_words
    with transaction.atomic():
        _take(series, seen, **{name: getattr(rule, name) for name in RULE})
        data = {"from": before, "to": rule.in_words(), "since": since.isoformat()}
        trail.record("series.rule", about=series, actor=actor, at=at, data=data)
        return _follow(series, rule, since, actor=actor, at=at)


def write_post(slot: Slot, *, actor: User, at: datetime, seen: int | None = None) -> Post:
    """This will begin a post in the slot: a draft from the template of its series, on its channels, at its time.

    Raises MoveRefused outside the team or when the slot is not empty, ChangedMeanwhile when somebody was first.
    """
    series = slot.series
    cared_for = set(series.team.channels.values_list("pk", flat=True))
    channels = [channel for channel in series.channels.all() if channel.pk in cared_for]
    post = Post(team=series.team)
    with transaction.atomic():
        save_post(
            post,
            actor=actor,
            at=at,
            fields={
                # No day in it: the post may be moved.
                "title": series.name,
                "kind": series.name,
                "base_text": series.template_text,
                "wanted_at": slot.starts_at,
            },
            texts=dict.fromkeys(channels, ""),
            links=[],
        )
        perform(slot, "fill", actor=actor, at=at, seen=seen, post=post)
    return post


def place_post(slot: Slot, post: Post, *, actor: User, at: datetime, seen: int | None = None) -> None:
    """This will put a post that is there into the slot and give it the slot's time.

    Raises MoveRefused as the post's and the slot's moves do, ChangedMeanwhile when somebody was first.
    """
    try:
        with transaction.atomic():
            if slot.starts_at not in {post.planned_at, post.wanted_at}:
                change_time(post, actor=actor, at=at, when=slot.starts_at)
            perform(slot, "fill", actor=actor, at=at, seen=seen, post=post)
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def write_again(post: Post, *, actor: User, at: datetime, when: datetime) -> Post:
    """This will begin a new draft that says what a published post said, wanted at another time; the old one stays.

    Raises MoveRefused outside the team and for channels or pictures that cannot be used any more.
    """
    new, cared_for = Post(team=post.team), set(post.team.channels.values_list("pk", flat=True))
    rows = post.texts.select_related("channel")
    save_post(
        new,
        actor=actor,
        at=at,
        fields={name: getattr(post, name) for name in AGAIN} | {"wanted_at": when},
        texts={row.channel: row.own_text for row in rows if row.channel_id in cared_for},
        links=[link.url for link in post.links.all()],
        pictures=[(row.picture, row.alt_text) for row in post.pictures.select_related("picture")],
    )
    return new


@SLOT_MOVES.before("fill")
def ask_the_post(slot: Slot, *, post: Post, **details: Any) -> dict[str, Any]:
    """This will refuse posts of other teams, dropped ones, and those that have a place."""
    if post.team_id != slot.series.team_id:
        raise MoveRefused(_("The post belongs to another team than the series."))
    if post.state == PostState.DROPPED:
        raise MoveRefused(_("The post is dropped."))
    if Slot.objects.filter(post=post).exists():
        raise MoveRefused(_("The post already has a place in a series."))
    return {}


@SLOT_MOVES.before("shift")
def ask_the_new_time(
    slot: Slot, *, starts_at: datetime, at: datetime, by_rule: bool = False, **details: Any
) -> dict[str, Any]:
    """This will refuse a time that is over, unless a changed rule has it so."""
    if not by_rule:
        ask_the_years(starts_at)
    if starts_at < at and not by_rule:
        raise MoveRefused(_("The time is in the past. Choose a time from now on."))
    return {}


@SLOT_MOVES.before("free")
def let_go_of_the_post(slot: Slot, **details: Any) -> dict[str, Any]:
    return {"post": None}


@SLOT_MOVES.effect("fill")
@SLOT_MOVES.effect("withdraw")
def forget_reminders(slot: Slot, *, at: datetime, **details: Any) -> None:
    ladders.take_down("slot", [slot.pk], at)


@SLOT_MOVES.effect("skip")
def keep_the_reason(slot: Slot, *, at: datetime, note: str, **details: Any) -> None:
    """This will end the reminders and keep why the place is skipped beside it."""
    ladders.take_down("slot", [slot.pk], at)
    Slot.objects.filter(pk=slot.pk).update(why=note)
    slot.why = note


@SLOT_MOVES.effect("free")
@SLOT_MOVES.effect("restore")
@SLOT_MOVES.effect("lay_again")
@SLOT_MOVES.effect("shift")
def remind_anew(slot: Slot, *, at: datetime, **details: Any) -> None:
    """This will lay out the reminders of a place that is empty at its time of now."""
    ladders.take_down("slot", [slot.pk], at)
    laying.set_up_reminders([slot], at)


@SERIES_MOVES.effect("end")
def withdraw_what_is_empty(series: Series, *, actor: User | None, at: datetime, **details: Any) -> None:
    """This will withdraw the places from now on that have no post."""
    for slot in series.slots.filter(state=SlotState.OPEN, starts_at__gte=at).select_related("series__team"):
        perform(slot, "withdraw", actor=actor, at=at)


@SERIES_MOVES.effect("resume")
def lay_out_again(series: Series, *, actor: User | None, at: datetime, **details: Any) -> None:
    _follow(series, series.rule, local_day(at), actor=actor, at=at)


@POST_MOVES.effect("drop")
def free_the_place(post: Post, *, actor: User | None, at: datetime, **details: Any) -> None:
    """This will empty the place of a post that is dropped: it is to be filled by another."""
    if slot := Slot.objects.select_related("series__team").filter(post=post).first():
        perform(slot, "free", actor=actor, at=at)


def _ask(series: Series, actor: User, fields: Mapping[str, Any], channels: list[Channel]) -> None:
    answer = may_plan_for(actor, series.team)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    if not series.team.has_member(fields["owner"]):
        raise MoveRefused(_("The owner has to be in the team."))
    foreign = {channel.pk for channel in channels} - set(series.team.channels.values_list("pk", flat=True))
    if foreign:
        raise MoveRefused(_("The team does not have all these channels."))
    same = Series.objects.filter(team=series.team, name=fields["name"]).exclude(pk=series.pk)
    if same.exists():
        raise MoveRefused(_("The team already has a series of that name."))


def _ask_rule(rule: Rule) -> None:
    if not rule.ever_occurs():
        raise MoveRefused(_("By this rule no day ever comes. Choose another day, or what red days do."))


def _fill_in(series: Series, fields: Mapping[str, Any], rule: Rule) -> None:
    for name in DETAILS:
        setattr(series, name, fields[name])
    for name in RULE:
        setattr(series, name, getattr(rule, name))


def _take(series: Series, seen: int | None, **columns: Any) -> None:
    expected = series.version if seen is None else seen
    if not Series.objects.filter(pk=series.pk, version=expected).update(version=expected + 1, **columns):
        raise ChangedMeanwhile
    series.refresh_from_db()


def _follow(series: Series, rule: Rule, since: date, *, actor: User | None, at: datetime) -> laying.Change:
    """This will make the slots from `since` on as the rule has them, as far as slots are laid out."""
    until = laying.horizon(at)
    change = laying.plan(series, rule, since, until)
    laying.carry_out(series, change, actor=actor, at=at)
    Series.objects.filter(pk=series.pk).update(laid_until=until)
    series.laid_until = until
    return change
