"""Saving a post: its fields, one text per channel, links and pictures, and the version they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Field, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.models import Picture
from core import trail
from core.models import User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from editorial.addresses import addresses_in
from editorial.links import Occasion, ask_links, ask_version
from editorial.models import Post, PostLink, PostPicture, PostText, PostWriter
from editorial.planning import ask_the_years
from editorial.reviewing import tell_if_approved_before, tell_what_changed
from editorial.versions import content_of, keep_version

trail.WORDS |= {
    "post.create": gettext_lazy("Post begun"),
    "post.edit": gettext_lazy("Text changed"),
    "post.write": gettext_lazy("Began to write"),
}

CONTENT_FIELDS = (
    "title",
    "kind",
    "theme",
    "base_text",
    "byline",
    "collaboration",
    "brand_shown",
    "asks_question",
    "wanted_at",
)


def save_post(
    post: Post,
    *,
    actor: User,
    at: datetime,
    fields: Mapping[str, Any],
    texts: Mapping[Channel, str],
    links: Iterable[str] | None,
    pictures: Iterable[tuple[Picture, str]] | None = None,
    seen: int | None = None,
    by_itself: bool = False,
) -> None:
    """This will store what was written, as a new version when anything publishable changed.

    `links` None and `pictures` None leave them as they are; `pictures` are pairs of a picture and its alternative text,
    in order. A post that was in review, approved or planned goes back to draft first; who approved and who wrote it are
    told what changed. New links are put in the queue of the checks.
    Saved `by_itself` while somebody types, it makes no version and takes nothing out of review; whoever types is noted
    as a writer all the same.
    Raises MoveRefused for people outside the team, states that cannot be edited and what is too long, ChangedMeanwhile
    when `seen` is no longer the post's version.
    """
    _ask_lengths(fields, texts, links)
    ask_the_years(fields.get("wanted_at"))
    with transaction.atomic():
        left = post.current
        if post.pk is None:
            _create(post, actor, at)
        else:
            _open_for_edit(post, actor, at, seen, by_itself=by_itself)
        for name in CONTENT_FIELDS:
            if name in fields:
                setattr(post, name, fields[name])
        post.changed_by, post.changed_at = actor, at
        post.save(
            update_fields=["changed_by", "changed_at", *(name for name in CONTENT_FIELDS if name in fields)]
        )
        _note_writer(post, actor, at)
        _replace_rows(post, texts, links)
        if pictures is not None:
            _replace_pictures(post, actor, pictures)
        if by_itself:
            ask_links(post, addresses_in(content_of(post)), occasion=Occasion.SAVED, at=at)
            return
        last = post.versions.first()
        version = keep_version(post, actor=actor, at=at)
        if left is not None:
            tell_what_changed(post, left=left, now=version, actor=actor, at=at)
        else:
            tell_if_approved_before(post, last=last, now=version, actor=actor, at=at)
        ask_version(version, occasion=Occasion.SAVED, at=at)


def _ask_lengths(
    fields: Mapping[str, Any], texts: Mapping[Channel, str], links: Iterable[str] | None
) -> None:
    """This will raise MoveIncomplete for what does not fit its place, whichever door it came by."""
    typed: list[tuple[type[Model], str, Any]] = [
        (Post, name, value) for name, value in fields.items() if name in CONTENT_FIELDS
    ]
    typed += [(PostText, "own_text", text) for text in texts.values()]
    typed += [(PostLink, "url", url) for url in links or ()]
    for model, name, value in typed:
        field = model._meta.get_field(name)
        assert isinstance(field, Field)  # noqa: S101  (for the type checker)
        most = field.max_length
        if most and len(value) > most:
            words = _("%(field)s is too long: %(length)s signs, at most %(most)s.")
            named = {"field": capfirst(field.verbose_name), "length": len(value), "most": most}
            raise MoveIncomplete(words % named)


def _create(post: Post, actor: User, at: datetime) -> None:
    if not post.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    post.created_by, post.created_at = actor, at
    post.save()
    trail.record("post.create", about=post, actor=actor, at=at)


def _open_for_edit(
    post: Post, actor: User, at: datetime, seen: int | None, *, by_itself: bool = False
) -> None:
    if not post.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    if not post.is_open and by_itself:
        raise MoveRefused(_("Not saved by itself: when you save, the post goes back to draft."))
    if not post.is_open:
        perform(post, "reopen", actor=actor, at=at, seen=seen, for_edit=True)
        return
    expected = post.version if seen is None else seen
    if not Post.objects.filter(pk=post.pk, version=expected, current=None).update(version=expected + 1):
        raise ChangedMeanwhile
    post.version = expected + 1
    if not by_itself:
        trail.record("post.edit", about=post, actor=actor, at=at, data={"version": post.version})


def _note_writer(post: Post, actor: User, at: datetime) -> None:
    """This will note, once, that the person wrote in the post: who writes does not approve (R23)."""
    _row, is_new = PostWriter.objects.get_or_create(post=post, user=actor, defaults={"since": at})
    if is_new and actor.pk != post.created_by_id:
        trail.record("post.write", about=post, actor=actor, at=at)


def _replace_rows(post: Post, texts: Mapping[Channel, str], links: Iterable[str] | None) -> None:
    post.texts.exclude(channel__in=list(texts)).delete()
    for channel, own_text in texts.items():
        if not post.team.channels.filter(pk=channel.pk).exists():
            raise MoveRefused(_("The team has no such channel: %(channel)s.") % {"channel": channel})
        PostText.objects.update_or_create(post=post, channel=channel, defaults={"own_text": own_text})
    if links is None:
        return
    post.links.all().delete()
    PostLink.objects.bulk_create(
        PostLink(post=post, url=url, position=position) for position, url in enumerate(links)
    )


def _replace_pictures(post: Post, actor: User, pictures: Iterable[tuple[Picture, str]]) -> None:
    rows = list(pictures)
    had = set(post.pictures.values_list("picture_id", flat=True))
    added = {picture.pk for picture, _alt in rows} - had
    if added - set(Picture.objects.workable_by(actor).filter(pk__in=added).values_list("pk", flat=True)):
        raise MoveRefused(_("Choose among the pictures you work with."))
    post.pictures.all().delete()
    PostPicture.objects.bulk_create(
        PostPicture(post=post, picture=picture, alt_text=alt or picture.alt_text, position=position)
        for position, (picture, alt) in enumerate(rows)
    )
