"""Pictures in posts: part of what is approved, and asked about at every step (R14–R16, R23)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from consent.models import Person, Picture
from core.models import Event, Notice
from core.moves import MoveRefused, perform
from editorial.models import Membership, Post, PostPicture, Publication
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post
from tests.conftest import City

Step = Callable[..., None]


@pytest.fixture
def pictured(
    city: City, at: datetime, new_picture: Callable[..., Picture], listed: Callable[..., Person]
) -> tuple[Post, Picture, Person]:
    """A draft of Anna's with a picture of somebody who has not been asked yet."""
    picture = new_picture()
    person = listed(picture)
    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields={"title": "Swans", "base_text": "The swans are back."},
        texts={city.channel: ""},
        links=[],
        pictures=[(picture, "")],
    )
    return post, picture, person


def go(post: Post, city: City, at: datetime, *names: str) -> None:
    for name in names:
        actor = city.erik if name == "approve" else city.anna
        details = {"planned_at": at + timedelta(hours=2)} if name == "schedule" else {}
        perform(post, name, actor=actor, at=at, answers=ALL_YES, **details)


@pytest.mark.rule("R14", "R15")
@pytest.mark.parametrize("steps", [(), ("submit",), ("submit", "approve")])
def test_every_step_asks_the_people_in_the_picture(
    pictured: tuple[Post, Picture, Person], city: City, at: datetime, says: Step, steps: tuple[str, ...]
) -> None:
    post, picture, person = pictured
    following = ("submit", "approve", "schedule")[len(steps)]
    if steps:
        says(picture, person, "given", until=at.date())
    go(post, city, at, *steps)
    later = at + timedelta(days=1)
    with pytest.raises(MoveRefused, match="The picture “A teal pond” cannot be used"):
        go(post, city, later, following)


@pytest.mark.rule("R15")
def test_green_picture_goes_all_the_way(
    pictured: tuple[Post, Picture, Person], city: City, at: datetime, says: Step, sweep_at: Step
) -> None:
    post, picture, person = pictured
    says(picture, person, "given")
    go(post, city, at, "submit", "approve", "schedule")
    sweep_at(at + timedelta(hours=2))
    publication = Publication.objects.get()
    address = "https://www.facebook.com/parks/posts/1"
    perform(publication, "confirm", actor=city.anna, at=at + timedelta(hours=2), url=address)
    post.refresh_from_db()
    assert post.state == "published"
    assert publication.post_version.content["pictures"] == [
        {"picture": picture.pk, "sha": picture.sha, "alt": "A pond with two swans."}
    ]


@pytest.mark.rule("R15")
def test_consent_that_ends_before_the_time_stops_the_post(
    pictured: tuple[Post, Picture, Person], city: City, at: datetime, says: Step, sweep_at: Step
) -> None:
    post, picture, person = pictured
    says(picture, person, "given")
    go(post, city, at, "submit", "approve", "schedule")
    Person.objects.filter(pk=person.pk).update(is_protected=True)
    sweep_at(at + timedelta(hours=2))
    post.refresh_from_db()
    assert post.state == "draft"
    assert not Publication.objects.exists()
    assert "must not be used" in Notice.objects.filter(recipient=city.anna).latest("pk").body


@pytest.mark.rule("R15")
def test_trail_of_a_post_that_was_stopped_names_nobody_in_the_picture(
    pictured: tuple[Post, Picture, Person], city: City, at: datetime, says: Step, sweep_at: Step
) -> None:
    post, picture, person = pictured
    says(picture, person, "given")
    go(post, city, at, "submit", "approve", "schedule")
    Person.objects.filter(pk=person.pk).update(born_on=at.date())
    sweep_at(at + timedelta(hours=2))
    post.refresh_from_db()
    assert post.state == "draft"
    told = Notice.objects.filter(recipient=city.anna).latest("pk").body
    assert "Maja Lind is a child, and no guardian is noted. Add all guardians." in told
    stopped = Event.objects.filter(kind="post.reopen").latest("pk")
    assert stopped.note == "The picture “A teal pond” could not be used on that day. Its page says why."
    assert "Maja" not in str(list(Event.objects.values()))


@pytest.mark.rule("R15")
@pytest.mark.parametrize("steps", [("submit",), ("submit", "approve"), ("submit", "approve", "schedule")])
@pytest.mark.parametrize("said", ["withdrawn", "refused"])
def test_a_withdrawn_consent_sends_the_post_back_at_once(
    pictured: tuple[Post, Picture, Person],
    city: City,
    at: datetime,
    says: Step,
    steps: tuple[str, ...],
    said: str,
) -> None:
    post, picture, person = pictured
    says(picture, person, "given")
    go(post, city, at, *steps)
    says(picture, person, said)
    post.refresh_from_db()
    assert (post.state, post.current) == ("draft", None)


@pytest.mark.rule("R15")
def test_a_withdrawn_consent_tells_who_has_the_shift_what_is_out(
    pictured: tuple[Post, Picture, Person], city: City, at: datetime, says: Step, sweep_at: Step
) -> None:
    post, picture, person = pictured
    says(picture, person, "given")
    go(post, city, at, "submit", "approve", "schedule")
    sweep_at(at + timedelta(hours=2))
    says(picture, person, "withdrawn", at=at + timedelta(hours=3))
    told = Notice.objects.filter(subject__startswith="Take down the picture")
    assert {notice.recipient for notice in told} == set(post.team.to_tell("publish", at))
    with pytest.raises(MoveRefused, match="has said no"):
        perform(
            Publication.objects.get(),
            "confirm",
            actor=city.anna,
            at=at + timedelta(hours=3),
            url="https://www.facebook.com/parks/posts/1",
        )


@pytest.mark.rule("R23")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE editorial_postpicture SET alt_text = 'other'",
        "UPDATE editorial_postpicture SET position = 7",
        "DELETE FROM editorial_postpicture",
    ],
)
def test_pictures_of_an_approved_post_cannot_be_changed_by_raw_sql(
    pictured: tuple[Post, Picture, Person], city: City, at: datetime, says: Step, statement: str
) -> None:
    post, picture, person = pictured
    says(picture, person, "given")
    go(post, city, at, "submit", "approve")
    with pytest.raises(DatabaseError, match="Reopen the post first"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.rule("R23")
def test_another_order_or_alternative_text_is_another_version(
    pictured: tuple[Post, Picture, Person], city: City, at: datetime, new_picture: Callable[..., Picture]
) -> None:
    post, picture, _person = pictured
    second = new_picture("red")
    shas = set()
    for rows in (
        [(picture, ""), (second, "")],
        [(second, ""), (picture, "")],
        [(second, ""), (picture, "x")],
    ):
        save_post(post, actor=city.anna, at=at, fields={}, texts={city.channel: ""}, links=[], pictures=rows)
        shas.add(post.versions.first().sha)
    assert len(shas) == 3


def test_pictures_one_does_not_work_with_cannot_be_put_in(
    city: City, at: datetime, new_picture: Callable[..., Picture]
) -> None:
    picture = new_picture()
    post = Post(team=city.other_team)
    with pytest.raises(MoveRefused, match="pictures you work with"):
        save_post(
            post,
            actor=city.olle,
            at=at,
            fields={"title": "Books", "base_text": "Books."},
            texts={city.other_channel: ""},
            links=[],
            pictures=[(picture, "")],
        )
    assert not PostPicture.objects.exists()


def test_picture_is_chosen_ordered_and_taken_out_on_the_page(
    city: City,
    client_of: Callable[..., Client],
    new_post: Callable[..., Post],
    new_picture: Callable[..., Picture],
) -> None:
    post, client = new_post(), client_of(city.anna)
    first, second = new_picture("red"), new_picture("blue")
    url = reverse("editorial:post_edit", args=[post.pk])

    def send(*rows: tuple[object, str, int]) -> int:
        post.refresh_from_db()
        data = {
            "title": "Swans",
            "base_text": "The swans.",
            f"on_{city.channel.pk}": "on",
            "seen": post.version,
            "pictures-TOTAL_FORMS": len(rows),
            "pictures-INITIAL_FORMS": post.pictures.count(),
        }
        for number, (picture, alt, order) in enumerate(rows):
            data |= {
                f"pictures-{number}-picture": picture,
                f"pictures-{number}-alt_text": alt,
                f"pictures-{number}-ORDER": order,
            }
        return client.post(url, data).status_code

    assert send((first.pk, "Red", 2), (second.pk, "", 1)) == 302
    assert [(row.picture, row.alt_text) for row in post.pictures.all()] == [
        (second, "A pond with two swans."),
        (first, "Red"),
    ]
    assert "A red pond" in client.get(url).content.decode()
    assert "Cannot be used" in client.get(reverse("editorial:post_page", args=[post.pk])).content.decode()
    assert send((second.pk, "", 1), (second.pk, "", 2)) == 422
    assert send(("", "", 1), (first.pk, "Red", 2)) == 302
    assert [row.picture for row in post.pictures.all()] == [first]


def test_picture_page_names_the_posts_that_use_it_and_hides_those_of_other_teams(
    pictured: tuple[Post, Picture, Person], city: City, client_of: Callable[..., Client]
) -> None:
    post, picture, _person = pictured
    url = reverse("consent:picture_page", args=[picture.pk])
    assert reverse("editorial:post_page", args=[post.pk]) in client_of(city.erik).get(url).content.decode()
    Membership.objects.filter(user=city.anna, team=city.team).delete()
    hidden = client_of(city.rut).get(url).content.decode()
    assert "A teal pond" in hidden
    assert reverse("editorial:post_page", args=[post.pk]) not in hidden
