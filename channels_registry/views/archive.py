"""Files into a closure's archive and out of it: as a plain form, or piece by piece."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from channels_registry import archiving, packages
from channels_registry.forms import ExportForm, ShotForm
from channels_registry.models import ArchiveItem, Closure, Upload
from channels_registry.views import closures
from core import filestore, trail
from core.doors import status_of
from core.moves import MoveRefused
from core.request import number_in, person, typed


@require_POST
def shot_add(request: HttpRequest, pk: int) -> HttpResponse:
    closure, form = closures.fetch(request, pk), ShotForm(request.POST, request.FILES)
    if not form.is_valid():
        return closures.step_page(request, closure, "keep", status=422, shot_form=form)
    image = form.cleaned_data["screenshot"]
    return _keep(
        request,
        closure,
        lambda: archiving.keep_screenshot(closure, actor=person(request), at=timezone.now(), image=image),
    )


@require_POST
def export_add(request: HttpRequest, pk: int) -> HttpResponse:
    """This will keep an export sent as a plain form; Django has put it on disk while it came in."""
    closure, form = closures.fetch(request, pk), ExportForm(request.POST, request.FILES)
    if not form.is_valid():
        return closures.step_page(request, closure, "keep", status=422, export_form=form)
    sent = form.cleaned_data["export"]
    with _on_disk(sent) as source:
        return _keep(
            request,
            closure,
            lambda: archiving.keep_export(
                closure, actor=person(request), at=timezone.now(), source=source, name=sent.name
            ),
        )


@require_POST
def upload_begin(request: HttpRequest, pk: int) -> JsonResponse:
    """This will begin an upload or take up the one that broke off, and say from which byte to go on."""
    closure = closures.fetch(request, pk)
    size = request.POST.get("size", "")
    try:
        upload = archiving.begin_upload(
            closure,
            actor=person(request),
            at=timezone.now(),
            name=typed(request, "name"),
            size=number_in(size) or 0,
            changed=number_in(request.POST.get("changed", "")) or 0,
        )
    except MoveRefused as refused:
        return JsonResponse({"error": refused.reason}, status=status_of(refused))
    return JsonResponse({"upload": str(upload.uid), "received": upload.received, "piece": archiving.PIECE})


@require_POST
def upload_piece(request: HttpRequest, pk: int, uid: Any) -> JsonResponse:
    """This will take the request's body as the piece that begins at Upload-Offset, never holding it in memory."""
    upload = _fetch_upload(request, pk, uid)
    offset, length = (
        number_in(request.headers.get(name, "")) for name in ("Upload-Offset", "Content-Length")
    )
    if offset is None or length is None:
        return JsonResponse({"error": _("The piece does not say where it begins.")}, status=422)
    try:
        received = archiving.take_piece(upload, offset=offset, stream=request, length=length)  # type: ignore[arg-type]
    except archiving.UploadProblem as problem:
        return JsonResponse({"error": problem.reason, "received": problem.received}, status=409)
    return JsonResponse({"received": received})


@require_POST
def upload_finish(request: HttpRequest, pk: int, uid: Any) -> JsonResponse:
    upload = _fetch_upload(request, pk, uid)
    try:
        item = archiving.finish_upload(upload, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return JsonResponse({"error": refused.reason, "received": upload.received}, status=status_of(refused))
    messages.success(request, _("The file is kept. Now somebody opens it and sees that it is whole."))
    return JsonResponse({"item": item.pk, "sha": item.sha})


@require_GET
@never_cache
def item_copy(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """This will show the clean copy of a screenshot."""
    row = _fetch_item(request, pk, item)
    if not row.clean_sha:
        raise Http404
    try:
        data = filestore.read(archiving.COPIES, row.clean_sha)
    except filestore.FileProblem:
        return _damaged(request, row.clean_sha)
    return HttpResponse(data, content_type=row.content_type)


@require_GET
@never_cache
def item_original(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """This will hand out a kept file as it came, as a download, and leave an event that says who took it."""
    row = _fetch_item(request, pk, item)
    return _send(
        request, row.closure, archiving.ORIGINALS, row.sha, packages.file_name(row), "closure.item_taken"
    )


@require_POST
def item_opened(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    row = _fetch_item(request, pk, item)
    try:
        archiving.note_opened(row, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        closure = closures.fetch(request, pk)
        return closures.step_page(request, closure, "keep", status=status_of(refused), refusal=refused.reason)
    messages.success(request, _("It is noted that you opened the file."))
    return redirect("channels_registry:closure_step", pk, "keep")


@require_GET
@never_cache
def package_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    closure = closures.fetch(request, pk)
    package = getattr(closure, "package", None)
    if package is None or not package.sha:
        raise Http404
    name = f"avslut-{closure.pk}.zip"
    return _send(request, closure, packages.PACKAGES, package.sha, name, "closure.package_taken")


def _keep(request: HttpRequest, closure: Closure, work: Any) -> HttpResponse:
    try:
        work()
    except MoveRefused as refused:
        return closures.step_page(request, closure, "keep", status=status_of(refused), refusal=refused.reason)
    messages.success(request, _("The file is kept. Now somebody opens it and sees that it is whole."))
    return redirect("channels_registry:closure_step", closure.pk, "keep")


@contextmanager
def _on_disk(sent: UploadedFile) -> Iterator[Path]:
    """Give the path of an uploaded file, written out first when it was small enough to be held in memory."""
    if isinstance(sent, TemporaryUploadedFile):
        yield Path(sent.temporary_file_path())
        return
    with tempfile.NamedTemporaryFile() as own:
        for chunk in sent.chunks():
            own.write(chunk)
        own.flush()
        yield Path(own.name)


def _fetch_upload(request: HttpRequest, pk: int, uid: Any) -> Upload:
    closure = closures.fetch(request, pk)
    uploads = Upload.objects.filter(closure=closure, begun_by=person(request))
    return get_object_or_404(uploads.select_related("closure__channel__unit"), uid=uid)


def _fetch_item(request: HttpRequest, pk: int, item: int) -> ArchiveItem:
    closure = closures.fetch(request, pk)
    return get_object_or_404(
        ArchiveItem.objects.filter(closure=closure).select_related("closure__channel__unit"), pk=item
    )


def _send(
    request: HttpRequest, closure: Closure, area: str, sha: str, name: str, event: str
) -> HttpResponseBase:
    try:
        stream = filestore.open_kept(area, sha)
    except filestore.FileMissing:
        return _damaged(request, sha)
    trail.record(event, about=closure, actor=person(request), at=timezone.now(), data={"sha": sha})
    return FileResponse(stream, as_attachment=True, filename=name, content_type="application/octet-stream")


def _damaged(request: HttpRequest, sha: str) -> HttpResponse:
    reason = _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.") % {
        "sha": sha
    }
    return render(request, "409.html", {"reason": reason}, status=409)
