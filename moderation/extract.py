"""What is kept of somebody who commented, by the name that was shown: to read and as JSON of the same. Times are local."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from core import search, trail
from core.models import Event, User
from core.request import number_in
from moderation.models import (
    Case,
    Comment,
    CommentRevision,
    DisposedCase,
    Evidence,
    EvidenceItem,
    Question,
    Reply,
)

LOOK = "comments.extract"
OPENED = ("evidence.open", "case.export")
MOST_NAMES, MOST_PLACES, AT_ONCE, MOST_MENTIONS = 50, 200, 200, 100

trail.WORDS[LOOK] = _("Extract about somebody who commented taken out")

Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A name as it is shown on a channel: the same name on another channel may be somebody else."""

    channel: Channel
    name: str
    count: int
    first: datetime
    last: datetime

    @property
    def value(self) -> str:
        """What a form sends for it."""
        return f"{self.channel.pk} {self.name}"


def places_of(text: str, *, exactly: bool) -> tuple[list[Place], bool]:
    """This will find the names that are the text, or hold it, channel by channel, and tell whether that is all of them.

    Three queries, of which the index on names answers the first two.
    """
    names, more = sorted(_forms_of(text)), False
    if not exactly:
        like = Q()
        for way in sorted(_ways_to_write(text)):
            like |= Q(author_name__icontains=way)
        known = CommentRevision.objects.filter(like).order_by("author_name")
        names = list(known.values_list("author_name", flat=True).distinct()[: MOST_NAMES + 1])
        names, more = names[:MOST_NAMES], len(names) > MOST_NAMES
    rows = (
        CommentRevision.objects.filter(author_name__in=names)
        .order_by("author_name", "comment__channel")
        .values_list("author_name", "comment__channel")
        .annotate(
            Count("comment", distinct=True), Min("comment__registered_at"), Max("comment__registered_at")
        )
    )
    found = list(rows[: MOST_PLACES + 1])
    channels = Channel.objects.select_related("platform").in_bulk({row[1] for row in found})
    places = [Place(channels[channel], name, *rest) for name, channel, *rest in found[:MOST_PLACES]]
    return places, more or len(found) > MOST_PLACES


def _forms_of(text: str) -> set[str]:
    """An å is one sign or two, as whoever wrote the name wrote it: what looks alike is alike."""
    return {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}


def _ways_to_write(text: str) -> set[str]:
    """SQLite takes large and small letters for the same in English alone: å and Å are asked for by themselves."""
    ways = {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
    return set[str]().union(*map(_forms_of, ways))


Named = dict[Channel, set[str]]


def named_in(values: Iterable[str]) -> Named:
    """This will read what a form sent of places: their names, by their channels; what cannot be read is left out."""
    pairs = [
        (number, name)
        for value in values
        if (number := number_in((parts := value.partition(" "))[0]))
        and (name := parts[2])
        and "\0" not in name
    ][:MOST_PLACES]
    channels = Channel.objects.select_related("platform").in_bulk({number for number, _name in pairs})
    named: Named = defaultdict(set)
    for number, name in pairs:
        if number in channels:
            named[channels[number]].add(name)
    return dict(named)


def comments_under(named: Named) -> QuerySet[Comment]:
    """This will find the comments that any reading of which was shown under such a name on such a channel, newest first."""
    pairs, names = Q(pk__in=[]), set[str]()
    for channel, its in named.items():
        pairs |= Q(comment__channel=channel, author_name__in=sorted(its))
        names |= its
    found = CommentRevision.objects.filter(pairs, author_name__in=sorted(names))
    return Comment.objects.filter(pk__in=found.values("comment")).order_by("-pk")


def rows_of(comments: QuerySet[Comment], *, before: int | None = None) -> tuple[list[Row], int | None]:
    """This will read the next two hundred comments with all that hangs on them, and where the rest begins, if there is any.

    What is said of others is left out: who moderated, and the context of a screenshot, which tells what others wrote.
    """
    wanted = comments.filter(pk__lt=before) if before else comments
    read = list(_with_all(wanted)[: AT_ONCE + 1])
    more = read[AT_ONCE - 1].pk if len(read) > AT_ONCE else None
    read = read[:AT_ONCE]
    looks = _opened(read)
    return [_comment(comment, looks) for comment in read], more


def batches(comments: QuerySet[Comment]) -> Iterator[list[Row]]:
    """This will read all of them, two hundred at a time."""
    before: int | None = None
    while True:
        rows, before = rows_of(comments, before=before)
        yield rows
        if before is None:
            return


def _with_all(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    items = Prefetch("items", queryset=EvidenceItem.objects.prefetch_related("masked_copies"))
    evidence = Evidence.objects.order_by("pk").prefetch_related(items)
    cases = (
        Case.objects.select_related("ground", "waiver")
        .order_by("pk")
        .prefetch_related(
            Prefetch("evidence", queryset=evidence),
            "removals",
            "checks",
            "police_reports",
            "author_notices",
            Prefetch("disposals", queryset=DisposedCase.objects.exclude(erased_at=None)),
        )
    )
    return comments.select_related("channel__platform", "publication", "complaint").prefetch_related(
        Prefetch("revisions", queryset=CommentRevision.objects.order_by("number")),
        Prefetch("questions", queryset=Question.objects.order_by("pk")),
        Prefetch("replies", queryset=Reply.objects.select_related("current").order_by("pk")),
        Prefetch("cases", queryset=cases),
    )


def _opened(comments: Sequence[Comment]) -> dict[tuple[str, int], list[Row]]:
    """Who opened or took out the evidence and the cases of these comments, in one query."""
    cases = [case for comment in comments for case in comment.cases.all()]
    about = {
        Case: [case.pk for case in cases],
        Evidence: [evidence.pk for case in cases for evidence in case.evidence.all()],
    }
    wanted = Q(pk__in=[])
    for model, numbers in about.items():
        wanted |= Q(about_type=model._meta.label_lower, about_id__in=numbers)
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for event in Event.objects.filter(wanted, kind__in=OPENED).order_by("pk"):
        found[event.about_type, event.about_id].append(_event(event))
    return found


def _event(event: Event) -> Row:
    return {"at": localtime(event.at), "what": event.text, "who": event.actor_name}


def _comment(comment: Comment, looks: dict[tuple[str, int], list[Row]]) -> Row:
    complaint = getattr(comment, "complaint", None)
    return {
        "number": comment.pk,
        "channel": str(comment.channel),
        "address": comment.url,
        "below": comment.publication.url if comment.publication else "",
        "kind": str(comment.get_kind_display()),
        "state": str(comment.state_label),
        "entered": localtime(comment.registered_at),
        "texts": [
            {"seen": localtime(row.seen_at), "name": row.author_name, "text": row.text}
            for row in comment.revisions.all()
        ],
        "questions": [
            {
                "asked": localtime(row.asked_at),
                "answer_by": localtime(row.due_at),
                "answered": _local(row.answered_at),
                "needs_no_answer": _local(row.dropped_at),
            }
            for row in comment.questions.all()
        ],
        "answers": [
            {
                "state": str(row.state_label),
                "sent": _local(row.sent_at),
                "text": row.current.text if row.current else "",
            }
            for row in comment.replies.all()
        ],
        "complaint": complaint
        and {
            "reference": complaint.reference,
            "state": str(complaint.state_label),
            "passed_on": localtime(complaint.passed_on_at),
            "outcome": complaint.outcome,
        },
        "cases": [_case(case, looks) for case in comment.cases.all()],
    }


def _case(case: Case, looks: dict[tuple[str, int], list[Row]]) -> Row:
    evidence = list(case.evidence.all())
    opened = [*looks.get((Case._meta.label_lower, case.pk), [])]
    for one in evidence:
        opened += looks.get((Evidence._meta.label_lower, one.pk), [])
    return {
        "number": case.pk,
        "ground": case.ground.name,
        "citation": case.ground.citation,
        "state": str(case.state_label),
        "discovered": localtime(case.discovered_at),
        "hidden": _local(case.hidden_at),
        "closed": _local(case.closed_at),
        "about": case.facts,
        "no_copy_is_kept": hasattr(case, "waiver"),
        "decisions": [
            {
                "at": localtime(row.ordered_at),
                "citation": row.citation,
                "facts": row.facts,
                "how_clear": str(row.get_manifest_display()),
            }
            for row in case.removals.all()
        ],
        "looked_whether_gone": [
            {
                "at": localtime(row.checked_at),
                "result": str(row.get_result_display()),
                "said": row.said,
                "hash": row.sha,
            }
            for row in case.checks.all()
        ],
        "told": [
            {"at": localtime(row.told_at), "how": str(row.get_way_display()), "text": row.text}
            for row in case.author_notices.all()
        ],
        "police": [{"day": row.reported_on, "number": row.number} for row in case.police_reports.all()],
        "evidence": [_evidence(one) for one in evidence],
        "erased": next((_local(row.erased_at) for row in case.disposals.all()), None),
        "opened": sorted(opened, key=lambda row: row["at"]),
    }


def _evidence(evidence: Evidence) -> Row:
    return {
        "state": str(evidence.get_state_display()),
        "sealed": _local(evidence.sealed_at),
        "hash": evidence.manifest_sha,
        "screenshots": [
            {
                "shows": str(item.get_shows_display()),
                "added": localtime(item.added_at),
                "hash": item.sha,
                "masked_copies": [copy.sha for copy in item.masked_copies.all()],
            }
            for item in evidence.items.all()
        ],
    }


def _local(at: datetime | None) -> datetime | None:
    return localtime(at) if at else None


def mentions_of(named: Named) -> tuple[list[tuple[str, int]], bool]:
    """This will find comments of others, and cases, in whose words a name stands: kind and number of each, and whether
    there are more. One query.
    """
    names = set[str]().union(*named.values())
    found = search.holding(names, kinds=("comment", "case"), most=MOST_MENTIONS + 1)
    return found[:MOST_MENTIONS], len(found) > MOST_MENTIONS


def note_look(named: Named, *, actor: User, at: datetime) -> None:
    """This will write into the trail that somebody took out what is kept under the names, about each channel.

    The trail outlives the comments, so it holds a code of the name: whoever has the name and the site's key finds it again.
    """
    trail.record_many(
        trail.event_of(LOOK, about=channel, actor=actor, at=at, data={"name": _codes(name)[0]})
        for channel, names in named.items()
        for name in sorted(names)
    )


def looks_at(named: Named) -> list[Row]:
    """This will tell who has taken out before what is kept under the names, newest first. One query."""
    wanted = Q(pk__in=[])
    for channel, names in named.items():
        codes = [code for name in names for code in _codes(name)]
        wanted |= Q(about_id=channel.pk, data__name__in=codes)
    events = Event.objects.filter(wanted, kind=LOOK, about_type=Channel._meta.label_lower)
    return [_event(event) for event in events.order_by("-pk")]


def _codes(name: str) -> list[str]:
    """What the trail calls a name: by the key of today, and by those before it."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [
        salted_hmac("moderation.extract", name, secret=key, algorithm="sha256").hexdigest() for key in keys
    ]
