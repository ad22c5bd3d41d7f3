"""The doors of the review: the queue, a post before its reader's eyes, and what a reader does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move, status_of
from core.moves import MoveRefused
from core.request import number_in, person
from core.rules import Refusal
from editorial import reading, reviewing
from editorial.checklist import BLOCK, OK, WAITING, checklist
from editorial.models import Post, Remark
from editorial.proofs import Proof, proof_of
from editorial.review_forms import AnswerForm, AskReaderForm, DecisionForm, RemarkForm
from editorial.rules import may_review
from editorial.states import PostState


@require_GET
def review_queue(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    show = request.GET.get("show", "")
    show = show if show in reading.QUEUES else reading.QUEUES[0]
    posts = reading.queue(user, now, show).select_related("team", "created_by", "claim__reader")
    counts = reading.queue_counts(user, now)
    paginator = Paginator(posts, 25)
    paginator.count = counts[show]  # not counted again
    page_obj = paginator.get_page(request.GET.get("page"))
    context = {
        "show": show,
        "now": now,
        "counts": counts,
        "page_obj": page_obj,
        "first": next(iter(page_obj), None),
    }
    return render(request, "editorial/review_queue.html", context)


@require_GET
def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def review_decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """This will approve or ask for changes, and lead to the next post in the queue."""
    if name not in {"approve", "ask_changes"}:
        raise Http404
    post, user = _fetch(request, pk), person(request)
    form = _decision(post, name, request.POST)
    answer = may_review(user, post)
    if isinstance(answer, Refusal):
        return _page(request, post, refusal=str(answer.reason), status=403)
    if not form.is_valid():
        return _page(request, post, decision=form, status=422)
    coming = reading.next_in_queue(user, post)
    words = (
        _("“%(title)s” is approved.")
        if name == "approve"
        else _("“%(title)s” goes back: you have asked for changes.")
    )
    return do_move(
        request,
        post,
        name,
        page=lambda **refused: _page(request, post, decision=form, **refused),
        to=reverse("editorial:review_page", args=[coming]) if coming else reverse("editorial:review_queue"),
        done=words % {"title": post.title},
        **form.details(),
    )


@require_POST
def review_claim(request: HttpRequest, pk: int) -> HttpResponse:
    post = _fetch(request, pk)
    try:
        if "release" in request.POST:
            reviewing.release(post, reader=person(request))
        else:
            reviewing.claim(post, reader=person(request), at=timezone.now())
    except MoveRefused as refused:
        return _page(request, post, refusal=refused.reason, status=status_of(refused))
    return redirect("editorial:review_page", pk)


@require_POST
def review_ask(request: HttpRequest, pk: int) -> HttpResponse:
    post = _fetch(request, pk)
    form = AskReaderForm(request.POST, readers=post.team.editors())
    if not form.is_valid():
        return _page(request, post, ask=form, status=422)
    reader = form.cleaned_data["reader"]
    try:
        reviewing.ask_reader(post, reader=reader, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return _page(request, post, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("%(name)s is asked to read.") % {"name": reader})
    return redirect("editorial:review_page", pk)


@require_POST
def review_links(request: HttpRequest, pk: int) -> HttpResponse:
    """This will put the post's links in the queue of the checks again."""
    post = _fetch(request, pk)
    try:
        reviewing.check_again(post, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return _page(request, post, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The links are checked again. It takes a few seconds."))
    return redirect("editorial:review_page", pk)


@require_POST
def review_remark(request: HttpRequest, pk: int) -> HttpResponse:
    post, now = _fetch(request, pk), timezone.now()
    form = _remark_form(proof_of(post, now), request.POST)
    if not form.is_valid():
        return _page(request, post, remark=form, status=422)
    try:
        written = reviewing.write_remark(post, actor=person(request), at=now, **form.details())
    except MoveRefused as refused:
        return _page(request, post, remark=form, refusal=refused.reason, status=status_of(refused))
    return redirect(f"{reviewing.review_url(post)}#remark-{written.pk}")


@require_POST
def review_remarks(request: HttpRequest, pk: int) -> HttpResponse:
    """This will answer, settle or open again the remark that the pressed button names."""
    post = _fetch(request, pk)
    name = next((button for button in ("answer", "settle", "reopen") if button in request.POST), "")
    number = request.POST.get(name, "")
    remarks = post.remarks.filter(answers_to=None).select_related("post__team")
    remark = get_object_or_404(remarks, pk=number_in(number) or 0)
    if name == "answer":
        return _answer(request, post, remark)
    return do_move(
        request,
        remark,
        name,
        page=lambda **refused: _page(request, post, **refused),
        to=f"{reviewing.review_url(post)}#{'remarks' if name == 'settle' else f'remark-{remark.pk}'}",
    )


def _answer(request: HttpRequest, post: Post, remark: Remark) -> HttpResponse:
    form = AnswerForm(request.POST, prefix=str(remark.pk))
    if not form.is_valid():
        return _page(request, post, answer=(remark.pk, form), status=422)
    try:
        reviewing.write_remark(
            post,
            actor=person(request),
            at=timezone.now(),
            body=form.cleaned_data["body"],
            answers_to=remark,
        )
    except MoveRefused as refused:
        return _page(
            request, post, answer=(remark.pk, form), refusal=refused.reason, status=status_of(refused)
        )
    return redirect(f"{reviewing.review_url(post)}#remark-{remark.pk}")


@require_GET
def history_page(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show every version of a post, who saved and who judged it, and what one of them changed."""
    post = _fetch(request, pk)
    steps = reading.history_of(post)
    chosen = request.GET.get("version", "")
    numbers = [step.version.number for step in steps]
    shown = numbers.index(number) if (number := number_in(chosen)) in numbers else 0
    older = steps[shown + 1].version if shown + 1 < len(steps) else None
    context = {
        "post": post,
        "steps": steps,
        "shown": steps[shown] if steps else None,
        "changes": reading.changes(older, steps[shown].version) if older else [],
        "questions": reviewing.Question.choices,
    }
    return render(request, "editorial/history_page.html", context)


def _fetch(request: HttpRequest, pk: int) -> Post:
    posts = Post.objects.visible_to(person(request))
    post = get_object_or_404(posts.select_related("team", "current", "created_by", "claim__reader"), pk=pk)
    if post.current:
        post.current.post = post
    return post


def _decision(post: Post, name: str, data: Any = None) -> DecisionForm:
    return DecisionForm(data, version=post.current, is_approval=name == "approve", auto_id=f"{name}-%s")


def _remark_form(proof: Proof | None, data: Any = None, body: str = "") -> RemarkForm:
    return RemarkForm(
        data,
        initial={"body": body},
        channels=[shown.channel for shown in proof.texts] if proof else [],
        pictures=[row.picture for row, _light in proof.pictures] if proof else [],
        auto_id="remark-%s",
    )


def _page(
    request: HttpRequest,
    post: Post,
    *,
    refusal: str = "",
    decision: DecisionForm | None = None,
    remark: RemarkForm | None = None,
    ask: AskReaderForm | None = None,
    answer: tuple[int, AnswerForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, now = person(request), timezone.now()
    threads = reading.remarks_on(post, post.current)
    for thread in threads:
        if answer and thread.remark.pk == answer[0]:
            thread.refused = answer[1]
    proof = proof_of(post, now, reading.quotes_in(threads))
    if proof is None:
        raise Http404
    around = reading.people_around(post, now)
    verdicts = reading.last_verdicts(post) if proof.version.number > 1 else []
    since = reading.since_read(user, proof, verdicts)
    if since.is_first_sight and request.method == "GET":
        reviewing.note_reading(proof.version, reader=user, at=now)
    in_review = post.state == PostState.IN_REVIEW
    lines = checklist(proof)
    forms = {name: _decision(post, name) for name in ("approve", "ask_changes")}
    if decision is not None:
        decision.forget_answers_before(post.version)
        forms["approve" if decision.is_approval else "ask_changes"] = decision
    # Whoever decides a moment after somebody else can still say it, as a remark.
    unsaid = decision["note"].value() or "" if decision and not in_review else ""
    if any(line.code == "links" and line.level == BLOCK for line in lines):
        forms["approve"].ask_why()
    claim = getattr(post, "claim", None)
    context = {
        "post": post,
        "proof": proof,
        "since": since,
        "asked": reading.changes_asked(verdicts),
        "lines": lines,
        "fine": sum(1 for line in lines if line.level == OK),
        "is_blocked": any(line.code == "links" and line.level in {BLOCK, WAITING} for line in lines),
        "open_threads": [thread for thread in threads if thread.is_open],
        "settled_threads": [thread for thread in threads if not thread.is_open],
        "around": around,
        "has_lapsed": post.has_lapsed(now),
        "claim": claim if claim and claim.until > now else None,
        "approve": forms["approve"],
        "ask_changes": forms["ask_changes"],
        "answer": may_review(user, post) if in_review and user not in around.readers else None,
        "may_decide": in_review and user in around.readers,
        "in_team": user in [*around.authors, *around.readers] or post.team.has_member(user),
        "ask": ask or AskReaderForm(readers=around.may_be_asked(user)),
        "remark": remark or _remark_form(proof, body=unsaid),
        "unsaid": unsaid,
        "coming": reading.next_in_queue(user, post),
        "refusal": refusal,
    }
    return render(request, "editorial/review_page.html", context, status=status)
