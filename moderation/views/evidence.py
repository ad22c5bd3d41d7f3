from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.db.models import Exists
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import filestore, trail
from core.doors import status_of
from core.moves import MoveRefused
from core.request import person
from core.uploads import UploadRefused
from moderation.archive import MASKED
from moderation.capture import COPIES, ORIGINALS, add_screenshot, save_context
from moderation.disposal import DISPOSED
from moderation.forms.cases import ScreenshotForm
from moderation.masking import BAD_BOXES, make_masked_copy
from moderation.models import Case, DisposedCase, EvidenceItem, MaskedCopy, RemovalCheck
from moderation.views import cases

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@require_POST
def evidence_add(request: HttpRequest, pk: int) -> HttpResponse:
    case, form = cases.fetch(request, pk), ScreenshotForm(request.POST, request.FILES)
    if not form.is_valid():
        form.hold(may_copy=not case.ground.copy_is_crime)
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
                shows=values["shows"],
                clean=image,
            )
        else:
            save_context(case, actor=user, at=now, context=values["context"])
    except (MoveRefused, UploadRefused) as refused:
        status = status_of(refused) if isinstance(refused, MoveRefused) else 422
        case.refresh_from_db()
        form.hold(may_copy=not case.ground.copy_is_crime)
        return cases.page(request, case, screenshot=form, refusal=str(refused), status=status)
    messages.success(request, _("The screenshot is added.") if image else _("The context is saved."))
    return redirect("moderation:case_page", pk)


@require_GET
@never_cache
def evidence_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show the clean copy of a screenshot."""
    item = _fetch(request, pk)
    return _answer(request, item, item.content_type, COPIES, item.clean_sha, "inline")


@require_http_methods(["GET", "POST"])
@never_cache
def evidence_mask(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show a screenshot with what is to be covered, and keep the masked copy."""
    item, refusal, status = _fetch(request, pk), "", 200
    if item.is_erased:
        return _gone(request, DISPOSED, 410)
    copy, text, nothing = item.masked_copies.first(), request.POST.get("boxes"), "nothing" in request.POST
    if request.method == "POST":
        try:
            make_masked_copy(
                item,
                actor=person(request),
                at=timezone.now(),
                boxes=boxes_in(text or ""),
                nothing_to_cover=nothing,
            )
        except filestore.FileProblem as problem:
            refusal, status = _damaged(problem), 409
        except (MoveRefused, ValueError) as refused:
            refusal = str(refused) if isinstance(refused, MoveRefused) else str(BAD_BOXES)
            status = status_of(refused) if isinstance(refused, MoveRefused) else 422
        else:
            messages.success(request, _("The masked copy is made."))
            return redirect("moderation:evidence_mask", pk)
    context = {
        "item": item,
        "case": item.evidence.case,
        "copy": copy,
        "boxes": _lines_of(copy) if text is None else text,
        "nothing": nothing,
        "refusal": refusal,
        "tab": "cases",
    }
    return render(request, "moderation/mask_page.html", context, status=status)


@require_GET
@never_cache
def evidence_masked(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show the latest masked copy of a screenshot."""
    item = _fetch(request, pk)
    copy = item.masked_copies.first()
    if copy is None:
        raise Http404
    return _answer(request, item, "image/png", MASKED, copy.sha, "inline")


@require_GET
@never_cache
def check_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show the clean copy of a second screenshot."""
    seen = Case.objects.visible_to(person(request)).values("pk")
    checks = RemovalCheck.objects.exclude(sha="").filter(case__in=seen)
    check = get_object_or_404(
        checks.annotate(is_erased=Exists(DisposedCase.objects.erased_of("case"))), pk=pk
    )
    return _answer(request, check, check.content_type, COPIES, check.clean_sha, "inline")


@require_GET
@never_cache
def evidence_original(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the bytes as they came, as a download, and leave an event that says who took them."""
    item = _fetch(request, pk)
    if item.is_erased:
        return _gone(request, DISPOSED, 410)
    trail.record(
        "evidence.open", about=item.evidence, actor=person(request), at=timezone.now(), data={"sha": item.sha}
    )
    return _answer(request, item, item.content_type, ORIGINALS, item.sha, "attachment")


def boxes_in(text: str) -> list[list[float]]:
    """This will read boxes, a line each: left, top, width and height in per cent. Raises ValueError.

    A comma with a space after it parts two numbers, and so do three commas; any other is a Swedish decimal sign.
    """
    boxes = [[float(side) for side in _sides(line)] for line in text.splitlines() if line.strip()]
    if not all(math.isfinite(side) for box in boxes for side in box):
        raise ValueError(text)
    return boxes


def _lines_of(copy: MaskedCopy | None) -> str:
    """The boxes of a masked copy as boxes_in reads them."""
    return "\n".join(" ".join(f"{side:g}" for side in box) for box in (copy.boxes if copy else []))


def _fetch(request: HttpRequest, pk: int) -> Any:
    seen = Case.objects.visible_to(person(request)).values("pk")
    return get_object_or_404(
        EvidenceItem.objects.filter(evidence__case__in=seen)
        .select_related("evidence__case__ground", "evidence__case__comment__channel")
        .annotate(is_erased=Exists(DisposedCase.objects.erased_of("evidence__case"))),
        pk=pk,
    )


def _answer(request: HttpRequest, row: Any, kind: str, area: str, sha: str, disposition: str) -> HttpResponse:
    """Hand out a file of a row that was asked whether its case is erased."""
    if row.is_erased:
        return _gone(request, DISPOSED, 410)
    try:
        data = filestore.read(area, sha)
    except filestore.FileProblem:
        return _gone(request, _damaged(sha), 409)
    response = HttpResponse(data, content_type=kind)
    response.headers["Content-Disposition"] = f'{disposition}; filename="{sha[:16]}.{SUFFIXES[kind]}"'
    return response


def _damaged(sha: object) -> str:
    return _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.") % {
        "sha": sha
    }


def _gone(request: HttpRequest, reason: object, status: int) -> HttpResponse:
    return render(request, "moderation/file_gone.html", {"reason": reason, "status": status}, status=status)


def _sides(line: str) -> list[str]:
    if " " not in line.strip() and line.count(",") == 3:
        return line.split(",")
    return line.replace(", ", " ").replace(",", ".").split()
