from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from core import trail
from core.doors import limited, status_of
from core.moves import MoveRefused
from core.request import person
from editorial import absences, feeds, rota_queries
from editorial.models import Absence, Team
from editorial.rota_forms import AbsenceForm, MemberForm, TeamForm
from editorial.rota_rules import may_staff


@require_GET
def teams_page(request: HttpRequest) -> HttpResponse:
    return _teams(request)


@require_http_methods(["GET", "POST"])
def team_page(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show how a team holds its duties and who takes part in which share; its editors may change it."""
    user = person(request)
    team = get_object_or_404(Team.objects.visible_to(user).select_related("unit"), pk=pk)
    may, data = may_staff(user, team), request.POST if request.method == "POST" else None
    members = list(team.memberships.select_related("user__unit").order_by("user__name"))
    form = TeamForm(data, instance=team)
    rows = [(row, MemberForm(data, instance=row, prefix=f"m{row.pk}")) for row in members]
    if not may:
        for fields in [form.fields, *(member.fields for _row, member in rows)]:
            for field in fields.values():
                field.disabled = True
    status = 200
    if data is not None:
        if not may:
            status = 403
        elif form.is_valid() and all(member.is_valid() for _row, member in rows):
            form.save()
            for _row, member in rows:
                member.save()
            trail.record("team.edit", about=team, actor=user, at=timezone.now())
            messages.success(request, _("The team is saved. A new proposal follows it."))
            return redirect("editorial:rota_page", team.pk)
        else:
            status = 422
    context = {"team": team, "form": form, "rows": rows, "may": may, "warnings": team.warnings()}
    return render(request, "editorial/team_page.html", context, status=status)


@require_POST
def absence_new(request: HttpRequest) -> HttpResponse:
    actor = person(request)
    form = AbsenceForm(request.POST, actor=actor, people=rota_queries.people_edited_by(actor))
    if not form.is_valid():
        return _teams(request, form=form, status=422)
    data = form.cleaned_data
    try:
        absences.add_absence(
            data["user"], actor=actor, at=timezone.now(), starts_on=data["starts_on"], ends_on=data["ends_on"]
        )
    except MoveRefused as refused:
        return _teams(request, form=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The absence is noted. Colleagues are asked about the shifts it touches."))
    return redirect("editorial:teams_page")


@require_POST
def absence_end(request: HttpRequest, pk: int) -> HttpResponse:
    actor = person(request)
    absence = get_object_or_404(Absence.objects.visible_to(actor).select_related("user"), pk=pk)
    try:
        back = absences.end_absence(absence, actor=actor, at=timezone.now())
    except MoveRefused as refused:
        return _teams(request, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The absence has ended. Shifts that were taken stay with who took them."))
    if back:
        words = ngettext(
            "%(n)s shift that nobody took came back.", "%(n)s shifts that nobody took came back.", back
        )
        messages.success(request, words % {"n": back})
    return redirect("editorial:teams_page")


@require_POST
def feed_new(request: HttpRequest) -> HttpResponse:
    """This will make the person's secret address and show it once; the one before stops working."""
    secret = feeds.make_address(person(request), timezone.now())
    return _teams(request, address=request.build_absolute_uri(f"/feeds/{secret}.ics"))


@require_POST
def feed_revoke(request: HttpRequest) -> HttpResponse:
    feeds.revoke_address(person(request), timezone.now())
    messages.success(request, _("The address leads nowhere any more."))
    return redirect("editorial:teams_page")


@login_not_required
@limited()
@never_cache
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """This will answer a calendar program that knows a secret address; 404 for one that leads nowhere."""
    now = timezone.now()
    reader = feeds.reader_of(secret, now)
    if reader is None:
        raise Http404
    with translation.override(reader.language):
        return HttpResponse(feeds.calendar_for(reader, now), content_type="text/calendar; charset=utf-8")


def _teams(
    request: HttpRequest,
    *,
    form: AbsenceForm | None = None,
    refusal: str = "",
    address: str = "",
    status: int = 200,
) -> HttpResponse:
    user, now = person(request), timezone.now()
    teams = rota_queries.teams_now(user, now)
    mates = [member.user for row in teams if row["is_editor"] for member in row["members"]]
    offers, given = rota_queries.swaps_of(user, now)
    context: dict[str, Any] = {
        "teams": teams,
        "turns": rota_queries.my_turns(user, now),
        "offers": offers,
        "given": given,
        "absences": rota_queries.absences_seen(user, now),
        "feed": user.feeds.filter(revoked_at=None).first(),
        "form": form or AbsenceForm(actor=user, people=mates),
        "refusal": refusal,
        "address": address,
    }
    return render(request, "editorial/teams_page.html", context, status=status)
