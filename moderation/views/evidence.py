from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core import filestore, trail
from core.doors import status_of
from core.moves import MoveRefused
from core.request import person
from core.uploads import UploadRefused
from moderation.capture import COPIES, ORIGINALS, add_screenshot, save_context
from moderation.forms import ScreenshotForm
from moderation.models import Case, EvidenceItem
from moderation.views import cases

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@require_POST
def evidence_add(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = cases.fetch(request, pk), ScreenshotForm(request.POST, request.FILES)
    if not form.is_valid():
        return cases.page(request, case, screenshot=form, status=422)
    user, now, values = person(request), timezone.now(), form.cleaned_data
    image = values["screenshot"]
    try:
        if image:
            add_screenshot(
                case,
                actor=user,
                at=now,
                data=image.original,
                name=image.name,
                context=values["context"],
                taken_by=values["taken_by"],
            )
        else:
            save_context(case, actor=user, at=now, context=values["context"])
    except (MoveRefused, UploadRefused) as refused:
        status = status_of(refused) if isinstance(refused, MoveRefused) else 422
        case.refresh_from_db()
        return cases.page(request, case, screenshot=form, refusal=str(refused), status=status)
    messages.success(request, _("The screenshot is added.") if image else _("The context is saved."))
    return redirect("moderation:case_page", pk)


@require_GET
@never_cache
def evidence_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show the clean copy of a screenshot."""
    item = _fetch(request, pk)
    return _answer(request, item, COPIES, item.clean_sha, "inline")


@require_GET
@never_cache
def evidence_original(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the bytes as they came, as a download, and leave an event that says who took them."""
    item = _fetch(request, pk)
    trail.record(
        "evidence.open", about=item.evidence, actor=person(request), at=timezone.now(), data={"sha": item.sha}
    )
    return _answer(request, item, ORIGINALS, item.sha, "attachment")


def _fetch(request: HttpRequest, pk: int) -> EvidenceItem:
    seen = Case.objects.visible_to(person(request)).values("pk")
    return get_object_or_404(
        EvidenceItem.objects.filter(evidence__case__in=seen).select_related("evidence"), pk=pk
    )


def _answer(request: HttpRequest, item: EvidenceItem, area: str, sha: str, disposition: str) -> HttpResponse:
    try:
        data = filestore.read(area, sha)
    except filestore.FileProblem:
        reason = _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.") % {
            "sha": sha
        }
        return render(request, "409.html", {"reason": reason}, status=409)
    response = HttpResponse(data, content_type=item.content_type)
    response.headers["Content-Disposition"] = (
        f'{disposition}; filename="{sha[:16]}.{SUFFIXES[item.content_type]}"'
    )
    return response
