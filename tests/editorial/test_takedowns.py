"""A yes is taken back: what is planned stops, what is out comes down, and somebody else sees that it is gone (R15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels_registry.models import Channel
from consent import extract
from consent.letters import send_letters
from consent.models import ConsentEvent, Person, Picture
from consent.people import protect
from consent.transitions import note_bank
from core.models import Notice, User
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.workdays import instant
from editorial.models import Membership, Post, Publication, Takedown, TakedownTask, TeamChannel
from editorial.reviewing import ALL_YES
from editorial.takedown_states import TAKEDOWN_TASK_MOVES, TaskState
from editorial.takedowns import due_after, take_down
from editorial.transitions import save_post
from tests.conftest import City

pytestmark = pytest.mark.django_db

Says = Callable[..., None]


@pytest.fixture
def pictured(new_picture: Callable[..., Picture], listed: Callable[..., Person], says: Says) -> Picture:
    picture = new_picture()
    says(picture, listed(picture, email="maja@home.example"), "given")
    return picture


@pytest.fixture
def bring(city: City, at: datetime) -> Callable[..., Post]:
    """A post with the picture, brought to a state."""

    def make(picture: Picture, state: str, *channels: Channel) -> Post:
        post = Post(team=city.team)
        save_post(
            post,
            actor=city.anna,
            at=at,
            fields={"title": f"Swans {state}", "base_text": "The swans are back."},
            texts=dict.fromkeys(channels or (city.channel,), ""),
            links=[],
            pictures=[(picture, "")],
        )
        for name in ("submit", "approve", "schedule", "fall_due")[
            : ("in_review", "approved", "scheduled", "due", "published").index(state) + 1
        ]:
            actor = {"approve": city.erik, "fall_due": None}.get(name, city.anna)
            details = {"planned_at": at} if name == "schedule" else {}
            perform(post, name, actor=actor, at=at, answers=ALL_YES, **details)
        if state == "published":
            for publication in post.publications.select_related("channel"):
                url = f"{publication.channel.url}/{publication.pk}"
                perform(publication, "confirm", actor=city.anna, at=at, url=url)
        return post

    return make


@pytest.mark.rule("R14", "R15")
def test_publisher_is_given_nothing_to_publish_when_a_yes_was_taken_back_after_the_time_came(
    city: City,
    at: datetime,
    pictured: Picture,
    bring: Callable[..., Post],
    says: Says,
    client_of: Callable[[User], Client],
    time_machine: Any,
) -> None:
    time_machine.move_to(at)
    due = bring(pictured, "due").publications.get()
    address = reverse("editorial:publication_page", args=[due.pk])
    steps = ("Save picture 1", "Copy the text", "Open Facebook")
    page = client_of(city.anna).get(address).content.decode()
    assert all(step in page for step in steps)
    assert "Do not publish it." not in page
    says(pictured, Person.objects.get(), "withdrawn")
    page = client_of(city.anna).get(address).content.decode()
    assert not any(step in page for step in steps)
    assert "Do not publish it." in page
    assert "It did not go out" in page


@pytest.fixture
def opened(city: City, at: datetime, pictured: Picture, bring: Callable[..., Post], says: Says) -> Takedown:
    """The takedown of one publication, after Maja took her yes back."""
    bring(pictured, "published")
    says(pictured, Person.objects.get(), "withdrawn")
    return Takedown.objects.get()


@pytest.mark.rule("R15")
def test_withdrawal_sends_back_what_is_planned_and_opens_a_task_for_each_that_is_out(
    city: City, at: datetime, pictured: Picture, bring: Callable[..., Post], says: Says
) -> None:
    back = [bring(pictured, state) for state in ("in_review", "approved", "scheduled")]
    out = [bring(pictured, state) for state in ("due", "published")]
    says(pictured, Person.objects.get(), "withdrawn")
    for post in back:
        post.refresh_from_db()
        assert (post.state, post.current) == ("draft", None)
    takedown = Takedown.objects.get()
    assert [task.publication.post for task in takedown.tasks.order_by("pk")] == out
    assert takedown.due_at == at + timedelta(days=1)
    assert takedown.word == ConsentEvent.objects.last()
    told = Notice.objects.filter(key=f"takedown:{takedown.pk}:open:{city.team.pk}")
    assert {notice.recipient for notice in told} == {city.erik, city.sara}
    assert "in 2 places" in told[0].body


@pytest.mark.parametrize(
    ("opened_at", "due_at"),
    [
        (instant(date(2026, 11, 24), "14:00"), instant(date(2026, 11, 25), "14:00")),
        (instant(date(2026, 11, 27), "14:00"), instant(date(2026, 11, 30), "14:00")),
        (instant(date(2026, 11, 28), "09:00"), instant(date(2026, 11, 30), "09:00")),
        (instant(date(2026, 12, 23), "10:00"), instant(date(2026, 12, 28), "10:00")),
        (instant(date(2026, 10, 23), "10:00"), datetime(2026, 10, 26, 9, tzinfo=UTC)),
        (instant(date(2027, 3, 25), "10:00"), datetime(2027, 3, 30, 8, tzinfo=UTC)),
    ],
)
def test_deadline_is_one_working_day(opened_at: datetime, due_at: datetime) -> None:
    assert due_after(opened_at) == due_at


@pytest.mark.rule("R15")
def test_taken_down_with_proof_and_checked_by_somebody_else_and_the_person_is_told(
    opened: Takedown, city: City, at: datetime, sweep_at: Any
) -> None:
    task = opened.tasks.get()
    with pytest.raises(MoveIncomplete, match="how you took it down"):
        take_down(task, actor=city.anna, at=at, proof="  ")
    take_down(task, actor=city.anna, at=at, proof="Deleted the post. The address says it is gone.")
    with pytest.raises(MoveForbidden, match="Somebody else has to check"):
        perform(task, "check", actor=city.anna, at=at)
    perform(task, "check", actor=city.erik, at=at)
    assert (task.state, task.publication.pk) == ("checked", task.publication_id)
    assert Publication.objects.get().state == "taken_down"
    sweep_at(at)
    gone = [letter for letter in mail.outbox if letter.to == ["maja@home.example"]]
    assert len(gone) == 1
    assert "taken down from our channels" in gone[0].body or "nerplockad" in gone[0].body
    sweep_at(at + timedelta(days=2))
    assert not Notice.objects.filter(subject__startswith="Late").exists()


def test_still_there_begins_again(opened: Takedown, city: City, at: datetime) -> None:
    task = opened.tasks.get()
    take_down(task, actor=city.anna, at=at, proof="Deleted.")
    with pytest.raises(MoveIncomplete, match="needs a reason"):
        perform(task, "still_there", actor=city.erik, at=at)
    perform(task, "still_there", actor=city.erik, at=at, note="I still see it.")
    assert (task.state, task.proof, task.done_by) == ("open", "", None)


def test_nobody_to_write_to_is_told_to_the_team(
    city: City, at: datetime, pictured: Picture, bring: Callable[..., Post], says: Says, client_of: Any
) -> None:
    Person.objects.update(email="")
    bring(pictured, "published")
    says(pictured, Person.objects.get(), "withdrawn")
    task = TakedownTask.objects.get()
    take_down(task, actor=city.anna, at=at, proof="Deleted.")
    perform(task, "check", actor=city.erik, at=at)
    told = Notice.objects.filter(subject="Tell whoever said no that the picture is gone: A teal pond")
    assert told.count() == 2
    assert (
        "Tell Maja Lind that the picture is gone." in client_of(city.anna).get(told[0].url).content.decode()
    )


@pytest.mark.parametrize("state", TaskState.values)
@pytest.mark.parametrize("move", [move.name for move in TAKEDOWN_TASK_MOVES])
def test_task_moves_only_along_its_table(
    opened: Takedown, city: City, at: datetime, state: str, move: str
) -> None:
    task = opened.tasks.get()
    if state != "open":
        take_down(task, actor=city.sara, at=at, proof="Deleted.")
    if state == "checked":
        perform(task, "check", actor=city.anna, at=at)
    details = {"proof": "Deleted."} if move == "take_down" else {}
    if state in TAKEDOWN_TASK_MOVES[move].sources:
        perform(task, move, actor=city.erik, at=at, note="So it is.", **details)
        assert task.state == TAKEDOWN_TASK_MOVES[move].target
    else:
        with pytest.raises(MoveRefused, match="not possible now"):
            perform(task, move, actor=city.erik, at=at, note="So it is.", **details)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'checked'",
        "state = 'done'",
        "state = 'checked', proof = 'x', done_at = '2026-11-24', done_by_id = {anna}, checked_by_id = {anna}",
    ],
)
def test_raw_sql_cannot_check_without_proof_or_alone(opened: Takedown, city: City, change: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute("UPDATE editorial_takedowntask SET " + change.format(anna=city.anna.pk))


def test_reminders_go_to_the_shift_then_to_editors_and_chiefs(
    opened: Takedown, city: City, sweep_at: Any
) -> None:
    sweep_at(opened.due_at - timedelta(hours=2))
    soon = Notice.objects.filter(key=f"takedown:{opened.pk}:soon")
    assert {notice.recipient for notice in soon} == {city.erik, city.sara}
    sweep_at(opened.due_at)
    late = Notice.objects.filter(key=f"takedown:{opened.pk}:late")
    assert {notice.recipient for notice in late} == {city.erik, city.sara, city.karin, city.ulf}


def test_late_takedown_told_to_nobody_is_an_error_the_health_page_shows(opened: Takedown) -> None:
    from config.health import health
    from core import ladders

    User.objects.update(is_active=False)
    for minute in range(20):
        ladders.climb(opened.due_at + timedelta(minutes=minute))
    answers = health(opened.due_at)[1]
    assert answers["rungs"] == {"ok": False, "stuck": 2}


@pytest.fixture
def both_channels(city: City) -> list[Channel]:
    """The team cares for the other channel too."""
    TeamChannel.objects.filter(channel=city.other_channel).update(team=city.team)
    return [city.channel, city.other_channel]


@pytest.mark.rule("R15")
def test_narrower_yes_takes_down_only_where_it_no_longer_holds(
    city: City,
    at: datetime,
    pictured: Picture,
    bring: Callable[..., Post],
    says: Says,
    both_channels: list[Channel],
) -> None:
    bring(pictured, "published", *both_channels)
    both, one = bring(pictured, "scheduled", *both_channels), bring(pictured, "scheduled")
    says(pictured, Person.objects.get(), "renewed", channels=[city.channel])
    assert [task.publication.channel for task in TakedownTask.objects.all()] == [city.other_channel]
    both.refresh_from_db()
    one.refresh_from_db()
    assert (both.state, one.state) == ("draft", "scheduled")


@pytest.mark.rule("R15")
def test_letter_after_a_narrower_yes_does_not_say_that_the_picture_is_gone_everywhere(
    city: City,
    at: datetime,
    pictured: Picture,
    bring: Callable[..., Post],
    says: Says,
    both_channels: list[Channel],
) -> None:
    bring(pictured, "published", *both_channels)
    says(pictured, Person.objects.get(), "renewed", channels=[city.channel])
    task = TakedownTask.objects.get()
    take_down(task, actor=city.anna, at=at, proof="Deleted the post.")
    perform(task, "check", actor=city.erik, at=at)
    assert Publication.objects.get(channel=city.channel).state == "published"
    shown = {row["channel"]: row for row in extract.of(Person.objects.get(), at=at)["shown"]}
    ends = {name: (row["to_come_down_since"], row["seen_to_be_gone"]) for name, row in shown.items()}
    assert ends == {str(city.channel): (None, None), str(city.other_channel): (at, at)}
    send_letters(at)
    (letter,) = [letter for letter in mail.outbox if letter.to == ["maja@home.example"]]
    assert "where your yes no longer holds" in letter.body or "inte längre gäller" in letter.body
    assert "from our channels" not in letter.body
    assert "från våra kanaler" not in letter.body


@pytest.mark.rule("R15")
def test_yes_that_runs_out_takes_down_what_is_out(
    city: City, at: datetime, new_picture: Any, listed: Any, bring: Any, says: Says, sweep_at: Any
) -> None:
    picture = new_picture()
    says(picture, listed(picture), "given", until=at.date() + timedelta(days=70))
    bring(picture, "published")
    for days in (60, 30, 7, 1):
        day = at.date() + timedelta(days=70 - days)
        sweep_at(instant(day, "07:59"))
        before = Notice.objects.filter(subject__startswith="A consent ends").count()
        sweep_at(instant(day, "08:00"))
        assert Notice.objects.filter(subject__startswith="A consent ends").count() == before + 3
        assert not Takedown.objects.exists()
    sweep_at(instant(at.date() + timedelta(days=71), "00:00"))
    assert Takedown.objects.get().tasks.count() == 1


@pytest.mark.rule("R15")
def test_takedown_points_at_pictures_that_look_the_same(
    city: City, at: datetime, opened: Takedown, new_picture: Any, client_of: Any
) -> None:
    cropped = new_picture("red", title="The pond, cropped")
    Picture.objects.update(look="0f1e2d3c4b5a6978")
    page = client_of(city.anna).get(reverse("editorial:takedown_page", args=[opened.pk])).content.decode()
    url = reverse("consent:picture_page", args=[cropped.pk])
    assert f'<a href="{url}">The pond, cropped</a>' in page


@pytest.mark.rule("R15")
def test_whoever_keeps_the_same_picture_in_another_unit_is_told_when_a_yes_is_taken_back(
    city: City, at: datetime, pictured: Picture, new_picture: Any, says: Says
) -> None:
    same = new_picture(unit=city.other_team.unit, title="Our pond")
    other = new_picture("red", unit=city.other_team.unit, title="A bench")
    Picture.objects.exclude(unit=city.unit).update(added_by=city.olle)
    Picture.objects.exclude(pk=other.pk).update(look="0f1e2d3c4b5a6978")
    pictured.refresh_from_db()
    says(pictured, Person.objects.get(), "withdrawn")
    told = Notice.objects.filter(key__startswith="alike:")
    assert [(notice.recipient, notice.url) for notice in told] == [
        (city.olle, reverse("consent:picture_page", args=[same.pk]))
    ]
    assert "Our pond" in told[0].subject
    assert not Takedown.objects.exists()


@pytest.mark.rule("R17")
def test_media_bank_that_no_longer_says_yes_takes_down(
    city: City, at: datetime, new_picture: Any, listed: Any, bring: Any
) -> None:
    picture = new_picture(source="media_bank", reference="MB-1")
    listed(picture)
    note_bank(picture, actor=city.anna, at=at, says="yes")
    bring(picture, "published")
    note_bank(picture, actor=city.anna, at=at, says="unclear")
    assert Takedown.objects.get().tasks.count() == 1


def test_protected_person_stops_everything_without_a_reason(
    city: City, at: datetime, pictured: Picture, bring: Any
) -> None:
    post = bring(pictured, "scheduled")
    bring(pictured, "published")
    protect(Person.objects.get(), actor=city.anna, at=at)
    post.refresh_from_db()
    assert post.state == "draft"
    assert Takedown.objects.get().cause in {"The picture must not be used.", "Bilden får inte användas."}


def test_two_who_take_back_share_the_work(
    city: City, at: datetime, pictured: Picture, bring: Any, listed: Any, says: Says
) -> None:
    second = listed(pictured, name="Nora Ek", email="nora@home.example")
    says(pictured, second, "given")
    bring(pictured, "published")
    for person in Person.objects.all():
        says(pictured, person, "withdrawn")
    first, other = TakedownTask.objects.order_by("pk")
    take_down(first, actor=city.anna, at=at, proof="Deleted.")
    other.refresh_from_db()
    assert (other.state, other.proof) == ("done", "Deleted.")
    perform(first, "check", actor=city.erik, at=at)
    other.refresh_from_db()
    assert other.state == "checked"


def test_screenshot_outlives_a_proof_that_is_refused(
    opened: Takedown, city: City, client_of: Callable[..., Client], png: Callable[..., bytes]
) -> None:
    done = reverse("editorial:task_done", args=[opened.tasks.get().pk])
    client, screenshot = client_of(city.anna), ContentFile(png(), name="gone.png")
    refused = client.post(done, {"screenshot": screenshot, "seen": opened.tasks.get().version})
    assert (refused.status_code, "gone.png is kept" in refused.content.decode()) == (422, True)
    held = {"screenshot-held": refused.context["rows"][0]["form"].fields["screenshot"].held.key}
    client.post(done, held | {"proof": "Deleted.", "seen": opened.tasks.get().version})
    assert opened.tasks.get().proof_sha


def test_pages_of_takedowns(
    opened: Takedown, city: City, client_of: Callable[..., Client], png: Callable[..., bytes]
) -> None:
    import io

    page = reverse("editorial:takedown_page", args=[opened.pk])
    task = opened.tasks.get()
    done = reverse("editorial:task_done", args=[task.pk])
    for stranger in (city.olle, city.stranger):
        assert client_of(stranger).get(page).status_code == 404
        assert client_of(stranger).post(done, {"proof": "x"}).status_code == 404
    anna, erik = client_of(city.anna), client_of(city.erik)
    assert "A teal pond" in anna.get(reverse("editorial:takedowns_page")).content.decode()
    bad = anna.post(done, {"proof": "Deleted it.", "screenshot": io.BytesIO(b"hello")})
    assert (bad.status_code, "Deleted it." in bad.content.decode()) == (422, True)
    shot = io.BytesIO(png())
    shot.name = "shot.png"
    assert anna.post(done, {"proof": "Deleted it.", "screenshot": shot, "seen": 1}).status_code == 302
    own = anna.post(reverse("editorial:task_move", args=[task.pk, "check"]))
    assert (own.status_code, "Somebody else has to check" in own.content.decode()) == (403, True)
    assert erik.get(reverse("editorial:task_proof", args=[task.pk])).content == png()
    assert client_of(city.olle).get(reverse("editorial:task_proof", args=[task.pk])).status_code == 404
    assert erik.post(reverse("editorial:task_move", args=[task.pk, "check"])).status_code == 302
    assert "Gone and checked" in erik.get(page).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_as_many_queries_for_three_as_for_one(
    city: City,
    pictured: Picture,
    bring: Any,
    says: Says,
    client_of: Any,
    django_assert_num_queries: Any,
    count: int,
) -> None:
    for _ in range(count):
        bring(pictured, "published")
    says(pictured, Person.objects.get(), "withdrawn")
    erik = client_of(city.erik)
    with django_assert_num_queries(12):
        erik.get(reverse("editorial:takedown_page", args=[Takedown.objects.get().pk]))
    with django_assert_num_queries(7):
        erik.get(reverse("editorial:takedowns_page"))


def test_withdrawal_takes_hardly_more_queries_for_ten_posts_than_for_two(
    city: City, pictured: Picture, bring: Any, says: Says
) -> None:
    counts = []
    for number in (2, 10):
        for _ in range(number):
            bring(pictured, "scheduled")
            bring(pictured, "published")
        with CaptureQueriesContext(connection) as caught:
            says(pictured, Person.objects.get(), "withdrawn")
        counts.append(len(caught))
        says(pictured, Person.objects.get(), "renewed")
    assert counts[1] <= counts[0] + 2


def test_team_without_anybody_tells_its_chiefs(
    city: City, at: datetime, pictured: Picture, bring: Any, says: Says
) -> None:
    bring(pictured, "published")
    Membership.objects.filter(team=city.team).exclude(user=city.anna).delete()
    Membership.objects.filter(user=city.anna).update(role="communicator")
    User.objects.filter(pk=city.anna.pk).update(is_active=False)
    from consent.words import ConsentEvent as Word
    from consent.words import write

    person = Person.objects.get()
    write(
        Word(
            picture=pictured,
            person=person,
            signer=person,
            said="withdrawn",
            way="email",
            noted_by=city.anna,
            noted_at=at,
        ),
        actor=city.anna,
    )
    told = Notice.objects.filter(subject__startswith="Take down the picture")
    assert {notice.recipient for notice in told} == {city.karin, city.ulf}
