"""The review in the invented city: what is new since somebody read it, remarks, a reader asked by name, a broken link."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.moves import perform
from editorial import reviewing
from editorial.links import Outcome, answer_for
from editorial.models import Post
from editorial.states import PostState
from editorial.transitions import save_post

if TYPE_CHECKING:
    from config.demo.build import City

BROKEN = "https://lekplatser.example/stormdammen"


def lay_in(city: City) -> None:
    """This will leave, in the reviews of today, one read before and changed, one with a broken link, one that lapsed."""
    waiting = list(
        Post.objects.filter(state=PostState.IN_REVIEW)
        .select_related("team", "current", "created_by")
        .order_by("wanted_at", "pk")[:3]
    )
    for post, lay in zip(waiting, (_read_before, _with_broken_link, _over_time), strict=False):
        lay(city, post)


def _read_before(city: City, post: Post) -> None:
    assert post.current is not None  # noqa: S101  (it is under review)
    reader, at = city.reviewer(post), city.now - timedelta(hours=4)
    text = post.base_text
    reviewing.note_reading(post.current, reader=reader, at=at)
    quote = " ".join(text.split()[:4])
    remark = reviewing.write_remark(
        post, actor=reader, at=at, body="Kan vi börja med vad läsaren kan göra?", quote=quote
    )
    reviewing.write_remark(
        post,
        actor=post.created_by,
        at=at + timedelta(hours=1),
        body="Bra tanke. Jag provar.",
        answers_to=remark,
    )
    _save(post, f"{text} Berätta gärna hur det gick.", [], city)
    perform(post, "submit", actor=post.created_by, at=city.now - timedelta(hours=2))
    reviewing.ask_reader(post, reader=reader, actor=post.created_by, at=city.now - timedelta(hours=1))


def _with_broken_link(city: City, post: Post) -> None:
    _save(post, f"{post.base_text} Läs mer i #åvingesommarlov.", [BROKEN], city)
    perform(post, "submit", actor=post.created_by, at=city.now - timedelta(hours=2))
    answer_for(post, BROKEN, Outcome("broken", "missing", 404, BROKEN), city.now - timedelta(hours=2))


def _over_time(city: City, post: Post) -> None:
    Post.objects.filter(pk=post.pk).update(wanted_at=city.now - timedelta(hours=3))


def _save(post: Post, text: str, links: list[str], city: City) -> None:
    save_post(
        post,
        actor=post.created_by,
        at=city.now - timedelta(hours=3),
        fields={"base_text": text},
        texts={row.channel: row.own_text for row in post.texts.select_related("channel__platform")},
        links=[*(link.url for link in post.links.all()), *links],
    )
