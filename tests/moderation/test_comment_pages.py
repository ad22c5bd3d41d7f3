"""The page of a comment: its answer, its complaint, its revisions and its history."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.moves import perform
from moderation.answering import save_reply
from moderation.models import Ground, Reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.mark.rule("R26")
def test_criticism_has_the_advice_beside_its_box_and_goes_out_through_two_people(
    city, anna, client_of, new_comment
):
    comment = new_comment(kind="criticism", text="You are slow.")
    page = reverse("moderation:comment_page", args=[comment.pk])
    assert "Never answer while you are upset." in anna.get(page).content.decode()
    save = reverse("moderation:reply_save", args=[comment.pk])
    assert anna.post(save, {"text": "We are sorry.", "seen": 0}).status_code == 302
    reply = Reply.objects.get()

    def move(client, name, **data):
        reply.refresh_from_db()
        url = reverse("moderation:reply_move", args=[reply.pk, name])
        return client.post(url, {"seen": reply.version, **data})

    refused = move(anna, "send")
    assert (refused.status_code, "read by a second person" in refused.content.decode()) == (403, True)
    assert move(anna, "ask_reading").status_code == 302
    assert move(anna, "agree").status_code == 403
    assert "Post it on the platform first" not in anna.get(page).content.decode()
    assert move(client_of(city.erik), "agree").status_code == 302
    assert "Post it on the platform first" in anna.get(page).content.decode()
    assert move(anna, "send").status_code == 302
    assert "read by Erik" in anna.get(page).content.decode()


def test_second_save_is_met_with_the_others_text_beside_ones_own(city, anna, client_of, new_comment):
    comment = new_comment(kind="question")
    save = reverse("moderation:reply_save", args=[comment.pk])
    client_of(city.erik).post(save, {"text": "At ten.", "seen": 0})
    response = anna.post(save, {"text": "At eleven.", "seen": 0})
    page = response.content.decode()
    assert (response.status_code, "At ten." in page, "At eleven." in page) == (409, True, True)


def test_saved_answer_is_kept_and_filled_into_the_box(city, anna, new_comment):
    form = {"team": city.team.pk, "title": "Hello", "text": "Hello {name}!"}
    assert anna.post(reverse("moderation:saved_page"), form).status_code == 302
    bad = anna.post(reverse("moderation:saved_page"), form | {"title": "B", "text": "{who}"})
    assert (bad.status_code, "{who} cannot be filled in" in bad.content.decode()) == (422, True)
    comment = new_comment(kind="question", author_name="Kalle K")
    saved = city.team.saved_answers.get()
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk]), {"saved": saved.pk})
    assert "Hello Kalle!" in page.content.decode()


@pytest.mark.rule("R25")
def test_complaint_gets_its_number_and_outcome_on_the_page(anna, new_comment):
    comment = new_comment(kind="criticism")
    page = reverse("moderation:comment_page", args=[comment.pk])
    new = reverse("moderation:complaint_new", args=[comment.pk])
    assert anna.post(new, {"reference": " "}).status_code == 422
    assert anna.post(new, {"reference": "SYN-1"}).status_code == 302
    move = reverse("moderation:complaint_move", args=[comment.complaint.pk, "conclude"])
    assert anna.post(move, {"outcome": ""}).status_code == 422
    assert anna.post(move, {"outcome": "The bench was mended."}).status_code == 302
    assert "The bench was mended." in anna.get(page).content.decode()


@pytest.mark.rule("R25")
def test_number_of_a_complaint_is_corrected_on_the_page_and_the_history_keeps_both(
    city, anna, client_of, new_comment
):
    comment = new_comment(kind="criticism")
    anna.post(reverse("moderation:complaint_new", args=[comment.pk]), {"reference": "SYN-71"})
    page = reverse("moderation:comment_page", args=[comment.pk])
    door = reverse("moderation:complaint_correct", args=[comment.complaint.pk])
    assert door in anna.get(page).content.decode()
    assert door not in client_of(city.karin).get(page).content.decode()
    for who, status in ((city.karin, 403), (city.olle, 404), (city.stranger, 404)):
        assert client_of(who).post(door, {"reference": "SYN-0", "seen": 1}).status_code == status
    stale = anna.post(door, {"reference": "SYN-17", "seen": 7})
    assert (stale.status_code, 'value="SYN-17"' in stale.content.decode()) == (409, True)
    assert anna.post(door, {"reference": "SYN-17", "seen": 1}).status_code == 302
    shown = anna.get(page).content.decode()
    assert "<strong>SYN-17</strong>" in shown
    assert '<p class="timeline__note">SYN-71</p>' in shown
    assert '<p class="timeline__note">SYN-71 → SYN-17</p>' in shown


@pytest.mark.rule("R19")
def test_comment_that_is_illegal_after_all_leads_from_the_inbox_to_its_case(city, at, anna, new_comment):
    comment, inbox = new_comment(kind="praise"), reverse("moderation:inbox_page")
    door = reverse("moderation:comment_kind", args=[comment.pk])
    page = reverse("moderation:comment_page", args=[comment.pk])
    assert anna.post(door, {"kind": "unsuitable", "next": inbox})["Location"] == inbox
    answer = anna.post(door, {"kind": "illegal", "next": inbox}, follow=True)
    assert answer.redirect_chain == [(f"{page}#case", 302)]
    shown = answer.content.decode()
    assert "Choose the ground now." in shown
    assert 'name="ground"' in shown
    ground = Ground.objects.get(code="unlawful_threat")
    assert (
        anna.post(
            reverse("moderation:case_open", args=[comment.pk]), {"ground": ground.pk, "facts": "A threat."}
        ).status_code
        == 302
    )
    anna.post(door, {"kind": "praise", "next": inbox})
    assert anna.post(door, {"kind": "illegal", "next": inbox})["Location"] == inbox


def test_answered_question_says_so_in_the_singular_in_swedish(city, at, new_comment, anna):
    comment = new_comment(kind="question", text="When do you open?")
    perform(save_reply(comment, actor=city.anna, at=at, text="At nine."), "send", actor=city.anna, at=at)
    city.anna.language = "sv"
    city.anna.save()
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert ("Besvarad <time" in page, "Besvarade" in page) == (True, False)


def test_comment_on_a_channel_without_a_team_is_looked_at_by_its_chiefs(city, at, client_of, new_comment):
    comment = new_comment()
    city.channel.care.delete()
    page = client_of(city.karin).get(reverse("moderation:comment_page", args=[comment.pk]))
    assert page.status_code == 200


def test_edited_comment_is_a_new_revision_on_the_page(city, anna, client_of, new_comment):
    comment = new_comment(kind="praise")
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    address = reverse("moderation:comment_revise", args=[comment.pk])
    assert address in page
    answer = anna.post(address, {"author_name": "Kalle K", "text": "No threat at all."})
    assert answer.status_code == 302
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert "Earlier texts" in page
    assert "A threat." in page
    karin = client_of(city.karin).get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert address not in karin


def test_history_of_a_comment_tells_the_steps_of_its_answer(city, at, anna, client_of, new_comment):
    comment = new_comment(kind="criticism")
    reply = save_reply(comment, actor=city.anna, at=at, text="We mend it.")
    perform(reply, "ask_reading", actor=city.anna, at=at)
    perform(reply, "agree", actor=city.erik, at=at)
    perform(reply, "send", actor=city.anna, at=at)
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    steps = ["Answer written", "Reading asked for", "Read by a second person", "Answer sent"]
    counts = [page.count(f'<p class="timeline__text">{step}</p>') for step in steps]
    assert counts == [1, 1, 1, 1]
