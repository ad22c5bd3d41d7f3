from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import trail
from core.doors import status_of
from core.moves import MoveRefused
from core.request import person
from core.rules import Refusal
from core.templatetags.parts import day
from editorial.idea_forms import AddToPostForm, MaterialFilter, MaterialForm, ReuseForm
from editorial.idea_rules import may_keep_material
from editorial.models import Material, Post, Team
from editorial.reuse import keep_material, material_of, start_post, trace, uses_of


@require_GET
def materials_page(request: HttpRequest) -> HttpResponse:
    user = person(request)
    filters = MaterialFilter(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    found = (
        Material.objects.visible_to(user)
        .select_related("unit")
        .annotate(use_count=Count("uses"))
        .order_by("-pk")
    )
    if wanted.get("kind"):
        found = found.filter(kind=wanted["kind"])
    if text := wanted.get("text"):
        found = found.filter(
            Q(title__icontains=text) | Q(text__icontains=text) | Q(reference__icontains=text)
        )
    page_obj = Paginator(found, 25).get_page(request.GET.get("page"))
    context = {"filters": filters, "page_obj": page_obj, "may_keep": bool(may_keep_material(user))}
    return render(request, "editorial/materials_page.html", context)


@require_http_methods(["GET", "POST"])
def material_new(request: HttpRequest) -> HttpResponse:
    return _form(request, Material())


@require_http_methods(["GET", "POST"])
def material_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, _fetch(request, pk))


@require_GET
def material_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def material_reuse(request: HttpRequest, pk: int) -> HttpResponse:
    """This will begin a post from the material and lead to it, saying where and when it was used before."""
    material, user = _fetch(request, pk), person(request)
    teams = list(Team.objects.of_member(user))
    form = ReuseForm(request.POST, user=user, teams=teams)
    if len(teams) != 1 and not form.is_valid():
        return _page(request, material, form=form, status=422)
    team = teams[0] if len(teams) == 1 else form.cleaned_data["team"]
    try:
        post = start_post(material, team=team, actor=user, at=timezone.now())
    except MoveRefused as refused:
        return _page(request, material, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("A draft is begun from the material."))
    if last := next((use.out[0] for use in uses_of(material, user) if use.is_out), None):
        words = _("Last used on %(channel)s, %(day)s.")
        messages.info(request, words % {"channel": last.channel, "day": day(last.due_at)})
    return redirect("editorial:post_edit", post.pk)


@require_POST
def material_add(request: HttpRequest, pk: int) -> HttpResponse:
    """This will note that a post under way is made of the material too, and lead to the post."""
    material, user = _fetch(request, pk), person(request)
    form = AddToPostForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, material, add_form=form, status=422)
    post = form.cleaned_data["post"]
    try:
        trace(post, material, actor=user, at=timezone.now())
    except MoveRefused as refused:
        return _page(request, material, add_form=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("“%(post)s” is now made of this material too.") % {"post": post.title})
    return redirect("editorial:post_edit", post.pk)


@require_POST
def post_reuse(request: HttpRequest, pk: int) -> HttpResponse:
    """This will keep a published post as material and lead there, where it is used again."""
    post = get_object_or_404(Post.objects.visible_to(person(request)).select_related("team__unit"), pk=pk)
    try:
        material = material_of(post, actor=person(request), at=timezone.now())
    except MoveRefused as refused:
        return render(request, "409.html", {"reason": refused.reason}, status=status_of(refused))
    return redirect("editorial:material_page", material.pk)


def _fetch(request: HttpRequest, pk: int) -> Material:
    found = Material.objects.visible_to(person(request))
    return get_object_or_404(found.select_related("unit", "added_by", "earlier_post"), pk=pk)


def _form(request: HttpRequest, material: Material) -> HttpResponse:
    user, refusal, status = person(request), "", 200
    answer = may_keep_material(user, material)
    if isinstance(answer, Refusal):
        return render(request, "403.html", {"reason": answer.reason}, status=403)
    form = MaterialForm(request.POST or None, instance=material, user=user)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                keep_material(material, actor=user, at=timezone.now(), fields=form.cleaned_data)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The material is kept."))
                return redirect("editorial:material_page", material.pk)
    context = {"form": form, "material": material, "refusal": refusal}
    return render(request, "editorial/material_edit.html", context, status=status)


def _page(
    request: HttpRequest,
    material: Material,
    *,
    form: ReuseForm | None = None,
    add_form: AddToPostForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    user, earlier = person(request), material.earlier_post
    uses, teams = uses_of(material, user), list(Team.objects.of_member(user))
    chosen = earlier.team_id if earlier else None
    context = {
        "material": material,
        "uses": uses,
        "last": next((use for use in uses if use.is_out), None),
        "form": form or ReuseForm(user=user, teams=teams, initial={"team": chosen}),
        "add_form": (add_form or AddToPostForm(user=user)) if teams else None,
        "teams": teams,
        "may_change": bool(may_keep_material(user, material)),
        "events": trail.events_about(material)[:50],
        "refusal": refusal,
    }
    return render(request, "editorial/material_page.html", context, status=status)
