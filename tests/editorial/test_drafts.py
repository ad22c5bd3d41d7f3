"""Drafts save themselves and never over somebody else's; two people in one post are told of each other."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry.models import Channel
from core.models import Event
from core.moves import MoveForbidden, perform
from editorial.drafts import arrive, leave
from editorial.models import Post, PostVersion, PostWriter, Presence, Review, TeamChannel
from editorial.reviewing import ALL_YES
from editorial.transitions import keep_version, save_post

pytestmark = pytest.mark.django_db


def typed(city, **changes):
    return {"title": "Swans", "base_text": "Mine.", f"on_{city.channel.pk}": "on"} | changes


def edit_url(post):
    return reverse("editorial:post_edit", args=[post.pk])


def by_itself(client, url, form):
    response = client.post(url, form | {"by_itself": "1"})
    return response.status_code, json.loads(response.content)


def words(response):
    return response.content.decode()


@pytest.fixture
def x_channel(city):
    """A second channel of the park team, where texts are short."""
    x = Channel.objects.create(
        platform=city.other_channel.platform,
        name="Parks on X",
        handle="parks",
        url="https://x.com/parks",
        unit=city.unit,
    )
    TeamChannel.objects.create(team=city.team, channel=x)
    return x


def test_new_draft_saves_itself_into_one_post(city, client_of):
    anna = client_of(city.anna)
    status, answer = by_itself(anna, reverse("editorial:post_new"), {"base_text": "The swans"})
    post = Post.objects.get()
    assert (status, answer["action"], answer["seen"]) == (200, edit_url(post), post.version)
    assert (post.title, post.base_text, post.created_by) == ("The swans", "The swans", city.anna)
    form = typed(city, title="", base_text="The swans are back.", seen=answer["seen"])
    status, answer = by_itself(anna, answer["action"], form)
    assert status == 200
    post = Post.objects.get()
    assert (post.title, post.base_text) == ("The swans are back.", "The swans are back.")
    assert answer["channels"][str(city.channel.pk)]["length"] == len("The swans are back.")


@pytest.mark.rule("R23")
def test_saved_by_itself_makes_no_version_and_the_writer_still_cannot_approve(city, at, new_post, client_of):
    post = new_post()
    before = PostVersion.objects.count()
    erik = client_of(city.erik)
    status, _answer = by_itself(erik, edit_url(post), typed(city, base_text="By Erik.", seen=post.version))
    assert (status, PostVersion.objects.count()) == (200, before)
    post.refresh_from_db()
    assert post.is_author(city.erik)
    perform(post, "submit", actor=city.anna, at=at)
    with pytest.raises(MoveForbidden, match="You have written in this post"):
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    assert post not in Post.objects.to_review_by(city.erik)
    assert post in Post.objects.to_review_by(city.sara)
    assert [author.name for author in post.authors()] == ["Anna", "Erik"]


@pytest.mark.rule("R23", "R39")
def test_database_refuses_the_approval_of_somebody_who_wrote_without_a_version(city, at, new_post):
    post = new_post()
    PostWriter.objects.create(post=post, user=city.erik, since=at)
    perform(post, "submit", actor=city.anna, at=at)
    with pytest.raises(IntegrityError, match="An author cannot approve"), transaction.atomic():
        Review.objects.create(
            version=post.current, reviewer=city.erik, verdict="approved", answers=ALL_YES, at=at
        )
    Review.objects.create(
        version=post.current, reviewer=city.sara, verdict="approved", answers=ALL_YES, at=at
    )


def test_who_wrote_is_written_once(city, new_post):
    writer = PostWriter.objects.get(post=new_post())
    assert writer.user == city.anna
    with pytest.raises(IntegrityError), transaction.atomic():
        PostWriter.objects.filter(pk=writer.pk).update(user=city.erik)
    with pytest.raises(IntegrityError), transaction.atomic():
        writer.delete()


@pytest.mark.parametrize("state", ["in_review", "approved", "scheduled"])
def test_nothing_leaves_review_or_plan_by_itself(city, at, new_post, client_of, state):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    if state != "in_review":
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    if state == "scheduled":
        perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(days=2))
    status, answer = by_itself(client_of(city.anna), edit_url(post), typed(city, seen=post.version))
    assert (status, answer["said"]) == (
        409,
        "Not saved by itself: when you save, the post goes back to draft.",
    )
    post.refresh_from_db()
    assert (post.state, post.base_text) == (state, "The swans are back in the pond.")


def test_saving_by_itself_never_goes_over_what_somebody_else_stored(city, new_post, client_of):
    post = new_post()
    seen = post.version
    assert (
        by_itself(client_of(city.erik), edit_url(post), typed(city, base_text="Erik's.", seen=seen))[0] == 200
    )
    status, answer = by_itself(client_of(city.anna), edit_url(post), typed(city, seen=seen))
    assert (status, answer["said"]) == (
        409,
        "Erik has saved this post too. Press save to see both texts.",
    )
    assert Post.objects.get().base_text == "Erik's."


def test_nobody_is_told_of_themselves_as_of_somebody_else(city, new_post, client_of):
    post, anna = new_post(), client_of(city.anna)
    seen = post.version
    assert by_itself(anna, edit_url(post), typed(city, base_text="Earlier.", seen=seen))[0] == 200
    status, answer = by_itself(anna, edit_url(post), typed(city, seen=seen))
    words = "You have saved this post in another window too."
    assert (status, answer["said"]) == (409, f"{words} Press save to see both texts.")
    late = anna.post(edit_url(post), typed(city, seen=seen))
    assert late.status_code == 409
    assert words in late.content.decode()
    assert "Earlier." in late.content.decode()


def test_saving_what_is_stored_already_is_no_conflict(city, new_post, client_of):
    post, anna = new_post(), client_of(city.anna)
    seen = post.version
    assert by_itself(anna, edit_url(post), typed(city, seen=seen))[0] == 200
    stored = Post.objects.get()
    assert anna.post(edit_url(post), typed(city, seen=seen)).status_code == 302
    after = Post.objects.get()
    assert (after.version, after.base_text) == (stored.version, stored.base_text)


def test_what_has_a_fault_waits_while_the_rest_is_saved(city, new_post, client_of):
    post = new_post()
    form = typed(
        city,
        seen=post.version,
        wanted_at="never",
        **{"links-TOTAL_FORMS": "1", "links-INITIAL_FORMS": "0", "links-0-url": "https://"},
    )
    status, answer = by_itself(client_of(city.anna), edit_url(post), form)
    assert status == 200
    assert "except what has a fault" in answer["said"]
    assert Post.objects.get().base_text == "Mine."


def test_only_the_team_saves_by_itself(city, new_post, client_of):
    post = new_post()
    assert client_of(city.olle).post(edit_url(post), typed(city, by_itself="1")).status_code == 404
    assert client_of(city.karin).post(edit_url(post), typed(city, by_itself="1")).status_code == 403
    assert Post.objects.get().base_text == "The swans are back in the pond."


def test_trail_is_not_filled_by_typing(city, new_post, client_of):
    post = new_post()
    erik = client_of(city.erik)
    for number in range(4):
        seen = Post.objects.get().version
        assert by_itself(erik, edit_url(post), typed(city, base_text=f"Text {number}", seen=seen))[0] == 200
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["post.create", "post.write"]


# Both texts side by side


@pytest.fixture
def crossed(city, at, new_post, client_of, x_channel):
    """Anna's answer after Erik saved in between: she changed text and byline, he text, title and the text on X."""
    post = new_post()
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields={},
        texts={city.channel: "", x_channel: ""},
        links=["https://avinge.example/1"],
    )
    anna = client_of(city.anna)
    page = anna.get(edit_url(post))
    form = typed(
        city,
        base_text="Anna's text.",
        byline="Anna",
        seen=page.context["seen"],
        marks=page.context["marks"],
        **{
            f"on_{x_channel.pk}": "on",
            "links-TOTAL_FORMS": "1",
            "links-INITIAL_FORMS": "1",
            "links-0-url": "https://avinge.example/1",
        },
    )
    save_post(
        Post.objects.get(),
        actor=city.erik,
        at=at,
        fields={"title": "Swans again", "base_text": "Erik's text."},
        texts={city.channel: "", x_channel: "Erik on X."},
        links=["https://avinge.example/1"],
    )
    return post, anna, form, anna.post(edit_url(post), form)


def test_second_save_shows_both_texts_part_by_part(city, crossed, x_channel):
    _post, _anna, _form, response = crossed
    parts = {part.name: part for part in response.context["differences"]}
    assert response.status_code == 409
    assert set(parts) == {"title", "base_text", "byline", f"channel_{x_channel.pk}"}
    assert (parts["base_text"].theirs, parts["base_text"].mine) == ("Erik's text.", "Anna's text.")
    assert parts["base_text"].take == ""
    assert parts["byline"].take == "mine"
    assert parts["title"].take == "theirs"
    assert parts[f"channel_{x_channel.pk}"].theirs == "Erik on X."
    assert parts[f"channel_{x_channel.pk}"].mine == "follows the text"
    assert parts[f"channel_{x_channel.pk}"].take == "theirs"
    assert "Erik saved this post" in words(response)
    assert 'name="take_base_text" value="theirs"' in words(response)
    assert Post.objects.get().base_text == "Erik's text."


def test_what_both_changed_is_never_stored_without_a_choice(city, crossed):
    _post, anna, form, response = crossed
    takes = {f"take_{part.name}": part.take for part in response.context["differences"] if part.take}
    form |= takes | {"choose": ["base_text"], "seen": response.context["seen"]}
    for arranging in ({}, {"arrange": "links:add"}, {}):
        form |= {"marks": response.context["marks"]}
        response = anna.post(edit_url(_post), form | arranging)
        assert response.status_code == (200 if arranging else 422)
        assert 'name="choose" value="base_text"' in words(response)
        assert {part.name: part.take for part in response.context["differences"]}["base_text"] == ""
    assert "Choose which text is to hold." in response.context["refusal"]
    assert Post.objects.get().base_text == "Erik's text."
    form |= {"take_base_text": "mine"}
    assert anna.post(edit_url(_post), form).status_code == 302
    assert Post.objects.get().base_text == "Anna's text."


def test_pieces_are_taken_over_and_nothing_is_lost(city, crossed, x_channel):
    post, anna, form, response = crossed
    takes = {f"take_{part.name}": part.take for part in response.context["differences"]}
    form |= takes | {"take_base_text": "both", "seen": response.context["seen"]}
    assert anna.post(edit_url(post), form).status_code == 302
    post.refresh_from_db()
    assert post.base_text.replace("\r\n", "\n") == "Erik's text.\n\nAnna's text."
    assert (post.title, post.byline) == ("Swans again", "Anna")
    assert post.texts.get(channel=x_channel).own_text == "Erik on X."
    assert [link.url for link in post.links.all()] == ["https://avinge.example/1"]


def test_third_save_in_between_is_shown_too(city, at, crossed):
    post, anna, form, response = crossed
    save_post(
        Post.objects.get(),
        actor=city.sara,
        at=at,
        fields={"base_text": "Sara's."},
        texts={city.channel: ""},
        links=None,
    )
    again = anna.post(edit_url(post), form | {"seen": response.context["seen"], "take_base_text": "mine"})
    assert again.status_code == 409
    assert "Sara saved this post" in words(again)
    assert Post.objects.get().base_text == "Sara's."


def test_links_of_the_other_are_taken_over(city, at, new_post, client_of):
    post = new_post()
    anna = client_of(city.anna)
    rows = {
        "links-TOTAL_FORMS": "1",
        "links-INITIAL_FORMS": "0",
        "links-0-url": "https://avinge.example/mine",
    }
    form = typed(city, seen=post.version, **rows)
    theirs = ["https://avinge.example/1", "https://avinge.example/2"]
    save_post(Post.objects.get(), actor=city.erik, at=at, fields={}, texts={city.channel: ""}, links=theirs)
    response = anna.post(edit_url(post), form)
    assert "https://avinge.example/2" in words(response)
    form |= {"seen": response.context["seen"], "take_links": "theirs"}
    assert anna.post(edit_url(post), form).status_code == 302
    assert [link.url for link in post.links.all()] == theirs


def test_title_made_of_the_text_follows_it_and_a_given_one_stays(city, client_of):
    anna = client_of(city.anna)
    _status, answer = by_itself(anna, reverse("editorial:post_new"), {"base_text": "The swans"})
    post = Post.objects.get()
    form = {"base_text": "The ducks are back.", "seen": answer["seen"]}
    assert by_itself(anna, edit_url(post), form)[0] == 200
    post.refresh_from_db()
    assert post.title == "The ducks are back."
    Post.objects.update(title="Birds", version=9)
    assert by_itself(anna, edit_url(post), {"base_text": "The geese too.", "seen": 9})[0] == 200
    post.refresh_from_db()
    assert (post.title, post.base_text) == ("Birds", "The geese too.")


# Without script: rows and own texts by buttons that save nothing


def test_rows_are_moved_and_taken_out_without_saving(city, new_post, client_of):
    post = new_post()
    rows = {"links-TOTAL_FORMS": "4", "links-INITIAL_FORMS": "3"} | {
        f"links-{number}-url": f"https://avinge.example/{number}" for number in range(3)
    }
    anna = client_of(city.anna)

    def shown(command):
        response = anna.post(edit_url(post), typed(city, seen=post.version, arrange=command, **rows))
        assert response.status_code == 200
        links = response.context["links"]
        return [str(form["url"].value() or "")[-1:] for form in links.forms]

    assert shown("links:up:2") == ["0", "2", "1", ""]
    assert shown("links:down:0") == ["1", "0", "2", ""]
    assert shown("links:out:1") == ["0", "2", ""]
    for nonsense in ("links:up:99", "links:sideways:1", "nothing", "links", "own:x", "own:999999"):
        assert shown(nonsense) == ["0", "1", "2", ""]
    assert Post.objects.get().version == post.version
    assert not post.links.exists()


@pytest.mark.rule("R8")
def test_channel_gets_its_own_text_and_follows_again_without_script(city, new_post, client_of, x_channel):
    post = new_post()
    anna = client_of(city.anna)
    own = anna.post(edit_url(post), typed(city, seen=post.version, arrange=f"own:{x_channel.pk}"))
    row = next(row for row in own.context["channels"] if row.channel == x_channel)
    assert (row.text.value(), bool(row.box.value())) == ("Mine.", True)
    text = {f"text_{x_channel.pk}": "Short.", f"on_{x_channel.pk}": "on"}
    again = anna.post(
        edit_url(post), typed(city, seen=post.version, arrange=f"follow:{x_channel.pk}", **text)
    )
    row = next(row for row in again.context["channels"] if row.channel == x_channel)
    assert (row.text.value(), row.shown.text) == ("", "Mine.")
    assert "Follows the text" in words(again)


@pytest.mark.rule("R8")
def test_own_text_stays_when_the_base_text_changes_and_following_goes_along(city, at, new_post, x_channel):
    post = new_post()
    texts = {city.channel: "", x_channel: "Swans on X."}
    save_post(post, actor=city.anna, at=at, fields={"base_text": "New text."}, texts=texts, links=[])
    assert {row.channel.name: row.text for row in post.texts.all()} == {
        "Parks on Facebook": "New text.",
        "Parks on X": "Swans on X.",
    }
    save_post(post, actor=city.anna, at=at, fields={}, texts={x_channel: ""}, links=[])
    assert post.texts.get().text == "New text."
    assert keep_version(post, actor=city.anna, at=at).text_on(x_channel.pk) == "New text."


@pytest.mark.rule("R11")
def test_post_with_links_and_film_says_so_where_the_platform_asks(city, at, new_post, client_of):
    post = new_post()
    links = ["https://avinge.example/1", "https://avinge.example/2"]
    save_post(post, actor=city.anna, at=at, fields={"byline": "Anna"}, texts={city.channel: ""}, links=links)
    page = words(client_of(city.anna).get(reverse("editorial:post_page", args=[post.pk])))
    assert (
        "The swans are back in the pond.\n\nAnna\nhttps://avinge.example/1\nhttps://avinge.example/2" in page
    )


# Who else is here


def test_two_in_one_post_are_told_of_each_other_until_one_leaves(city, at, new_post, client_of):
    post = new_post()
    client_of(city.anna).get(edit_url(post))
    page = words(client_of(city.erik).get(edit_url(post)))
    assert "Also in this post now: Anna." in page
    presence = reverse("editorial:post_presence", args=[post.pk])
    assert "Erik" in client_of(city.anna).post(presence).json()["others"]
    client_of(city.erik).post(presence, {"leave": "1"})
    assert client_of(city.anna).post(presence).json()["others"] == ""


def test_presence_runs_out_by_itself(city, at, new_post):
    post = new_post()
    assert arrive(post, city.anna, at) == []
    assert arrive(post, city.erik, at + timedelta(seconds=49)) == [city.anna]
    assert arrive(post, city.erik, at + timedelta(seconds=51)) == []
    leave(post, city.erik)
    assert Presence.objects.get().user == city.anna


def test_presence_is_closed_to_strangers_and_readers(city, new_post, client_of):
    presence = reverse("editorial:post_presence", args=[new_post().pk])
    assert client_of(city.olle).post(presence).status_code == 404
    assert client_of(city.karin).post(presence).status_code == 403
    assert not Presence.objects.filter(user__in=[city.olle, city.karin]).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_edit_page_takes_as_many_queries_for_one_row_as_for_three(
    city, at, new_post, new_picture, listed, client_of, django_assert_num_queries, count
):
    post, anna = new_post(), client_of(city.anna)
    links = [f"https://avinge.example/{number}" for number in range(count)]
    fields = {"wanted_at": at + timedelta(days=300)}
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=links)
    anna.get(edit_url(post))
    with django_assert_num_queries(14):
        anna.get(edit_url(post))
    # Three more for who is in the pictures, what they said, and the legal basis.
    pictures = [new_picture(color) for color in ("red", "teal", "gold")[:count]]
    for picture in pictures:
        listed(picture)
    rows = [(picture, "") for picture in pictures]
    save_post(post, actor=city.anna, at=at, fields={}, texts={city.channel: ""}, links=links, pictures=rows)
    with django_assert_num_queries(17):
        shown = anna.get(edit_url(post))
    assert shown.content.decode().count("is missing. Ask first.") == count
