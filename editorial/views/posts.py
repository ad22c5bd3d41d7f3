from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import trail
from core.doors import do_move, status_of
from core.moves import MoveRefused, OpenMove, open_moves
from core.request import number_in, own_address, person, typed
from core.templatetags.parts import moment
from core.workdays import local_day
from editorial import differences, queries
from editorial.forms import FilterForm, MoveForm, PlanForm
from editorial.models import FollowUp, Post
from editorial.planning import approval_ends_by
from editorial.platforms import on_channels
from editorial.proofs import checks_of
from editorial.reading import sent_back
from editorial.states import FIXED, OPEN, PublicationState
from editorial.transitions import change_time, content_of
from editorial.views.planning import tell_of_the_time


@require_GET
def posts_page(request: HttpRequest) -> HttpResponse:
    user = person(request)
    filters = FilterForm(request.GET, user=user)
    filters.is_valid()
    page_obj = Paginator(queries.posts_list(user, filters.cleaned_data), 25).get_page(request.GET.get("page"))
    now = timezone.now()
    lapsed = {post.pk for post in page_obj if post.has_lapsed(now)}
    context = {"filters": filters, "page_obj": page_obj, "lapsed": lapsed}
    return render(request, "editorial/posts_page.html", context)


@require_GET
def post_page(request: HttpRequest, pk: int) -> HttpResponse:
    post = _fetch(request, pk)
    return _page(request, post)


@require_POST
def post_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    post = _fetch(request, pk)
    details: dict[str, Any] = {}
    plan = PlanForm(request.POST)
    if name in {"schedule", "reschedule"}:
        if not plan.is_valid():
            return _page(request, post, plan=plan, status=422)
        details = plan.cleaned_data
    response = do_move(
        request,
        post,
        name,
        page=lambda **answer: _page(request, post, plan=plan if details else None, **answer),
        to=reverse("editorial:post_edit" if name == "reopen" else "editorial:post_page", args=[post.pk]),
        **details,
    )
    if (details or name == "submit") and response.status_code == 302:
        tell_of_the_time(request, post, timezone.now())
    return response


@require_http_methods(["GET", "POST"])
def post_time(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show a post's time and change it: the planned one of a planned post, otherwise the wanted one."""
    user, now = person(request), timezone.now()
    post = get_object_or_404(Post.objects.visible_to(user).select_related("team"), pk=pk)
    shown = post.planned_at or post.wanted_at
    undoes = "undo" in request.POST
    form = MoveForm(
        request.POST or None, shown=shown, offered=request.GET.get("when", ""), may_be_none=undoes
    )
    back = own_address(request, request.POST.get("next", "") or request.headers.get("referer", ""))
    back = "" if urlsplit(back).path == request.path else back
    seen, refusal, status = request.POST.get("seen", str(post.version)), "", 200
    # A post without a time loses nothing by its first one.
    ends_on, asks_about = approval_ends_by(post, None), None
    if request.method == "POST":
        status = 422
        when = form.cleaned_data["when"] if form.is_valid() else None
        ends = approval_ends_by(post, when) if form.is_valid() else ""
        if ends and "sure" not in request.POST:
            asks_about, status = when, 409
        elif form.is_valid():
            try:
                change_time(post, actor=user, at=now, when=when, seen=number_in(seen))
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
                post.refresh_from_db()
                seen = str(post.version)
            else:
                words = (
                    _("“%(title)s” now stands at %(time)s.") if when else _("“%(title)s” has no time again.")
                )
                messages.success(request, words % {"title": post.title, "time": moment(when)})
                if ends:
                    messages.warning(request, _("The post lost its approval. Send it to review again."))
                tell_of_the_time(request, post, now)
                if shown != when and not undoes and (shown or not approval_ends_by(post, None)):
                    request.session["undo"] = {
                        "post": post.pk,
                        "seen": post.version,
                        "when": timezone.localtime(shown).isoformat() if shown else "",
                        "words": moment(shown),
                    }
                return redirect(back or reverse("editorial:post_page", args=[post.pk]))
    day = local_day(shown) if shown else None
    context = {
        "post": post,
        "shown": shown,
        "form": form,
        "refusal": refusal,
        "seen": seen,
        "next": back,
        "fixed": post.state in FIXED,
        "ends_on": ends_on,
        "asks_about": asks_about,
        "warnings": queries.warnings_about(post, shown, now) if shown and post.state not in FIXED else [],
        "nearby": [
            (_("A week earlier"), day - timedelta(days=7)),
            (_("A day earlier"), day - timedelta(days=1)),
            (_("A day later"), day + timedelta(days=1)),
            (_("A week later"), day + timedelta(days=7)),
        ]
        if day
        else [],
    }
    return render(request, "editorial/post_time.html", context, status=status)


def _fetch(request: HttpRequest, pk: int) -> Post:
    found = Post.objects.visible_to(person(request)).select_related("team", "current", "idea__given_by")
    return get_object_or_404(found.with_what_is_there(), pk=pk)


def _page(
    request: HttpRequest, post: Post, *, refusal: str = "", plan: PlanForm | None = None, status: int = 200
) -> HttpResponse:
    user = person(request)
    moves = open_moves(post, user, lambda name: reverse("editorial:post_move", args=[post.pk, name]))
    reviews = list(post.current.reviews.select_related("reviewer")) if post.current else []
    # What was read and judged as it stands has no news for a reader.
    before = differences.last_judged(post) if post.current and not reviews else None
    wanted = post.planned_at or post.wanted_at or timezone.now()
    context = {
        "post": post,
        "has_lapsed": post.has_lapsed(timezone.now()),
        "texts": on_channels(post),
        "materials": post.materials.select_related("material") if post.has_material else [],
        "follow_up": FollowUp.objects.filter(post=post).first() if post.asks_question else None,
        "checks": checks_of(post, content_of(post)),
        "pictures": queries.pictures_with_lights(post, wanted),
        "authors": post.authors(),
        "reviews": reviews,
        "asked": sent_back(post),
        "changes": differences.changes(before, post.current) if before and post.current else [],
        "due": post.publications.filter(state=PublicationState.DUE).select_related("channel__platform"),
        "settled": queries.settled_of(post),
        "events": trail.events_about(post)[:50],
        "moves": [move for move in moves if not _elsewhere(move)],
        "may_review": any(move.name == "approve" and move.allowed for move in moves),
        "may_edit": post.state in OPEN and post.team.has_member(user),
        "may_move": post.state not in FIXED and post.team.has_member(user),
        "plan": plan or PlanForm(initial={"planned_at": wanted}),
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "editorial/post_page.html", context, status=status)


def _elsewhere(move: OpenMove) -> bool:
    """Say whether a move is no button here: a review is done on its own page, and one reason why not is enough."""
    if move.name in {"approve", "ask_changes"}:
        return move.allowed or move.name == "ask_changes"
    return move.name == "reopen" and not move.allowed
