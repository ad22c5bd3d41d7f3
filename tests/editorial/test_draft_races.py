"""Two in one draft at the same moment, with real threads on PostgreSQL: one wins, and the other is told."""

from __future__ import annotations

import pytest
from django.db import connection

from core.moves import ChangedMeanwhile, MoveRefused, perform
from editorial.drafts import arrive
from editorial.ideas import hand_in, make_tip_form, write_post_from
from editorial.models import FollowUp, Idea, Material, Post, PostWriter, Presence, Publication, TipForm
from editorial.reuse import material_of
from editorial.reviewing import ALL_YES
from editorial.transitions import content_of, save_post
from tests.core.test_races import at_once
from tests.editorial.test_post_moves import walk

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")


def draft(city, at):
    post = Post(team=city.team)
    fields = {"title": "T", "base_text": "Old."}
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=["https://a.se/0"])
    return post


def writes(post, who, words, at, **how):
    """A save of somebody's own copy of the post, as a request makes it."""
    copy = Post.objects.select_related("team").get(pk=post.pk)
    channel = copy.team.channels.get()
    return lambda: save_post(
        copy,
        actor=who,
        at=at,
        fields={"base_text": words, "byline": words},
        texts={channel: words},
        links=[f"https://a.se/{words}", f"https://a.se/{words}/2"],
        seen=copy.version,
        **how,
    )


@pytest.mark.parametrize("by_itself", [True, False])
def test_two_saves_at_once_keep_one_whole_and_tell_the_other(live_people, at, by_itself):
    city = live_people
    for _round in range(25):
        post = draft(city, at)
        answers = at_once(
            writes(post, city.anna, "anna", at, by_itself=True),
            writes(post, city.erik, "erik", at, by_itself=by_itself),
        )
        refused = [answer for answer in answers if answer is not None]
        assert [type(answer) for answer in refused] == [ChangedMeanwhile]
        won = "erik" if answers[1] is None else "anna"
        content = content_of(Post.objects.get(pk=post.pk))
        assert (content["text"], content["byline"], content["texts"][0]["text"]) == (won, won, won)
        assert content["links"] == [f"https://a.se/{won}", f"https://a.se/{won}/2"]


@pytest.mark.rule("R23")
def test_typing_against_sending_to_review_never_changes_what_is_read(live_people, at):
    city = live_people
    for _round in range(25):
        post = draft(city, at)
        sent = Post.objects.select_related("team").get(pk=post.pk)
        at_once(
            lambda sent=sent: perform(sent, "submit", actor=city.anna, at=at),
            writes(post, city.erik, "erik", at, by_itself=True),
        )
        post.refresh_from_db()
        if post.state == "in_review":
            assert post.current.content == content_of(post)
            assert post.current.content["text"] == "Old."
        else:
            assert post.base_text == "erik"
            assert PostWriter.objects.filter(post=post, user=city.erik).exists()


def test_many_arrive_at_once_and_each_stands_there_once(live_people, at):
    city = live_people
    post = draft(city, at)
    people = [city.anna, city.erik, city.sara] * 4
    answers = at_once(*[lambda who=who: arrive(post, who, at) for who in people])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Presence.objects.count() == 3


@pytest.mark.rule("R4")
def test_idea_taken_by_two_at_once_becomes_one_post(live_people, at):
    city = live_people
    for _round in range(15):
        idea, _secret = hand_in(team=city.team, at=at, actor=city.rut, what="Swans.")
        copies = [Idea.objects.select_related("team").get(pk=idea.pk) for _who in range(2)]
        answers = at_once(
            lambda copies=copies: write_post_from(copies[0], actor=city.anna, at=at),
            lambda copies=copies: write_post_from(copies[1], actor=city.erik, at=at),
        )
        assert len([answer for answer in answers if isinstance(answer, MoveRefused)]) == 1
        assert idea.posts.count() == 1


def test_tip_form_made_by_two_at_once_is_one(live_people, at):
    city = live_people
    at_once(*[lambda: make_tip_form(city.team, actor=city.erik, at=at) for _who in range(4)])
    assert TipForm.objects.count() == 1


@pytest.mark.rule("R8", "R12")
def test_post_is_one_material_and_one_question_however_often_it_is_asked_for(live_people, at):
    city = live_people
    post = draft(city, at)
    save_post(
        post, actor=city.anna, at=at, fields={"asks_question": True}, texts={city.channel: ""}, links=[]
    )
    for name, who, details in (
        ("submit", city.anna, {}),
        ("approve", city.erik, {"answers": ALL_YES}),
        ("schedule", city.anna, {"planned_at": at}),
        ("fall_due", None, {}),
    ):
        perform(post, name, actor=who, at=at, **details)
    copies = [post.publications.get() for _time in range(3)]
    url = "https://www.facebook.com/parks/posts/5"
    at_once(*[lambda copy=copy: perform(copy, "confirm", actor=city.anna, at=at, url=url) for copy in copies])
    assert FollowUp.objects.count() == 1
    post.refresh_from_db()
    at_once(*[lambda: material_of(post, actor=city.anna, at=at) for _time in range(4)])
    assert Material.objects.count() == 1


def test_one_address_confirmed_for_two_posts_at_once_is_one_publication(live_people, at):
    city = live_people
    for number in range(10):
        two = []
        for _one in range(2):
            post = draft(city, at)
            save_post(post, actor=city.anna, at=at, fields={}, texts={city.channel: ""}, links=[])
            two.append(walk(post, city, at, "due").publications.get())
        url = f"https://www.facebook.com/parks/posts/{number}"
        answers = at_once(
            *(
                lambda mine=mine, url=url: perform(mine, "confirm", actor=city.anna, at=at, url=url)
                for mine in two
            )
        )
        assert sorted(type(answer) for answer in answers if answer is not None) == [MoveRefused]
        assert Publication.objects.filter(url=url).count() == 1
