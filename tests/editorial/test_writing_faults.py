"""What a writer is told at once, and what no door lets through."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from channels_registry.closing import open_closure
from channels_registry.models import Channel
from core.models import User
from core.moves import MoveIncomplete, MoveRefused, perform
from editorial.models import Material, MaterialKind, Post, PostText
from editorial.models.posts import LONGEST_TEXT
from editorial.reuse import keep_material
from editorial.transitions import save_post
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db


def edit_of(post: Post) -> str:
    return reverse("editorial:post_edit", args=[post.pk])


def page(response) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("by_itself", [False, True])
def test_form_without_words_makes_no_post(city, client_of, by_itself):
    form = {"wanted_at": "2027-03-10T09:00", "kind": "Work", f"on_{city.channel.pk}": "on"}
    answer = client_of(city.anna).post(
        reverse("editorial:post_new"), form | ({"by_itself": "1"} if by_itself else {})
    )
    assert answer.status_code == 422
    assert "Write a text or a working title first." in page(answer)
    assert not Post.objects.exists()


def test_post_is_named_by_its_own_text_on_a_channel(city, client_of):
    form = {f"on_{city.channel.pk}": "on", f"text_{city.channel.pk}": "The swans are back."}
    assert client_of(city.anna).post(reverse("editorial:post_new"), form).status_code == 302
    assert Post.objects.get().title == "The swans are back."


def test_writer_is_told_at_once_of_a_time_gone_by_and_it_is_not_sent_to_review(city, at, client_of, new_post):
    anna, post = client_of(city.anna), new_post()
    form = {
        "title": "Swans",
        "base_text": "Swans.",
        f"on_{city.channel.pk}": "on",
        "wanted_at": "2020-01-01T09:00",
        "seen": post.version,
    }
    typed = anna.post(edit_of(post), form | {"by_itself": "1"})
    assert typed.json()["warnings"] == ["The time is in the past."]
    form["seen"] = typed.json()["seen"]
    assert "The time is in the past." in page(anna.post(edit_of(post), form, follow=True))
    assert "The time is in the past." in page(anna.get(edit_of(post)))
    post.refresh_from_db()
    with pytest.raises(MoveRefused, match="wanted time is in the past"):
        perform(post, "submit", actor=city.anna, at=at)
    refused = anna.post(reverse("editorial:post_move", args=[post.pk, "submit"]), {"seen": post.version})
    assert (refused.status_code, "The wanted time is in the past." in page(refused)) == (409, True)
    assert Post.objects.get().state == "draft"


def test_time_to_come_is_sent_without_a_word(city, client_of, new_post):
    post = new_post(wanted_at=timezone.now() + timedelta(days=1))
    anna = client_of(city.anna)
    assert "The time is in the past." not in page(anna.get(edit_of(post)))
    perform(post, "submit", actor=city.anna, at=timezone.now())
    assert post.state == "in_review"


def let_rest(channel: Channel, actor: User) -> None:
    put_to_rest(channel, actor, timezone.now())


def let_close(channel: Channel, actor: User) -> None:
    open_closure(channel, actor=actor, at=timezone.now(), reason="goals", motive="Nobody reads it.")


@pytest.mark.parametrize(
    ("end", "words"),
    [(let_rest, "The channel is dormant."), (let_close, "The channel is being closed.")],
)
def test_channel_at_rest_is_told_of_beside_its_box_and_to_the_reader(city, client_of, new_post, end, words):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=timezone.now())
    assert words not in page(client_of(city.anna).get(reverse("editorial:post_new")))
    end(city.channel, city.anna)
    new = page(client_of(city.anna).get(reverse("editorial:post_new")))
    assert words in new.split('class="channel__how"')[0]
    for name in ("editorial:post_page", "editorial:review_page"):
        assert words in page(client_of(city.erik).get(reverse(name, args=[post.pk])))


def test_instagram_without_picture_or_film_is_not_sent_to_review(city, at, client_of, new_post):
    city.channel.platform.code = "instagram"
    city.channel.platform.save(update_fields=["code"])
    post = new_post()
    with pytest.raises(MoveRefused, match=r"A picture or a film is needed here\."):
        perform(post, "submit", actor=city.anna, at=at)
    film = Material()
    keep_material(
        film,
        actor=city.anna,
        at=at,
        fields={"kind": MaterialKind.FILM, "title": "Swans", "reference": "Film 7"},
    )
    address = reverse("editorial:material_add", args=[film.pk])
    assert client_of(city.anna).post(address, {"post": ""}).status_code == 422
    assert client_of(city.olle).post(address, {"post": post.pk}).status_code in {404, 422}
    assert not post.materials.exists()
    added = client_of(city.anna).post(address, {"post": post.pk}, follow=True)
    assert "“Swans” is now made of this material too." in page(added)
    perform(post, "submit", actor=city.anna, at=at)
    assert post.state == "in_review"


def test_link_that_is_none_says_how_one_is_written(city, client_of, new_post):
    post = new_post()
    form = {
        "title": "Swans",
        "base_text": "Swans.",
        "seen": post.version,
        "links-TOTAL_FORMS": "2",
        "links-INITIAL_FORMS": "0",
        "links-0-url": "avinge.se",
        "links-1-url": "not an address",
    }
    answer = client_of(city.anna).post(edit_of(post), form)
    assert answer.status_code == 422
    # The summary names the row and leads to it, and the row says so too.
    said = "Write the whole address, for example https://avinge.se."
    assert f'<a href="#id_links-1-url">Link 2: {said}</a>' in page(answer)
    assert page(answer).count(f"{said}<") == 2
    assert 'value="not an address"' in page(answer)


@pytest.mark.parametrize(
    "fields",
    [{"base_text": "a" * 200_000}, {"title": "a" * 121}, {"kind": "a" * 61}, {"collaboration": "a" * 501}],
)
def test_what_is_too_long_is_refused_from_the_shell_too(city, at, new_post, fields):
    post = new_post()
    with pytest.raises(MoveIncomplete, match="is too long"):
        save_post(post, actor=city.anna, at=at, fields=fields, texts={}, links=None)
    assert Post.objects.get().version == post.version


def test_too_long_a_link_or_own_text_is_refused_from_the_shell_too(city, at, new_post):
    post = new_post()
    with pytest.raises(MoveIncomplete, match=f"at most {LONGEST_TEXT}"):
        save_post(post, actor=city.anna, at=at, fields={}, texts={city.channel: "a" * 70_001}, links=None)
    with pytest.raises(MoveIncomplete, match="at most 500"):
        save_post(post, actor=city.anna, at=at, fields={}, texts={}, links=["https://a.se/" + "a" * 500])
    assert not post.links.exists()


def test_database_keeps_no_longer_text_either(city, new_post):
    post = new_post()
    for rows, field in ((Post.objects.filter(pk=post.pk), "base_text"), (PostText.objects, "own_text")):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**{field: "a" * (LONGEST_TEXT + 1)})
        assert rows.update(**{field: "å" * LONGEST_TEXT}) == 1


def picked(client, post, *numbers, command="", **more):
    form = {"title": "Swans", "base_text": "Swans.", "seen": post.version, "pick": numbers} | more
    form |= {"pictures-TOTAL_FORMS": "0", "pictures-INITIAL_FORMS": "0"} if not more else {}
    return client.post(edit_of(post), form | ({"arrange": command} if command else {}))


@pytest.mark.rule("R11")
def test_pictures_are_chosen_by_what_they_show_with_their_light_in_words(
    city, client_of, new_post, new_picture
):
    post, anna = new_post(), client_of(city.anna)
    red, blue = new_picture("red"), new_picture("blue")
    shown = page(picked(anna, post, command="pictures:browse"))
    for picture in (red, blue):
        assert reverse("consent:picture_thumb", args=[picture.pk]) in shown
        assert f'name="pick" value="{picture.pk}"' in shown
    assert shown.lower().count("cannot be used") >= 2
    assert red.alt_text in shown
    searched = page(picked(anna, post, command="pictures:browse", pick_search=red.title.upper()))
    assert f'name="pick" value="{red.pk}"' in searched
    assert f'name="pick" value="{blue.pk}"' not in searched
    assert "No picture fits." in page(picked(anna, post, command="pictures:browse", pick_search="\x00moose"))
    chosen = page(picked(anna, post, red.pk, command="pictures:add"))
    assert f'name="pictures-0-picture" value="{red.pk}"' in chosen
    assert f'value="{red.alt_text}"' in chosen
    assert 'name="pick"' not in chosen
    assert not post.pictures.exists()


def test_ticked_pictures_are_kept_though_one_saves_or_turns_the_page(city, client_of, new_post, new_picture):
    post, anna, red = new_post(), client_of(city.anna), new_picture("red")
    turned = page(picked(anna, post, red.pk, command="pictures:browse:2"))
    assert f'name="pictures-0-picture" value="{red.pk}"' in turned
    assert picked(anna, post, red.pk).status_code == 302
    assert [row.picture for row in post.pictures.all()] == [red]


def test_pictures_one_does_not_work_with_are_neither_shown_nor_taken(city, at, client_of, new_picture):
    picture, olle, post = new_picture("red"), client_of(city.olle), Post(team=city.other_team)
    save_post(
        post, actor=city.olle, at=at, fields={"title": "Books", "base_text": "Books."}, texts={}, links=[]
    )
    assert f'name="pick" value="{picture.pk}"' not in page(picked(olle, post, command="pictures:browse"))
    for number in (picture.pk, 10**30, -1, "moose"):
        answer = picked(olle, post, number)
        assert answer.status_code == 422
        assert "Choose among the pictures you work with." in page(answer)
    assert not post.pictures.exists()
