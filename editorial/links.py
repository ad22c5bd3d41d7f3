"""Whether the links work (R24): asked as rows, opened by the worker, and asked about before a post goes out."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.fetching import PUBLIC, FetchFailed, FetchPolicy, FetchRefused, fetch
from core.moves import MoveRefused
from core.notices import Message, say, tell
from editorial.addresses import addresses_in, host_of, key_of, to_open
from editorial.models import LinkCheck, Post, PostVersion, Review
from editorial.models.reviews import MOST_OF_AN_ADDRESS
from editorial.proofs import checks_of
from editorial.states import PostState

log = logging.getLogger(__name__)

Verdict, Occasion = LinkCheck.Verdict, LinkCheck.Occasion

FRESH = timedelta(minutes=10)
LEASE = timedelta(seconds=60)
AT_ONCE, FEW = 32, 8
ROUND_SECONDS = 15
MOST_ATTEMPTS = 3
AGAIN = (timedelta(minutes=1), timedelta(minutes=5))
# A site that answers so is there, and keeps machines out: a person has to look.
KEPT_OUT = {401, 403, 405, 406, 407, 429, 451, 999}
PASSING = {"slow", "unreached", "garbled", "server", "crashed"}


@dataclass(frozen=True)
class Outcome:
    """What opening an address gave."""

    verdict: str
    problem: str = ""
    status: int | None = None
    final_url: str = ""
    hops: tuple[tuple[str, int], ...] = ()


def ask_links(post: Post, addresses: Iterable[str], *, occasion: str, at: datetime) -> int:
    """This will put a question for each address, and return how many.

    One that waits already, or was asked in the last ten minutes, is not asked again, unless the post is about to go
    out or somebody asks for it. The city's own hosts (`LINK_TRUSTED_HOSTS`) are for a person to open.
    """
    wanted = {key_of(address): address for address in addresses}
    known = post.link_checks.filter(key__in=wanted)
    known = (
        known.filter(answered_at=None)
        if occasion in {Occasion.BEFORE, Occasion.ASKED}
        else known.filter(asked_at__gt=at - FRESH)
    )
    for key in known.values_list("key", flat=True):
        wanted.pop(key, None)
    LinkCheck.objects.bulk_create(
        [_question(post, key, address, occasion, at) for key, address in wanted.items()],
        ignore_conflicts=True,
        batch_size=200,
    )
    return len(wanted)


def ask_version(version: PostVersion, *, occasion: str, at: datetime) -> int:
    """This will put a question for each address in the version."""
    return ask_links(version.post, addresses_in(version.content), occasion=occasion, at=at)


def check_waiting(at: datetime, *, policy: FetchPolicy = PUBLIC, seconds: float = ROUND_SECONDS) -> int:
    """This will open what waits, 32 at a time, and return how many were answered. Takes `seconds` and one link more.

    Each is claimed for a minute first, so two workers never open the same one, and one that dies leaves its links to
    the next. Nothing is read of what the address holds: what it weighs never matters.
    """
    answered, ends = 0, monotonic() + seconds
    running: dict[Future[Outcome], LinkCheck] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            free = AT_ONCE - len(running)
            # A few at a time, so that a slow link does not hold up the quick ones behind it, nor each ask the database.
            if free >= FEW and monotonic() < ends:
                for check in _claim(at, free):
                    running[pool.submit(judge_safely, check.url, policy)] = check
            if not running:
                return answered
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                answered += _answer(running.pop(done), done.result(), at)


def judge_safely(address: str, policy: FetchPolicy) -> Outcome:
    """This will judge an address, whatever happens: one that breaks the judging must not hold up the others."""
    try:
        return judge(address, policy)
    except Exception:  # kept on the row as a problem, with the trace in the log
        log.exception("a link could not be judged")
        return Outcome(Verdict.UNSURE, "crashed")


def judge(address: str, policy: FetchPolicy = PUBLIC) -> Outcome:
    """This will open an address as a follower would, and say what came of it. Reads nothing of the page."""
    try:
        got = fetch(to_open(address), limit_bytes=0, seconds=settings.LINK_SECONDS, policy=policy)
    except FetchRefused as refused:
        return Outcome(Verdict.BROKEN, refused.code)
    except FetchFailed as failed:
        return Outcome(Verdict.BROKEN, failed.code)
    verdict, problem = _meaning(got.status)
    return Outcome(verdict, problem, got.status, got.final_url, got.hops)


def _meaning(status: int) -> tuple[str, str]:
    if 200 <= status < 300:
        return Verdict.WORKS, ""
    if status in KEPT_OUT:
        return Verdict.UNSURE, "kept_out"
    if status in {404, 410}:
        return Verdict.BROKEN, "missing"
    return Verdict.BROKEN, "server" if status >= 500 else "status"


def answer_for(post: Post, address: str, outcome: Outcome, at: datetime) -> None:
    """This will answer the question about an address that waits, without opening it."""
    waiting = post.link_checks.filter(key=key_of(address), answered_at=None)
    for check in waiting.select_related("post"):
        _answer(check, outcome, at)


def not_working(post: Post, version: PostVersion) -> list[LinkCheck]:
    """This will list the version's links that do not work, or were not answered or even asked about yet."""
    checks = checks_of(post, version.content)
    return [check for check in checks if check.verdict in {Verdict.BROKEN, Verdict.WAITING}]


def let_through(version: PostVersion) -> set[str]:
    """This will return the links that the version's approval let through as they were."""
    return {
        address
        for review in version.reviews.all()
        if review.verdict == Review.Verdict.APPROVED
        for address in review.overruled
    }


def ask_the_links(post: Post, overrule: str = "") -> list[LinkCheck]:
    """This will raise MoveRefused when a link of the current version does not work, or waits for its answer.

    Links that the version's approval let through may stay as they are; `overrule`, the approver's reason, lets through
    the rest. Returns those it let through now.
    """
    if post.current is None:
        return []
    through = let_through(post.current)
    standing = [check for check in not_working(post, post.current) if check.url not in through]
    if overrule.strip() or not standing:
        return standing
    broken = [check.url for check in standing if check.verdict == Verdict.BROKEN]
    if broken:
        raise MoveRefused(
            _("A link does not work: %(links)s. Mend it, or let the approver give a reason.")
            % {"links": ", ".join(broken[:3])}
        )
    raise MoveRefused(_("The links are being checked. Try again in a moment."))


def _question(post: Post, key: str, address: str, occasion: str, at: datetime) -> LinkCheck:
    question = LinkCheck(
        post=post,
        url=address[:MOST_OF_AN_ADDRESS],
        key=key,
        occasion=occasion,
        asked_at=at,
        try_at=at,
    )
    host = host_of(address)
    if len(address) > MOST_OF_AN_ADDRESS:
        question.verdict, question.problem = Verdict.BROKEN, "too_long"
    elif any(host == own or host.endswith(f".{own}") for own in settings.LINK_TRUSTED_HOSTS):
        question.verdict, question.problem = Verdict.UNSURE, "trusted"
    if question.verdict:
        question.answered_at, question.try_at = at, None
    return question


def _claim(at: datetime, most: int = AT_ONCE) -> list[LinkCheck]:
    claim = uuid.uuid4()
    waiting = list(
        LinkCheck.objects.to_check(at).order_by("try_at", "id").values_list("pk", flat=True)[:most]
    )
    LinkCheck.objects.to_check(at).filter(pk__in=waiting).update(claim=claim, try_at=at + LEASE)
    return list(LinkCheck.objects.filter(claim=claim).select_related("post") if waiting else [])


def _answer(check: LinkCheck, outcome: Outcome, at: datetime) -> int:
    """Keep the answer unless another worker has taken the link over; what may pass by itself is tried again, twice."""
    attempts = check.attempts + 1
    again = outcome.problem in PASSING and attempts < MOST_ATTEMPTS
    mine = LinkCheck.objects.filter(pk=check.pk, claim=check.claim)
    kept = mine.update(
        attempts=attempts,
        verdict=outcome.verdict,
        problem=outcome.problem,
        status=outcome.status,
        final_url=outcome.final_url[:MOST_OF_AN_ADDRESS],
        hops=[list(hop) for hop in outcome.hops],
        answered_at=at,
        claim=None,
        try_at=at + AGAIN[attempts - 1] if again else None,
    )
    if kept and outcome.verdict == Verdict.BROKEN and not again:
        tell_broken(check, at)
    return kept


def tell_broken(check: LinkCheck, at: datetime) -> None:
    """This will tell who wrote and who approved a post that is approved or planned and whose link stopped working.

    Those still in the team at once when it is soon to go out; nobody at all when the approver has let the link through.
    """
    post = Post.objects.select_related("current").get(pk=check.post_id)
    if post.state not in {PostState.APPROVED, PostState.SCHEDULED} or post.current is None:
        return
    if check.url not in addresses_in(post.current.content) or check.url in let_through(post.current):
        return
    approvers = {review.reviewer for review in post.current.reviews.select_related("reviewer")}
    tell(
        (
            Message(
                recipient=person,
                key=f"post:{post.pk}:link:{check.pk}",
                subject=say(gettext_lazy("A link does not work: %(title)s"), title=post.title),
                body=say(
                    gettext_lazy(
                        "%(link)s did not work when it was checked. The post does not go out with it."
                    ),
                    link=check.url,
                ),
                url=reverse("editorial:post_page", args=[post.pk]),
                why=gettext_lazy("you wrote or approved this post"),
                about=post,
                # What is urgent is sent without asking whether they may still see it.
                urgent=check.occasion == Occasion.BEFORE and post.team.has_member(person),
            )
            for person in approvers | set(post.authors())
        ),
        at,
    )
