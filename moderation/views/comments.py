from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.doors import do_move, status_of
from core.models import User
from core.moves import MoveRefused, open_moves
from core.paging import CappedPaginator
from core.request import own_address, person, typed
from core.uploads import UploadRefused
from moderation import queries
from moderation.answering import filled_in
from moderation.forms.cases import CaseForm
from moderation.forms.comments import NOT_KEPT, CommentForm, InboxForm, RevisionForm
from moderation.models import Comment, Reply
from moderation.registering import register
from moderation.states import CLOSED, UNSENT
from moderation.transitions import change_kind, open_case, revise_comment

# Opens our form with the page one stands on; it reads the address and what is marked, and sends nothing by itself.
BOOKMARKLET = (
    "javascript:(()=>{{window.open('{form}?url='+encodeURIComponent(location.href)"
    "+'&text='+encodeURIComponent(String(getSelection()).slice(0,4000)))}})()"
)


@require_GET
def inbox_page(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    filters = InboxForm(request.GET, user=user)
    filters.is_valid()
    chosen = filters.cleaned_data
    comments = queries.inbox(
        user,
        now,
        state=chosen.get("state", ""),
        kind=chosen.get("kind", ""),
        channel=chosen.get("channel"),
        whose=chosen.get("whose", ""),
    )
    context = {
        "filters": filters,
        "page_obj": CappedPaginator(comments, 25).get_page(request.GET.get("page")),
        "now": now,
        "tab": "inbox",
    }
    return render(request, "moderation/inbox_page.html", context)


@require_http_methods(["GET", "POST"])
def comment_new(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    start = {name: request.GET.get(name, "") for name in ("url", "text", "author_name", "kind")}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CommentForm(*sent, user=user, initial=start)
    refusal, status, known = "", 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                comment, case = register(actor=user, at=now, **form.cleaned_data)
            except (MoveRefused, UploadRefused) as refused:
                refusal = str(refused)
                status = status_of(refused) if isinstance(refused, MoveRefused) else 422
                known = _known(user, form.cleaned_data["url"])
            else:
                if case:
                    messages.success(request, _("The comment is registered and its case is open."))
                    return redirect("moderation:case_page", case.pk)
                messages.success(request, _("The comment is registered."))
                if form.left_out:
                    messages.warning(request, NOT_KEPT)
                return redirect("moderation:comment_page", comment.pk)
        form.hold()
    context = {
        "form": form,
        "refusal": refusal,
        "known": known,
        "bookmarklet": BOOKMARKLET.format(form=settings.BASE_URL + reverse("moderation:comment_new")),
    }
    return render(request, "moderation/comment_new.html", context, status=status)


@require_GET
def comment_page(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, fetch(request, pk))


@require_POST
def comment_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    comment = fetch(request, pk)
    to = reverse("moderation:comment_page", args=[pk])
    return do_move(request, comment, name, page=lambda **answer: page(request, comment, **answer), to=to)


@require_POST
def comment_revise(request: HttpRequest, pk: int) -> HttpResponse:
    comment, form = fetch(request, pk), RevisionForm(request.POST)
    if not form.is_valid():
        return page(request, comment, revision=form, status=422)
    try:
        revise_comment(comment, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return page(request, comment, revision=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The comment's new text is kept as a revision."))
    return redirect("moderation:comment_page", pk)


@require_POST
def comment_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """This will change the kind; what is illegal after all leads to its case, which has to be opened with a ground."""
    comment, kind = fetch(request, pk), request.POST.get("kind", "")
    if kind not in Comment.Kind.values:
        return page(request, comment, refusal=_("Choose a kind from the list."), status=422)
    try:
        change_kind(comment, actor=person(request), at=timezone.now(), kind=kind)
    except MoveRefused as refused:
        return page(request, comment, refusal=refused.reason, status=status_of(refused))
    here = reverse("moderation:comment_page", args=[pk])
    if kind == Comment.Kind.ILLEGAL and not comment.cases.exclude(state__in=CLOSED).exists():
        # Wherever it came from: until its ground is chosen no clock runs, and nobody is told.
        messages.warning(
            request, _("Choose the ground now. Until its case is open nobody is told of the 24 hours.")
        )
        return redirect(f"{here}#case")
    messages.success(request, _("The kind is changed."))
    return redirect(own_address(request, request.POST.get("next", "")) or here)


@require_POST
def case_open(request: HttpRequest, pk: int) -> HttpResponse:
    comment, form = fetch(request, pk), CaseForm(request.POST)
    if not form.is_valid():
        return page(request, comment, case_form=form, status=422)
    try:
        case = open_case(comment, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return page(request, comment, case_form=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The case is open."))
    return redirect("moderation:case_page", case.pk)


def fetch(request: HttpRequest, pk: int) -> Comment:
    """This will return the comment if the user may see it. Raises Http404."""
    comments = Comment.objects.visible_to(person(request)).select_related(
        "channel__platform",
        "channel__unit",
        "channel__care__team",
        "current",
        "registered_by",
        "claimed_by",
        "assigned_to",
        "complaint",
    )
    return get_object_or_404(comments.prefetch_related(queries.members("channel")), pk=pk)


def page(
    request: HttpRequest,
    comment: Comment,
    *,
    refusal: str = "",
    revision: RevisionForm | None = None,
    case_form: CaseForm | None = None,
    answer_text: str | None = None,
    reference: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """This will show the comment, with what was typed and why it was refused."""
    user, current, now = person(request), comment.current, timezone.now()
    cases = list(comment.cases.select_related("ground"))
    is_ours = comment.erased_at is None and comment.team is not None and comment.team.has_member(user)
    replies = list(
        comment.replies.select_related("current", "read_by", "sent_by", "written_by").order_by("-pk")
    )
    for one in replies:
        one.comment = comment
    reply = next((one for one in replies if one.state in UNSENT), None)
    complaint = getattr(comment, "complaint", None)
    may_have_to_go = comment.kind in (Comment.Kind.UNSUITABLE, Comment.Kind.ILLEGAL)
    answering = bool(replies) or not may_have_to_go
    saved = list(queries.saved_answers_for(comment)) if is_ours and answering else []
    reply_moves = _reply_moves(reply, request) if reply and is_ours else []
    context = {
        "comment": comment,
        "now": now,
        "revisions": comment.revisions.all(),
        "cases": cases,
        "question": comment.questions.first(),
        "kinds": Comment.Kind.choices,
        "is_ours": is_ours,
        "may_open_case": is_ours and all(case.state in CLOSED for case in cases),
        "case_form": case_form or (CaseForm() if may_have_to_go or "case" in request.GET else None),
        "answering": answering,
        "may_revise": is_ours,
        "revision": revision or RevisionForm(initial={"author_name": current.author_name if current else ""}),
        "moves": open_moves(
            comment, user, lambda name: reverse("moderation:comment_move", args=[comment.pk, name])
        )
        if is_ours
        else [],
        "reply": reply,
        "sent": [one for one in replies if one.state not in UNSENT],
        "reply_moves": reply_moves,
        "may_send": any(move.name == "send" and move.allowed for move in reply_moves),
        "answer_text": _answer_text(request, comment, reply, answer_text, saved),
        "saved": saved,
        "complaint": complaint,
        "complaint_moves": open_moves(complaint, user) if complaint and is_ours else [],
        "reference": reference,
        "outcome": typed(request, "outcome"),
        "claimed": comment.is_claimed(now),
        "noun": "comment",
        "people": comment.team.memberships.all() if is_ours and comment.team else [],
        "events": queries.comment_events(comment, [one.pk for one in replies], complaint)[:50],
        "refusal": refusal,
        "note": typed(request, "note"),
        "tab": "inbox",
    }
    return render(request, "moderation/comment_page.html", context, status=status)


def _reply_moves(reply: Reply, request: HttpRequest) -> list:
    moves = open_moves(
        reply, person(request), lambda name: reverse("moderation:reply_move", args=[reply.pk, name])
    )
    # Writing it anew is what saving another text does; an answer to anything but criticism needs no reader.
    hidden = {"rewrite"} | ({"ask_reading"} if reply.comment.kind != Comment.Kind.CRITICISM else set())
    return [move for move in moves if move.name not in hidden]


def _answer_text(
    request: HttpRequest, comment: Comment, reply: Reply | None, typed: str | None, saved: list
) -> str:
    if typed is not None:
        return typed
    wanted = request.GET.get("saved", "")
    chosen = next((answer for answer in saved if str(answer.pk) == wanted), None)
    if chosen:
        return filled_in(chosen, comment, person(request))
    return reply.current.text if reply and reply.current else ""


def _known(user: User, url: str) -> Comment | None:
    return Comment.objects.visible_to(user).filter(url=url).first() if url else None
