"""What a chief sees: what is asked, why, what a yes does, the plan on one screen, and the two buttons (R32, R40)."""

from __future__ import annotations

from typing import Any

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from channels_registry import deciding, plans, queries
from channels_registry.forms import SignForm
from channels_registry.models import Closure
from channels_registry.rules import may_sign
from channels_registry.states import ClosureState
from channels_registry.views import closures
from core.doors import status_of
from core.models import User
from core.moves import MoveRefused, perform
from core.request import person

UNDECIDED = {ClosureState.PREPARING, ClosureState.AWAITING}


@never_cache
@require_http_methods(["GET", "POST"])
def closure_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show the whole plan to a chief and take their word, with the password once more."""
    closure, user = closures.fetch(request, pk), person(request)
    if request.method == "GET":
        return page(request, closure)
    form = SignForm(request.POST)
    if not form.is_valid():
        return page(request, closure, status=422, form=form)
    if problem := _not_the_person(request, user, form.cleaned_data["password"]):
        form.add_error("password", problem)
        return page(request, closure, status=422, form=form)
    says_yes = request.POST.get("say") == "yes"
    if not says_yes and not form.cleaned_data["note"].strip():
        form.add_error("note", _("Say why you say no. Everybody in the closure reads it."))
        return page(request, closure, status=422, form=form)
    details = {"plan_sha": form.cleaned_data["plan_sha"]} if says_yes else {}
    try:
        perform(
            closure,
            "sign" if says_yes else "reject",
            actor=user,
            at=timezone.now(),
            note=form.cleaned_data["note"],
            **details,
        )
    except MoveRefused as refused:
        fresh = closures.fetch(request, pk)
        return page(request, fresh, status=status_of(refused), refusal=refused.reason, form=form)
    said = _("You have signed the plan.") if says_yes else _("You have said no. The channel lives on.")
    messages.success(request, said)
    return redirect("channels_registry:closure_sign", pk)


def page(request: HttpRequest, closure: Closure, *, status: int = 200, **more: Any) -> HttpResponse:
    user, now = person(request), timezone.now()
    queries.with_plan(closure)
    may, problem = may_sign(user, closure), ""
    if may and closure.state == ClosureState.AWAITING:
        try:
            deciding.free_seat(closure, user, now)
        except MoveRefused as refused:
            problem = refused.reason
    context = {
        "closure": closure,
        "decisions": [row for row in closure.spoken if not row.voided_at],
        "notices": closure.notices.all(),
        "waits": closure.state == ClosureState.AWAITING,
        "may_sign": bool(may) and not problem,
        "why_not": problem or ("" if may else str(may)),
        "lacking": plans.missing(closure, now) if closure.state in UNDECIDED else [],
        "form": SignForm(initial={"plan_sha": closure.plan_sha}),
        **more,
    }
    if "form" in more:  # a plan that changed is read again before it is signed
        context["form"].data = {**more["form"].data.dict(), "plan_sha": closure.plan_sha}
    return render(request, "channels_registry/closure_sign.html", context, status=status)


def _not_the_person(request: HttpRequest, user: User, password: str) -> str:
    if not user.has_usable_password():
        return _("Your account has no password. Ask an administrator for one, to sign with.")
    if not consume(request, action="reauthenticate", user=user):
        return _("Too many tries. Wait a few minutes.")
    return "" if user.check_password(password) else _("The password is not right.")
