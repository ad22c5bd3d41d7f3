"""Material made elsewhere: kept with its source, made into posts, and traced to every one of them (R8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.models import Picture
from core import trail
from core.models import User
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused
from core.rules import Refusal
from core.workdays import local_day
from editorial.idea_rules import may_keep_material
from editorial.models import Material, MaterialKind, Post, PostMaterial, Publication, Team
from editorial.states import PostState, PublicationState
from editorial.transitions import save_post

trail.WORDS |= {
    "material.add": gettext_lazy("Material added"),
    "material.change": gettext_lazy("Material changed"),
    "post.material": gettext_lazy("Material used"),
}

FIELDS = ("kind", "title", "url", "reference", "text", "made_on", "unit")


@dataclass(frozen=True)
class Use:
    """A post that the material was made into. `post` is None when it is another team's and not out yet."""

    team: str
    post: Post | None
    title: str
    state: str
    state_label: str
    out: list[Publication]

    @property
    def is_out(self) -> bool:
        return bool(self.out)


def keep_material(material: Material, *, actor: User, at: datetime, fields: dict[str, Any]) -> None:
    """This will add or change material. Raises MoveRefused for others than its people, and for what has no source."""
    answer = may_keep_material(actor, material)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    is_new = material.pk is None
    for name in FIELDS:
        if name in fields:
            setattr(material, name, fields[name])
    if not (material.url or material.reference or material.earlier_post_id):
        raise MoveIncomplete(_("Say where it comes from: an address or a reference."))
    if is_new:
        material.added_by, material.added_at = actor, at
    with transaction.atomic():
        material.save()
        trail.record("material.add" if is_new else "material.change", about=material, actor=actor, at=at)


def material_of(post: Post, *, actor: User, at: datetime) -> Material:
    """This will return a published post as material to use again, kept the first time it is asked for."""
    if post.state != PostState.PUBLISHED:
        raise MoveRefused(_("Only what is published is used again."))
    answer = may_keep_material(actor)
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
    with transaction.atomic():
        material, is_new = Material.objects.get_or_create(
            earlier_post=post,
            defaults={
                "kind": MaterialKind.EARLIER_POST,
                "title": post.title,
                "text": post.base_text,
                "url": next((row.url for row in post.publications.all() if row.url), ""),
                "made_on": local_day(post.planned_at or at),
                "unit": post.team.unit,
                "added_by": actor,
                "added_at": at,
            },
        )
        if is_new:
            trail.record("material.add", about=material, actor=actor, at=at)
    return material


def start_post(material: Material, *, team: Team, actor: User, at: datetime) -> Post:
    """This will begin a post of the team from the material, with the trace between them. Raises MoveRefused.

    An earlier post gives its texts on the channels the team has, its links, and the pictures the writer works with;
    whether people in them still agree is asked as for any post.
    """
    post = Post(team=team, kind="", title=material.title[:120])
    texts, links, pictures = _from_post(material.earlier_post, team, actor)
    if not links and material.url and material.kind != MaterialKind.EARLIER_POST:
        links = [material.url]
    fields = {"title": post.title, "base_text": material.text}
    if material.earlier_post:
        fields |= {"kind": material.earlier_post.kind, "theme": material.earlier_post.theme}
    with transaction.atomic():
        save_post(post, actor=actor, at=at, fields=fields, texts=texts, links=links, pictures=pictures)
        trace(post, material, actor=actor, at=at)
    return post


def trace(post: Post, material: Material, *, actor: User, at: datetime) -> None:
    """This will note that the post is made of the material, once."""
    if not post.team.has_member(actor):
        raise MoveForbidden(_("Only the post's team can do this."))
    _row, is_new = PostMaterial.objects.get_or_create(
        post=post, material=material, defaults={"added_by": actor, "added_at": at}
    )
    if is_new:
        trail.record("post.material", about=post, actor=actor, at=at, data={"material": material.pk})


def uses_of(material: Material, user: User) -> list[Use]:
    """This will list where and when the material was used, latest first: the earlier post itself, and posts made of it.

    Of other teams' posts only what is out is named; what they still write is told without its title.
    """
    posts = Post.objects.filter(materials__material=material) | Post.objects.filter(as_material=material)
    found = posts.distinct().select_related("team").prefetch_related("publications__channel__platform")
    mine = Exists(Post.objects.visible_to(user).filter(pk=OuterRef("pk")))
    return [_use(post, post.is_mine) for post in found.annotate(is_mine=mine).order_by("-pk")]


def _use(post: Post, visible: bool) -> Use:
    out = [row for row in post.publications.all() if row.state == PublicationState.PUBLISHED]
    return Use(
        team=post.team.name,
        post=post if visible else None,
        title=post.title if visible or out else "",
        state=post.state,
        state_label=post.state_label,
        out=out,
    )


def _from_post(
    earlier: Post | None, team: Team, actor: User
) -> tuple[dict[Channel, str], list[str], list[tuple[Picture, str]]]:
    if earlier is None:
        return {}, [], []
    ours = set(team.channels.values_list("pk", flat=True))
    rows = earlier.texts.select_related("channel__platform")
    pictures = Picture.objects.workable_by(actor).in_bulk(
        earlier.pictures.values_list("picture_id", flat=True)
    )
    return (
        {row.channel: row.own_text for row in rows if row.channel_id in ours},
        [link.url for link in earlier.links.all()],
        [
            (pictures[row.picture_id], row.alt_text)
            for row in earlier.pictures.all()
            if row.picture_id in pictures
        ],
    )
