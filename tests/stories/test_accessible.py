"""axe finds nothing, and nothing scrolls sideways, on the pages that show much: a whole idea, a post with everything in it.

That nothing is wrong on any page at all, test_every_page asks.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consent.transitions import add_person, add_picture, list_person, note_basis, note_consent
from core import clock
from core.moves import perform
from core.privacy import dispose
from core.uploads import clean_image
from editorial.ideas import hand_in, make_tip_form
from editorial.models import FollowUp, Material, Post
from editorial.reuse import keep_material, start_post
from editorial.transitions import save_post
from moderation.answering import pass_on, save_reply
from moderation.models import Ground
from moderation.transitions import open_case, register_comment
from tests.stories.looking import faults_of_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("R38")
def test_axe_finds_nothing_where_much_is_shown(live_city, page_of, png):
    city, now = live_city, timezone.now()
    by_erik = {"actor": city.erik, "at": now}
    pond, people = (
        add_picture(
            **by_erik,
            image=clean_image(png(color)),
            unit=city.unit,
            title=title,
            alt_text="Två svanar.",
            **facts,
        )
        for color, title, facts in (
            ("teal", "Dammen", {}),
            ("red", "Gungorna", {"source": "media_bank", "reference": "MB-12"}),
        )
    )
    perform(pond, "say_none", **by_erik)
    guardian = add_person(**by_erik, unit=city.unit, name="Mia Lind")
    child = add_person(**by_erik, unit=city.unit, name="Maja Lind", born_on=now.date(), guardians=[guardian])
    list_person(people, **by_erik, place="till vänster", person=child)
    list_person(people, **by_erik, place="i dörren")
    note_basis(people, **by_erik, basis="consent", motive="Vi frågade.")
    note_consent(people, **by_erik, person=child, signer=guardian, said="given", way="email")
    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=now,
        fields={
            "title": "Svanar",
            "base_text": "Svanarna är tillbaka i dammen.",
            "asks_question": True,
            "wanted_at": now,
        },
        texts={city.channel: ""},
        links=["https://www.avinge.example/"],
        pictures=[(pond, "")],
    )
    perform(post, "submit", actor=city.anna, at=now)
    comment = register_comment(
        actor=city.anna,
        at=now,
        channel=city.channel,
        kind="illegal",
        author_name="K",
        text="Jag vet var du bor.",
    )
    cases = [
        open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=now),
        open_case(
            register_comment(
                actor=city.anna,
                at=now,
                channel=city.channel,
                kind="illegal",
                author_name="L",
                text="En bild.",
            ),
            ground=Ground.objects.get(code="child_abuse"),
            actor=city.anna,
            at=now,
        ),
    ]
    clock.sweep(now)
    idea, _secret = hand_in(
        team=city.team,
        at=now,
        actor=city.anna,
        what="Svanarna är tillbaka.\nFem stycken.",
        why_now="Det är vår.",
        link="https://www.avinge.example/",
        picture=clean_image(png("pink")),
    )
    _form, tip = make_tip_form(city.team, actor=city.erik, at=now)
    _tip, followed = hand_in(team=city.team, at=now, actor=None, what="Tips utan inloggning.")
    material = Material()
    facts = {"kind": "report", "title": "Svanräkning", "reference": "SLK 2026-1", "text": "Fem svanar."}
    keep_material(material, actor=city.erik, at=now, fields=facts)
    begun = start_post(material, team=city.team, actor=city.erik, at=now)
    FollowUp.objects.create(post=post, due_at=now)
    pages = [
        reverse("my_day"),
        reverse("calendar_app:month_page") + "?on=never",
        reverse("editorial:post_page", args=[post.pk]),
        reverse("editorial:post_edit", args=[begun.pk]),
        reverse("editorial:ideas_page"),
        reverse("editorial:idea_page", args=[idea.pk]),
        reverse("editorial:tip_form", args=[tip]),
        reverse("editorial:tip_follow", args=[followed]),
        reverse("editorial:material_page", args=[material.pk]),
        reverse("editorial:follow_ups_page"),
        reverse("editorial:review_page", args=[post.pk]),
        reverse("moderation:queue_page"),
        *[reverse("moderation:case_page", args=[case.pk]) for case in cases],
        reverse("consent:picture_page", args=[people.pk]),
    ]
    assert faults_of_pages(page_of(city.erik), pages) == []


@pytest.mark.rule("R38")
def test_axe_finds_nothing_on_a_comment_that_is_disposed_of(live_city, page_of, settings):
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"comments": 730}
    city, now = live_city, timezone.now()
    by = {"actor": city.anna, "at": now - timedelta(days=800)}
    who = {"channel": city.channel, "author_name": "Gunvor Ask", "text": "Det är fullt på badplatsen."}
    comments = [register_comment(kind=kind, **who, **by) for kind in ("criticism", "praise")]
    perform(pass_on(comments[0], reference="SYN 2024-1", **by), "conclude", outcome="Lagat.", **by)
    reply = save_reply(comments[0], text="Hej Gunvor.", **by)
    perform(reply, "ask_reading", **by)
    perform(reply, "agree", actor=city.erik, at=by["at"])
    perform(reply, "send", **by)
    perform(comments[1], "handle", note="Tack.", **by)
    register_comment(kind="praise", actor=city.anna, at=now, **who)
    assert {kind.name: count for kind, count in dispose(now, really=True)}["comments"] == 2
    inbox = reverse("moderation:inbox_page") + "?state=all"
    pages = [reverse("moderation:comment_page", args=[comment.pk]) for comment in comments]
    assert faults_of_pages(page_of(city.anna), [*pages, inbox, reverse("privacy_page")]) == []
