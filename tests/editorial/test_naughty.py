"""Whatever is typed is shown as typed, everywhere, and never read as markup."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from channels_registry.models import Channel
from core.moves import perform
from editorial.ideas import hand_in
from editorial.models import FollowUp, Idea, Material, Post
from editorial.transitions import save_post
from tests.editorial.odd_strings import NAUGHTY, packed
from tests.naughty import as_typed

pytestmark = pytest.mark.django_db


def shown(client, name, *args):
    """A page as a reader sees it, after making sure that nothing in it is markup that was typed."""
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, name
    text = as_typed(response.content.decode())
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "<b>fet" not in text
    return html.unescape(text)


@pytest.mark.parametrize("text", packed(120))
def test_post_shows_what_was_typed(city, client_of, text):
    anna, first, last = client_of(city.anna), text[:60].strip(), text[-60:].strip()
    form = {
        "title": text,
        "base_text": text,
        "kind": first,
        "theme": last,
        "byline": text,
        "collaboration": text,
        f"on_{city.channel.pk}": "on",
        f"text_{city.channel.pk}": text,
    }
    response = anna.post(reverse("editorial:post_new"), form)
    assert response.status_code == 302, response.context["form"].errors
    post = Post.objects.get()
    stored = (post.title, post.base_text, post.kind, post.theme, post.byline, post.collaboration)
    assert stored == (text, text, first, last, text, text)
    assert post.texts.get().own_text == text
    for name in ("editorial:post_page", "editorial:post_edit"):
        assert shown(anna, name, post.pk).count(text) >= 4
    assert text in shown(anna, "editorial:posts_page")
    assert text in shown(anna, "calendar_app:month_page")
    saved = anna.post(
        reverse("editorial:post_edit", args=[post.pk]), form | {"by_itself": "1", "seen": post.version}
    )
    assert saved.status_code == 200


@pytest.mark.parametrize("text", packed(120))
def test_idea_and_material_show_what_was_typed(city, client_of, text):
    anna = client_of(city.anna)
    idea = {"what": text, "why_now": text, "ask_whom": text, "team": city.team.pk}
    assert client_of(city.rut).post(reverse("editorial:idea_new"), idea).status_code == 302
    assert shown(anna, "editorial:idea_page", Idea.objects.get().pk).count(text) >= 3
    assert Idea.objects.get().title in shown(anna, "editorial:ideas_page")
    # A notice names an idea by its first line, not longer than a line is.
    named = " ".join(Idea.objects.get().title.split())
    assert named in shown(client_of(city.erik), "notices_page")
    material = {"kind": "report", "title": text, "reference": text, "text": text}
    assert anna.post(reverse("editorial:material_new"), material).status_code == 302
    assert shown(anna, "editorial:material_page", Material.objects.get().pk).count(text) >= 3
    assert text in shown(anna, "editorial:materials_page")


def test_every_field_is_shown_as_typed_on_every_page_that_tells_of_the_post(
    city, at, client_of, new_picture, time_machine
):
    time_machine.move_to(at, tick=False)  # the day after is in the same week
    erik, picture = client_of(city.erik), new_picture("red")
    for first in range(0, len(NAUGHTY), 7):
        texts = [NAUGHTY[(first + number) % len(NAUGHTY)] for number in range(7)]
        title, byline, collaboration, brand, alt, own, text = texts
        kind, theme = title[:60], byline[:60]
        fields = {
            "title": title,
            "kind": kind,
            "theme": theme,
            "byline": byline,
            "collaboration": collaboration,
            "brand_shown": brand,
            "base_text": text,
            "wanted_at": at + timedelta(days=1),
        }
        post = Post(team=city.team)
        save_post(
            post,
            actor=city.anna,
            at=at,
            fields=fields,
            texts={city.channel: own},
            links=["https://avinge.example/å?q=<b>&x='\""],
            pictures=[(picture, alt)],
        )
        edit = shown(erik, "editorial:post_edit", post.pk)
        assert [each for each in (*texts, kind, theme) if each not in edit] == []
        page = shown(erik, "editorial:post_page", post.pk)
        assert [each for each in (title, byline, alt, own) if each not in page] == []
        for name in ("editorial:posts_page", "calendar_app:list_page", "calendar_app:week_page"):
            assert title in shown(erik, name), name
        found = erik.get(reverse("search_page"), {"q": title})
        assert found.status_code == 200
        assert "<script>alert" not in found.content.decode()


def test_what_is_said_of_an_idea_is_shown_as_typed_to_its_giver(city, at, client_of):
    for text in NAUGHTY:
        idea, _secret = hand_in(team=city.team, at=at, actor=city.rut, what=text)
        perform(idea, "decline", actor=city.anna, at=at, note=text)
        assert shown(client_of(city.rut), "editorial:idea_page", idea.pk).count(text) >= 2


def test_tip_form_and_follow_up_show_what_was_typed(city, at, new_post, client_of, client):
    post = new_post()
    follow_up = FollowUp.objects.create(post=post, due_at=at)
    text = " ".join(NAUGHTY)
    perform(follow_up, "settle", actor=city.anna, at=at, outcome=text)
    assert text in shown(client_of(city.anna), "editorial:follow_up_page", follow_up.pk)
    _idea, secret = hand_in(team=city.team, at=at, actor=None, what=text, giver_name=text[:120])
    page = shown(client, "editorial:tip_follow", secret)
    assert text in page


def test_both_texts_are_shown_as_typed(city, at, client_of):
    text = " ".join(NAUGHTY)
    post = Post(team=city.team)
    save_post(post, actor=city.anna, at=at, fields={"title": "x", "base_text": "x"}, texts={}, links=[])
    form = {"title": "x", "base_text": text, "seen": post.version}
    save_post(post, actor=city.erik, at=at, fields={"base_text": f"{text} 2"}, texts={}, links=[])
    response = client_of(city.anna).post(reverse("editorial:post_edit", args=[post.pk]), form)
    page = as_typed(response.content.decode())
    assert response.status_code == 409
    assert "<script>alert" not in page
    assert html.unescape(page).count(text) >= 3


@pytest.mark.parametrize("field", ["title", "base_text", "byline", "kind", "theme"])
def test_null_characters_are_a_fault_in_the_form(city, client_of, field):
    form = {"title": "x", "base_text": "x", field: "a\x00b"}
    assert client_of(city.anna).post(reverse("editorial:post_new"), form).status_code == 422
    assert not Post.objects.exists()


def test_names_of_channels_and_people_are_no_markup_either(city, at, new_post, client_of):
    Channel.objects.filter(pk=city.channel.pk).update(name="<script>alert('naughty')</script>")
    city.erik.name = "<script>alert('naughty')</script>"
    city.erik.save(update_fields=["name"])
    post = new_post()
    client_of(city.erik).get(reverse("editorial:post_edit", args=[post.pk]))
    assert "Also in this post now: <script>" in shown(client_of(city.anna), "editorial:post_edit", post.pk)
