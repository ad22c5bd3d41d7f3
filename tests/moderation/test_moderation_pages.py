"""What holds for all pages of the room: their number of queries, and who may see them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.moves import perform
from moderation.answering import keep_answer, save_reply
from moderation.models import Reply
from tests.moderation.test_case_moves import walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_however_many_rows(
    city, at, anna, png, new_case, new_comment, client_of, django_assert_num_queries, count, sweep_at
):
    for number in range(count):
        comment = new_comment(kind="criticism")
        reply = save_reply(comment, actor=city.anna, at=at, text="Sorry.")
        keep_answer(team=city.team, actor=city.anna, at=at, title=f"A{number}", text="Hi {name}.")
        case = walk(new_case(), city, at, lambda color="teal": png(color), "removal_ordered")
    perform(reply, "ask_reading", actor=city.anna, at=at)
    sweep_at(at)
    for name, args, queries in (
        ("inbox_page", [], 9),
        ("queue_page", [], 9),
        ("comment_page", [comment.pk], 15),
        ("case_page", [case.pk], 15),
        ("saved_page", [], 9),
        ("watches_page", [], 13),
        ("coverage_page", [], 10),
    ):
        with django_assert_num_queries(queries, info=name):
            anna.get(reverse(f"moderation:{name}", args=args))


def test_strangers_get_404_and_chiefs_only_look(city, at, png, new_case, client_of, new_comment):
    case = walk(new_case(), city, at, png, "removed")
    comment = new_comment(kind="criticism")
    reply = save_reply(comment, actor=city.anna, at=at, text="Sorry.")
    doors = [
        ("get", "comment_page", [comment.pk]),
        ("post", "reply_save", [comment.pk]),
        ("post", "comment_kind", [comment.pk]),
        ("post", "complaint_new", [comment.pk]),
        ("post", "comment_claim", [comment.pk]),
        ("post", "reply_move", [reply.pk, "drop"]),
        ("get", "case_page", [case.pk]),
        ("post", "case_check", [case.pk]),
        ("post", "case_police", [case.pk]),
        ("post", "case_export", [case.pk]),
        ("post", "case_masked", [case.pk]),
        ("get", "check_copy", [case.checks.get().pk]),
        ("get", "evidence_mask", [case.evidence.get().items.get().pk]),
    ]
    for who in (city.olle, city.stranger):
        client = client_of(who)
        for method, name, args in doors:
            url = reverse(f"moderation:{name}", args=args)
            assert getattr(client, method)(url).status_code == 404, name
    karin = client_of(city.karin)
    assert karin.get(reverse("moderation:comment_page", args=[comment.pk])).status_code == 200
    refused = karin.post(reverse("moderation:reply_save", args=[comment.pk]), {"text": "Mine.", "seen": 1})
    assert refused.status_code == 403
    assert not Reply.objects.filter(texts__text="Mine.").exists()
