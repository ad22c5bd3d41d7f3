"""The doors of the review: happy, strangers see nothing, refused with the reason and what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from channels_registry.models import Channel
from consent.transitions import add_picture
from core.models import Notice
from core.moves import MoveIncomplete, perform
from core.uploads import clean_image
from editorial.models import LinkCheck, Post, Publication, Reading, Remark, Review, TeamChannel
from editorial.reviewing import write_remark
from editorial.transitions import save_post
from tests.editorial.test_post_moves import walk

pytestmark = pytest.mark.django_db

YES = {"tone": "yes", "wording": "yes", "profile": "yes"}


def url(name: str, *args: Any) -> str:
    return reverse(f"editorial:{name}", args=args)


def words(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def sent(city, at, new_post) -> Post:
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    return post


def test_page_shows_the_text_the_answers_and_the_buttons_to_a_reader(city, sent, client_of):
    page = client_of(city.erik).get(url("review_page", sent.pk))
    assert page.status_code == 200
    for expected in (
        "The swans are back in the pond.",
        "The tone feels right",
        "Approve the post",
        "No links",
    ):
        assert expected in words(page)
    assert Reading.objects.get().reader == city.erik
    own = words(client_of(city.anna).get(url("review_page", sent.pk)))
    assert "A second person has to approve it." in own
    assert "Approve the post" not in own


def test_strangers_get_404_at_every_door(city, at, sent, client_of):
    remark = write_remark(sent, actor=city.erik, at=at, body="Secret remark.")
    doors = [
        ("get", url("review_page", sent.pk)),
        ("get", url("history_page", sent.pk)),
        ("post", url("review_decide", sent.pk, "approve")),
        ("post", url("review_claim", sent.pk)),
        ("post", url("review_ask", sent.pk)),
        ("post", url("review_links", sent.pk)),
        ("post", url("review_remark", sent.pk)),
        ("post", url("review_remarks", sent.pk)),
    ]
    for who in (city.olle, city.stranger, city.rut):
        for method, address in doors:
            data = YES | {"settle": remark.pk}
            assert getattr(client_of(who), method)(address, data).status_code == 404, address


def test_chief_sees_and_does_nothing(city, at, sent, client_of):
    client = client_of(type(city.karin).objects.get(pk=city.karin.pk))
    assert client.get(url("review_page", sent.pk)).status_code == 200
    assert client.post(url("review_decide", sent.pk, "approve"), YES).status_code == 403
    assert client.post(url("review_claim", sent.pk)).status_code == 403
    assert client.post(url("review_remark", sent.pk), {"body": "Hm."}).status_code == 403


@pytest.mark.rule("R23", "R39")
def test_approval_leads_to_the_next_post_in_the_queue(city, at, new_post, client_of):
    first, second = (
        new_post(title=title, wanted_at=at + timedelta(days=days)) for title, days in (("A", 1), ("B", 2))
    )
    for post in (first, second):
        perform(post, "submit", actor=city.anna, at=at)
    client = client_of(city.erik)
    answer = client.post(
        url("review_decide", first.pk, "approve"), YES | {"seen": first.version, "note": "Fine."}
    )
    assert (answer.status_code, answer["Location"]) == (302, url("review_page", second.pk))
    review = Review.objects.get()
    assert (review.note, review.answers) == ("Fine.", YES)
    answer = client.post(
        url("review_decide", second.pk, "ask_changes"),
        {"seen": second.version, "note": "Where?", "tone": "no"},
    )
    assert answer["Location"] == url("review_queue")
    assert Review.objects.first().answers == {"tone": "no"}


def test_asked_changes_stand_where_they_are_made_and_read_again(city, at, sent, client_of):
    anna, erik = client_of(city.anna), client_of(city.erik)
    shown = "Erik asked for changes"
    assert shown not in words(erik.get(url("review_page", sent.pk)))
    perform(sent, "ask_changes", actor=city.erik, at=at, note="Say which <pond>.")
    edit = words(anna.get(url("post_edit", sent.pk)))
    assert shown in edit
    assert "Say which &lt;pond&gt;." in edit
    fields = {"base_text": "The swans are in the big pond."}
    save_post(sent, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    assert shown in words(anna.get(url("post_edit", sent.pk)))
    perform(sent, "submit", actor=city.anna, at=at)
    assert shown in words(erik.get(url("review_page", sent.pk)))
    perform(sent, "approve", answers=YES, actor=city.erik, at=at)
    assert shown not in words(erik.get(url("review_page", sent.pk)))
    perform(sent, "reopen", actor=city.anna, at=at)
    assert shown not in words(anna.get(url("post_edit", sent.pk)))


@pytest.mark.parametrize(
    ("name", "data", "status", "reason"),
    [
        ("approve", {}, 422, "Answer yes or no."),
        ("approve", YES | {"tone": "no"}, 422, "You said no to: The tone feels right"),
        ("approve", YES | {"seen": 1}, 409, "Somebody else changed this"),
        ("ask_changes", {"note": " "}, 422, "Say what should change."),
        ("schedule", {}, 404, ""),
    ],
)
def test_decision_is_refused_with_its_reason_and_keeps_what_was_typed(
    city, sent, client_of, name, data, status, reason
):
    typed = {"seen": sent.version, "note": "My own words."} | data
    answer = client_of(city.erik).post(url("review_decide", sent.pk, name), typed)
    assert (answer.status_code, Post.objects.get(pk=sent.pk).state) == (status, "in_review")
    assert reason in words(answer)
    if name == "approve":
        assert "My own words." in words(answer)


def test_edit_during_the_reading_is_met_with_409(city, at, sent, client_of):
    seen = sent.version
    fields = {"base_text": "Buy swans."}
    save_post(sent, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    perform(sent, "submit", actor=city.anna, at=at)
    typed = YES | {"seen": seen, "note": "My own words."}
    answer = client_of(city.erik).post(url("review_decide", sent.pk, "approve"), typed)
    assert answer.status_code == 409
    assert "Buy swans." in words(answer)
    assert "My own words." in words(answer)
    assert " checked" not in words(answer)  # they were answers to another text
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("first", "actor", "then", "said"),
    [
        ("approve", "erik", "approve", "the state is “approved”. Approved: Erik, "),
        ("approve", "erik", "ask_changes", "the state is “approved”. Approved: Erik, "),
        ("ask_changes", "erik", "approve", "Changes asked for: Erik, "),
        ("reopen", "anna", "ask_changes", "Opened for editing again: Anna, "),
    ],
)
def test_who_decides_second_hears_who_was_first_and_keeps_their_words(
    city, at, sent, client_of, first, actor, then, said
):
    typed = YES | {"seen": sent.version, "note": "My own words."}
    details = {"answers": YES} if first == "approve" else {}
    perform(sent, first, actor=getattr(city, actor), at=at, note="Because.", **details)
    answer = client_of(city.sara).post(url("review_decide", sent.pk, then), typed)
    assert answer.status_code == 409
    assert said in words(answer)
    assert "My own words.</textarea>" in words(answer)
    assert not Review.objects.filter(reviewer=city.sara).exists()


@pytest.mark.rule("R24")
def test_broken_link_asks_for_a_reason_and_takes_it(city, at, client_of):
    post = Post(team=city.team)
    fields = {"title": "T", "base_text": "Se https://one.example/x"}
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    perform(post, "submit", actor=city.anna, at=at)
    client, decide = client_of(city.erik), url("review_decide", post.pk, "approve")
    assert client.post(decide, YES | {"seen": post.version}).status_code == 409
    LinkCheck.objects.update(answered_at=at, verdict="broken", problem="missing", try_at=None)
    refused = client.post(decide, YES | {"seen": post.version})
    assert (refused.status_code, "A link does not work" in words(refused)) == (409, True)
    assert "Why the links may stay as they are" in words(refused)
    assert (
        client.post(decide, YES | {"seen": post.version, "overrule": "It opens on Monday."}).status_code
        == 302
    )
    history = words(client.get(url("history_page", post.pk)))
    assert "https://one.example/x" in history
    assert "It opens on Monday." in history


@pytest.mark.rule("R15")
def test_missing_consent_is_overruled_by_nobody(city, at, client_of, new_picture):
    picture = new_picture()
    perform(picture, "say_none", actor=city.anna, at=at)
    post = Post(team=city.team)
    fields = {"title": "T", "base_text": "B"}
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields=fields,
        texts={city.channel: ""},
        links=[],
        pictures=[(picture, "")],
    )
    perform(post, "submit", actor=city.anna, at=at)
    type(picture).objects.filter(pk=picture.pk).update(state="not_looked")
    typed = YES | {"pictures": "yes", "seen": post.version, "overrule": "I say so."}
    refused = client_of(city.erik).post(url("review_decide", post.pk, "approve"), typed)
    assert (refused.status_code, "cannot be used" in words(refused)) == (409, True)


def test_claim_is_seen_and_let_go(city, sent, client_of):
    erik, sara = client_of(city.erik), client_of(city.sara)
    assert erik.post(url("review_claim", sent.pk)).status_code == 302
    assert "Erik is reading it" in words(sara.get(url("review_page", sent.pk)))
    assert "Erik is reading it" in words(sara.get(url("review_queue")))
    assert sara.post(url("review_claim", sent.pk)).status_code == 409
    assert erik.post(url("review_claim", sent.pk), {"release": 1}).status_code == 302
    assert sara.post(url("review_claim", sent.pk)).status_code == 302


def test_reader_is_asked_by_name(city, sent, client_of):
    anna = client_of(city.anna)
    assert anna.post(url("review_ask", sent.pk), {"reader": city.olle.pk}).status_code == 422
    assert anna.post(url("review_ask", sent.pk), {"reader": "x"}).status_code == 422
    assert anna.post(url("review_ask", sent.pk), {"reader": city.sara.pk}).status_code == 302
    assert "Swans" in words(client_of(city.sara).get(url("review_queue") + "?show=mine"))
    assert "Swans" not in words(client_of(city.erik).get(url("review_queue") + "?show=mine"))


def test_remark_is_written_answered_and_settled(city, at, sent, client_of, new_post):
    erik, anna = client_of(city.erik), client_of(city.anna)
    place = f"channel-{city.channel.pk}"
    typed = {"about": place, "quote": "the pond", "body": "Which pond?"}
    assert erik.post(url("review_remark", sent.pk), typed | {"quote": "geese"}).status_code == 409
    empty = erik.post(url("review_remark", sent.pk), typed | {"body": ""})
    assert (empty.status_code, "the pond" in words(empty)) == (422, True)
    assert erik.post(url("review_remark", sent.pk), typed | {"about": "channel-99"}).status_code == 422
    assert erik.post(url("review_remark", sent.pk), typed).status_code == 302
    remark = Remark.objects.get()
    page = words(anna.get(url("review_page", sent.pk)))
    assert '<mark class="quoted">the pond</mark>' in page
    remarks, body = url("review_remarks", sent.pk), f"{remark.pk}-body"
    assert anna.post(remarks, {"answer": remark.pk, body: ""}).status_code == 422
    long = anna.post(remarks, {"answer": remark.pk, body: "Too long. " * 300})
    assert (long.status_code, "Too long. Too long." in words(long)) == (422, True)
    assert anna.post(remarks, {"answer": remark.pk, body: "Storm pond."}).status_code == 302
    assert anna.post(remarks, {"settle": remark.pk}).status_code == 302
    assert anna.post(remarks, {"settle": remark.pk}).status_code == 409
    for odd in ({"publish": remark.pk}, {"settle": "x"}, {"settle": "9" * 40}, {"settle": "²"}, {}):
        assert anna.post(remarks, odd).status_code == 404
    page = words(erik.get(url("review_page", sent.pk)))
    assert "Storm pond." in page
    assert "1 remark is settled" in page
    answer = remark.answers.get()
    assert anna.post(remarks, {"answer": answer.pk, f"{answer.pk}-body": "Hm."}).status_code == 404
    assert anna.post(remarks, {"reopen": remark.pk}).status_code == 302
    other = new_post(title="Another post")
    assert anna.post(url("review_remarks", other.pk), {"settle": remark.pk}).status_code == 404


def test_what_cannot_be_seen_is_named_in_the_text_and_in_what_is_new(city, at, new_post, client_of):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    erik = client_of(city.erik)
    erik.get(url("review_page", post.pk))
    odd = "\u202e odd\u200b"
    fields = {
        "base_text": "Pay at lap\u202eyap\u200b.example <script>alert(1)</script>",
        "title": f"Title{odd}",
        "byline": f"Byline{odd}",
        "collaboration": f"With{odd}",
        "brand_shown": f"Brand{odd}",
    }
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    perform(post, "submit", actor=city.anna, at=at)
    page = words(erik.get(url("review_page", post.pk)))
    assert "\u202e" not in page
    assert "\u200b" not in page
    assert page.count("U+202E") >= 3  # the text, what is new, the checklist
    assert "<script>alert" not in page
    perform(post, "ask_changes", actor=city.erik, at=at, note=f"No{odd}")
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", actor=city.erik, at=at, note=f"Yes{odd}", answers=YES)
    for address in ("history_page", "post_page"):
        main = words(erik.get(url(address, post.pk))).partition('<ol class="timeline">')[0]
        assert main.count("U+202E") >= 4, address
        assert not {"\u202e", "\u200b"} & set(main), address
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at)
    perform(post, "fall_due", actor=None, at=at)
    page = words(erik.get(url("publication_page", post.publications.get().pk)))
    assert "There are signs in it that cannot be seen" in page  # beside the text to copy, as it was approved
    assert page.count("\u202e") == 2


def test_post_of_200_000_characters_is_refused_and_its_page_stands(city, at, sent, client_of):
    anna = client_of(city.anna)
    long = "ord " * 50_000
    form = {"title": "T", "base_text": long, f"on_{city.channel.pk}": "on", "seen": sent.version}
    answer = anna.post(reverse("editorial:post_edit", args=[sent.pk]), form)
    assert answer.status_code == 422
    assert "ord ord ord" in answer.content.decode()
    with pytest.raises(MoveIncomplete, match="at most 70000"):
        save_post(
            sent, actor=city.anna, at=at, fields={"base_text": long}, texts={city.channel: ""}, links=[]
        )
    sent.refresh_from_db()
    assert sent.state == "in_review"
    assert anna.get(url("review_page", sent.pk)).status_code == 200
    assert anna.get(url("history_page", sent.pk)).status_code == 200


def test_history_shows_what_each_version_changed(city, at, sent, client_of):
    fields = {"base_text": "The geese are back in the pond."}
    save_post(sent, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=[])
    anna = client_of(city.anna)
    assert "<ins>geese</ins>" in words(anna.get(url("history_page", sent.pk)))
    assert "It is the first one." in words(anna.get(url("history_page", sent.pk) + "?version=1"))
    assert anna.get(url("history_page", sent.pk) + "?version=x").status_code == 200


@pytest.fixture
def large(city, at, new_post, client_of) -> Callable[[], Post]:
    """A post with 12 channels, 40 remarks and 30 versions."""

    def make() -> Post:
        texts = {}
        for number in range(12):
            channel = Channel.objects.create(
                platform=city.channel.platform,
                name=f"Channel {number}",
                handle=f"c{number}",
                url=f"https://www.facebook.com/c{number}",
                unit=city.unit,
            )
            TeamChannel.objects.create(team=city.team, channel=channel)
            texts[channel] = f"Own text {number}. " * 20
        post = new_post()
        for number in range(30):
            fields = {"base_text": f"Version {number} of the swans in the pond."}
            links = ["https://www.avinge.example/a", "https://www.avinge.example/b"]
            save_post(post, actor=city.anna, at=at, fields=fields, texts=texts, links=links)
        perform(post, "submit", actor=city.anna, at=at)
        for number in range(40):
            write_remark(post, actor=city.erik, at=at, body=f"Remark {number}.")
        return post

    return make


def test_large_post_takes_few_queries_and_little_room(city, large, client_of, django_assert_num_queries):
    post, erik = large(), client_of(city.erik)
    page = erik.get(url("review_page", post.pk))
    assert len(page.content) < 80_000
    with django_assert_num_queries(15):
        erik.get(url("review_page", post.pk))
    with django_assert_num_queries(11):
        erik.get(url("history_page", post.pk))


# Going out


@pytest.fixture
def going_out(city, at, new_post, png) -> Publication:
    """A publication that is due, of a post with a picture."""
    picture = add_picture(
        actor=city.anna,
        at=at,
        image=clean_image(png()),
        unit=city.unit,
        title="Pond",
        alt_text="Two swans in a pond.",
    )
    perform(picture, "say_none", actor=city.anna, at=at)
    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields={"title": "Swans", "base_text": "The swans are back.", "byline": "Anna at the park"},
        texts={city.channel: ""},
        links=["https://www.avinge.example/"],
        pictures=[(picture, "")],
    )
    walk(post, city, at, "due")
    return post.publications.get()


def test_publishers_page_has_all_that_is_needed(city, going_out, client_of):
    anna = client_of(city.anna)
    page = words(anna.get(url("publication_page", going_out.pk)))
    for expected in (
        "The swans are back.\n\nAnna at the park\nhttps://www.avinge.example/",
        "Save picture 1",
        "Two swans in a pond.",
        'href="https://www.facebook.com/parks"',
        "Erik",
    ):
        assert expected in page
    picture = going_out.post.pictures.get().picture
    saved = anna.get(reverse("consent:picture_copy", args=[picture.pk]) + "?save")
    assert saved["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://x.com/parks/status/1", "does not lead to Facebook"),
        ("https://www.facebook.com/parks", "the channel&#x27;s own page"),
        ("https://www.facebook.com/others/posts/1", "belongs to “others”"),
    ],
)
def test_address_that_is_not_the_post_is_refused_and_kept(city, going_out, client_of, address, reason):
    confirm = url("publication_move", going_out.pk, "confirm")
    answer = client_of(city.anna).post(confirm, {"url": address})
    assert answer.status_code == 409
    assert reason in words(answer)
    assert address in words(answer)


def test_confirmed_one_remembers_who_wrote_approved_and_published_which_version(
    city, at, going_out, client_of, new_post
):
    confirm = url("publication_move", going_out.pk, "confirm")
    address = "https://m.facebook.com/parks/posts/7/?fbclid=abc"
    assert client_of(city.sara).post(confirm, {"url": address}).status_code == 302
    going_out.refresh_from_db()
    assert going_out.url == "https://www.facebook.com/parks/posts/7"
    page = words(client_of(city.anna).get(url("publication_page", going_out.pk)))
    for expected in ("Anna", "Erik", "Sara", going_out.post_version.sha[:12], "Two swans in a pond."):
        assert expected in page
    other = walk(new_post(title="Other"), city, at + timedelta(hours=3), "due").publications.get()
    again = client_of(city.anna).post(
        url("publication_move", other.pk, "confirm"),
        {"url": "https://facebook.com/parks/posts/7?utm_source=x"},
    )
    assert (again.status_code, "has this address already" in words(again)) == (409, True)


def test_publisher_is_led_to_the_next_channel(city, at, new_post, client_of):
    second = Channel.objects.create(
        platform=city.channel.platform,
        name="Parks too",
        handle="parkstoo",
        url="https://www.facebook.com/parkstoo",
        unit=city.unit,
    )
    TeamChannel.objects.create(team=city.team, channel=second)
    post = new_post()
    save_post(post, actor=city.anna, at=at, fields={}, texts={city.channel: "", second: ""}, links=[])
    walk(post, city, at, "due")
    one, other = post.publications.order_by("pk")
    answer = client_of(city.anna).post(
        url("publication_move", one.pk, "confirm"), {"url": f"{one.channel.url}/posts/1"}
    )
    assert answer["Location"] == url("publication_page", other.pk)


def test_reminder_names_the_channel_and_leads_to_the_very_publication(city, at, new_post, sweep_at):
    post = new_post()
    walk(post, city, at, "due")
    one = post.publications.get()
    sweep_at(one.due_at + timedelta(minutes=61))
    told = set(Notice.objects.filter(subject__startswith="Not confirmed").values_list("subject", "url"))
    assert told == {(f"Not confirmed yet: {post.title}, {one.channel}", url("publication_page", one.pk))}
