"""The doors to posts: what is typed is kept, what others stored is not overwritten, the reader sees every change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from channels_registry.models import Channel
from core.moves import perform
from editorial.models import Post, TeamChannel
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db


def typed(city, **changes):
    return {"title": "Swans", "base_text": "Mine.", f"on_{city.channel.pk}": "on", "links": ""} | changes


def edit_url(post):
    return reverse("editorial:post_edit", args=[post.pk])


def move_url(post, name):
    return reverse("editorial:post_move", args=[post.pk, name])


def words(response):
    return response.content.decode()


def test_form_with_faults_keeps_the_version_that_was_seen(city, at, new_post, client_of):
    post = new_post()
    seen = post.version
    fields = {"title": "Swans", "base_text": "Erik's."}
    save_post(
        Post.objects.get(pk=post.pk),
        actor=city.erik,
        at=at,
        fields=fields,
        texts={city.channel: ""},
        links=[],
    )
    anna = client_of(city.anna)
    faulty = anna.post(edit_url(post), typed(city, seen=seen, title="x" * 121))
    assert faulty.status_code == 422
    assert faulty.context["seen"] == str(seen)
    again = anna.post(edit_url(post), typed(city, seen=faulty.context["seen"]))
    assert again.status_code == 409
    assert Post.objects.get(pk=post.pk).base_text == "Erik's."


def test_both_texts_are_shown_channel_by_channel_and_then_saved(city, at, new_post, client_of):
    post = new_post()
    erik, anna = client_of(city.erik), client_of(city.anna)
    own = f"text_{city.channel.pk}"
    assert (
        erik.post(edit_url(post), typed(city, seen=post.version, **{own: "Erik's own."})).status_code == 302
    )
    refused = anna.post(edit_url(post), typed(city, seen=post.version, **{own: "Anna's own."}))
    assert refused.status_code == 409
    assert "Erik&#x27;s own." in words(refused)
    assert "Anna&#x27;s own." in words(refused)
    put_together = typed(city, seen=refused.context["seen"], **{own: "Both."})
    assert anna.post(edit_url(post), put_together).status_code == 302
    assert post.texts.get().own_text == "Both."


@pytest.mark.parametrize(("length", "taken"), [(280, True), (281, False)])
def test_draft_may_be_too_long_but_is_not_read_before_it_fits(city, at, client_of, length, taken):
    x = Channel.objects.create(
        platform=city.other_channel.platform,
        name="Parks on X",
        handle="parks",
        url="https://x.com/parks",
        unit=city.unit,
    )
    TeamChannel.objects.create(team=city.team, channel=x)
    form = typed(city, base_text="a" * length, **{f"on_{x.pk}": "on"})
    anna = client_of(city.anna)
    assert anna.post(reverse("editorial:post_new"), form).status_code == 302
    post = Post.objects.get()
    response = anna.post(move_url(post, "submit"))
    assert response.status_code == (302 if taken else 409)
    post.refresh_from_db()
    assert post.state == ("in_review" if taken else "draft")
    if not taken:
        assert "Parks on X (X): 1 signs too long: 281 of 280." in words(response)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://a.example/", "not an address"])
def test_links_are_web_addresses(city, client_of, link):
    form = typed(city, **{"links-TOTAL_FORMS": "1", "links-INITIAL_FORMS": "0", "links-0-url": link})
    response = client_of(city.anna).post(reverse("editorial:post_new"), form)
    assert response.status_code == 422
    assert link in words(response)


def test_reader_sees_each_change_since_the_last_reading_as_words_never_as_markup(
    city, at, new_post, client_of
):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "ask_changes", actor=city.erik, at=at, note="Shorter.")
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields={"byline": "Anna"},
        texts={city.channel: "The swans are <b>back</b>."},
        links=["https://example.org/swans"],
    )
    perform(post, "submit", actor=city.anna, at=at)
    page = words(client_of(city.erik).get(reverse("editorial:post_page", args=[post.pk])))
    assert "<ins>&lt;b&gt;back&lt;/b&gt;.</ins>" in page
    assert "<b>back</b>" not in page
    assert "<ins>Anna</ins>" in page
    assert "<ins>https://example.org/swans</ins>" in page


def test_edit_page_is_closed_to_those_who_only_read(city, new_post, client_of):
    post = new_post()
    karin = client_of(city.karin)
    assert karin.get(reverse("editorial:post_page", args=[post.pk])).status_code == 200
    for response in (karin.get(edit_url(post)), karin.post(edit_url(post), typed(city))):
        assert response.status_code == 403
        assert "Only the post&#x27;s team can do this." in words(response)
    assert Post.objects.get(pk=post.pk).base_text == "The swans are back in the pond."


def test_edit_after_approval_sends_the_post_back_to_draft(city, at, new_post, client_of):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    anna = client_of(city.anna)
    assert "needs a new approval" in words(anna.get(edit_url(post)))
    assert anna.post(edit_url(post), typed(city, seen=post.version)).status_code == 302
    assert Post.objects.get(pk=post.pk).state == "draft"


def test_dropped_post_cannot_be_edited(city, at, new_post, client_of):
    post = new_post()
    perform(post, "drop", actor=city.anna, at=at, note="Rain.")
    response = client_of(city.anna).get(edit_url(post))
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("editorial:post_page", args=[post.pk]),
    )


def test_refusal_keeps_the_reason_that_was_typed(city, at, new_post, client_of):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    response = client_of(city.erik).post(
        move_url(post, "ask_changes"), {"seen": post.version - 1, "note": "Shorter, please."}
    )
    assert response.status_code == 409
    assert "Shorter, please." in words(response)
    assert Post.objects.get(pk=post.pk).state == "in_review"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"Swans", "Ducks"}),
        ({"text": "SWANS ARE"}, {"Swans"}),
        ({"state": "in_review"}, {"Ducks"}),
        ({"state": "no such state"}, {"Swans", "Ducks"}),
        ({"page": "99"}, {"Swans", "Ducks"}),
    ],
)
def test_filters_of_the_list_lie_in_the_address(city, at, new_post, client_of, query, shown):
    new_post()
    perform(new_post(title="Ducks", base_text="Ducks too."), "submit", actor=city.anna, at=at)
    response = client_of(city.anna).get(reverse("editorial:posts_page"), query)
    assert {post.title for post in response.context["page_obj"]} == shown


def test_list_shows_what_is_under_way_by_time_and_what_is_out_or_dropped_apart(city, at, new_post, client_of):
    anna, url = client_of(city.anna), reverse("editorial:posts_page")
    for title, days in (("Later", 9), ("Sooner", 2), ("No time", None)):
        wanted = None if days is None else at + timedelta(days=days)
        new_post(title=title, wanted_at=wanted)
    perform(new_post(title="Dropped"), "drop", actor=city.anna, at=at, note="No news.")
    titles = [
        [post.title for post in anna.get(url, query).context["page_obj"]] for query in ({}, {"done": "1"})
    ]
    assert titles == [["Sooner", "Later", "No time"], ["Dropped"]]


def test_list_and_queue_hold_nothing_of_other_teams(city, at, new_post, client_of):
    perform(new_post(), "submit", actor=city.anna, at=at)
    for name in ("editorial:posts_page", "editorial:review_queue"):
        assert "Swans" not in words(client_of(city.olle).get(reverse(name)))
        assert "Swans" in words(client_of(city.erik).get(reverse(name)))


def test_queue_leaves_out_ones_own_posts(city, at, client_of):
    post = Post(team=city.team)
    fields = {"title": "Geese", "base_text": "Geese."}
    save_post(post, actor=city.erik, at=at, fields=fields, texts={city.channel: ""}, links=[])
    perform(post, "submit", actor=city.erik, at=at)
    queue = reverse("editorial:review_queue")
    assert "Geese" not in words(client_of(city.erik).get(queue))
    assert "Geese" in words(client_of(city.sara).get(queue))


@pytest.mark.rule("R23")
def test_post_sent_back_says_what_was_asked_and_one_that_is_read_has_no_news(city, at, new_post, client_of):
    post, page = new_post(), client_of(city.anna)
    url = reverse("editorial:post_page", args=[post.pk])
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "ask_changes", actor=city.erik, at=at, note="Say which pond.")
    assert "Erik asked for changes" in words(page.get(url))
    post.refresh_from_db()
    fields = {"title": "Swans", "base_text": "The swans are back in Green Pond."}
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    perform(post, "submit", actor=city.anna, at=at)
    assert "Changed since the last reading" in words(page.get(url))
    perform(post, "approve", actor=city.erik, at=at, answers=ALL_YES)
    shown = words(page.get(url))
    assert ("Changed since the last reading" in shown, "asked for changes" in shown) == (False, False)


def test_what_did_not_go_out_says_where_and_why(city, at, new_post, client_of):
    post = walk(new_post(), city, at, "due")
    publication = post.publications.get()
    url = reverse("editorial:publication_move", args=[publication.pk, "miss"])
    done = client_of(city.anna).post(
        url, {"note": "The platform was down.", "seen": publication.version}, follow=True
    )
    shown = words(done)
    assert "Noted: it did not go out on Parks on Facebook" in shown
    assert "The platform was down." in shown


@pytest.mark.parametrize(
    ("state", "word"), [("scheduled", "Planned"), ("draft", "Wanted"), ("approved", "Wanted")]
)
def test_time_of_a_post_that_is_not_planned_is_a_wish(city, at, new_post, client_of, state, word):
    post = walk(new_post(), city, at, "scheduled")
    if state == "draft":
        perform(post, "reopen", actor=city.anna, at=at)
    elif state == "approved":
        perform(post, "unschedule", actor=city.anna, at=at)
    post.refresh_from_db()
    assert post.state == state
    shown = words(client_of(city.anna).get(reverse("editorial:post_page", args=[post.pk])))
    assert f"<span>{word} <time" in shown


def test_lapsed_post_says_so_in_the_list_and_on_its_page(city, at, new_post, client_of, time_machine):
    time_machine.move_to(at, tick=False)
    post = walk(new_post(), city, at, "scheduled")
    perform(post, "unschedule", actor=city.anna, at=at)
    anna, lapsed = client_of(city.anna), ">Lapsed<"
    pages = [reverse("editorial:posts_page"), reverse("editorial:post_page", args=[post.pk])]
    assert not any(lapsed in words(anna.get(page)) for page in pages)
    time_machine.move_to(at + timedelta(days=400), tick=False)
    anna.force_login(city.anna)
    assert all(lapsed in words(anna.get(page)) for page in pages)


def test_whoever_was_asked_for_changes_is_led_to_the_text_first(city, at, new_post, client_of):
    post = walk(new_post(), city, at, "changes_asked")
    step = words(client_of(city.anna).get(reverse("editorial:post_page", args=[post.pk]))).split(
        'id="decide"'
    )[1]
    assert step.index(edit_url(post)) < step.index(move_url(post, "submit"))
    button = step.split(move_url(post, "submit"))[1].split("<button")[1].split(">")[0]
    assert "button--secondary" in button
