"""The forms on a picture's page: who is in it, what they said, on what ground."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consent import transitions
from consent.forms import AppearanceForm, BankForm, BasisForm, ConsentForm
from consent.models import Appearance, Picture
from consent.views.pictures import fetch, page
from core.doors import status_of
from core.moves import MoveRefused
from core.request import person


@require_POST
def picture_person(request: HttpRequest, pk: int) -> HttpResponse:
    picture, user, now = fetch(request, pk), person(request), timezone.now()
    form = AppearanceForm(request.POST, user=user)

    def act(values: dict[str, Any]) -> None:
        with transaction.atomic():
            who, name, born_on = values["person"], values["name"], values["born_on"]
            if name:
                about: dict[str, Any] = {"actor": user, "at": now, "unit": picture.unit}
                guardians = [transitions.add_person(name=each, **about) for each in values["guardians"]]
                who = transitions.add_person(name=name, born_on=born_on, guardians=guardians, **about)
            transitions.list_person(
                picture,
                actor=user,
                at=now,
                place=values["place"],
                person=who,
                is_identifiable=values["is_identifiable"],
            )

    return _answer(request, picture, "appearance_form", form, act, _("The person is listed."))


@require_POST
def picture_unlist(request: HttpRequest, pk: int) -> HttpResponse:
    appearance = get_object_or_404(Appearance.objects.select_related("picture"), pk=pk)
    picture = fetch(request, appearance.picture_id)
    try:
        transitions.unlist(
            appearance, actor=person(request), at=timezone.now(), note=request.POST.get("note", "")
        )
    except MoveRefused as refused:
        return page(request, picture, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The person is taken off the list."))
    return redirect("consent:picture_page", picture.pk)


@require_POST
def picture_consent(request: HttpRequest, pk: int) -> HttpResponse:
    picture = fetch(request, pk)
    form = ConsentForm(request.POST, picture=picture)

    def act(values: dict[str, Any]) -> None:
        transitions.note_consent(picture, actor=person(request), at=timezone.now(), **form.values())

    return _answer(request, picture, "consent_form", form, act, _("What was said is noted."))


@require_POST
def picture_basis(request: HttpRequest, pk: int) -> HttpResponse:
    picture = fetch(request, pk)

    def act(values: dict[str, Any]) -> None:
        transitions.note_basis(picture, actor=person(request), at=timezone.now(), **values)

    return _answer(
        request, picture, "basis_form", BasisForm(request.POST), act, _("The legal basis is noted.")
    )


@require_POST
def picture_bank(request: HttpRequest, pk: int) -> HttpResponse:
    picture = fetch(request, pk)

    def act(values: dict[str, Any]) -> None:
        transitions.note_bank(picture, actor=person(request), at=timezone.now(), **values)

    return _answer(request, picture, "bank_form", BankForm(request.POST), act, _("The look is noted."))


def _answer(
    request: HttpRequest,
    picture: Picture,
    name: str,
    form: forms.Form | forms.ModelForm,
    act: Callable[[dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    """This will do `act` with the form's values, or show the page again with what was typed and the reason."""
    bound: dict[str, Any] = {name: form}
    if not form.is_valid():
        return page(request, picture, status=422, **bound)
    try:
        act(form.cleaned_data)
    except MoveRefused as refused:
        picture.refresh_from_db()
        return page(request, picture, refusal=refused.reason, status=status_of(refused), **bound)
    messages.success(request, done)
    return redirect("consent:picture_page", picture.pk)
