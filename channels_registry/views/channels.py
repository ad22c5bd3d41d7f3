from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_registry import queries, register, rest
from channels_registry.forms import (
    EditorForm,
    FactsForm,
    FilterForm,
    HandleForm,
    LookOverForm,
    ProofForm,
    RegisterForm,
)
from channels_registry.models import Channel, Closure, Dormancy, LookOver, NamedEditor, Opening
from channels_registry.rules import is_chief, keeps_the_register, tends
from channels_registry.states import ENDED, ChannelState, DormancyState
from core import filestore
from core.doors import do_move, limited, spoken, status_of
from core.models import User
from core.moves import MoveRefused, OpenMove, open_moves
from core.request import number_in, person
from core.spreadsheets import harmless
from core.uploads import HoldingForm
from core.workdays import local_day

AS_IT_SHOULD = ("follows_profile", "purpose_holds", "people_right", "comments_right")


@require_GET
def channels_page(request: HttpRequest) -> HttpResponse:
    user, filters = person(request), FilterForm(request.GET)
    filters.is_valid()
    channels = queries.register(user, filters.cleaned_data, local_day(timezone.now()))
    page_obj = Paginator(channels, 50).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page_obj": page_obj,
        "rows": queries.rows_of(page_obj.object_list, local_day(timezone.now())),
        "openings": Opening.objects.visible_to(user).waiting().select_related("platform")[:10],
        "may_register": keeps_the_register(user) or (user.unit_id is not None and is_chief(user, user.unit)),  # type: ignore[arg-type]
        "is_public": settings.PUBLIC_REGISTER,
    }
    return render(request, "channels_registry/channels_page.html", context)


@require_GET
def channels_csv(request: HttpRequest) -> StreamingHttpResponse:
    """This will hand out the register, as filtered, as a table that Swedish Excel opens: `;`, all quoted, no formulas."""
    filters = FilterForm(request.GET)
    filters.is_valid()
    channels = queries.register(person(request), filters.cleaned_data, local_day(timezone.now()))
    response = StreamingHttpResponse(spoken(_csv(channels)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="kanalregister.csv"'
    return response


@login_not_required
@limited()
@cache_control(public=True, max_age=300)
@require_GET
def public_page(request: HttpRequest) -> HttpResponse:
    """This will show the city's true channels to everybody, when the setting says so: false ones exist."""
    context = {"channels": _public(), "city_name": settings.CITY_NAME}
    return render(request, "channels_registry/public_page.html", context)


@login_not_required
@limited()
@cache_control(public=True, max_age=300)
@require_GET
def public_json(request: HttpRequest) -> JsonResponse:
    """This will hand out the same list for machines. That an end is being thought about is nobody's matter yet."""
    rows = [
        {
            "name": channel.name,
            "platform": channel.platform.name,
            "handle": channel.handle,
            "url": channel.url,
            "unit": channel.unit.name,
            "state": "dormant" if channel.state == ChannelState.DORMANT else "active",
        }
        for channel in _public()
    ]
    response = JsonResponse({"city": settings.CITY_NAME, "channels": rows})
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_http_methods(["GET", "POST"])
def channel_new(request: HttpRequest) -> HttpResponse:
    """This will put a channel that exists into the register; a duplicate is shown and led to."""
    user, refusal, status, twin = person(request), "", 200, None
    form = RegisterForm(request.POST or None, initial={"unit": user.unit_id})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            facts = dict(form.cleaned_data)
            address = facts.pop("address")
            try:
                channel = register.register(actor=user, at=timezone.now(), address=address, **facts)
            except MoveRefused as refused:
                refusal, status, twin = refused.reason, status_of(refused), register.known_already(address)
            else:
                messages.success(request, _("The channel is in the register. Name two editors for it."))
                return redirect("channels_registry:channel_page", channel.pk)
    context = {"form": form, "refusal": refusal, "twin": twin}
    return render(request, "channels_registry/channel_new.html", context, status=status)


@require_GET
def channel_page(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, fetch(request, pk))


@require_http_methods(["GET", "POST"])
def channel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    channel, refusal, status = fetch(request, pk), "", 200
    form = FactsForm(request.POST or None, instance=Channel.objects.get(pk=channel.pk))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                seen = _seen(request, channel)
                register.edit(
                    channel, actor=person(request), at=timezone.now(), seen=seen, facts=form.cleaned_data
                )
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The facts are saved."))
                return redirect("channels_registry:channel_page", pk)
    context = {"channel": channel, "form": form, "refusal": refusal}
    return render(request, "channels_registry/channel_edit.html", context, status=status)


@require_POST
def channel_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    channel = fetch(request, pk)
    return do_move(
        request,
        channel,
        name,
        page=lambda **answer: page(request, channel, **answer),
        to=reverse("channels_registry:channel_page", args=[pk]),
    )


@require_POST
def channel_handle(request: HttpRequest, pk: int) -> HttpResponse:
    channel, form = fetch(request, pk), HandleForm(request.POST)
    return _do(
        request,
        channel,
        "handle_form",
        form,
        lambda: register.change_handle(
            channel,
            actor=person(request),
            at=timezone.now(),
            seen=_seen(request, channel),
            **form.cleaned_data,
        ),
        _("The new handle is noted; the earlier one is kept."),
    )


@require_POST
def channel_editor(request: HttpRequest, pk: int) -> HttpResponse:
    channel, form = fetch(request, pk), EditorForm(request.POST)
    return _do(
        request,
        channel,
        "editor_form",
        form,
        lambda: register.name_editor(channel, actor=person(request), at=timezone.now(), **form.cleaned_data),
        _("The editor is named."),
    )


@require_POST
def channel_editor_remove(request: HttpRequest, pk: int, editor: int) -> HttpResponse:
    channel = fetch(request, pk)
    row = get_object_or_404(channel.editors.select_related("channel__unit"), pk=editor)
    return _do(
        request,
        channel,
        "",
        None,
        lambda: register.unname_editor(row, actor=person(request), at=timezone.now()),
        _("The editor is no longer named for the channel."),
    )


@require_POST
def channel_look_over(request: HttpRequest, pk: int) -> HttpResponse:
    channel, form = fetch(request, pk), LookOverForm(request.POST, request.FILES)
    return _do(
        request,
        channel,
        "look_form",
        form,
        lambda: register.look_over(channel, actor=person(request), at=timezone.now(), **form.cleaned_data),
        _("The channel is looked over. You are reminded in a year."),
    )


@require_POST
def channel_proof(request: HttpRequest, pk: int) -> HttpResponse:
    channel, form = fetch(request, pk), ProofForm(request.POST)
    return _do(
        request,
        channel,
        "proof_form",
        form,
        lambda: register.prove_post(channel, actor=person(request), at=timezone.now(), **form.cleaned_data),
        _("The post is noted."),
    )


@require_GET
@cache_control(private=True, max_age=3600)
def channel_look(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """This will show the profile or cover picture as it was at a look-over."""
    row = get_object_or_404(
        LookOver.objects.filter(channel__in=Channel.objects.visible_to(person(request)).values("pk")), pk=pk
    )
    sha = {"profile": row.profile_sha, "cover": row.cover_sha}.get(kind, "")
    if not sha:
        raise Http404
    try:
        data = filestore.read(register.LOOKS, sha)
    except filestore.FileProblem as error:
        raise Http404 from error
    kinds = {b"\x89PNG": "image/png", b"RIFF": "image/webp"}
    return HttpResponse(data, content_type=kinds.get(data[:4], "image/jpeg"))


def fetch(request: HttpRequest, pk: int) -> Any:
    wish = Opening.objects.visible_to(person(request)).filter(channel=OuterRef("pk"))
    channels = (
        Channel.objects.visible_to(person(request))
        .annotate(wish=Subquery(wish.values("pk")), granted_by=Subquery(wish.values("decided_by__name")))
        .with_editor_count()
        .with_what_hangs_on_it()
        .select_related(
            "platform", "owner", "unit__responsible_chief", "unit__communications_chief", "care__team"
        )
        .prefetch_related(Prefetch("editors", NamedEditor.objects.select_related("user")))
    )
    return get_object_or_404(channels, pk=pk)


def page(request: HttpRequest, channel: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    """This will draw a channel's page with its moves, what it lacks, and the forms of whoever tends it."""
    user, now = person(request), timezone.now()
    today, may_tend = local_day(now), tends(user, channel)
    team: Any = channel.care.team if hasattr(channel, "care") else None
    rests = list(channel.dormancies.all()) if channel.has_rests else []
    running = next((row for row in rests if row.is_running), None)
    context = {
        "channel": channel,
        "team": team,
        "shifts": team.shifts.at(now).select_related("user").order_by("duty") if team else [],
        "publications": channel.publications.visible_to(user)
        .select_related("post")
        .order_by("-due_at", "-pk")[:5],
        "may_tend": may_tend and not channel.has_ended,
        "moves": open_moves(channel, user, _move_url(channel)) if may_tend else [],
        "warnings": queries.warnings_of(channel, channel.editor_count, today),
        "quiet_days": channel.quiet_days(today),
        "editors": channel.editors.all(),
        "handles": channel.handles.all() if channel.has_handles else [],
        "look": channel.look_overs.select_related("looked_by").first(),
        "rest": running,
        "rest_uncovered": _uncovered(running, today) if running and may_tend else [],
        "rest_moves": _rest_moves(running, user, today) if running and may_tend else [],
        "rest_waits": running is not None and running.starts_on > today,
        "closure": _closure_in_sight(channel, user, may_tend),
        "events": queries.happened_to(channel, rests)[:12] if may_tend else [],
        **(_forms() if may_tend else {}),
        **more,
    }
    return render(request, "channels_registry/channel_page.html", context, status=status)


def _closure_in_sight(channel: Any, user: User, may_tend: bool) -> dict[str, int] | None:
    """This will return the latest closure's number for who may see it: the channel's people see each of its closures."""
    pk = channel.latest_closure
    seen = pk and (may_tend or Closure.objects.visible_to(user).filter(pk=pk).exists())
    return {"pk": pk} if seen else None


def _rest_moves(dormancy: Dormancy, user: User, today: date) -> list[OpenMove]:
    """This will leave out what has nothing to do yet: checking comments that stay on, and starting before the day."""
    idle = {"start"} if dormancy.starts_on > today else set()
    if dormancy.comments == Dormancy.Comments.WATCHED or dormancy.comments_checked_at:
        idle.add("check_comments")
    return [move for move in open_moves(dormancy, user, _rest_url(dormancy)) if move.name not in idle]


def _uncovered(planned: Dormancy, today: date) -> list[date]:
    """This will list the working days that nobody watches yet of a rest that has not begun."""
    try:
        return rest.uncovered(planned, today) if planned.state == DormancyState.PLANNED else []
    except MoveRefused:  # the room above cannot answer now; the move asks again and refuses
        return []


def _forms() -> dict[str, Any]:
    return {
        "handle_form": HandleForm(prefix=None),
        "editor_form": EditorForm(),
        "look_form": LookOverForm(initial=dict.fromkeys(AS_IT_SHOULD, True)),
        "proof_form": ProofForm(),
    }


def _do(request: HttpRequest, channel: Any, name: str, form: Any, work: Any, said: str) -> HttpResponse:
    """This will do the work when the form is right, else draw the page again with what was typed and the reason."""
    if form is not None and not form.is_valid():
        _hold(form)
        return page(request, channel, status=422, **{name: form})
    try:
        work()
    except MoveRefused as refused:
        _hold(form)
        more = {name: form} if name else {}
        fresh = fetch(request, channel.pk)
        return page(request, fresh, status=status_of(refused), refusal=refused.reason, **more)
    messages.success(request, said)
    return redirect("channels_registry:channel_page", channel.pk)


def _hold(form: Any) -> None:
    if isinstance(form, HoldingForm):
        form.hold()


def _move_url(channel: Channel) -> Any:
    return lambda name: reverse("channels_registry:channel_move", args=[channel.pk, name])


def _rest_url(dormancy: Dormancy) -> Any:
    return lambda name: reverse("channels_registry:rest_move", args=[dormancy.pk, name])


def _seen(request: HttpRequest, channel: Channel) -> int:
    seen = number_in(request.POST.get("seen", ""))
    return channel.version if seen is None else seen


def _public() -> list[Channel]:
    if not settings.PUBLIC_REGISTER:
        raise Http404
    channels = Channel.objects.exclude(state__in=[*ENDED, ChannelState.PROPOSED])
    return list(channels.select_related("platform", "unit").order_by("platform__name", "name"))


class _Echo:
    def write(self, value: str) -> str:
        return value


def _csv(channels: Any) -> Iterator[str]:
    yield "\ufeff"
    writer = csv.writer(_Echo(), delimiter=";", quoting=csv.QUOTE_ALL)
    heads = (
        _("Channel"),
        _("Platform"),
        _("Handle"),
        _("Address"),
        _("Unit"),
        _("Owner"),
        _("State"),
        _("Comments"),
        _("Named editors"),
        _("Last post of its own"),
        _("Last looked over"),
    )
    yield writer.writerow(heads)
    for channel in channels.iterator(chunk_size=500):
        cells = (
            channel.name,
            channel.platform.name,
            channel.handle,
            channel.url,
            channel.unit.name,
            channel.owner or "",
            channel.state_label,
            channel.get_comment_mode_display(),
            channel.editor_count,
            channel.last_post_on or "",
            channel.looked_over_on or "",
        )
        yield writer.writerow([harmless(str(cell)) for cell in cells])
