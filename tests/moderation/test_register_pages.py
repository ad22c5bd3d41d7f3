"""Registering what was seen: the comment, its case and its screenshot in one go, and what is refused."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from core import filestore
from moderation.models import Case, Comment, Ground
from tests.moderation.typed import NEW, named, pasted

KNOWN = "https://www.facebook.com/parks/posts/77"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.mark.rule("R13", "R38")
def test_question_is_registered_from_its_address_alone_and_waits_in_the_inbox(city, anna):
    response = anna.post(reverse(NEW), pasted())
    assert response.status_code == 302, response.content.decode()
    comment = Comment.objects.get()
    assert (comment.channel, comment.questions.get().is_open) == (city.channel, True)
    page = anna.get(reverse("moderation:inbox_page")).content.decode()
    assert "When do you open?" in page
    assert "5 h left" in page


@pytest.mark.rule("R19", "R20", "R38")
def test_illegal_comment_its_case_and_its_screenshot_are_registered_in_one_go(city, anna, png):
    ground = Ground.objects.get(code="unlawful_threat")
    fields = {"kind": "illegal", "ground": ground.pk, "context": "Below our post."}
    response = anna.post(reverse(NEW), pasted(**fields, screenshot=named(png())))
    case = Case.objects.get()
    assert response["Location"] == reverse("moderation:case_page", args=[case.pk])
    assert (case.state, case.evidence.get().items.get().name) == ("gathering", "shot.png")
    assert case.due_at == case.discovered_at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "illegal"}, "The 24 hours begin now"),
        ({"url": "https://example.com/1"}, "The address does not tell"),
        ({"kind": "unsuitable", "screenshot": "png"}, "Choose its ground"),
        ({"kind": "illegal", "ground": "child_abuse", "screenshot": "png"}, "A copy of this may be a crime"),
        ({"kind": "illegal", "screenshot": b"GIF89a"}, "GIF pictures cannot be used"),
        ({"text": "x" * 60_001}, "at most 60000 characters"),
        ({"kind": "poem"}, "Select a valid choice"),
        ({"asked_at": "2027-01-01T10:00"}, "lies in the future"),
        ({"author_name": ""}, "required"),
    ],
)
def test_what_cannot_be_registered_is_refused_whole_and_what_was_typed_stays(anna, png, fields, says):
    fields = dict(fields)
    if "screenshot" in fields:
        picture = fields["screenshot"]
        fields["screenshot"] = named(png() if picture == "png" else picture)
    if fields.get("ground"):
        fields["ground"] = Ground.objects.get(code=fields["ground"]).pk
    response = anna.post(reverse(NEW), pasted(**fields))
    page = response.content.decode()
    assert response.status_code in {409, 422}
    assert says in page
    assert fields.get("text", "When do you open?")[:40] in page
    assert not Comment.objects.exists()


@pytest.mark.parametrize("picture", ["png", b"GIF89a"])
@pytest.mark.parametrize("kind", ["question", "praise", "criticism"])
def test_screenshot_without_a_case_stops_nobody_and_is_said_not_to_be_kept(anna, png, kind, picture):
    shot = named(png() if picture == "png" else picture)
    response = anna.post(reverse(NEW), pasted(kind=kind, screenshot=shot), follow=True)
    comment = Comment.objects.get()
    assert response.redirect_chain == [(reverse("moderation:comment_page", args=[comment.pk]), 302)]
    assert "The screenshot was not kept: it belongs to a case." in response.content.decode()
    assert not comment.cases.exists()


@pytest.mark.rule("R20")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ground": "999999"}, "Select a valid choice"),
        ({"text": ""}, "required"),
        ({"kind": "poem"}, "Select a valid choice"),
        ({"kind": "praise", "ground": "", "text": ""}, "required"),
        ({"kind": "unsuitable", "ground": ""}, "Choose its ground"),
        ({"url": KNOWN}, "registered already"),
    ],
)
def test_screenshot_outlives_whatever_else_is_wrong_in_the_form(anna, png, wrong, says):
    anna.post(reverse(NEW), pasted(url=KNOWN))
    illegal = {
        "kind": "illegal",
        "ground": Ground.objects.get(code="unlawful_threat").pk,
        "context": "Below.",
    }
    refused = anna.post(reverse(NEW), pasted(**(illegal | wrong), screenshot=named(png("red"))))
    page = refused.content.decode()
    assert (refused.status_code in {409, 422}, says in page) == (True, True)
    assert "shot.png is kept until you send the form again." in page
    key = refused.context["form"].fields["screenshot"].held.key
    twice = anna.post(reverse(NEW), pasted(**(illegal | wrong), **{"screenshot-held": key}))
    key = twice.context["form"].fields["screenshot"].held.key
    done = anna.post(reverse(NEW), pasted(**illegal, **{"screenshot-held": key}))
    assert done.status_code == 302, done.content.decode()
    item = Case.objects.get().evidence.get().items.get()
    assert (item.name, item.sha) == ("shot.png", hashlib.sha256(png("red")).hexdigest())


@pytest.mark.rule("R20")
def test_another_screenshot_replaces_the_held_one_and_no_copy_is_held_that_may_be_a_crime(anna, png):
    ground = {code: Ground.objects.get(code=code).pk for code in ("unlawful_threat", "child_abuse")}
    threat = {"kind": "illegal", "ground": ground["unlawful_threat"], "text": ""}
    refused = anna.post(reverse(NEW), pasted(**threat, screenshot=named(png("red"))))
    held = {"screenshot-held": refused.context["form"].fields["screenshot"].held.key, "kind": "illegal"}
    refused = anna.post(reverse(NEW), pasted(**held, ground=ground["child_abuse"]))
    assert "Register it without a screenshot." in refused.content.decode()
    assert cache.get(f"held:{held['screenshot-held']}") is None
    refused = anna.post(reverse(NEW), pasted(**held, ground=ground["unlawful_threat"], text=""))
    assert not hasattr(refused.context["form"].fields["screenshot"], "held")
    refused = anna.post(reverse(NEW), pasted(**threat, screenshot=named(png("red"))))
    held["screenshot-held"] = refused.context["form"].fields["screenshot"].held.key
    anna.post(
        reverse(NEW), pasted(**held, ground=ground["unlawful_threat"], screenshot=named(png("blue"), "b.png"))
    )
    assert Case.objects.get().evidence.get().items.get().name == "b.png"


@pytest.mark.rule("R20")
def test_no_copy_waits_while_nobody_has_said_that_it_is_no_crime(anna, png):
    refused = anna.post(reverse(NEW), pasted(kind="illegal", screenshot=named(png("red"))))
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Choose the ground. The 24 hours begin now." in page
    assert "Not kept: choose the ground first, then add it once more." in page
    assert "When do you open?" in page
    assert not hasattr(refused.context["form"].fields["screenshot"], "held")


def held() -> int:
    """How many pictures wait, by the cache's own table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM core_cache WHERE cache_key LIKE %s", ["%held:%"])
        return int(cursor.fetchone()[0])


@pytest.mark.rule("R20")
def test_pages_of_a_case_whose_copy_may_be_a_crime_hold_no_picture(city, at, anna, png, new_case):
    threat = {"kind": "illegal", "ground": Ground.objects.get(code="unlawful_threat").pk, "text": ""}
    refused = anna.post(reverse(NEW), pasted(**threat, screenshot=named(png("red"))))
    key = refused.context["form"].fields["screenshot"].held.key
    case = new_case("child_abuse")
    add = reverse("moderation:evidence_add", args=[case.pk])
    see = reverse("moderation:case_seen", args=[case.pk])
    for door, data in (
        (add, {"shows": "comment", "context": "Below."}),
        (add, {"shows": "nothing"}),
        (see, {"result": "gone", "said": "It is gone."}),
        (see, {"result": "gone"}),
    ):
        answer = anna.post(door, data | {"screenshot": named(png("blue"))})
        assert answer.status_code in {409, 422}, door
        assert held() == 1, door
    answer = anna.post(add, {"shows": "comment", "context": "Below.", "screenshot-held": key})
    assert (answer.status_code, held()) == (409, 0)
    assert list(filestore.stored()) == []


def test_same_address_leads_to_the_comment_that_is_there(anna):
    anna.post(reverse(NEW), pasted())
    response = anna.post(reverse(NEW), pasted(text="Again."))
    assert response.status_code == 409
    assert reverse("moderation:comment_page", args=[Comment.objects.get().pk]) in response.content.decode()


def test_bookmark_fills_the_form_in_and_marks_nothing_safe(anna):
    page = anna.get(
        reverse(NEW), {"url": "https://facebook.com/parks/1", "text": "<b>Hi</b>"}
    ).content.decode()
    assert 'value="https://facebook.com/parks/1"' in page
    assert "&lt;b&gt;Hi&lt;/b&gt;" in page
    assert "javascript:(()=&gt;{window.open(" in page


def test_case_opened_straight_from_registration_has_its_facts(anna):
    ground = Ground.objects.get(code="unlawful_threat").pk
    values = {
        "url": "https://www.facebook.com/parks/posts/9",
        "kind": "illegal",
        "author_name": "K",
        "text": "x",
    }
    with_facts = values | {"ground": ground, "facts": "It names a place and a day."}
    anna.post(reverse("moderation:comment_new"), with_facts)
    case = Case.objects.get()
    page = anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()
    assert "It names a place and a day." in page
    anna.post(reverse("moderation:comment_new"), with_facts | {"url": values["url"] + "0", "facts": ""})
    bare = Case.objects.exclude(pk=case.pk).get()
    assert "Not described yet" in anna.get(reverse("moderation:case_page", args=[bare.pk])).content.decode()


@pytest.mark.rule("R20")
def test_nobody_is_asked_for_a_copy_that_may_be_a_crime(anna, png):
    ground = Ground.objects.get(code="child_abuse").pk
    page = anna.get(reverse("moderation:comment_new")).content.decode()
    assert f'data-never-copied="{ground}"' in page
    values = {
        "url": "https://www.facebook.com/parks/posts/9",
        "kind": "illegal",
        "author_name": "K",
        "text": "x",
    }
    shot = SimpleUploadedFile("shot.png", png(), "image/png")
    refused = anna.post(
        reverse("moderation:comment_new"), values | {"ground": ground, "screenshot": shot, "context": "x"}
    )
    assert refused.status_code == 422
    assert "Register it without a screenshot." in refused.content.decode()
    assert not Comment.objects.exists()
