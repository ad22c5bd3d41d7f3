"""The inbox: its filters, and what is done to a comment from its row."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.moves import perform
from moderation.answering import save_reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_claim_assign_note_and_kind_are_posted_and_lead_back(city, anna, client_of, new_comment):
    comment = new_comment(kind="praise")
    inbox = reverse("moderation:inbox_page")
    response = anna.post(reverse("moderation:comment_claim", args=[comment.pk]), {"next": inbox})
    assert response["Location"] == inbox
    taken = client_of(city.erik).post(reverse("moderation:comment_claim", args=[comment.pk]))
    assert (taken.status_code, "Anna works on this until 12:30" in taken.content.decode()) == (409, True)
    assign = reverse("moderation:comment_assign", args=[comment.pk])
    assert anna.post(assign, {"user": city.olle.pk}).status_code == 403
    assert anna.post(assign, {"user": city.erik.pk}).status_code == 302
    assert "Erik sees to it" in anna.get(inbox).content.decode()
    assert (
        anna.post(reverse("moderation:comment_note", args=[comment.pk]), {"note": "Hi."}).status_code == 302
    )
    assert (
        anna.post(reverse("moderation:comment_kind", args=[comment.pk]), {"kind": "poem"}).status_code == 422
    )
    off = {"kind": "question", "next": "https://evil.example/"}
    response = anna.post(reverse("moderation:comment_kind", args=[comment.pk]), off)
    assert response["Location"] == reverse("moderation:comment_page", args=[comment.pk])


def test_inbox_filters_by_state_kind_channel_and_person(city, at, anna, new_comment):
    question = new_comment(kind="question", text="Open when?")
    new_comment(kind="praise", text="Well done.")
    done = new_comment(kind="praise", text="Old news.")
    perform(done, "handle", actor=city.anna, at=at, note="Read.")
    reading = new_comment(kind="criticism", text="So slow.")
    perform(save_reply(reading, actor=city.anna, at=at, text="Sorry."), "ask_reading", actor=city.anna, at=at)

    def shown(**filters):
        page = anna.get(reverse("moderation:inbox_page"), filters).content.decode()
        texts = ("Open when?", "Well done.", "Old news.", "So slow.")
        return [text for text in texts if text in page]

    assert shown() == ["Open when?", "Well done.", "So slow."]
    assert shown(kind="praise") == ["Well done."]
    assert shown(state="waiting") == ["Open when?"]
    assert shown(state="reading") == ["So slow."]
    assert shown(state="late") == []
    assert shown(state="handled") == ["Old news."]
    assert shown(state="all", kind="praise") == ["Well done.", "Old news."]
    assert shown(channel=city.channel.pk, whose="free") == ["Open when?", "Well done.", "So slow."]
    assert shown(channel=city.other_channel.pk, state="nonsense", page="x") == shown()
    anna.post(reverse("moderation:comment_claim", args=[question.pk]))
    assert shown(whose="mine") == ["Open when?"]
