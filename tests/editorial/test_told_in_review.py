"""What a reading says in words: attacks by links, hidden signs, a channel that ends, a time that has passed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from core.fetching import PUBLIC
from core.moves import MoveRefused, perform
from editorial import links, reviewing
from editorial.addresses import host_of
from editorial.checklist import checklist
from editorial.models import Absence, Post
from editorial.proofs import proof_of
from editorial.saving import save_post
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db

READ = {"tone": "yes", "wording": "yes", "profile": "yes"}


@pytest.fixture
def page(client_of: Callable[..., Any]) -> Callable[..., str]:
    def read(user: Any, post: Post) -> str:
        answer = client_of(user).get(reverse("editorial:review_page", args=[post.pk]))
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def in_review(city: Any, at: Any, **fields: Any) -> Post:
    post = Post(team=city.team)
    fields = {"title": "Swans", "base_text": "The swans are back."} | fields
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    perform(post, "submit", actor=city.anna, at=at)
    return post


INNER = "The address leads to an inner network. Followers cannot open it."
ATTACKS = {
    "this machine": ("http://127.0.0.1/", INNER),
    "this machine, new numbers": ("http://[::1]/", INNER),
    "the cloud's secrets": ("http://169.254.169.254/latest/meta-data", INNER),
    "a redirect inwards": ("{site}/inwards", INNER),
    "a file": (
        "file:///etc/passwd",
        "Only addresses that begin with http:// or https:// work for followers.",
    ),
    "another port": ("https://example.com:22/", "The address leads to another port than those of the web."),
    "a password": ("https://anna:password@example.com/", "The address has a user name or password in it."),
    "a circle": ("{site}/loop", "The address leads on and on."),
}


@pytest.mark.rule("R24")
@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_by_a_link_is_told_in_words_and_stops_the_post(
    city,
    at,
    site,
    linked,
    client_of,
    page,
    attack,
):
    address, words = ATTACKS[attack]
    post = linked(address.format(site=site.address))
    perform(post, "submit", actor=city.anna, at=at)
    links.check_waiting(at, policy=site.policy if "{site}" in address else PUBLIC)
    shown = page(city.erik, post)
    assert words in shown
    assert "1 link does not work" in shown
    decide = reverse("editorial:review_decide", args=[post.pk, "approve"])
    refused = client_of(city.erik).post(decide, READ | {"seen": post.version})
    assert (refused.status_code, "A link does not work" in refused.content.decode()) == (409, True)


@pytest.mark.rule("R24")
def test_host_in_other_letters_is_shown_as_it_is_looked_up(city, at, linked, page):
    post = linked("https://аvinge.example/")  # the first letter is Cyrillic
    links.answer_for(post, "https://аvinge.example/", links.Outcome("works"), at)
    assert f"The host is looked up as {host_of(post.link_checks.get().url)}." in page(city.anna, post)


def test_address_that_is_no_web_address_is_no_link_on_the_page(city, at, linked, page):
    shown = page(city.anna, linked("javascript:alert(1)"))
    assert "javascript:alert(1)" in shown
    assert 'href="javascript' not in shown


@pytest.mark.rule("R24")
def test_page_never_says_that_a_link_works_which_nobody_opened(city, at, linked, page):
    shown = page(city.anna, linked("https://www.avinge.example/simhall"))
    assert "It is not opened from here." in shown
    assert "Cannot be checked by the machine" in shown
    assert "Works</span>" not in shown


def test_two_hundred_links_keep_the_page_small_and_name_what_is_broken_first(
    city,
    at,
    linked,
    client_of,
    django_assert_num_queries,
):
    post = linked(text=" ".join(f"https://one.example/{number}" for number in range(200)))
    perform(post, "submit", actor=city.anna, at=at)
    links.answer_for(post, "https://one.example/199", links.Outcome("broken", "missing"), at)
    erik, address = client_of(city.erik), reverse("editorial:review_page", args=[post.pk])
    shown = erik.get(address).content
    assert len(shown) < 80_000
    with django_assert_num_queries(14):
        erik.get(address)
    listed = shown.decode().partition('class="links"')[2]
    assert listed.index("https://one.example/199") < listed.index("https://one.example/0")
    assert "180 links more" in shown.decode()


HIDDEN = "pay\u202elap\u200b"


def test_hidden_signs_are_named_wherever_a_reader_looks(city, at, page, client_of, new_picture):
    picture = new_picture()
    perform(picture, "say_none", actor=city.anna, at=at)
    post = Post(team=city.team)
    fields = {
        "title": f"Title {HIDDEN}",
        "base_text": f"Text {HIDDEN}",
        "byline": f"Byline {HIDDEN}",
        "collaboration": f"Friends {HIDDEN}",
    }
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields=fields,
        texts={city.channel: ""},
        links=[f"https://a.example/{HIDDEN}"],
        pictures=[(picture, f"Picture {HIDDEN}")],
    )
    perform(post, "submit", actor=city.anna, at=at)
    reviewing.write_remark(post, actor=city.anna, at=at, body=f"Remark {HIDDEN}", quote=f"Text {HIDDEN}")
    shown = page(city.erik, post)
    main = shown.partition("<main")[2]
    for name in ("Title", "Text", "Byline", "Friends", "Picture", "Remark", "https://a.example/"):
        assert f'{name} pay<mark class="unseen"' in main or f'{name}pay<mark class="unseen"' in main, name
    history = client_of(city.erik).get(reverse("editorial:history_page", args=[post.pk])).content.decode()
    history = history.partition("<main")[2]
    own = client_of(city.erik).get(reverse("editorial:post_page", args=[post.pk])).content.decode()
    own = own.partition("<main")[2].partition("timeline")[0]
    assert min(one.count('<mark class="unseen"') for one in (history, own)) >= 2
    queue = client_of(city.erik).get(reverse("editorial:review_queue")).content.decode().partition("<main")[2]
    assert "U+202E" in queue
    for text in (*(re.sub(r'href="[^"]*"', "", one) for one in (main, own)), history, queue):
        assert "\u202e" not in text
        assert "\u200b" not in text


def test_nobody_is_offered_to_ask_themselves_or_who_is_away(city, at, page, client_of, time_machine):
    time_machine.move_to(at, tick=False)
    post, field = in_review(city, at), '<select name="reader"'
    assert field in page(city.erik, post)
    offered = page(city.erik, post).partition(field)[2].partition("</select>")[0]
    assert (f'value="{city.sara.pk}"' in offered, f'value="{city.erik.pk}"' in offered) == (True, False)
    asking = reverse("editorial:review_ask", args=[post.pk])
    refused = client_of(city.erik).post(asking, {"reader": city.erik.pk})
    assert (refused.status_code, "You can read it yourself." in refused.content.decode()) == (409, True)
    with pytest.raises(MoveRefused, match="You can read it yourself"):
        reviewing.ask_reader(post, reader=city.erik, actor=city.erik, at=at)
    Absence.objects.create(user=city.sara, starts_on=at.date(), ends_on=at.date())
    shown = page(city.anna, post)
    offered = shown.partition(field)[2].partition("</select>")[0]
    assert (f'value="{city.sara.pk}"' in offered, f'value="{city.erik.pk}"' in offered) == (False, True)
    assert "Away today: Sara" in shown


@pytest.mark.rule("R23")
def test_decision_names_the_post_it_was_about(city, at, client_of):
    first, second = (in_review(city, at, title=title) for title in ("Swans", "Geese"))
    erik = client_of(city.erik)
    approve = reverse("editorial:review_decide", args=[first.pk, "approve"])
    shown = erik.post(approve, READ | {"seen": first.version}, follow=True)
    assert "“Swans” is approved." in shown.content.decode()
    ask = reverse("editorial:review_decide", args=[second.pk, "ask_changes"])
    shown = erik.post(ask, {"seen": second.version, "note": "Where?"}, follow=True)
    assert "“Geese” goes back: you have asked for changes." in shown.content.decode()


def line_of(post: Post, at: Any, code: str, state: str = "") -> Any:
    proof = proof_of(post, at)
    if state:
        proof.texts[0].channel.state = state
    return next(line for line in checklist(proof) if line.code == code)


def test_channel_that_ends_or_rests_is_told_to_the_reader(city, at, page, time_machine):
    time_machine.move_to(at, tick=False)
    post = in_review(city, at)
    assert line_of(post, at, "channels").level == "ok"
    ending = line_of(post, at, "channels", state="closing")
    assert (ending.level, ending.details) == ("advice", ("Parks on Facebook (Facebook) is being closed.",))
    put_to_rest(city.channel, city.karin, at)
    assert "Nothing is published on Parks on Facebook (Facebook) now." in page(city.erik, post)


def test_time_that_has_passed_is_told_to_the_author_and_the_reader(
    city, at, new_post, page, client_of, time_machine
):
    time_machine.move_to(at, tick=False)
    post = new_post(wanted_at=at - timedelta(hours=1))
    submit = reverse("editorial:post_move", args=[post.pk, "submit"])
    sent = client_of(city.anna).post(submit, {"seen": post.version}, follow=True)
    assert sent.status_code == 409
    assert "The wanted time is in the past." in sent.content.decode()
    perform(post, "submit", actor=city.anna, at=at - timedelta(hours=2))
    shown = page(city.erik, post)
    assert "The time has passed" in shown
    assert "Lapsed</span>" in shown
    later = new_post(wanted_at=at + timedelta(hours=1))
    perform(later, "submit", actor=city.anna, at=at)
    assert "The time has passed" not in page(city.erik, later)
