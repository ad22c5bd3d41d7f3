"""A closure, step by step: each step can be left and come back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_registry import closing, deciding, ending, forms, letters, orders, plans, queries
from channels_registry.forms.parts import active_users
from channels_registry.models import ArchiveItem, Closure, DeregistrationOrder
from channels_registry.rules import is_chief, may_take_over, tends
from channels_registry.states import ClosureState
from channels_registry.views import channels
from core import trail
from core.doors import do_move, status_of
from core.models import User
from core.moves import MoveRefused, open_moves
from core.request import number_in, person, typed
from core.workdays import local_day

# Which moves stand on which step's page; what stops or turns a closure stands on its own page.
MOVES_OF_STEP = {
    "sign": ("ask_decision",),
    "keep": ("make_ready",),
    "order": ("order", "order_again"),
}
# Steps in which somebody is asked by letter.
ASKING = {"advice", "archive", "sign", "order"}
# As many as the steps are read from: who did each, and when.
MOST_EVENTS = 200
TURNS = ("change_plan", "reject", "cancel")


@require_GET
def closures_page(request: HttpRequest) -> HttpResponse:
    closures = Closure.objects.visible_to(person(request)).select_related("channel__platform", "handler")
    page_obj = Paginator(closures, 50).get_page(request.GET.get("page"))
    return render(request, "channels_registry/closures_page.html", {"page_obj": page_obj})


@require_http_methods(["GET", "POST"])
def closure_new(request: HttpRequest, pk: int) -> HttpResponse:
    channel, form = channels.fetch(request, pk), forms.ClosureForm(request.POST or None)
    refusal, status, may_open = "", 200, True
    try:
        closing.ask_to_open(channel, person(request))
    except MoveRefused as refused:  # said before anybody writes a word
        refusal, status, may_open = refused.reason, status_of(refused), request.method == "POST"
    if request.method == "POST" and not refusal:
        status = 422
        if form.is_valid():
            try:
                closure = closing.open_closure(
                    channel, actor=person(request), at=timezone.now(), **form.cleaned_data
                )
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(
                    request, _("The closure is opened. The web strategists are asked for advice.")
                )
                return redirect("channels_registry:closure_page", closure.pk)
    context = {
        "channel": channel,
        "form": form,
        "refusal": refusal,
        "may_open": may_open,
        "decides": is_chief(person(request), channel.unit),
    }
    return render(request, "channels_registry/closure_new.html", context, status=status)


@require_GET
def closure_page(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, fetch(request, pk))


@require_POST
def closure_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """This will do a move that needs a reason at most; those with a form of their own have their own doors."""
    closure = fetch(request, pk)
    if name in {"sign", "close", "acknowledge"}:
        raise Http404
    step = next((step for step, names in MOVES_OF_STEP.items() if name in names), "")
    return do_move(
        request,
        closure,
        name,
        page=lambda **answer: (
            step_page(request, fetch(request, pk), step, **answer)
            if step
            else page(request, fetch(request, pk), **answer)
        ),
        to=closing.closure_url(closure, step if step != "keep" else "close"),
    )


@require_POST
def closure_take_over(request: HttpRequest, pk: int) -> HttpResponse:
    closure = fetch(request, pk)
    try:
        closing.take_over(closure, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return page(request, closure, status=status_of(refused), refusal=refused.reason)
    messages.success(request, _("You handle the closure now."))
    return redirect("channels_registry:closure_page", pk)


@require_http_methods(["GET", "POST"])
def closure_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in queries.STEPS:
        raise Http404
    closure = fetch(request, pk)
    if request.method == "GET":
        return step_page(request, closure, step)
    if step not in SAVES:
        raise Http404
    form = form_of(closure, step, person(request), request)
    if not form.is_valid():
        return step_page(request, closure, step, status=422, form=form)
    seen = request.POST.get("seen", "")
    try:
        done = SAVES[step](closure, form, person(request), number_in(seen))
    except MoveRefused as refused:
        fresh = fetch(request, pk)
        return step_page(request, fresh, step, status=status_of(refused), form=form, refusal=refused.reason)
    messages.success(request, done)
    return redirect("channels_registry:closure_page", pk)


@require_POST
def order_bounce(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    closure, form = fetch(request, pk), forms.BounceForm(request.POST)
    row = get_object_or_404(
        DeregistrationOrder.objects.select_related("closure__channel__unit"), pk=order, closure=closure
    )
    if not form.is_valid():
        return step_page(request, closure, "order", status=422, bounce_form=form)
    try:
        orders.note_bounce(row, actor=person(request), at=timezone.now(), note=form.cleaned_data["note"])
    except MoveRefused as refused:
        return step_page(request, closure, "order", status=status_of(refused), refusal=refused.reason)
    messages.success(request, _("It is noted that the order came back. Order it again."))
    return redirect("channels_registry:closure_step", pk, "order")


def fetch(request: HttpRequest, pk: int) -> Closure:
    return get_object_or_404(queries.closure_of(person(request), pk))


def page(request: HttpRequest, closure: Closure, *, status: int = 200, **more: Any) -> HttpResponse:
    user, now = person(request), timezone.now()
    queries.with_plan(closure)
    if closure.state in {ClosureState.ORDERED, ClosureState.DEREGISTERED}:
        queries.with_orders(closure)
    events = list(trail.events_about(closure)[:MOST_EVENTS])
    context = {
        "closure": closure,
        "steps": queries.steps_of(closure, now, events),
        "lost": letters.lost_in(closure),
        "may_handle": tends(user, closure.channel),
        "may_take_over": not closure.is_over
        and closure.handler != user
        and bool(may_take_over(user, closure, local_day(now))),
        "moves": _moves(closure, user, TURNS),
        "events": events[:30],
        "note": typed(request, "note"),
        **more,
    }
    return render(request, "channels_registry/closure_page.html", context, status=status)


def step_page(
    request: HttpRequest, closure: Closure, step: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    user, now = person(request), timezone.now()
    if step != "keep":  # the page that asks most, and shows nothing of the plan
        queries.with_plan(closure)
    if step == "order":
        queries.with_orders(closure)
    # Only one step's page shows who did it last; the others ask less.
    events = list(trail.events_about(closure)[:MOST_EVENTS]) if step == "notices" else []
    own = CONTEXTS.get(step, lambda *_: {})(closure, user, now)
    context = {
        "closure": closure,
        "step": queries.step_of(closure, step, now, events),
        "number": queries.STEPS.index(step) + 1,
        "template": f"channels_registry/steps/{step}.html",
        "lost": letters.lost_in(closure) if step in ASKING else [],
        "may_handle": tends(user, closure.channel),
        "moves": _moves(closure, user, MOVES_OF_STEP.get(step, ())),
        "form": form_of(closure, step, user),
        "note": typed(request, "note"),
        **own,
        **more,
    }
    return render(request, "channels_registry/closure_step.html", context, status=status)


def form_of(closure: Closure, step: str, user: User, request: HttpRequest | None = None) -> Any:
    """This will return the step's form, filled with what is stored or with what was typed; None where there is none."""
    data = request.POST if request else None
    if step == "reason":
        initial = _stored(closure, "reason", "motive", "closes_on", "public_reason")
        return forms.ReasonForm(data, initial=initial)
    if step == "merger":
        initial = _stored(closure, "merge_into", "no_merger_why", "followers_go_to")
        return forms.MergerForm(data, closure=closure, initial=initial)
    if step == "advice":
        return forms.AdviceForm(data)
    if step == "archive":
        initial = _stored(closure.archive, "level", "keeps_content", "keeps_layout", "motive", "officer")
        said = user.is_records_officer
        return (
            forms.ArchiveWordForm(data, initial=initial) if said else forms.ArchiveForm(data, initial=initial)
        )
    if step == "notices":
        return forms.NoticesForm(data, closure=closure)
    return {"close": forms.CloseForm, "order": forms.AnswerForm}.get(step, lambda *_: None)(data)


def _stored(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} if row else {}


def _moves(closure: Closure, user: User, names: tuple[str, ...]) -> list[Any]:
    if not names:
        return []

    def url(name: str) -> str:
        return reverse("channels_registry:closure_move", args=[closure.pk, name])

    return [move for move in open_moves(closure, user, url) if move.name in names]


def _save_plan(closure: Closure, form: Any, user: User, seen: int | None) -> str:
    closing.save_plan(closure, actor=user, at=timezone.now(), seen=seen, values=form.cleaned_data)
    return _("The step is saved.")


def _save_advice(closure: Closure, form: Any, user: User, seen: int | None) -> str:
    closing.note_advice(closure, actor=user, at=timezone.now(), **form.cleaned_data)
    return _("Your advice is noted.")


def _save_archive(closure: Closure, form: Any, user: User, seen: int | None) -> str:
    if user.is_records_officer:
        closing.decide_archive(closure, actor=user, at=timezone.now(), **form.cleaned_data)
        return _("What is kept is decided.")
    closing.propose_archive(closure, actor=user, at=timezone.now(), **form.cleaned_data)
    return _("The records officer is asked for their word.")


def _save_notices(closure: Closure, form: Any, user: User, seen: int | None) -> str:
    now, nobody = timezone.now(), form.cleaned_data["tells_nobody"]
    if nobody != closure.tells_nobody:
        closing.save_plan(closure, actor=user, at=now, seen=seen, values={"tells_nobody": nobody})
        if nobody:
            return _("It is noted that no notices are needed.")
    elif not nobody:
        closing.save_notices(closure, actor=user, at=now, seen=seen, rows=form.rows())
    return _("The notices are saved.")


def _save_end(closure: Closure, form: Any, user: User, seen: int | None) -> str:
    ending.close(closure, actor=user, at=timezone.now(), seen=seen, **form.cleaned_data)
    return _("The account is closed. Now order the deregistration.")


def _save_answer(closure: Closure, form: Any, user: User, seen: int | None) -> str:
    orders.acknowledge(closure, actor=user, at=timezone.now(), seen=seen, **form.cleaned_data)
    return _("The channel is deregistered. It stays in the register, to read.")


SAVES: dict[str, Callable[[Closure, Any, User, int | None], str]] = {
    "reason": _save_plan,
    "merger": _save_plan,
    "advice": _save_advice,
    "archive": _save_archive,
    "notices": _save_notices,
    "close": _save_end,
    "order": _save_answer,
}


def _sign_context(closure: Closure, user: User, now: Any) -> dict[str, Any]:
    return {
        "lacking": plans.missing(closure, now) if closure.is_open_for_edit else [],
        "decisions": closure.spoken,
        "waiting_for": deciding.signers(closure, now) if closure.state == ClosureState.AWAITING else [],
    }


def _keep_context(closure: Closure, user: User, now: Any) -> dict[str, Any]:
    people = ArchiveItem.objects.select_related("added_by", "opened_by")
    prefetch_related_objects([closure], Prefetch("items", people))
    keeping = closure.state in {ClosureState.TELLING, ClosureState.ARCHIVING}
    try:
        open_things, unknown = (ending.open_things(closure) if keeping else []), ""
    except MoveRefused as refused:
        open_things, unknown = [], refused.reason
    return {
        "items": closure.items.all(),
        "open_things": open_things,
        "unknown": unknown,
        "keeping": keeping and tends(user, closure.channel),
        "shot_form": forms.ShotForm(),
        "export_form": forms.ExportForm(),
        "broken": closure.uploads.filter(finished_at=None, begun_by=user) if keeping else [],
    }


def _telling_context(closure: Closure, user: User, now: Any) -> dict[str, Any]:
    prefetch_related_objects([closure], "notices__farewells__post")
    waits = closure.state == ClosureState.TELLING
    late = [row for row in closure.notices.all() if waits and not row.published_at and row.planned_at <= now]
    return {
        "earliest": plans.earliest_end(closure),
        "untold": plans.untold(closure, local_day(now)),
        "late": late,
        "counted": plans.published(closure),
    }


def _order_context(closure: Closure, user: User, now: Any) -> dict[str, Any]:
    return {
        "orders": closure.orders.all(),
        "package": getattr(closure, "package", None),
        "bounce_form": forms.BounceForm(),
        # Nobody can have answered what did not arrive.
        "may_answer": closure.state == ClosureState.ORDERED
        and any(order.state == DeregistrationOrder.State.SENT for order in closure.orders.all()),
    }


def _advice_context(closure: Closure, user: User, now: Any) -> dict[str, Any]:
    names = active_users().filter(is_web_strategist=True).values_list("name", flat=True)
    return {"strategists": list(names) if closure.is_open_for_edit else []}


CONTEXTS: dict[str, Callable[[Closure, User, Any], dict[str, Any]]] = {
    "advice": _advice_context,
    "sign": _sign_context,
    "keep": _keep_context,
    "telling": _telling_context,
    "close": _telling_context,
    "order": _order_context,
}
