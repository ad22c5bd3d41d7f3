from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import queries
from consent.arrivals import COPIES, ORIGINALS, THUMBS
from consent.forms import FactsForm, FilterForm
from consent.lights import light_of
from consent.models import Appearance, MediaBankCheck, Picture
from consent.models.pictures import with_guardians
from consent.people import note_looks
from consent.rules import may_tend
from consent.states import Source
from consent.transitions import correct_facts
from core import filestore, trail
from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.paging import CappedPaginator
from core.request import person, typed
from core.templatetags.parts import tag
from core.workdays import local_day

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@require_GET
def pictures_page(request: HttpRequest) -> HttpResponse:
    filters = FilterForm(request.GET)
    filters.is_valid()
    found = queries.pictures_list(person(request), filters.cleaned_data)
    page_obj = CappedPaginator(found, 24).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page_obj": page_obj,
        "rows": queries.rows_of(page_obj.object_list, local_day(timezone.now())),
        "can_be_used": tag("approved", _("can be used")),
        "cannot_be_used": tag("late", _("cannot be used")),
    }
    return render(request, "consent/pictures_page.html", context)


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


@never_cache
@require_http_methods(["GET", "POST"])
def picture_facts(request: HttpRequest, pk: int) -> HttpResponse:
    """This will correct what is noted of the picture."""
    picture, user, posted = fetch(request, pk), person(request), request.method == "POST"
    if not posted and not may_tend(user, picture):
        raise Http404
    form = FactsForm(request.POST if posted else None, instance=Picture.objects.get(pk=pk))
    refusal, status = "", 422 if posted else 200
    if posted and form.is_valid():
        try:
            correct_facts(picture, actor=user, at=timezone.now(), **form.cleaned_data)
        except MoveRefused as refused:
            refusal, status = refused.reason, status_of(refused)
        else:
            messages.success(request, _("The facts are corrected."))
            return redirect("consent:picture_page", pk)
    context = {"picture": picture, "form": form, "refusal": refusal}
    return render(request, "consent/picture_facts.html", context, status=status)


@require_GET
@cache_control(private=True, no_cache=True)
def picture_thumb(request: HttpRequest, pk: int) -> HttpResponse:
    picture = fetch_file(request, pk)
    return answer_file(request, THUMBS, picture.shown_thumb_sha, picture.content_type, "inline")


@require_GET
@cache_control(private=True, no_cache=True)
def picture_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the copy that is published: upright, blurred where it is to be, without position and camera."""
    picture = fetch_file(request, pk)
    disposition = "attachment" if "save" in request.GET else "inline"
    return answer_file(request, COPIES, picture.shown_sha, picture.content_type, disposition)


@require_GET
@cache_control(private=True, no_store=True)
def picture_original(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the bytes as they came, and leave an event that says who took them."""
    picture = fetch_file(request, pk)
    trail.record("picture.original", about=picture, actor=person(request), at=timezone.now())
    return answer_file(request, ORIGINALS, picture.sha, picture.content_type, "attachment")


def fetch_file(request: HttpRequest, pk: int) -> Picture:
    """This will return a picture that the user may see, for its file alone. Raises Http404."""
    return get_object_or_404(Picture.objects.visible_to(person(request)), pk=pk)


def fetch(request: HttpRequest, pk: int) -> Picture:
    """This will return a picture that the user may see, with its people and what they said. Raises Http404.

    Whoever gets it has looked at those people, and it is noted.
    """
    user = person(request)
    pictures = Picture.objects.visible_to(user).select_related("unit", "added_by").for_page()
    picture = get_object_or_404(pictures, pk=pk)
    with_guardians(picture)
    if picture.source == Source.MEDIA_BANK:
        checks = MediaBankCheck.objects.select_related("noted_by")
        prefetch_related_objects([picture], Prefetch("bank_checks", checks))
    if not (user.is_records_officer or user.is_superuser):
        picture.tended_by[user.pk] = True  # all that others see is theirs to tend
    note_looks(queries.people_on(picture), actor=user, at=timezone.now(), kind="person.look_at_picture")
    return picture


def page(request: HttpRequest, picture: Picture, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """This will show the picture with its light, who is in it and what they said."""
    user, now = person(request), timezone.now()
    day = local_day(now)
    places = list(picture.appearances.all())
    waiting = queries.waiting(picture, now)
    context = {
        "picture": picture,
        "places": places,
        "unnamed": sum(is_unnamed(place) for place in places),
        "steps": queries.next_steps(picture, day),
        "is_named": any(place.person for place in places),
        "marked": [place for place in places if place.box],
        "light": light_of(picture, (), day),
        "may_tend": may_tend(user, picture),
        "moves": [
            move
            for move in open_moves(
                picture, user, lambda name: reverse("consent:picture_move", args=[picture.pk, name])
            )
            if not (move.name == "say_none" and places)
        ],
        "is_bank": picture.source == Source.MEDIA_BANK,
        "words": queries.word_rows(picture),
        "waiting": waiting,
        "not_arrived": queries.not_arrived(waiting),
        "look_alikes": queries.look_alikes(picture, user),
        "uses": queries.uses_of(picture, user),
        "events": trail.events_about(picture)[:50],
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "consent/picture_page.html", context, status=status)


def is_unnamed(place: Appearance) -> bool:
    """This will tell whether somebody can be recognised there whose name is not known, so that more consent is needed."""
    return place.person is None and place.is_identifiable and not place.is_blurred


def answer_file(
    request: HttpRequest, area: str, sha: str, content_type: str, disposition: str
) -> HttpResponse:
    """This will hand out a kept file, or say with 409 that it is missing or damaged."""
    try:
        data = filestore.read(area, sha)
    except filestore.FileProblem:
        reason = _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.") % {
            "sha": sha
        }
        return render(request, "409.html", {"reason": reason}, status=409)
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = f'{disposition}; filename="{sha[:16]}.{SUFFIXES[content_type]}"'
    return response
