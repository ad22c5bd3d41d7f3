from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import filestore, trail
from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.request import number_in, person, typed
from editorial.idea_forms import IdeaFilter, IdeaForm, KeepPictureForm
from editorial.idea_rules import may_tend
from editorial.idea_states import IdeaState
from editorial.ideas import COPIES, became, hand_in, keep_picture_of, words_of, write_post_from
from editorial.models import Idea, Team

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@require_GET
def ideas_page(request: HttpRequest) -> HttpResponse:
    """This will list the ideas given to one's teams, and those one gave oneself."""
    user = person(request)
    filters = IdeaFilter(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    ideas = Idea.objects.visible_to(user).select_related("team", "given_by")
    if wanted.get("state"):
        ideas = ideas.filter(state=wanted["state"])
    if text := wanted.get("text"):
        ideas = ideas.filter(Q(what__icontains=text) | Q(why_now__icontains=text))
    page_obj = Paginator(ideas, 25).get_page(request.GET.get("page"))
    tips = Team.objects.of_member(user, "editor")
    return render(
        request, "editorial/ideas_page.html", {"filters": filters, "page_obj": page_obj, "tip_teams": tips}
    )


@require_http_methods(["GET", "POST"])
def idea_new(request: HttpRequest) -> HttpResponse:
    user, status = person(request), 200
    form = IdeaForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            idea, _secret = hand_in(actor=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request,
                _("Thank you. %(team)s has your idea. You hear what becomes of it.")
                % {"team": idea.team.name},
            )
            return redirect("editorial:idea_page", idea.pk)
        form.hold()
    return render(request, "editorial/idea_new.html", {"form": form}, status=status)


@require_GET
def idea_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def idea_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """This will do a move with the idea; “use” begins a post from it and leads there."""
    idea = _fetch(request, pk)
    if name != "use":
        return do_move(
            request,
            idea,
            name,
            page=lambda **answer: _page(request, idea, **answer),
            to=reverse("editorial:idea_page", args=[pk]),
        )
    seen = request.POST.get("seen", "")
    try:
        post = write_post_from(
            idea,
            actor=person(request),
            at=timezone.now(),
            seen=number_in(seen),
        )
    except MoveRefused as refused:
        idea.refresh_from_db()
        return _page(request, idea, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("A draft is begun from the idea. Whoever gave it is told."))
    return redirect("editorial:post_edit", post.pk)


@require_GET
@cache_control(private=True, max_age=3600)
def idea_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand out the clean copy of the idea's picture."""
    idea = _fetch(request, pk)
    if not idea.clean_sha:
        raise Http404
    try:
        data = filestore.read(COPIES, idea.clean_sha)
    except filestore.FileProblem as problem:
        raise Http404 from problem
    response = HttpResponse(data, content_type=idea.content_type)
    name = f"{idea.clean_sha[:16]}.{SUFFIXES[idea.content_type]}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_POST
def idea_keep_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """This will put the idea's picture among the pictures and lead to it, to say who is in it."""
    idea = _fetch(request, pk)
    if not idea.original_sha:
        raise Http404
    form = KeepPictureForm(request.POST)
    if not form.is_valid():
        return _page(request, idea, keep_form=form, status=422)
    try:
        picture = keep_picture_of(idea, actor=person(request), at=timezone.now(), **form.cleaned_data)
    except MoveRefused as refused:
        return _page(request, idea, keep_form=form, refusal=refused.reason, status=status_of(refused))
    messages.success(request, _("The picture is added. Say who is in it."))
    return redirect("consent:picture_page", picture.pk)


def _fetch(request: HttpRequest, pk: int) -> Idea:
    ideas = Idea.objects.visible_to(person(request))
    return get_object_or_404(ideas.select_related("team__unit", "given_by", "tended_by"), pk=pk)


def _page(
    request: HttpRequest,
    idea: Idea,
    *,
    refusal: str = "",
    keep_form: KeepPictureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = person(request)
    tends = bool(may_tend(user, idea))
    moves = open_moves(idea, user, lambda name: reverse("editorial:idea_move", args=[idea.pk, name]))
    context: dict[str, Any] = {
        "idea": idea,
        "tends": tends,
        "words": words_of(idea),
        "moves": [move for move in moves if move.name != "use"] if tends else [],
        "may_use": tends and idea.state != IdeaState.DECLINED,
        "became": became(idea),
        "events": trail.events_about(idea)[:50] if tends else [],
        "keep_form": (keep_form or KeepPictureForm(initial={"title": idea.title}))
        if tends and idea.original_sha
        else None,
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "editorial/idea_page.html", context, status=status)
