from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from typing import IO

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move, status_of
from core.filestore import FileProblem
from core.models import Seal
from core.moves import MoveRefused, open_moves
from core.request import number_in, person, typed
from core.workdays import local_day
from moderation.disposal import propose_disposal, ready_for_disposal
from moderation.export import cases_of_period, export_cases, load, masked_case
from moderation.forms.archive import PeriodForm
from moderation.models import ArchiveCheck, Case, Disposal
from moderation.rules import may_keep_records
from moderation.views import cases as case_views

IN_MEMORY = 8 * 1024 * 1024


@require_GET
def archive_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@never_cache
def period_export(request: HttpRequest) -> HttpResponseBase:
    """This will hand out the cases of a period as a bag."""
    form, user = PeriodForm(request.POST), person(request)
    if not form.is_valid():
        return _page(request, period=form, status=422)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    try:
        return _bag(request, cases_of_period(user, first, last), f"cases-{first}-{last}")
    except (MoveRefused, FileProblem) as refused:
        return _page(request, period=form, refusal=_why(refused), status=_status(refused))


@require_POST
@never_cache
def case_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """This will hand out one case as a bag."""
    case = case_views.fetch(request, pk)
    try:
        return _bag(request, [load(case)], f"case-{pk}")
    except (MoveRefused, FileProblem) as refused:
        return case_views.page(request, case, refusal=_why(refused), status=_status(refused))


@require_POST
@never_cache
def case_masked(request: HttpRequest, pk: int) -> HttpResponseBase:
    """This will hand out the masked copy of a case."""
    case, out = case_views.fetch(request, pk), _paper()
    words = typed(request, "words").split(",")
    try:
        masked_case(load(case), actor=person(request), at=timezone.now(), out=out, words=words)
    except (MoveRefused, FileProblem) as refused:
        return case_views.page(request, case, refusal=_why(refused), status=_status(refused))
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"case-{pk}-masked.zip")


@require_POST
def disposal_new(request: HttpRequest) -> HttpResponse:
    chosen = [pk for text in request.POST.getlist("case") if (pk := number_in(text))]
    try:
        propose_disposal(actor=person(request), at=timezone.now(), case_ids=chosen)
    except MoveRefused as refused:
        return _page(request, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The disposal is proposed. A second person has to sign it."))
    return redirect("moderation:archive_page")


@require_POST
def disposal_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    disposal = get_object_or_404(Disposal.objects.visible_to(person(request)), pk=pk)
    to = reverse("moderation:archive_page")
    return do_move(request, disposal, name, page=lambda **answer: _page(request, **answer), to=to)


def _bag(request: HttpRequest, cases: Sequence[Case], name: str) -> HttpResponseBase:
    out = _paper()
    export_cases(cases, actor=person(request), at=timezone.now(), out=out, name=name)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.zip")


def _paper() -> IO[bytes]:
    """Open a file without a name that the answer closes: in memory while it is small, on disk when it grows."""
    return tempfile.SpooledTemporaryFile(IN_MEMORY)


def _why(refused: MoveRefused | FileProblem) -> str:
    if isinstance(refused, MoveRefused):
        return refused.reason
    return _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.") % {
        "sha": refused
    }


def _status(refused: MoveRefused | FileProblem) -> int:
    return status_of(refused) if isinstance(refused, MoveRefused) else 409


def _page(
    request: HttpRequest, *, refusal: str = "", period: PeriodForm | None = None, status: int = 200
) -> HttpResponse:
    user, now = person(request), timezone.now()
    allowed = may_keep_records(user)
    if not allowed:
        return render(
            request, "moderation/archive_closed.html", {"reason": allowed, "tab": "archive"}, status=403
        )
    today = local_day(now)
    context = {
        "tab": "archive",
        "head": Seal.objects.order_by("-pk").first(),
        "nights": ArchiveCheck.objects.all()[:7],
        "period": period or PeriodForm(initial={"first": today.replace(day=1), "last": today}),
        "ready": ready_for_disposal(now).select_related("ground", "comment__channel__platform")[:50],
        "disposals": [
            (disposal, open_moves(disposal, user, _url(disposal)))
            for disposal in Disposal.objects.visible_to(user)
            .select_related("proposed_by", "signed_by")
            .prefetch_related("rows__case__ground", "rows__case__comment__channel__platform")[:10]
        ],
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "moderation/archive_page.html", context, status=status)


def _url(disposal: Disposal) -> Callable[[str], str]:
    return lambda name: reverse("moderation:disposal_move", args=[disposal.pk, name])
