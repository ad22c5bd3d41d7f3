"""A question asked in a post is followed up (R12): told to whoever answers, reminded, settled with what came out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.models import Notice, Rung
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused, perform
from editorial.follow_ups import working_days_after
from editorial.idea_states import FOLLOW_UP_MOVES, FollowUpState
from editorial.models import FollowUp, Shift
from editorial.reviewing import ALL_YES

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(city, at, new_post, sweep_at):
    """Let a post by Anna go out and confirm it, or say that it did not."""

    def run(*, asks=True, confirm=True):
        post = new_post(asks_question=asks, base_text="Where do you miss a bench?")
        perform(post, "submit", actor=city.anna, at=at)
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
        perform(post, "schedule", actor=city.anna, at=at, planned_at=at)
        sweep_at(at)
        publication = post.publications.get()
        if confirm:
            url = f"https://www.facebook.com/parks/posts/{post.pk}"
            perform(publication, "confirm", actor=city.anna, at=at, url=url)
        else:
            perform(publication, "miss", actor=city.anna, at=at, note="Down.")
        post.refresh_from_db()
        return post

    return run


def told(user, start="Follow up"):
    return Notice.objects.filter(recipient=user, subject__startswith=start).count()


@pytest.mark.rule("R12")
def test_question_makes_a_task_for_whoever_has_the_shift_for_answering(city, at, publish):
    Shift.objects.create(
        team=city.team,
        duty="answer",
        user=city.anna,
        starts_at=at - timedelta(hours=1),
        ends_at=at + timedelta(days=7),
    )
    post = publish()
    assert post.follow_up.state == "open"
    assert (told(city.anna), told(city.erik)) == (1, 0)


@pytest.mark.rule("R12")
def test_without_a_shift_the_editors_are_told(city, publish):
    publish()
    assert (told(city.anna), told(city.erik), told(city.sara)) == (0, 1, 1)


@pytest.mark.rule("R12")
@pytest.mark.parametrize(("asks", "confirm"), [(False, True), (True, False)])
def test_no_task_without_a_question_or_when_nothing_went_out(publish, asks, confirm):
    publish(asks=asks, confirm=confirm)
    assert not FollowUp.objects.exists()


@pytest.mark.rule("R12")
def test_it_is_reminded_of_on_working_days_until_it_is_settled(city, at, publish, sweep_at):
    post = publish()
    follow_up = post.follow_up
    assert follow_up.due_at == datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
    sweep_at(datetime(2026, 11, 25, 7, 59, tzinfo=UTC))
    assert told(city.erik) == 1
    sweep_at(datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    sweep_at(datetime(2026, 11, 25, 8, 1, tzinfo=UTC))
    assert told(city.erik) == 2
    perform(follow_up, "settle", actor=city.sara, at=at + timedelta(days=1), outcome="Nine benches.")
    sweep_at(datetime(2026, 11, 27, 8, 0, tzinfo=UTC))
    assert told(city.erik) == 2
    assert not Rung.objects.filter(ladder="follow_up", told_at=None, cancelled_at=None).exists()


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (datetime(2026, 11, 27, tzinfo=UTC), 1, "2026-11-30"),
        (datetime(2026, 12, 22, tzinfo=UTC), 3, "2026-12-29"),
        (datetime(2027, 3, 26, tzinfo=UTC), 1, "2027-03-30"),
    ],
)
def test_weekends_and_red_days_are_not_counted(day, count, then):
    assert working_days_after(day.date(), count).isoformat() == then


@pytest.mark.rule("R12")
def test_authors_hear_what_came_out_of_it(city, at, publish, client_of):
    follow_up = publish().follow_up
    page = reverse("editorial:follow_up_page", args=[follow_up.pk])
    move = reverse("editorial:follow_up_move", args=[follow_up.pk, "settle"])
    erik = client_of(city.erik)
    assert "Where do you miss a bench?" in erik.get(page).content.decode()
    assert erik.post(move, {"outcome": " "}).status_code == 422
    assert erik.post(move, {"outcome": "Nine benches.", "seen": follow_up.version}).status_code == 302
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.outcome, follow_up.settled_by) == (
        "settled",
        "Nine benches.",
        city.erik,
    )
    notice = Notice.objects.get(recipient=city.anna, subject__startswith="What came out")
    assert notice.body == "Nine benches."
    late = client_of(city.sara).post(move, {"outcome": "Ten benches.", "seen": 1})
    assert late.status_code == 409
    assert "Ten benches." not in FollowUp.objects.get().outcome


@pytest.mark.parametrize("move", list(FOLLOW_UP_MOVES), ids=lambda move: move.name)
@pytest.mark.parametrize("state", FollowUpState.values)
def test_whole_table_of_follow_ups(city, at, publish, move, state):
    follow_up = publish().follow_up
    FollowUp.objects.filter(pk=follow_up.pk).update(state=state, outcome="Before.")
    follow_up.refresh_from_db()
    details = {"outcome": "Nine benches."} if move.needs else {}
    if state in move.sources:
        perform(follow_up, move.name, actor=city.anna, at=at, **details)
        assert (follow_up.state, follow_up.settled_by) == (move.target, city.anna)
    else:
        with pytest.raises(MoveRefused, match="is not possible now"):
            perform(follow_up, move.name, actor=city.anna, at=at, **details)


def test_it_is_settled_with_words_by_the_team_alone(city, at, publish, client_of):
    follow_up = publish().follow_up
    with pytest.raises(MoveIncomplete):
        perform(follow_up, "settle", actor=city.anna, at=at)
    for who in (city.olle, city.karin, None):
        with pytest.raises(MoveForbidden):
            perform(follow_up, "settle", actor=who, at=at, outcome="Nine.")
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.update(state="settled", outcome="")
    for name in ("follow_up_page", "follow_up_move"):
        args = [follow_up.pk] if name == "follow_up_page" else [follow_up.pk, "settle"]
        address = reverse(f"editorial:{name}", args=args)
        client = client_of(city.olle)
        assert (client.get if name == "follow_up_page" else client.post)(address).status_code == 404
    assert (
        client_of(city.karin).get(reverse("editorial:follow_up_page", args=[follow_up.pk])).status_code == 200
    )


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(
    city, publish, client_of, django_assert_num_queries, count
):
    for _number in range(count):
        publish()
    erik = client_of(city.erik)
    with django_assert_num_queries(8):
        page = erik.get(reverse("editorial:follow_ups_page"))
    assert len(page.context["page_obj"].object_list) == count
    assert "Swans" not in client_of(city.olle).get(reverse("editorial:follow_ups_page")).content.decode()
    with django_assert_num_queries(12):
        erik.get(reverse("editorial:follow_up_page", args=[FollowUp.objects.latest("pk").pk]))
