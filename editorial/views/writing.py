"""Where posts are written: the form, the draft that saves itself, and who else is there."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_registry.models import Channel
from channels_registry.platform_texts import for_script, patterns_for_script, rules_of
from core.doors import status_of
from core.models import User
from core.moves import ChangedMeanwhile, MoveIncomplete, MoveRefused
from core.request import number_in, person
from core.rules import Refusal
from core.templatetags.parts import clock
from core.workdays import local_day
from editorial import drafts
from editorial.forms import TeamChoiceForm
from editorial.models import MaterialKind, Post, PostMaterial, PostPicture, Team
from editorial.models.posts import PostQuerySet
from editorial.picture_choice import chooser_for, lights_of
from editorial.platforms import on_channels
from editorial.post_forms import PostForm, chosen_content, initial_of
from editorial.post_rows import BaseLinkRows, BasePictureRows, arranged, link_rows, picture_rows, with_picked
from editorial.queries import warnings_about
from editorial.reading import sent_back
from editorial.rules import may_write
from editorial.states import OPEN, POST_MOVES
from editorial.transitions import save_post

EDITABLE = {*OPEN, *POST_MOVES["reopen"].sources}


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
    # A member's post is found in one query; only for others it is asked why not.
    post = _posts().filter(pk=pk, team__in=Team.objects.of_member(person(request))).first()
    if post is None:
        answer = may_write(person(request), _fetch(request, pk))
        return render(request, "403.html", {"reason": str(answer)}, status=403)
    if post.state not in EDITABLE:
        return redirect("editorial:post_page", post.pk)
    return _edit(request, post)


@require_POST
def post_presence(request: HttpRequest, pk: int) -> HttpResponse:
    """This will note that the writer still has the post open, or closed it, and answer who else has it open."""
    user, post = person(request), _fetch(request, pk)
    if isinstance(may_write(user, post), Refusal):
        return JsonResponse({"others": ""}, status=403)
    if "leave" in request.POST:
        drafts.leave(post, user)
        return JsonResponse({"others": ""})
    others = drafts.arrive(post, user, timezone.now())
    return JsonResponse({"others": drafts.who_else(others), "version": post.version})


def _posts() -> PostQuerySet:
    """This will fetch posts with what stands at the top of the page, and whether there is more to read of them."""
    return Post.objects.select_related("team", "idea__given_by", "changed_by").with_what_is_there()


def _fetch(request: HttpRequest, pk: int) -> Post:
    return get_object_or_404(_posts().visible_to(person(request)), pk=pk)


def _with_rows(post: Post) -> Post:
    """This will read the post's rows once, for a page that shows them in several places."""
    rows: list[Any] = [Prefetch("team__channels", Channel.objects.select_related("platform"))]
    if post.pk:
        rows += ["texts", "links", Prefetch("pictures", PostPicture.objects.select_related("picture"))]
    prefetch_related_objects([post], *rows)
    return post


def _edit(request: HttpRequest, post: Post) -> HttpResponse:
    if request.method == "GET":
        initial = initial_of(_with_rows(post)) if post.pk else _begun(request, _with_rows(post))
        return _page(request, post, PostForm(post=post, initial=initial))
    sent = with_picked(request.POST)
    if command := request.POST.get("arrange", ""):
        shown = arranged(sent, command)
        apart = _apart(request, post, shown) if "choose" in request.POST else []
        return _page(request, post, None, shown=shown, command=command, differences=apart)
    by_itself = "by_itself" in request.POST
    data = sent if by_itself or not post.pk else drafts.with_taken(sent, post)
    form = PostForm(data, post=post)
    rows = link_rows(data, post), picture_rows(data, post, person(request))
    if by_itself:
        return _save_by_itself(request, post, form, *rows)
    valid = [form.is_valid(), *(one.is_valid() for one in rows if one.is_bound)]
    if post.pk and drafts.undecided(request.POST):
        return _refused(request, post, form, rows, MoveIncomplete(_("Choose which text is to hold.")))
    if not all(valid):
        return _page(request, post, form, rows=rows, status=422)
    was_open = post.is_open
    try:
        _save(request, post, form, *rows)
    except MoveRefused as refused:
        stored = _stored(post)
        apart = _apart(request, stored, form.data) if stored else []  # type: ignore[arg-type]
        # Who types what is stored already, as after one's own save by itself, has nothing to choose between.
        if apart or not isinstance(refused, ChangedMeanwhile):
            return _refused(request, post, form, rows, refused)
    saved = (
        _("The draft is saved.") if was_open else _("It is saved, is a draft again and needs a new approval.")
    )
    messages.success(request, saved)
    for warning in _about_its_time(post):
        messages.warning(request, warning)
    return redirect("editorial:post_page", post.pk)


def _begun(request: HttpRequest, post: Post) -> dict[str, Any]:
    """What a new post shows: the wanted time from the calendar, and the channel of a team that has one."""
    channels = list(post.team.channels.all())
    chosen = {f"on_{channel.pk}": True for channel in channels} if len(channels) == 1 else {}
    return {"wanted_at": request.GET.get("wanted_at")} | chosen


def _save(
    request: HttpRequest,
    post: Post,
    form: PostForm,
    links: BaseLinkRows,
    pictures: BasePictureRows,
    *,
    by_itself: bool = False,
) -> None:
    seen = request.POST.get("seen", "")
    save_post(
        post,
        actor=person(request),
        at=timezone.now(),
        fields=form.content_values(),
        texts=form.texts(),
        links=links.links() if links.is_bound and links.is_valid() else None,
        pictures=pictures.pictures() if pictures.is_bound and pictures.is_valid() else None,
        seen=number_in(seen),
        by_itself=by_itself,
    )


def _save_by_itself(
    request: HttpRequest, post: Post, form: PostForm, links: BaseLinkRows, pictures: BasePictureRows
) -> JsonResponse:
    """This will save what is without fault, and say in words what happened."""
    form.is_valid()
    if any(name.startswith("text_") for name in form.errors):
        return JsonResponse({"said": _("Not saved yet: a text is too long.")}, status=422)
    if post.pk is None and (faults := [*form.errors.get("base_text", []), *form.errors.get("title", [])]):
        return JsonResponse({"said": _("Not saved yet. %(why)s") % {"why": faults[0]}}, status=422)
    try:
        _save(request, post, form, links, pictures, by_itself=True)
    except ChangedMeanwhile:
        words = _("%(who)s Press save to see both texts.")
        return JsonResponse({"said": words % {"who": _who_saved(_stored(post), person(request))}}, status=409)
    except MoveRefused as refused:
        return JsonResponse({"said": refused.reason}, status=status_of(refused))
    valid = not form.errors and all(rows.is_valid() for rows in (links, pictures) if rows.is_bound)
    words = _("Saved at %(time)s.") if valid else _("Saved at %(time)s, except what has a fault.")
    return JsonResponse(
        {
            "said": words % {"time": clock(timezone.now())},
            "seen": post.version,
            "marks": drafts.marks_of(post),
            "action": reverse("editorial:post_edit", args=[post.pk]),
            "presence": reverse("editorial:post_presence", args=[post.pk]),
            "others": drafts.who_else(drafts.arrive(post, person(request), timezone.now())),
            "warnings": _about_its_time(post),
            "channels": {
                shown.channel.pk: {
                    "length": shown.count.length,
                    "findings": [{"text": found.text, "stops": found.stops} for found in shown.findings],
                }
                for shown in on_channels(post)
            },
        }
    )


def _refused(
    request: HttpRequest,
    post: Post,
    form: PostForm,
    rows: tuple[BaseLinkRows, BasePictureRows],
    refused: MoveRefused,
) -> HttpResponse:
    """This will show what was typed with the refusal, and beside what is stored when somebody else saved in between."""
    stored = _stored(post)
    changed = isinstance(refused, ChangedMeanwhile)
    return _page(
        request,
        stored or post,
        form,
        rows=rows,
        refusal=_who_saved(stored, person(request)) if changed else refused.reason,
        differences=_apart(request, stored, form.data) if stored else [],  # type: ignore[arg-type]
        seen=str(stored.version) if stored else "",
        marks=drafts.marks_of(stored) if stored else "",
        status=status_of(refused),
    )


def _stored(post: Post) -> Post | None:
    return _posts().filter(pk=post.pk).first()


def _who_saved(stored: Post | None, user: User) -> str:
    """This will say who saved the post in between: nobody is told of themselves as of somebody else."""
    who = stored.changed_by if stored else None
    if who == user:
        return _("You have saved this post in another window too.")
    return _("%(name)s has saved this post too.") % {"name": who.name if who else _("Somebody else")}


def _apart(request: HttpRequest, stored: Post, typed: QueryDict) -> list[drafts.Difference]:
    marks = request.POST.get("marks", "")
    return drafts.differences(stored, typed, marks, drafts.undecided(request.POST))


def _page(
    request: HttpRequest,
    post: Post,
    form: PostForm | None,
    *,
    rows: tuple[BaseLinkRows, BasePictureRows] | None = None,
    shown: QueryDict | None = None,
    command: str = "",
    seen: str | None = None,
    marks: str | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """This will show the form: bound with its faults, or unbound with what is stored or was sent (`shown`)."""
    user = person(request)
    form = form or PostForm(post=post, initial=shown.dict() if shown else {})
    links, pictures = rows or (
        link_rows(None, post, shown=shown),
        picture_rows(None, post, user, shown=shown),
    )
    if seen is None:
        seen = (
            request.POST.get("seen", "") if request.method == "POST" else str(post.version if post.pk else "")
        )
    if marks is None:
        marks = request.POST.get("marks", "") or (drafts.marks_of(post) if post.pk else "")
    materials = _materials(post)
    film = any(row.material.kind == MaterialKind.FILM for row in materials)
    content = chosen_content(form, links, pictures, has_film=film)
    others = drafts.arrive(post, user, timezone.now(), stays=drafts.OPENED) if post.pk else []
    channels = [channel.pk for channel in form.channels if form[f"on_{channel.pk}"].value()]
    day = local_day(max(post.wanted_at or timezone.now(), timezone.now()))
    lights = lights_of(pictures.chosen(), channels, day)
    for row in pictures.forms:
        row.light = lights.get(row.shown_picture.pk) if row.shown_picture else None
    context |= {
        "form": form,
        "forms": [form, links, pictures],
        "links": links,
        "rows": pictures,
        "chooser": chooser_for(command, shown, user, channels=channels, day=day) if shown else None,
        "post": post,
        "seen": seen,
        "marks": marks,
        "channels": list(form.channel_rows(content)),
        "others": drafts.who_else(others),
        "warnings": [_("The time is in the past.")] if post.is_over(timezone.now()) else [],
        "asked": sent_back(post),
        "made_of": [row.material for row in materials],
        "counting": json.dumps(_counting(form)),
    }
    return render(request, "editorial/post_edit.html", context, status=status)


def _about_its_time(post: Post) -> list[str]:
    """What a writer should know of the time the post has: that it is over, crowded, or one when the channel rests."""
    when = post.planned_at or post.wanted_at
    return warnings_about(post, when, timezone.now()) if post.pk and when else []


def _materials(post: Post) -> list[PostMaterial]:
    return list(post.materials.select_related("material")) if post.pk and post.has_material else []


def _counting(form: PostForm) -> dict[str, Any]:
    """What the page's own counter needs, so that it counts as the server does."""
    rules = {channel.pk: for_script(rules_of(channel.platform)) for channel in form.channels}
    return {"channels": rules, "patterns": patterns_for_script()}
