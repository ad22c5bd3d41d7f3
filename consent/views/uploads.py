"""New pictures: one or many, all in one request, or each in its own when the page has script."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consent.forms import DescribeForm, NewPicturesForm
from consent.forms.pictures import AT_ONCE
from consent.models import Picture
from consent.transitions import KnownAlready, add_picture, correct_facts
from core.moves import MoveRefused
from core.request import number_in, person
from core.uploads import UploadRefused, clean_image

log = logging.getLogger(__name__)

ON_A_PAGE = 100  # as many new pictures are described at once


@dataclass(frozen=True)
class Refused:
    """A file that was not added, with the reason; `known` is the same picture, where the unit has it already."""

    reason: str
    known: Picture | None = None

    @property
    def url(self) -> str:
        return reverse("consent:picture_page", args=[self.known.pk]) if self.known else ""

    def __str__(self) -> str:
        """This will be the reason, with a link to the picture that is there."""
        if self.known is None:
            return self.reason
        return format_html('{} <a href="{}">{}</a>', self.reason, self.url, self.known.title)


@require_http_methods(["GET", "POST"])
def picture_new(request: HttpRequest) -> HttpResponse:
    """This will add each file that can be used, and say of each other one why not; what is typed stays."""
    user = person(request)
    form = NewPicturesForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "GET":
        return render(request, "consent/picture_new.html", {"form": form, "at_once": AT_ONCE})
    one_by_one = request.headers.get("Accept") == "application/json"
    if not form.is_valid():
        if one_by_one:
            return JsonResponse({"error": _in_one_line(form)}, status=422)
        return _again(request, form, [])
    files = form.cleaned_data["images"]
    first = number_in(request.POST.get("number", "")) or 1
    count = max(len(files), number_in(request.POST.get("count", "")) or 1)
    added, refused = _add(request, form, files, first, count)
    if one_by_one:
        if refused:
            known = refused[0].known
            there = {"url": refused[0].url, "title": known.title} if known else {}
            return JsonResponse({"error": refused[0].reason} | there, status=409)
        return JsonResponse({"pk": added[0].pk, "title": added[0].title})
    if not added:
        return _again(request, form, refused, status=409 if len(files) == 1 and refused[0].known else 422)
    for one in refused:
        messages.error(request, str(one))
    if refused:
        messages.info(request, _added(len(added), len(files)))
    if len(files) == 1:
        messages.success(request, _("The picture is added. Say who is in it."))
        return redirect("consent:picture_page", added[0].pk)
    return redirect(_describe_url([picture.pk for picture in added]))


@require_http_methods(["GET", "POST"])
def pictures_describe(request: HttpRequest) -> HttpResponse:
    """This will take the titles and alternative texts of several new pictures at once; of very many, page by page."""
    named = [number for pk in request.GET.get("pictures", "").split(",") if (number := number_in(pk))]
    asked, later = named[:ON_A_PAGE], named[ON_A_PAGE:]
    pictures = Picture.objects.workable_by(person(request)).in_bulk(asked)
    rows = [
        (
            picture,
            DescribeForm(
                request.POST or None,
                prefix=str(picture.pk),
                initial={"title": picture.title, "alt_text": picture.alt_text},
            ),
        )
        for pk in asked
        if (picture := pictures.get(pk))
    ]
    status = 200
    if request.method == "POST":
        wrong = [form for _picture, form in rows if not form.is_valid()]
        if not wrong:
            for picture, form in rows:
                correct_facts(picture, actor=person(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The pictures are described. Say who is in each of them."))
            return redirect(_describe_url(later) if later else "consent:pictures_page")
        status = 422
    return render(request, "consent/pictures_describe.html", {"rows": rows}, status=status)


def _add(
    request: HttpRequest, form: NewPicturesForm, files: list[UploadedFile], first: int, count: int
) -> tuple[list[Picture], list[Refused]]:
    """This will open and keep one file at a time, so that many take no more memory than one."""
    added: list[Picture] = []
    refused: list[Refused] = []

    def refuse(upload: UploadedFile, reason: object, known: Picture | None = None) -> None:
        words = _("%(file)s: %(reason)s") % {"file": upload.name, "reason": reason}
        refused.append(Refused(words, known))

    for upload in files[AT_ONCE:]:
        refuse(
            upload, _("At most %(count)s at a time without script. Send it by itself.") % {"count": AT_ONCE}
        )
    for number, upload in enumerate(files[:AT_ONCE], first):
        try:
            image = clean_image(upload, name=upload.name or "")
            picture = add_picture(
                actor=person(request), at=timezone.now(), image=image, **form.facts(number, count)
            )
        except UploadRefused as problem:
            refuse(upload, problem)
        except KnownAlready as problem:
            refuse(upload, problem.reason, problem.picture)
        except MoveRefused as problem:
            refuse(upload, problem.reason)
        except OSError:
            log.exception("a picture was not kept")
            refuse(upload, _("The disk did not take the picture. Try again, or tell an administrator."))
        else:
            added.append(picture)
    return added, refused


def _added(count: int, total: int) -> str:
    return _("%(count)s of %(total)s pictures are added. Send the others again when they are mended.") % {
        "count": count,
        "total": total,
    }


def _in_one_line(form: NewPicturesForm) -> str:
    """This will say what is wrong with the form, field by field, for an answer that is no page."""
    return " ".join(
        f"{form[name].label}: {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    )


def _again(
    request: HttpRequest, form: NewPicturesForm, refused: list[Refused], status: int = 422
) -> HttpResponse:
    context = {"form": form, "refused": refused, "at_once": AT_ONCE}
    return render(request, "consent/picture_new.html", context, status=status)


def _describe_url(pks: list[int]) -> str:
    return f"{reverse('consent:pictures_describe')}?pictures={','.join(map(str, pks))}"
