from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import queries
from consent.forms import AppearanceForm, BankForm, BasisForm, ConsentForm, FilterForm, PictureForm
from consent.lights import light_of
from consent.models import Picture
from consent.rules import may_tend
from consent.states import Source
from consent.transitions import COPIES, ORIGINALS, THUMBS, add_picture
from core import filestore, trail
from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.request import person
from core.workdays import local_day

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@require_GET
def pictures_page(request: HttpRequest) -> HttpResponse:
    filters = FilterForm(request.GET)
    filters.is_valid()
    found = queries.pictures_list(person(request), filters.cleaned_data)
    page_obj = Paginator(found, 24).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page_obj": page_obj,
        "pictures": queries.lit(page_obj.object_list, local_day(timezone.now())),
    }
    return render(request, "consent/pictures_page.html", context)


@require_http_methods(["GET", "POST"])
def picture_new(request: HttpRequest) -> HttpResponse:
    user, refusal, status = person(request), "", 200
    form = PictureForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                picture = add_picture(actor=user, at=timezone.now(), **form.cleaned_data)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The picture is added. Say who is in it."))
                return redirect("consent:picture_page", picture.pk)
    return render(request, "consent/picture_new.html", {"form": form, "refusal": refusal}, status=status)


@require_GET
def picture_page(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, fetch(request, pk))


@require_POST
def picture_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    picture = fetch(request, pk)
    return do_move(
        request,
        picture,
        name,
        page=lambda **answer: page(request, picture, **answer),
        to=reverse("consent:picture_page", args=[pk]),
    )


@require_GET
@cache_control(private=True, max_age=3600)
def picture_thumb(request: HttpRequest, pk: int) -> HttpResponse:
    picture = fetch(request, pk)
    return _answer(request, picture, THUMBS, picture.thumb_sha, "inline")


@require_GET
@cache_control(private=True, max_age=3600)
def picture_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the clean copy, the one that is published: upright, without position and camera."""
    picture = fetch(request, pk)
    disposition = "attachment" if "save" in request.GET else "inline"
    return _answer(request, picture, COPIES, picture.clean_sha, disposition)


@require_GET
@cache_control(private=True, no_store=True)
def picture_original(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the bytes as they came, and leave an event that says who took them."""
    picture = fetch(request, pk)
    trail.record("picture.original", about=picture, actor=person(request), at=timezone.now())
    return _answer(request, picture, ORIGINALS, picture.sha, "attachment")


def fetch(request: HttpRequest, pk: int) -> Picture:
    """This will return a picture that the user may see. Raises Http404."""
    pictures = Picture.objects.visible_to(person(request)).select_related("unit", "added_by").for_light()
    return get_object_or_404(pictures, pk=pk)


def page(
    request: HttpRequest,
    picture: Picture,
    *,
    refusal: str = "",
    status: int = 200,
    **bound: AppearanceForm | ConsentForm | BasisForm | BankForm,
) -> HttpResponse:
    """This will show the picture with its light and its forms; `bound` takes the place of an empty form, as typed."""
    user, day = person(request), local_day(timezone.now())
    context = {
        "picture": picture,
        "light": light_of(picture, (), day),
        "may_tend": may_tend(user, picture),
        "moves": [
            move
            for move in open_moves(
                picture, user, lambda name: reverse("consent:picture_move", args=[picture.pk, name])
            )
            if not (move.name == "say_none" and picture.appearances.all())
        ],
        "is_bank": picture.source == Source.MEDIA_BANK,
        "words": picture.words.select_related("person", "signer", "noted_by").order_by("-pk"),
        "uses": queries.uses_of(picture, user),
        "events": trail.events_about(picture)[:50],
        "refusal": refusal,
        "note": request.POST.get("note", ""),
        "appearance_form": AppearanceForm(user=user),
        "consent_form": ConsentForm(picture=picture),
        "basis_form": BasisForm(),
        "bank_form": BankForm(),
    } | bound
    return render(request, "consent/picture_page.html", context, status=status)


def _answer(request: HttpRequest, picture: Picture, area: str, sha: str, disposition: str) -> HttpResponse:
    try:
        data = filestore.read(area, sha)
    except filestore.FileProblem:
        reason = _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.") % {
            "sha": sha
        }
        return render(request, "409.html", {"reason": reason}, status=409)
    response = HttpResponse(data, content_type=picture.content_type)
    response.headers["Content-Disposition"] = (
        f'{disposition}; filename="{sha[:16]}.{SUFFIXES[picture.content_type]}"'
    )
    return response
