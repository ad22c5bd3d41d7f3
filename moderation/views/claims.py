from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.doors import status_of
from core.models import User
from core.moves import MoveRefused
from core.request import number_in, own_address, person, typed
from moderation.claims import add_note, assign, claim, release
from moderation.models import Case, Comment
from moderation.views import cases, comments


@require_POST
def claim_post(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """This will take the comment or case for a while, or take it over when that is asked for."""
    take_over = bool(request.POST.get("take_over"))
    return _do(
        request,
        noun,
        pk,
        lambda obj: claim(obj, actor=person(request), at=timezone.now(), take_over=take_over),
        _("It is yours for a while."),
    )


@require_POST
def release_post(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    return _do(request, noun, pk, lambda obj: release(obj, actor=person(request)), _("You let go of it."))


@require_POST
def assign_post(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """This will ask a member of the team to see to it; an empty choice asks nobody."""
    wanted = number_in(request.POST.get("user", ""))
    to = User.objects.filter(pk=wanted).first() if wanted else None
    return _do(
        request,
        noun,
        pk,
        lambda obj: assign(obj, actor=person(request), at=timezone.now(), to=to),
        _("%(name)s is asked to see to it.") % {"name": to.name} if to else _("Nobody is asked any more."),
    )


@require_POST
def note_post(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    text = typed(request, "note")
    return _do(
        request,
        noun,
        pk,
        lambda obj: add_note(obj, actor=person(request), at=timezone.now(), text=text),
        _("The note is kept."),
    )


def _do(
    request: HttpRequest, noun: str, pk: int, work: Callable[[Comment | Case], None], done: str
) -> HttpResponse:
    room = {"comment": comments, "case": cases}[noun]
    obj = room.fetch(request, pk)
    try:
        work(obj)
    except MoveRefused as refused:
        return room.page(request, obj, refusal=refused.reason, status=status_of(refused))
    messages.success(request, done)
    back = own_address(request, request.POST.get("next", ""))
    return redirect(back) if back else redirect(f"moderation:{noun}_page", pk)
