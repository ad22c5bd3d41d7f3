"""The forms on a picture's page: who is in it, what they said, on what ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import transitions
from consent.arrivals import SCANS
from consent.forms import AppearanceForm, BankForm, BasisForm, ConsentForm, PlaceForm
from consent.models import Appearance, ConsentEvent, Person, Picture
from consent.people import add_person
from consent.rules import may_tend
from consent.views.pictures import answer_file, fetch, page
from core import trail
from core.doors import status_of
from core.filestore import FileProblem
from core.moves import MoveRefused
from core.request import number_in, person, typed
from core.uploads import HoldingForm


@never_cache
@require_http_methods(["GET", "POST"])
def picture_person(request: HttpRequest, pk: int) -> HttpResponse:
    """This will list somebody who is seen in the picture, marked in it or only in words."""
    picture, user, now = fetch(request, pk), person(request), timezone.now()
    form = AppearanceForm(posted(request), user=user)

    def act(values: dict[str, Any]) -> None:
        with transaction.atomic():
            transitions.list_person(
                picture,
                actor=user,
                at=now,
                place=values["place"],
                person=_who(request, picture, values),
                is_identifiable=values["is_identifiable"],
                box=form.box(),
            )

    page = FormPage(_("List a person"), _("List the person"), _("The person is listed."), marks=True)
    return page.answer(request, picture, form, act)


@never_cache
@require_http_methods(["GET", "POST"])
def picture_place(request: HttpRequest, pk: int) -> HttpResponse:
    """This will say who an unknown person is, or change what is noted of a place."""
    appearance = get_object_or_404(Appearance.objects.select_related("picture", "person"), pk=pk)
    picture, user = fetch(request, appearance.picture_id), person(request)
    form = PlaceForm(posted(request), user=user, appearance=appearance)
    if request.method == "GET":
        if not may_tend(user, picture):
            raise Http404
        return _place_page(request, picture, appearance, form)
    if not form.is_valid():
        return _place_page(request, picture, appearance, form, status=422)
    values = form.cleaned_data
    try:
        with transaction.atomic():
            transitions.change_place(
                appearance,
                actor=user,
                at=timezone.now(),
                person=_who(request, picture, values),
                place=values["place"],
                is_identifiable=values["is_identifiable"],
                box=form.box(),
                unmark=form.box() is None,
            )
    except MoveRefused as refused:
        return _place_page(
            request, picture, appearance, form, refusal=refused.reason, status=status_of(refused)
        )
    messages.success(request, _("The place is changed."))
    return redirect("consent:picture_page", picture.pk)


@require_POST
def picture_blur(request: HttpRequest, pk: int) -> HttpResponse:
    """This will blur exactly the places that are ticked."""
    picture = fetch(request, pk)
    chosen = {number_in(one) for one in request.POST.getlist("places")} - {None}
    places = [place for place in picture.appearances.all() if place.pk in chosen]
    try:
        transitions.blur(picture, actor=person(request), at=timezone.now(), places=places)
    except MoveRefused as refused:
        return page(request, fetch(request, pk), refusal=refused.reason, status=status_of(refused))
    except FileProblem:
        reason = _("The file on disk is missing or damaged. Tell an administrator; the hash is %(sha)s.")
        return page(request, picture, refusal=reason % {"sha": picture.clean_sha}, status=409)
    done = (
        _("The places are blurred in the copy that is shown.")
        if places
        else _("Every place is shown again. Posts with the picture have to be read again.")
    )
    messages.success(request, done)
    return redirect("consent:picture_page", pk)


@require_POST
def picture_unlist(request: HttpRequest, pk: int) -> HttpResponse:
    appearance = get_object_or_404(Appearance.objects.select_related("picture", "person"), pk=pk)
    picture, user = fetch(request, appearance.picture_id), person(request)
    try:
        transitions.unlist(appearance, actor=user, at=timezone.now(), note=typed(request, "note"))
    except MoveRefused as refused:
        form = PlaceForm(user=user, appearance=appearance)
        return _place_page(
            request, picture, appearance, form, refusal=refused.reason, status=status_of(refused)
        )
    messages.success(request, _("The person is taken off the list."))
    return redirect("consent:picture_page", picture.pk)


@never_cache
@require_http_methods(["GET", "POST"])
def picture_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """This will note what somebody said on paper, in an e-mail or orally."""
    picture = fetch(request, pk)
    form = ConsentForm(posted(request), request.FILES or None, picture=picture)

    def act(values: dict[str, Any]) -> None:
        transitions.note_consent(picture, actor=person(request), at=timezone.now(), **form.values())

    page = FormPage(_("Note what somebody said"), _("Note the answer"), _("What was said is noted."))
    return page.answer(request, picture, form, act)


@require_GET
@cache_control(private=True, no_store=True)
def word_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the scanned paper of a consent, to those who tend the picture; the trail says who took it."""
    words = ConsentEvent.objects.exclude(scan_sha="").select_related("person")
    word = get_object_or_404(words, pk=pk)
    if not Picture.objects.workable_by(person(request)).filter(pk=word.picture_id).exists():
        raise Http404
    data = {"event": word.pk}
    trail.record("person.scan", about=word.person, actor=person(request), at=timezone.now(), data=data)
    return answer_file(request, SCANS, word.scan_sha, word.scan_type, "attachment")


@never_cache
@require_http_methods(["GET", "POST"])
def picture_basis(request: HttpRequest, pk: int) -> HttpResponse:
    picture = fetch(request, pk)

    def act(values: dict[str, Any]) -> None:
        transitions.note_basis(picture, actor=person(request), at=timezone.now(), **values)

    page = FormPage(_("Note a legal basis"), _("Note the legal basis"), _("The legal basis is noted."))
    return page.answer(request, picture, BasisForm(posted(request)), act)


@never_cache
@require_http_methods(["GET", "POST"])
def picture_bank(request: HttpRequest, pk: int) -> HttpResponse:
    picture = fetch(request, pk)

    def act(values: dict[str, Any]) -> None:
        transitions.note_bank(picture, actor=person(request), at=timezone.now(), **values)

    page = FormPage(
        _("Note what the media bank says"),
        _("Note what it says"),
        _("The look is noted."),
        hint=_("Unclear counts as no."),
    )
    return page.answer(request, picture, BankForm(posted(request)), act)


def posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@dataclass(frozen=True)
class FormPage:
    """A page of its own for one form about a picture, shown beside it: heading, button, what is said when it is done."""

    title: str
    button: str
    done: str
    hint: str = ""
    marks: bool = False

    def answer(
        self,
        request: HttpRequest,
        picture: Picture,
        form: forms.Form | forms.ModelForm,
        act: Callable[[dict[str, Any]], None],
    ) -> HttpResponse:
        """This will show the form; posted, it will do `act` with its values, or show what was typed with the reason."""
        if request.method == "GET":
            if not may_tend(person(request), picture):
                raise Http404
            return self._show(request, picture, form)
        if not form.is_valid():
            return self._show(request, picture, form, status=422)
        try:
            act(form.cleaned_data)
        except MoveRefused as refused:
            status = status_of(refused)
            return self._show(request, picture, form, refusal=refused.reason, status=status)
        messages.success(request, self.done)
        return redirect(request.path if "again" in request.POST else picture_url(picture))

    def _show(
        self, request: HttpRequest, picture: Picture, form: Any, *, refusal: str = "", status: int = 200
    ) -> HttpResponse:
        if isinstance(form, HoldingForm):
            form.hold()
        context = {
            "form_page": self,
            "picture": picture,
            "form": form,
            "marked": [place for place in picture.appearances.all() if place.box],
            "marking": self.marks,
            "refusal": refusal,
        }
        return render(request, "consent/picture_form.html", context, status=status)


def picture_url(picture: Picture) -> str:
    return reverse("consent:picture_page", args=[picture.pk])


def _who(request: HttpRequest, picture: Picture, values: dict[str, Any]) -> Person | None:
    """This will return the person that was chosen or is new, with the guardians noted; None is nobody known."""
    if not values.get("name"):
        chosen: Person | None = values.get("person")
        return chosen
    about: dict[str, Any] = {"actor": person(request), "at": timezone.now(), "unit": picture.unit}
    guardians = [
        one if isinstance(one, Person) else add_person(name=one[0], email=one[1], **about)
        for one in values["guardians"]
    ]
    return add_person(
        name=values["name"], born_on=values["born_on"], email=values["email"], guardians=guardians, **about
    )


def _place_page(
    request: HttpRequest,
    picture: Picture,
    place: Appearance,
    form: PlaceForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "picture": picture,
        "place": place,
        "marked": [other for other in picture.appearances.all() if other.box],
        "marking": True,
        "form": form,
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "consent/picture_place.html", context, status=status)
