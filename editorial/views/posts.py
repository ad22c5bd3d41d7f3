from __future__ import annotations

from datetime import timedelta
from typing import Any

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
from core.moves import MoveRefused, open_moves
from core.request import own_address, person
from core.rules import Refusal
from core.templatetags.parts import moment
from core.workdays import local_day
from editorial import queries
from editorial.forms import FilterForm, MoveForm, PlanForm, PostForm, TeamChoiceForm, picture_rows
from editorial.models import Post, Team
from editorial.rules import may_write
from editorial.states import FIXED, OPEN, POST_MOVES, PublicationState
from editorial.transitions import change_time, save_post

EDITABLE = {*OPEN, *POST_MOVES["reopen"].sources}


@require_GET
def posts_page(request: HttpRequest) -> HttpResponse:
    user = person(request)
    filters = FilterForm(request.GET, user=user)
    filters.is_valid()
    page_obj = Paginator(queries.posts_list(user, filters.cleaned_data), 25).get_page(request.GET.get("page"))
    context = {"filters": filters, "page_obj": page_obj, "done": filters.cleaned_data["done"]}
    return render(request, "editorial/posts_page.html", context)


@require_GET
def review_queue(request: HttpRequest) -> HttpResponse:
    posts = Post.objects.to_review_by(person(request)).select_related("team", "created_by")
    page_obj = Paginator(posts.order_by("wanted_at", "pk"), 25).get_page(request.GET.get("page"))
    return render(request, "editorial/review_queue.html", {"page_obj": page_obj})


@require_http_methods(["GET", "POST"])
def post_new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    teams = list(Team.objects.of_member(user))
    if not teams:
        return render(
            request,
            "403.html",
            {"reason": _("You are in no team. An editor can add you to one.")},
            status=403,
        )
    chosen = TeamChoiceForm(request.POST or request.GET, user=user)
    if len(teams) == 1:
        team = teams[0]
    elif chosen.is_valid():
        team = chosen.cleaned_data["team"]
    else:
        return render(request, "editorial/post_team.html", {"teams": teams})
    return _edit(request, Post(team=team))


@require_http_methods(["GET", "POST"])
def post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(person(request)).select_related("team"), pk=pk)
    answer = may_write(person(request), post)
    if isinstance(answer, Refusal):
        return render(request, "403.html", {"reason": answer.reason}, status=403)
    if post.state not in EDITABLE:
        return redirect("editorial:post_page", post.pk)
    return _edit(request, post)


@require_GET
def post_page(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(
        Post.objects.visible_to(person(request)).select_related("team", "current"), pk=pk
    )
    return _page(request, post)


@require_POST
def post_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    post = get_object_or_404(
        Post.objects.visible_to(person(request)).select_related("team", "current"), pk=pk
    )
    details: dict[str, Any] = {}
    plan = PlanForm(request.POST)
    if name in {"schedule", "reschedule"}:
        if not plan.is_valid():
            return _page(request, post, plan=plan, status=422)
        details = plan.cleaned_data
    return do_move(
        request,
        post,
        name,
        page=lambda **answer: _page(request, post, plan=plan if details else None, **answer),
        to=reverse("editorial:post_edit" if name == "reopen" else "editorial:post_page", args=[post.pk]),
        **details,
    )


@require_http_methods(["GET", "POST"])
def post_time(request: HttpRequest, pk: int) -> HttpResponse:
    """This will show a post's time and change it: the planned one of a planned post, otherwise the wanted one."""
    user, now = person(request), timezone.now()
    post = get_object_or_404(Post.objects.visible_to(user).select_related("team"), pk=pk)
    shown = post.planned_at or post.wanted_at
    form = MoveForm(request.POST or None, shown=shown)
    back = own_address(request, request.POST.get("next", "") or request.headers.get("referer", ""))
    seen, refusal, status = request.POST.get("seen", str(post.version)), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            when = form.cleaned_data["when"]
            try:
                change_time(post, actor=user, at=now, when=when, seen=int(seen) if seen.isdecimal() else None)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
                post.refresh_from_db()
                seen = str(post.version)
            else:
                messages.success(
                    request,
                    _("“%(title)s” now stands at %(time)s.") % {"title": post.title, "time": moment(when)},
                )
                for warning in queries.warnings_about(post, when, now):
                    messages.warning(request, warning)
                if shown and "undo" not in request.POST:
                    request.session["undo"] = {
                        "post": post.pk,
                        "seen": post.version,
                        "when": f"{timezone.localtime(shown):%Y-%m-%dT%H:%M}",
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


def _edit(request: HttpRequest, post: Post) -> HttpResponse:
    user = person(request)
    initial = PostForm.initial_of(post) if post.pk else {"wanted_at": request.GET.get("wanted_at")}
    form = PostForm(request.POST or None, post=post, initial=initial)
    rows = picture_rows(request.POST or None, post, user)
    refusal, status, seen = "", 200, str(post.version) if post.pk else ""
    if request.method == "POST":
        status, seen = 422, request.POST.get("seen", "")
        if form.is_valid() and (rows.is_valid() or not rows.is_bound):
            try:
                save_post(
                    post,
                    actor=user,
                    at=timezone.now(),
                    fields={
                        name: form.cleaned_data[name] for name in PostForm.base_fields if name != "links"
                    },
                    texts=form.texts(),
                    links=form.cleaned_data["links"],
                    pictures=rows.pictures() if rows.is_bound else None,
                    seen=int(seen) if seen.isdecimal() else None,
                )
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The draft is saved."))
                return redirect("editorial:post_page", post.pk)
    stored = Post.objects.filter(pk=post.pk).first()
    if refusal and stored:
        seen = str(stored.version)
    context = {
        "form": form,
        "rows": rows,
        "post": stored or post,
        "refusal": refusal,
        "seen": seen,
    }
    return render(request, "editorial/post_edit.html", context, status=status)


def _page(
    request: HttpRequest, post: Post, *, refusal: str = "", plan: PlanForm | None = None, status: int = 200
) -> HttpResponse:
    user = person(request)
    moves = open_moves(post, user, lambda name: reverse("editorial:post_move", args=[post.pk, name]))
    before = queries.last_read(post) if post.current else None
    wanted = post.planned_at or post.wanted_at or timezone.now()
    context = {
        "post": post,
        "texts": post.texts.select_related("channel__platform"),
        "links": post.links.all(),
        "pictures": queries.pictures_with_lights(post, wanted),
        "authors": post.authors(),
        "reviews": post.current.reviews.select_related("reviewer") if post.current else [],
        "changes": queries.changes(before, post.current) if before and post.current else [],
        "due": post.publications.filter(state=PublicationState.DUE).select_related("channel__platform"),
        "settled": post.publications.exclude(state=PublicationState.DUE).select_related(
            "channel", "settled_by"
        ),
        "events": trail.events_about(post)[:50],
        "moves": [move for move in moves if not (move.name == "reopen" and not move.allowed)],
        "may_edit": post.state in OPEN and post.team.has_member(user),
        "may_move": post.state not in FIXED and post.team.has_member(user),
        "plan": plan or PlanForm(initial={"planned_at": wanted}),
        "refusal": refusal,
        "note": request.POST.get("note", ""),
    }
    return render(request, "editorial/post_page.html", context, status=status)
