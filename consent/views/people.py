"""A person's page: what is kept, corrected, taken out and erased. Who looks is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from consent import extract, people
from consent.forms import GuardianForm, PersonForm
from consent.models import Guardianship, Person
from core import trail
from core.doors import status_of
from core.moves import MoveRefused
from core.request import person as who
from core.request import typed


@never_cache
@require_GET
def people_page(request: HttpRequest) -> HttpResponse:
    """This will find people by name. Nobody is listed before a name is given: it is a register of persons."""
    wanted = request.GET.get("name", "").strip()
    found = Person.objects.visible_to(who(request)).filter(erased_at=None)
    found = found.filter(name__icontains=wanted) if len(wanted) > 1 else found.none()
    page_obj = Paginator(found.select_related("unit"), 30).get_page(request.GET.get("page"))
    return render(request, "consent/people_page.html", {"page_obj": page_obj, "name": wanted})


@never_cache
@require_GET
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def person_correct(request: HttpRequest, pk: int) -> HttpResponse:
    one = _fetch(request, pk)
    form = PersonForm(request.POST, instance=Person.objects.get(pk=pk))
    if not form.is_valid():
        return _page(request, one, form=form, status=422)
    return _do(
        request,
        one,
        lambda **by: people.correct(one, **by, **form.cleaned_data),
        _("The facts are corrected."),
        form=form,
    )


@require_POST
def person_guardian(request: HttpRequest, pk: int) -> HttpResponse:
    one = _fetch(request, pk)
    form = GuardianForm(request.POST, user=who(request))
    if not form.is_valid():
        return _page(request, one, guardian_form=form, status=422)
    given = form.cleaned_data["guardian"]

    def act(**by: Any) -> None:
        guardian = (
            given
            if isinstance(given, Person)
            else people.add_person(name=given[0], email=given[1], unit=one.unit, **by)
        )
        people.add_guardian(one, guardian, **by)

    return _do(request, one, act, _("The guardian is added."), guardian_form=form)


@require_POST
def guardian_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Guardianship.objects.select_related("child", "guardian"), pk=pk)
    child = _fetch(request, row.child_id)
    note = typed(request, "note")
    return _do(
        request,
        child,
        lambda **by: people.remove_guardian(row, note=note, **by),
        _("The guardian is taken away."),
    )


@require_POST
def person_protect(request: HttpRequest, pk: int) -> HttpResponse:
    """This will block every picture of the person, or no longer; before it blocks, it is asked once more."""
    one, wanted = _fetch(request, pk), request.POST.get("protected") == "yes"
    if wanted and request.POST.get("sure") != "yes":
        reason = _("Say that you know what happens, then every picture is blocked.")
        return _page(request, one, refusal=reason, status=422, ask_protect=True)
    done = (
        _("No picture of the person can be used.")
        if wanted
        else _("Pictures of the person can be used again.")
    )
    return _do(request, one, lambda **by: people.protect(one, protected=wanted, **by), done)


@require_POST
def person_erase(request: HttpRequest, pk: int) -> HttpResponse:
    one, note = _fetch(request, pk), typed(request, "note")
    return _do(request, one, lambda **by: people.erase(one, note=note, **by), _("The person is erased."))


@never_cache
@require_GET
def person_extract(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show everything that is kept of a person, to read and print, or as JSON; the trail says who took it."""
    one, now = _fetch(request, pk), timezone.now()
    trail.record("person.extract", about=one, actor=who(request), at=now)
    held = extract.of(one, at=now)
    if request.GET.get("format") == "json":
        response = JsonResponse(held, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response.headers["Content-Disposition"] = f'attachment; filename="person-{one.pk}.json"'
        return response
    return render(request, "consent/person_extract.html", {"person": one, "held": held, "now": now})


def _fetch(request: HttpRequest, pk: int) -> Person:
    """This will return a person that the user's units keep. Raises Http404."""
    found = Person.objects.visible_to(who(request)).select_related("unit")
    return get_object_or_404(found.prefetch_related("guardianships__guardian", "guards__child"), pk=pk)


def _do(request: HttpRequest, one: Person, act: Callable[..., Any], done: str, **bound: Any) -> HttpResponse:
    try:
        act(actor=who(request), at=timezone.now())
    except MoveRefused as refused:
        return _page(request, one, refusal=refused.reason, status=status_of(refused), **bound)
    messages.success(request, done)
    return redirect("consent:person_page", one.pk)


def _page(
    request: HttpRequest, one: Person, *, refusal: str = "", status: int = 200, **bound: Any
) -> HttpResponse:
    now = timezone.now()
    people.note_looks([one], actor=who(request), at=now)
    context = {
        "person": one,
        "places": one.appearances.select_related("picture").order_by("-pk"),
        "form": PersonForm(instance=one),
        "guardian_form": GuardianForm(user=who(request)),
        "kept": people.what_is_kept(one),
        "events": trail.events_about(one)[:50],
        "note": typed(request, "note"),
        "refusal": refusal,
    } | bound
    return render(request, "consent/person_page.html", context, status=status)
