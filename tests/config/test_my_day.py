"""Min dag: enough for the day, done from where it stands, fresh by itself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from channels_registry.clock import ask_about_silent_channels
from channels_registry.models import Channel, Opening
from channels_registry.register import ask_opening, platform_of
from config.errands import errands_of
from core.moves import perform
from core.workdays import local_day
from editorial.absences import add_absence
from editorial.handovers import add_note
from editorial.models import FollowUp, Handover, Idea, Post, Shift
from editorial.reviewing import ALL_YES
from editorial.rota import WEEK
from editorial.staffing import propose_rota, publish_rota
from moderation.answering import save_reply
from moderation.models import Ground, Watch
from moderation.transitions import open_case, register_comment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine, at):
    time_machine.move_to(at, tick=False)


def seen_by(client, **headers):
    return client.get(reverse("my_day"), headers=headers).content.decode()


def test_empty_day_is_calm(city, client_of):
    assert "Everything is in phase" in seen_by(client_of(city.anna))


def test_each_role_sees_what_waits_for_it(city, at, client_of, new_post, sweep_at):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    comment = register_comment(
        actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text="A threat."
    )
    open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at)
    sweep_at(at)
    anna, erik, karin = (seen_by(client_of(who)) for who in (city.anna, city.erik, city.karin))
    assert ("To review" in anna, "To review" in erik, "To review" in karin) == (False, True, False)
    assert all("Open cases" in page for page in (anna, erik, karin))
    assert ("Today's watch" in anna, "Today's watch" in karin) == (True, False)
    stranger = seen_by(client_of(city.olle))
    assert "Swans" not in stranger
    assert "Open cases" not in stranger
    assert "The trail" in seen_by(client_of(city.rut))


@pytest.mark.rule("R21", "R38")
def test_watch_is_confirmed_from_min_dag_and_leads_back_to_it(city, at, client_of, sweep_at):
    sweep_at(at)
    watch, anna = Watch.objects.get(channel=city.channel), client_of(city.anna)
    url = reverse("moderation:watch_move", args=[watch.pk, "confirm"])
    assert url in seen_by(anna)
    assert anna.post(url, {"next": "/"})["Location"] == "/"
    assert url not in seen_by(anna)


def test_next_never_leads_off_the_site(city, at, client_of, sweep_at):
    sweep_at(at)
    watch = Watch.objects.get(channel=city.channel)
    url = reverse("moderation:watch_move", args=[watch.pk, "confirm"])
    answer = client_of(city.anna).post(url, {"next": "https://evil.example/"})
    assert answer["Location"] == reverse("moderation:watches_page")


def test_htmx_gets_the_part_and_not_the_whole_page(city, client_of):
    part = seen_by(client_of(city.anna), **{"HX-Request": "true"})
    assert part.strip().startswith('<div id="day"')
    assert "<html" not in part


@pytest.mark.rule("R3")
def test_uncovered_shifts_are_shown_to_editors_and_chiefs_and_what_one_could_take_to_all(
    city, at, client_of, time_machine, sweep_at
):
    city.team.holding = "together"
    city.team.save()
    propose_rota(city.team, actor=city.erik, at=at)
    publish_rota(city.team, actor=city.erik, at=at)
    first = Shift.objects.order_by("starts_at").first()
    others = [user for user in (city.anna, city.erik, city.sara) if user != first.user]
    add_absence(
        first.user, actor=first.user, at=at, starts_on=local_day(at), ends_on=local_day(at) + 2 * WEEK
    )
    for who in (city.erik, city.karin, city.ulf):
        assert "Nobody has these shifts" in seen_by(client_of(who))
        assert "Everything is in phase" not in seen_by(client_of(who))
    assert "Nobody has these shifts" not in seen_by(client_of(city.olle))
    assert "Shifts you could take" in seen_by(client_of(others[0]))
    answer = client_of(others[0]).post(
        reverse("editorial:swap_move", args=[others[0].teams.get().swaps.first().pk, "take"]), {"next": "/"}
    )
    assert answer["Location"] == "/"


def test_many_things_of_one_kind_do_not_crowd_out_another(city, at, client_of):
    posts = [Post(team=city.team, title=f"Post {n}", created_by=city.anna, created_at=at) for n in range(60)]
    FollowUp.objects.bulk_create(
        FollowUp(post=post, due_at=at + timedelta(hours=number))
        for number, post in enumerate(Post.objects.bulk_create(posts))
    )
    Idea.objects.create(team=city.team, what="An idea", given_by=city.olle, given_at=at)
    errands = errands_of(city.anna, local_day(at), is_chief=True)
    assert {kind: len(waiting) for kind, waiting in errands.items() if waiting} == {"question": 8, "idea": 1}
    assert [errand.title for errand in errands["question"]][:2] == ["Post 0", "Post 1"]


@pytest.mark.rule("R3")
def test_every_handover_is_shown_and_one_that_is_written_waits_no_more(city, at, client_of):
    read, write = (
        Handover.objects.create(team=city.team, at=at + WEEK / 7 * days, taker=taker, giver=giver)
        for days, taker, giver in ((-1, city.anna, city.erik), (1, city.erik, city.anna))
    )
    for handover in (read, write):
        Shift.objects.create(
            team=city.team,
            duty="watch",
            user=handover.taker,
            starts_at=handover.at,
            ends_at=handover.at + WEEK / 7,
        )
    shown = seen_by(client_of(city.anna))
    assert "Read the handover" in shown
    assert "Add what they should know" in shown
    add_note(write, actor=city.anna, at=at, text="The bridge is closed.")
    shown = seen_by(client_of(city.anna))
    assert "Read the handover" in shown
    assert "Add what they should know" not in shown


def test_wish_for_a_channel_waits_for_the_chief_and_then_for_whoever_asked(city, at, client_of):
    opening = Opening.objects.create(
        name="Park tips",
        platform=city.channel.platform,
        unit=city.unit,
        purpose="Tips.",
        audience="All.",
        watched_by="Park team",
        owner=city.anna,
        asked_by=city.anna,
        asked_at=at,
    )
    page = reverse("channels_registry:opening_page", args=[opening.pk])
    anna, karin = client_of(city.anna), client_of(city.karin)
    assert page in seen_by(karin)
    assert page not in seen_by(anna)
    perform(opening, "approve", actor=city.karin, at=at)
    assert page not in seen_by(karin)
    assert page in seen_by(anna)
    assert "Everything is in phase" not in seen_by(anna)


def test_approved_post_waits_for_its_author_until_it_is_planned(city, at, client_of, new_post):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    anna = client_of(city.anna)
    shown = seen_by(anna)
    assert "Approved, to be planned" in shown
    assert reverse("editorial:post_page", args=[post.pk]) in shown
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(days=3))
    assert "Approved, to be planned" not in seen_by(anna)


@pytest.mark.rule("R30")
def test_chief_finds_the_new_channel_and_the_silent_one_that_wait_for_a_word(city, at, client_of):
    facts = {"purpose": "Pictures.", "audience": "Everybody", "watched_by": "We", "owner": city.anna}
    opening = ask_opening(
        actor=city.anna, at=at, name="Parks", platform=platform_of("instagram"), unit=city.unit, **facts
    )
    Channel.objects.filter(pk=city.channel.pk).update(
        quiet_since=local_day(at) - timedelta(days=200), owner=city.sara
    )
    ask_about_silent_channels(at)
    wish = reverse("channels_registry:opening_page", args=[opening.pk])
    silent = reverse("channels_registry:channel_page", args=[city.channel.pk])
    found = {
        who: (wish in page, silent in page)
        for who in ("karin", "ulf", "sara", "anna")
        if (page := seen_by(client_of(getattr(city, who))))
    }
    assert found == {
        "karin": (True, True),
        "ulf": (True, True),
        "sara": (False, True),
        "anna": (False, False),
    }
    comment = register_comment(
        actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text="A threat."
    )
    open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at)
    shown = seen_by(client_of(city.karin))  # what can wait stands below what cannot
    assert shown.index(wish) < shown.index("Open cases") < shown.index(silent)
    perform(opening, "approve", actor=city.ulf, at=at)
    city.channel.refresh_from_db()
    perform(city.channel, "keep", actor=city.sara, at=at, note="The skating begins soon.")
    assert not {wish, silent} & set(re.findall(r'href="([^"]+)"', seen_by(client_of(city.karin))))


def test_review_leads_to_where_it_is_read(city, at, client_of, new_post):
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    assert reverse("editorial:review_page", args=[post.pk]) in seen_by(client_of(city.erik))


def test_comments_whose_answer_is_due_come_first_and_an_answer_to_read_is_named(city, at, client_of):
    def comes_in(kind, text, hours):
        return register_comment(
            actor=city.anna,
            at=at + timedelta(hours=hours),
            channel=city.channel,
            kind=kind,
            author_name="K",
            text=text,
        )

    for number in (1, 2):
        comes_in("question", f"When {number}?", number)
    for number in range(8):
        comes_in("praise", f"Good {number}", 3)
    criticism = comes_in("criticism", "You are slow.", 0)
    reply = save_reply(criticism, actor=city.anna, at=at, text="We are sorry.")
    perform(reply, "ask_reading", actor=city.anna, at=at)
    erik = seen_by(client_of(city.erik))
    places = [erik.find(words) for words in ("When 1?", "When 2?", "You are slow.", "Good 7", "Good 3")]
    assert -1 not in places
    assert max(places[:2]) < places[2] < places[3] < places[4]
    assert "Good 2" not in erik
    assert "Answer to read" in erik
    assert "Answer to read" not in seen_by(client_of(city.anna))


@pytest.mark.parametrize("count", [1, 3])
def test_day_takes_the_same_queries_however_much_waits(
    city, at, client_of, new_post, sweep_at, django_assert_num_queries, count
):
    for number in range(count):
        post = new_post(title=f"Post {number}")
        perform(post, "submit", actor=city.anna, at=at - timedelta(hours=1))
        register_comment(
            actor=city.anna, at=at, channel=city.channel, kind="question", author_name="K", text="When?"
        )
    sweep_at(at)
    erik = client_of(city.erik)
    with django_assert_num_queries(14):
        seen_by(erik)


def test_help_says_what_roles_may_and_which_keys_there_are(city, client_of):
    page = client_of(city.anna).get(reverse("help_page")).content.decode()
    assert all(words in page for words in ("Who may do what", "24 hours", "Ctrl"))
