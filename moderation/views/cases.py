from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move, status_of
from core.filestore import FileProblem
from core.moves import MoveRefused, open_moves
from core.request import person
from moderation import queries
from moderation.forms import FilterForm, ScreenshotForm, WaiverForm
from moderation.models import Case, Waiver
from moderation.transitions import ask_waiver, note_hidden, sign_waiver


@require_GET
def queue_page(request: HttpRequest) -> HttpResponse:
    user, filters = person(request), FilterForm(request.GET)
    filters.is_valid()
    wanted = {name: filters.cleaned_data.get(name, "") for name in ("state", "kind")}
    cases = queries.case_queue(user, wanted["state"])
    context = {
        "filters": filters,
        "page_obj": Paginator(cases, 25).get_page(request.GET.get("page")),
        "comments": queries.new_comments(user, wanted["kind"])[:25],
        "now": timezone.now(),
    }
    return render(request, "moderation/queue_page.html", context)


@require_GET
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, fetch(request, pk))


@require_POST
def case_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    case = fetch(request, pk)
    to = reverse("moderation:case_page", args=[pk])
    try:
        return do_move(request, case, name, page=lambda **answer: page(request, case, **answer), to=to)
    except FileProblem:
        case.refresh_from_db()
        return page(
            request,
            case,
            refusal=_("A screenshot on disk is not the one that was added. Add it again."),
            status=409,
        )


@require_POST
def case_hide(request: HttpRequest, pk: int) -> HttpResponse:
    case = fetch(request, pk)
    try:
        note_hidden(case, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return page(request, case, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("It is noted that the comment is hidden. The clock goes on."))
    return redirect("moderation:case_page", pk)


@require_POST
def waiver_ask(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = fetch(request, pk), WaiverForm(request.POST)
    if not form.is_valid():
        return page(request, case, waiver_form=form, status=422)
    try:
        ask_waiver(case, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return page(request, case, waiver_form=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The waiver is written. A second person has to sign it."))
    return redirect("moderation:case_page", pk)


@require_POST
def waiver_sign(request: HttpRequest, pk: int) -> HttpResponse:
    case = fetch(request, pk)
    try:
        sign_waiver(case, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return page(request, case, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The waiver is signed. The removal may be ordered."))
    return redirect("moderation:case_page", pk)


def fetch(request: HttpRequest, pk: int) -> Case:
    """This will return the case if the user may see it. Raises Http404."""
    cases = Case.objects.visible_to(person(request))
    return get_object_or_404(
        cases.select_related("ground", "comment__channel__platform", "comment__current"), pk=pk
    )


def page(
    request: HttpRequest,
    case: Case,
    *,
    refusal: str = "",
    screenshot: ScreenshotForm | None = None,
    waiver_form: WaiverForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """This will show the case, with what was typed and why it was refused."""
    user = person(request)
    bundles = case.evidence.select_related("sealed_by", "revision").prefetch_related("items")
    gathering = next((bundle for bundle in bundles if not bundle.is_sealed), None)
    moves = open_moves(case, user, lambda name: reverse("moderation:case_move", args=[case.pk, name]))
    is_ours = case.team is not None and case.team.has_member(user)
    context = {
        "case": case,
        "comment": case.comment,
        "bundles": bundles,
        "waiver": Waiver.objects.filter(case=case).select_related("asked_by", "signed_by").first(),
        "may_work": is_ours and not case.is_closed,
        "may_add": is_ours and not case.is_closed and case.sealed_evidence() is None,
        # Adding the first screenshot begins the gathering by itself.
        "moves": [move for move in moves if move.name != "gather"] if is_ours else [],
        "form": screenshot or ScreenshotForm(initial={"context": gathering.context if gathering else ""}),
        "waiver_form": waiver_form or WaiverForm(),
        "events": queries.case_events(case)[:80],
        "refusal": refusal,
        "note": request.POST.get("note", ""),
        "now": timezone.now(),
    }
    return render(request, "moderation/case_page.html", context, status=status)
