from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.doors import do_move
from core.moves import open_moves
from core.request import person, typed
from core.rules import Refusal
from editorial.forms import ConfirmForm
from editorial.models import PostPicture, Publication, Review
from editorial.pictures import may_be_shown
from editorial.proofs import published_text
from editorial.states import PublicationState


@require_GET
def publication_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def publication_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    publication = _fetch(request, pk)
    form = ConfirmForm(request.POST) if name == "confirm" else None
    if form is not None and not form.is_valid():
        return _page(request, publication, form=form, status=422)
    return do_move(
        request,
        publication,
        name,
        page=lambda **answer: _page(request, publication, form=form, **answer),
        to=_next(publication),
        done=_done(publication, name),
        **(form.cleaned_data if form else {}),
    )


def _done(publication: Publication, name: str) -> str:
    """The page one is led to is about another channel, or about the whole post."""
    words = {
        "confirm": _("Confirmed: it is out on %(channel)s."),
        "miss": _("Noted: it did not go out on %(channel)s."),
    }.get(name, "")
    return words % {"channel": publication.channel} if words else ""


def _stopped(publication: Publication) -> str:
    """Say why it is not to be published though its time has come: somebody in a picture took their yes back since."""
    if publication.state != PublicationState.DUE or not publication.post_version.content.get("pictures"):
        return ""
    answer = may_be_shown(publication.post, timezone.now(), [publication.channel_id])
    return str(answer) if isinstance(answer, Refusal) else ""


def _fetch(request: HttpRequest, pk: int) -> Publication:
    publications = Publication.objects.visible_to(person(request))
    return get_object_or_404(
        publications.select_related("post__team", "channel__platform", "post_version"), pk=pk
    )


def _next(publication: Publication) -> str:
    """Lead on to the next channel of the same post, and to the post when all are done."""
    coming = (
        publication.post.publications.filter(state=PublicationState.DUE).exclude(pk=publication.pk).first()
    )
    if coming is not None:
        return reverse("editorial:publication_page", args=[coming.pk])
    return reverse("editorial:post_page", args=[publication.post_id])


def _page(
    request: HttpRequest,
    publication: Publication,
    *,
    refusal: str = "",
    form: ConfirmForm | None = None,
    status: int = 200,
) -> HttpResponse:
    moves = {
        move.name: move
        for move in open_moves(
            publication,
            person(request),
            lambda name: reverse("editorial:publication_move", args=[publication.pk, name]),
        )
    }
    version = publication.post_version
    pictures = PostPicture.objects.filter(post=publication.post_id).select_related("picture")
    context = {
        "publication": publication,
        "text": published_text(publication),
        "pictures": pictures if version.content.get("pictures") else [],
        "stopped": _stopped(publication),
        "authors": publication.post.authors(),
        "approvals": version.reviews.filter(verdict=Review.Verdict.APPROVED).select_related("reviewer"),
        "others": publication.post.publications.filter(due_at=publication.due_at)
        .exclude(pk=publication.pk)
        .select_related("channel__platform"),
        "confirm": moves.get("confirm"),
        "miss": moves.get("miss"),
        "form": form or ConfirmForm(),
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "editorial/publication_page.html", context, status=status)
