from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import trail
from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.request import person
from moderation.forms import CaseForm, CommentForm, RevisionForm
from moderation.models import Comment
from moderation.states import CLOSED
from moderation.transitions import open_case, register_comment, revise_comment


@require_http_methods(["GET", "POST"])
def comment_new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form, refusal, status = CommentForm(request.POST or None, user=user), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                comment = register_comment(actor=user, at=timezone.now(), **form.cleaned_data)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The comment is registered."))
                return redirect("moderation:comment_page", comment.pk)
    return render(request, "moderation/comment_new.html", {"form": form, "refusal": refusal}, status=status)


@require_GET
def comment_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def comment_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    comment = _fetch(request, pk)
    to = reverse("moderation:comment_page", args=[pk])
    return do_move(request, comment, name, page=lambda **answer: _page(request, comment, **answer), to=to)


@require_POST
def comment_revise(request: HttpRequest, pk: int) -> HttpResponse:
    comment, form = _fetch(request, pk), RevisionForm(request.POST)
    if not form.is_valid():
        return _page(request, comment, revision=form, status=422)
    try:
        revise_comment(comment, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return _page(request, comment, revision=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The comment's new text is kept as a revision."))
    return redirect("moderation:comment_page", pk)


@require_POST
def case_open(request: HttpRequest, pk: int) -> HttpResponse:
    comment, form = _fetch(request, pk), CaseForm(request.POST)
    if not form.is_valid():
        return _page(request, comment, case_form=form, status=422)
    try:
        case = open_case(comment, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return _page(request, comment, case_form=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The case is open."))
    return redirect("moderation:case_page", case.pk)


def _fetch(request: HttpRequest, pk: int) -> Comment:
    comments = Comment.objects.visible_to(person(request))
    return get_object_or_404(comments.select_related("channel__platform", "current", "registered_by"), pk=pk)


def _page(
    request: HttpRequest,
    comment: Comment,
    *,
    refusal: str = "",
    revision: RevisionForm | None = None,
    case_form: CaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, current = person(request), comment.current
    cases = list(comment.cases.select_related("ground"))
    is_ours = comment.team is not None and comment.team.has_member(user)
    context = {
        "comment": comment,
        "revisions": comment.revisions.all(),
        "cases": cases,
        "may_open_case": is_ours and all(case.state in CLOSED for case in cases),
        "may_revise": is_ours,
        "case_form": case_form or CaseForm(),
        "revision": revision or RevisionForm(initial={"author_name": current.author_name if current else ""}),
        "moves": open_moves(
            comment, user, lambda name: reverse("moderation:comment_move", args=[comment.pk, name])
        ),
        "events": trail.events_about(comment)[:50],
        "refusal": refusal,
        "note": request.POST.get("note", ""),
    }
    return render(request, "moderation/comment_page.html", context, status=status)
