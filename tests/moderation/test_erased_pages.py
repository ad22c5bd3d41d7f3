"""What people see of a comment that is erased: when and why, and no empty box."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core import trail
from core.models import SearchEntry
from core.moves import perform
from moderation.models import Comment, CommentRevision
from tests.moderation.settled import NAME, NOTE, REASON, URL, WROTE, counted
from tests.moderation.tampering import guards_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_years")]


def test_erased_comment_says_when_and_why_in_the_place_of_every_word(city, anna, client_of, erased, at):
    for client in (anna, client_of(city.karin), client_of(city.rut)):
        page = client.get(reverse("moderation:comment_page", args=[erased.pk])).content.decode()
        shown = page[page.index("<main") : page.index("</main")]
        assert "The comment was disposed of on Fri 24 Nov 2028." in shown
        assert "It never had a case" in shown
        assert "What was answered is gone." in shown
        assert "Registered by Anna" in shown
        assert "<strong>SYN 2026-1</strong>" in shown
        assert "read by Erik" in shown
        for empty in (
            "<p></p>",
            "Comment by",
            "–</p>",
            "<blockquote",
            "<form",
            "<textarea",
            "Earlier texts",
            "Next step",
        ):
            assert empty not in shown
    inbox_page = reverse("moderation:inbox_page")
    for state in ("handled", "all"):
        page = anna.get(inbox_page, {"state": state}).content.decode()
        assert "Disposed of on Fri 24 Nov 2028: its time was over" in page
        assert '<p class="meta">Parks on Facebook' in page
    assert "Disposed of" not in anna.get(inbox_page).content.decode()


@pytest.mark.parametrize("kind", ["praise", "criticism"])
def test_erased_comment_that_nobody_answered_says_so(city, at, anna, new_comment, late, kind):
    comment = new_comment(kind=kind)
    perform(comment, "handle", actor=city.anna, at=at, note=REASON)
    assert counted(late, really=True) == 1
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert ("Nothing was answered." in page, "<h2>Complaint</h2>" in page) == (True, False)


def test_what_was_typed_into_the_trail_of_old_is_not_shown_on_the_page(city, at, anna, new_comment, late):
    """Before notes lay beside the trail they were written into it, and there they stay."""
    comment = new_comment(kind="praise")
    trail.record("comment.note", about=comment, actor=city.anna, at=at, note=NOTE)
    perform(comment, "handle", actor=city.anna, at=at, note=REASON)
    page = reverse("moderation:comment_page", args=[comment.pk])
    assert NOTE in anna.get(page).content.decode()
    assert counted(late, really=True) == 1
    assert NOTE not in anna.get(page).content.decode()


def test_case_disposed_of_says_so_in_the_inbox_without_an_empty_name(city, at, anna, sealed):
    guards_off("moderation_commentrevision")
    CommentRevision.objects.update(text="", author_name="")
    page = anna.get(reverse("moderation:inbox_page"), {"state": "all"}).content.decode()
    assert ">Disposed of</a>" in page
    assert '<p class="meta"> ·' not in page


def test_search_finds_nothing_of_it_any_more(anna, criticism, late):
    def hits(word: str) -> bool:
        return (
            f"/moderation/comments/{criticism.pk}/"
            in anna.get(reverse("search_page"), {"q": word}).content.decode()
        )

    assert all(map(hits, ("Zebulonia", "Snårbuskarna")))
    assert counted(late, really=True) == 1
    assert not any(map(hits, ("Zebulonia", "Snårbuskarna")))
    assert not SearchEntry.objects.filter(kind="comment").exists()


def test_same_address_is_registered_again_as_a_new_comment(city, anna, erased):
    form = {"url": URL, "channel": city.channel.pk, "kind": "praise", "author_name": NAME, "text": WROTE}
    answer = anna.post(reverse("moderation:comment_new"), form)
    anew = Comment.objects.get(url=URL)
    assert (answer.status_code, anew.pk != erased.pk, anew.current.text) == (302, True, WROTE)
    again = anna.post(reverse("moderation:comment_new"), form)
    assert (again.status_code, "registered already" in again.content.decode()) == (409, True)
