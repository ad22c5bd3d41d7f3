from __future__ import annotations

from django.contrib import messages
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move, status_of
from core.filestore import FileProblem
from core.models import Event
from core.moves import MoveRefused, OpenMove, open_moves
from core.paging import CappedPaginator
from core.request import number_in, person, typed
from core.uploads import UploadRefused
from core.workdays import local_day
from editorial.models import Handover
from moderation import queries
from moderation.checking import check_address, note_author_told, note_police_report, note_seen
from moderation.forms.cases import (
    AuthorForm,
    DecisionForm,
    FilterForm,
    PoliceForm,
    ScreenshotForm,
    SeenForm,
    WaiverForm,
)
from moderation.models import Case, DisposedCase, Evidence, RemovalCheck, Waiver
from moderation.rules import may_keep_records, may_sign_waiver
from moderation.statement import letter
from moderation.states import CaseState
from moderation.transitions import ask_waiver, note_hidden, sign_waiver


@require_GET
def queue_page(request: HttpRequest) -> HttpResponse:
    user, filters = person(request), FilterForm(request.GET)
    filters.is_valid()
    cases = queries.case_queue(user, filters.cleaned_data.get("state", ""))
    context = {
        "filters": filters,
        "page_obj": CappedPaginator(cases, 25).get_page(request.GET.get("page")),
        "now": timezone.now(),
        "handover": Handover.objects.visible_to(user).open().first(),
        "tab": "cases",
    }
    return render(request, "moderation/queue_page.html", context)


@require_GET
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, fetch(request, pk))


@require_POST
def case_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """This will do the posted move. The version that was looked at has to come with it."""
    case, details, form = fetch(request, pk), {}, None
    if number_in(request.POST.get("seen", "")) is None:
        return page(request, case, refusal=_("The page was incomplete. Try again from here."), status=422)
    if name == "order_removal":
        form = DecisionForm(request.POST, case=case)
        if not form.is_valid():
            return page(request, case, decision=form, status=422)
        details = form.cleaned_data
    to = reverse("moderation:case_page", args=[pk])
    try:
        return do_move(
            request,
            case,
            name,
            page=lambda **answer: page(request, case, decision=form, **answer),
            to=to,
            **details,
        )
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


@require_POST
def case_check(request: HttpRequest, pk: int) -> HttpResponse:
    """This will have the machine ask the address whether the comment is gone."""
    case = fetch(request, pk)
    try:
        check = check_address(case, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return page(request, case, refusal=refused.reason, status=status_of(refused))
    if check.result == RemovalCheck.Result.GONE:
        messages.success(request, _("The address says that the comment is gone."))
    else:
        messages.warning(request, _("The machine cannot tell. Look yourself, and add a screenshot."))
    return redirect("moderation:case_page", pk)


@require_POST
def case_seen(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = fetch(request, pk), SeenForm(request.POST, request.FILES)
    if not form.is_valid():
        form.hold(may_copy=not case.ground.copy_is_crime)
        return page(request, case, seen_form=form, status=422)
    values, image = form.cleaned_data, form.cleaned_data["screenshot"]
    try:
        note_seen(
            case,
            actor=person(request),
            at=timezone.now(),
            result=values["result"],
            said=values["said"],
            screenshot=image.original if image else None,
        )
    except (MoveRefused, UploadRefused) as refused:
        status = status_of(refused) if isinstance(refused, MoveRefused) else 422
        form.hold(may_copy=not case.ground.copy_is_crime)
        return page(request, case, seen_form=form, refusal=str(refused), status=status)
    messages.success(request, _("What you saw is noted."))
    return redirect("moderation:case_page", pk)


@require_POST
def case_police(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = fetch(request, pk), PoliceForm(request.POST)
    if not form.is_valid():
        return page(request, case, police=form, status=422)
    try:
        note_police_report(case, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return page(request, case, police=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The report is noted."))
    return redirect("moderation:case_page", pk)


@require_POST
def case_author(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = fetch(request, pk), AuthorForm(request.POST)
    if not form.is_valid():
        return page(request, case, author=form, status=422)
    try:
        note_author_told(case, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return page(request, case, author=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("It is noted."))
    return redirect("moderation:case_page", pk)


def fetch(request: HttpRequest, pk: int) -> Case:
    """This will return the case if the user may see it. Raises Http404."""
    cases = Case.objects.visible_to(person(request)).select_related(
        "ground",
        "comment__channel__platform",
        "comment__channel__care__team",
        "comment__current",
        "claimed_by",
        "assigned_to",
    )
    found = queries.with_evidence(cases).prefetch_related(queries.members("comment__channel"))
    return get_object_or_404(found.annotate(is_erased=Exists(DisposedCase.objects.erased_of("pk"))), pk=pk)


def page(
    request: HttpRequest,
    case: Case,
    *,
    refusal: str = "",
    screenshot: ScreenshotForm | None = None,
    waiver_form: WaiverForm | None = None,
    decision: DecisionForm | None = None,
    seen_form: SeenForm | None = None,
    police: PoliceForm | None = None,
    author: AuthorForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """This will show the case, with what was typed and why it was refused."""
    user, now = person(request), timezone.now()
    bundles = list(case.evidence.all())
    current = case.comment.current_id
    gathering = next((one for one in bundles if not one.is_sealed and one.revision_id == current), None)
    sealed = any(one.is_sealed and one.revision_id == current for one in bundles)
    moves = open_moves(case, user, lambda name: reverse("moderation:case_move", args=[case.pk, name]))
    is_ours = case.team is not None and case.team.has_member(user)
    events = list(queries.case_events(case, [one.pk for one in bundles])[:80])
    removals = list(case.removals.all())
    # Adding the first screenshot begins the gathering by itself; the removal has a form of its own.
    apart = {"gather", "order_removal"}
    if case.ground.copy_is_crime:  # there is none to gather or to seal; the page says why, beside the waiver
        apart |= {"gather_again", "seal"}
    overtaken = _overtaken(request, moves)
    order = next((move for move in moves if move.name == "order_removal"), None) if is_ours else None
    may_add = is_ours and not case.is_closed and not sealed and not case.ground.copy_is_crime
    may_check = is_ours and case.state in (CaseState.REMOVAL_ORDERED, CaseState.GONE)
    may_tell = is_ours and (bool(removals) or case.hidden_at is not None)
    # Nobody looks whether a comment is gone, or writes to its author, before something was done about it.
    looked_for = bool(removals) or case.is_closed or case.state == CaseState.GONE
    checks = list(case.checks.select_related("checked_by")) if looked_for else []
    since = removals[0].ordered_at if removals else case.discovered_at
    is_seen_gone = bool(
        checks and checks[0].result == RemovalCheck.Result.GONE and checks[0].checked_at >= since
    )
    open_here = [move for move in moves if move.name not in apart] if is_ours else []
    if is_seen_gone:  # then only the end remains, so it stands first
        open_here.sort(key=lambda move: move.name != "check_gone")
    waiver = None
    if case.ground.copy_is_crime:
        waiver = Waiver.objects.filter(case=case).select_related("asked_by", "signed_by").first()
    context = {
        "case": case,
        "comment": case.comment,
        "bundles": bundles,
        "waiver": waiver,
        "may_sign": may_sign_waiver(user, case, waiver) if waiver else None,
        "is_ours": is_ours,
        "may_work": is_ours and not case.is_closed,
        "may_add": may_add,
        "may_export": bool(may_keep_records(user)),
        "moves": open_here,
        "order": order,
        # A form that is not on the page is not made: there are six, and a case shows two or three of them.
        "decision": decision or (DecisionForm(case=case) if order and order.allowed else None),
        "form": screenshot or (_screenshot_form(gathering) if may_add else None),
        "waiver_form": waiver_form or (WaiverForm() if case.ground.copy_is_crime else None),
        "removals": removals,
        "checks": checks,
        "is_seen_gone": is_seen_gone,
        "may_check": may_check,
        "seen_form": seen_form or (SeenForm() if may_check else None),
        "reports": list(case.police_reports.all()),
        "police": police or (PoliceForm(initial={"reported_on": local_day(now)}) if is_ours else None),
        "told": list(case.author_notices.all()) if removals or case.hidden_at else [],
        "author": author or (AuthorForm(initial={"text": letter(case)}) if may_tell else None),
        "claimed": case.is_claimed(now),
        "noun": "case",
        "people": case.team.memberships.all() if is_ours and case.team else [],
        "events": events,
        "meanwhile": _meanwhile(request, case, events) if status == 409 else [],
        "refusal": refusal,
        "note": "" if overtaken else typed(request, "note"),
        "typed": overtaken,
        "now": now,
        "tab": "cases",
    }
    return render(request, "moderation/case_page.html", context, status=status)


def _screenshot_form(gathering: Evidence | None) -> ScreenshotForm:
    return ScreenshotForm(initial={"context": gathering.context if gathering else ""})


def _overtaken(request: HttpRequest, moves: list[OpenMove]) -> list[str]:
    """What was typed for a move that is not open any more: its form is gone from the page, the words are not."""
    name = request.resolver_match.kwargs.get("name") if request.resolver_match else None
    if name is None or any(move.name == name and move.allowed for move in moves):
        return []
    return [text for field in ("facts", "note") if (text := request.POST.get(field, "").strip())]


def _meanwhile(request: HttpRequest, case: Case, events: list[Event]) -> list[Event]:
    """What others did after the version that was looked at."""
    seen = number_in(request.POST.get("seen", ""))
    return [event for event in events if seen is not None and event.data.get("version", 0) > seen]
