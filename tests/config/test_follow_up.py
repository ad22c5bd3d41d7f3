"""The follow-up: figures of any period, within what one may see, in words, as CSV and on Mondays."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from channels_registry.models import Channel
from config import follow_up
from config.figures import (
    FIGURES,
    Scope,
    Table,
    _middle,
    answers,
    cases,
    coverage,
    load,
    reviews,
    silent,
    spread,
)
from config.follow_up import as_csv, bars_of, in_words
from core.models import Notice, NoticeSettings, Rung
from core.moves import perform
from core.workdays import instant, local_day
from editorial.models import Shift
from editorial.reviewing import ALL_YES
from moderation.answering import save_reply
from moderation.models import Ground, Watch
from moderation.transitions import open_case, register_comment
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)


def scope_of(user, at, days=7):
    return Scope(user, local_day(at) - timedelta(days=days), local_day(at), at)


def question(city, at, kind="question"):
    return register_comment(
        actor=city.anna, at=at, channel=city.channel, kind=kind, author_name="K", text="When?"
    )


def answer(comment, actor, at):
    """Send an answer, read by a second person where it is criticism."""
    reply = save_reply(comment, actor=actor, at=at, text="On Friday.")
    perform(reply, "send", actor=actor, at=at)


@pytest.mark.rule("R13")
def test_answer_times_have_median_90th_and_share_on_time(city, at):
    monday = instant(TUESDAY - timedelta(days=1), "09:00")
    for hours in (1, 2, 3, 40):
        answer(question(city, monday), city.anna, monday + timedelta(hours=hours))
    question(city, at)  # due by the evening: until then it is not late
    table = answers(scope_of(city.erik, at))
    assert table.rows == [["question", 5, 4, 0, "2 h 30 min", "1 d 16 h", "75 %"]]
    assert table.facts == {"came": 5, "answered": 4, "dropped": 0, "on_time": 3, "due": 4}
    table = answers(scope_of(city.erik, at + timedelta(days=1)))
    assert table.facts["due"] == 5
    assert answers(scope_of(city.olle, at)).rows == []


@pytest.mark.rule("R13")
def test_what_was_handled_without_an_answer_counts_as_no_answer(city, at):
    asked = question(city, at - timedelta(hours=3))
    perform(asked, "handle", actor=city.anna, at=at - timedelta(hours=2), note="No answer is needed.")
    again = question(city, at - timedelta(hours=3))
    answer(again, city.anna, at - timedelta(hours=2))
    again.refresh_from_db()
    perform(again, "ask_again", actor=city.anna, at=at - timedelta(hours=1))
    table = answers(scope_of(city.erik, at))
    assert table.rows == [["question", 3, 1, 1, "1 h", "1 h", "100 %"]]
    # Asked again and still open: late by tomorrow. What needed no answer is never late.
    table = answers(scope_of(city.erik, at + timedelta(days=1)))
    assert table.facts == {"came": 3, "answered": 1, "dropped": 1, "on_time": 1, "due": 2}
    assert table.sentence == (
        "3 questions and criticisms came in. 1 is answered. 1 needed no answer. "
        "Of the questions that were due an answer, 50 % got it on time."
    )


@pytest.mark.rule("R13")
def test_criticism_is_measured_by_its_answer_and_has_no_deadline(city, at):
    came = question(city, at - timedelta(hours=5), kind="criticism")
    reply = save_reply(came, actor=city.anna, at=at - timedelta(hours=4), text="We will mend it.")
    perform(reply, "ask_reading", actor=city.anna, at=at - timedelta(hours=4))
    perform(reply, "agree", actor=city.erik, at=at - timedelta(hours=3))
    perform(reply, "send", actor=city.anna, at=at - timedelta(hours=2))
    passed_on = question(city, at - timedelta(hours=5), kind="criticism")
    perform(passed_on, "handle", actor=city.anna, at=at, note="Passed on.")
    table = answers(scope_of(city.erik, at))
    assert table.rows == [["criticism", 2, 1, 1, "3 h", "3 h", "–"]]
    # What has no deadline is said without one.
    assert table.sentence == "2 questions and criticisms came in. 1 is answered. 1 needed no answer."
    assert (
        "Criticism: Came in 2 · Answered 1 · Needed no answer 1 · Median 3 h · 90th percentile 3 h"
        in in_words([table])
    )


def test_nine_of_ten_is_the_ninth_of_ten():
    assert _middle([timedelta(hours=hours) for hours in range(1, 11)], 0.9) == "9 h"


@pytest.mark.rule("R18", "R21")
def test_watch_coverage_is_shown_for_each_unit(city, at, client_of):
    for offset in range(4):
        Watch.objects.create(channel=city.channel, day=TUESDAY - timedelta(days=offset + 1))
    Watch.objects.create(channel=city.other_channel, day=TUESDAY - timedelta(days=1))
    watches = list(Watch.objects.filter(channel=city.channel).order_by("day"))
    for watch in watches[:2]:
        perform(watch, "confirm", actor=city.anna, at=instant(watch.day, "14:05"))
    perform(watches[2], "miss", actor=None, at=at)
    perform(watches[3], "miss", actor=None, at=at)
    perform(watches[3], "fill_in", actor=city.anna, at=at, note="Late.")
    perform(Watch.objects.get(channel=city.other_channel), "miss", actor=None, at=at)
    mine = coverage(scope_of(city.karin, at))
    assert mine.rows == [["Parks", 4, 2, 1, 1, "50 %"]]
    assert mine.sentence == "The watch was done 2 times of 4."
    assert [row[0] for row in coverage(scope_of(city.admin, at)).rows] == ["Library", "Parks"]


@pytest.mark.rule("R19")
def test_cases_count_those_that_were_exceeded(city, at):
    ground = Ground.objects.get(code="unlawful_threat")
    for hours in (30, 10):
        comment = question(city, at - timedelta(hours=hours), kind="illegal")
        open_case(comment, ground=ground, actor=city.anna, at=at - timedelta(hours=hours))
    table = cases(scope_of(city.erik, at))
    assert (table.facts, table.rows[0][1], table.rows[0][4]) == ({"total": 2, "late": 1}, 2, 1)
    assert table.sentence == "2 cases had 24 hours. 1 took longer."
    nothing = cases(scope_of(city.olle, at))
    assert (nothing.facts, nothing.sentence) == ({"total": 0, "late": 0}, "No case had 24 hours.")


def test_review_times_spread_and_load(city, at, new_post):
    post = new_post(kind="Trafik")
    perform(post, "submit", actor=city.anna, at=at - timedelta(hours=5))
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at - timedelta(hours=2))
    perform(post, "schedule", actor=city.anna, at=at - timedelta(hours=2), planned_at=at - timedelta(hours=1))
    perform(post, "fall_due", actor=None, at=at - timedelta(hours=1))
    perform(
        post.publications.get(),
        "confirm",
        actor=city.anna,
        at=at,
        url="https://www.facebook.com/parks/posts/1",
    )
    scope = scope_of(city.erik, at)
    assert reviews(scope).sentence == "Half of the posts were read within 3 hours."
    assert spread(scope).rows == [["November 2026", 1, 1]]
    Shift.objects.create(
        team=city.team,
        duty="watch",
        user=city.anna,
        starts_at=instant(TUESDAY, "00:00"),
        ends_at=instant(TUESDAY + timedelta(days=1), "00:00"),
    )
    assert load(scope).rows == [["Anna", 1.0, 1]]
    assert load(scope_of(city.olle, at)).rows == []
    assert spread(scope_of(city.olle, at)).rows == []


def week(city, user, monday):
    Shift.objects.create(
        team=city.team,
        duty="watch",
        user=user,
        starts_at=instant(monday, "00:00"),
        ends_at=instant(monday + timedelta(days=7), "00:00"),
    )


@pytest.mark.rule("R3")
def test_load_counts_the_days_of_the_period_and_keeps_people_of_one_name_apart(city, at):
    city.erik.name = city.anna.name
    city.erik.save()
    monday = TUESDAY - timedelta(days=1)
    week(city, city.anna, monday)
    week(city, city.erik, monday - timedelta(days=7))
    # From Tuesday to Tuesday: six days of the first week, of which two are half, and two of the second.
    assert load(scope_of(city.sara, at)).rows == [["Anna", 5.0, 1], ["Anna", 2.0, 1]]


def test_silent_channels_are_counted_though_only_the_first_are_listed(city, at, monkeypatch):
    monkeypatch.setattr("config.figures.MOST_ROWS", 1)
    Channel.objects.update(quiet_since=local_day(at) - timedelta(days=61))
    city.olle.memberships.create(team=city.team)
    table = silent(scope_of(city.olle, at))
    assert (len(table.rows), table.sentence) == (1, "2 active channels have been silent for 60 days.")


@pytest.mark.rule("R30")
def test_channels_without_a_post_for_sixty_days_are_named(city, at):
    assert silent(scope_of(city.erik, at)).rows == []
    Channel.objects.filter(pk=city.channel.pk).update(quiet_since=local_day(at) - timedelta(days=60))
    assert silent(scope_of(city.erik, at)).rows == [["Parks on Facebook", "Facebook", "never", 60]]
    put_to_rest(city.channel, city.erik, at)
    assert silent(scope_of(city.erik, at)).rows == []


def test_page_shows_every_figure_with_its_table_and_asks_for_sense(city, client_of):
    erik, url = client_of(city.erik), reverse("follow_up_page")
    page = erik.get(url).content.decode()
    assert page.count('class="panel figure"') == len(FIGURES)
    for wrong, said in (
        ({"since": "2026-13-01", "until": "2026-01-01"}, "valid date"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "before the first"),
        ({"since": "2000-01-01", "until": "2026-01-01"}, "three years"),
        ({"since": "2026-01-01"}, "required"),
        ({"since": "0001-01-01", "until": "0001-01-02"}, "between 2000 and 2100"),
        ({"since": "9999-12-30", "until": "9999-12-31"}, "between 2000 and 2100"),
    ):
        answer = erik.get(url, wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert erik.get(url, {"since": "2024-12-30", "until": "2026-01-04"}).status_code == 200


def test_numbers_are_written_as_the_language_does(city):
    table = Table("t", "T", ["Who", "Days"], [["Anna", 12.5], ["Erik", 3]], bars=1)
    many = Table("t", "T", ["Who", "Days"], [["Anna", 12500], ["Erik", 3.0]], bars=1)
    with translation.override("sv"):
        assert bars_of(table) == [("Anna", "12,5", 100), ("Erik", "3", 24)]
        assert bars_of(many) == [("Anna", "12\xa0500", 100), ("Erik", "3", 0)]
        assert as_csv(table.rows) == '\ufeff"Anna";"12,5"\r\n"Erik";"3"\r\n'


def test_period_that_is_shown_is_marked_in_the_tabs(city, client_of, at, time_machine):
    time_machine.move_to(at, tick=False)
    erik, url = client_of(city.erik), reverse("follow_up_page")

    def marked(**asked):
        return re.findall(r'aria-current="page">([^<]+)</a></li>', erik.get(url, asked).content.decode())

    assert marked() == ["Last week"]
    assert marked(until="2026-11-22", since="2026-11-16") == ["Last week"]
    assert marked(since="2026-01-01", until="2026-11-24") == ["This year"]
    assert marked(since="2026-01-02", until="2026-11-24") == []


def test_csv_is_quoted_marked_and_safe_from_formulas(city, client_of, at):
    assert as_csv([["=1+1", "+4", "-4", "@x", "\tx", 'a"b', "å;ä"]]) == (
        '\ufeff"\'=1+1";"\'+4";"\'-4";"\'@x";"\'\tx";"a""b";"å;ä"\r\n'
    )
    city.anna.name = "=cmd|' /C calc'!A0"
    city.anna.save()
    Shift.objects.create(
        team=city.team, duty="watch", user=city.anna, starts_at=at, ends_at=at + timedelta(days=1)
    )
    url = reverse("follow_up_csv", args=["load"])
    answer = client_of(city.erik).get(url, {"since": "2026-11-01", "until": "2026-12-31"})
    assert answer["Content-Disposition"] == 'attachment; filename="load-by-person-2026-11-01-2026-12-31.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][0] == "'=cmd|' /C calc'!A0"
    assert client_of(city.erik).get(reverse("follow_up_csv", args=["secrets"])).status_code == 404


def test_week_in_words_comes_once_on_monday_to_those_who_want_it(city, sweep_at):
    # Whatever has no topic stays on the page; the report has a wish of its own.
    NoticeSettings.objects.create(user=city.erik, weekly_report=True, ways={"": "page"})
    monday = instant(TUESDAY + timedelta(days=6), "06:59")
    sweep_at(monday)
    assert not Notice.objects.filter(key__startswith="report:").exists()
    for minutes in (1, 2, 600):
        sweep_at(monday + timedelta(minutes=minutes))
    (notice,) = Notice.objects.filter(key__startswith="report:")
    assert (notice.recipient, notice.subject) == (city.erik, "Week 48 in words")
    assert "The watch was done" in notice.body or "No watch was due" in notice.body
    # The whole follow-up is in the letter, to be read without logging in.
    assert notice.body.count("\n\n") == len(FIGURES)
    assert "ANSWER TIMES\nNo questions or criticism came in." in notice.body
    letters = [letter for letter in mail.outbox if letter.subject == notice.subject]
    assert len(letters) == 1
    assert "List-Unsubscribe" in letters[0].extra_headers
    assert f"since={TUESDAY - timedelta(days=1)}" in notice.url


def test_report_that_fails_stops_and_doubles_no_other(city, sweep_at, monkeypatch):
    for user in (city.anna, city.erik, city.karin):
        NoticeSettings.objects.create(user=user, weekly_report=True)
    figures = follow_up.all_tables

    def breaks_for_erik(scope):
        if scope.user == city.erik:
            raise ValueError("a figure that cannot be counted")
        return figures(scope)

    monkeypatch.setattr(follow_up, "all_tables", breaks_for_erik)
    monday = instant(TUESDAY + timedelta(days=6), "07:00")
    told = Notice.objects.filter(key="report:2026-49").order_by("recipient__email")
    sweep_at(monday - timedelta(hours=1))
    for minutes in (1, 2):
        sweep_at(monday + timedelta(minutes=minutes))
        assert [notice.recipient for notice in told.all()] == [city.anna, city.karin]
    assert (
        "cannot be counted"
        in Rung.objects.get(ladder="report", object_id=city.erik.pk, step="2026-11-30").error
    )
    # Mended by Tuesday, it still tells of the week that it was for.
    monkeypatch.setattr(follow_up, "all_tables", figures)
    for hours in (24, 25):
        sweep_at(monday + timedelta(hours=hours))
    assert len({notice.url for notice in told.all()}) == 1
    assert [notice.recipient for notice in told.all()] == [city.anna, city.erik, city.karin]


@pytest.mark.parametrize("count", [1, 3])
def test_follow_up_takes_the_same_queries_however_much_there_is(
    city, at, client_of, django_assert_num_queries, count
):
    for number in range(count):
        question(city, at)
        Channel.objects.create(
            platform=city.channel.platform,
            name=f"C{number}",
            handle=f"c{number}",
            url=f"https://facebook.com/c{number}",
            unit=city.unit,
        )
    karin = client_of(city.karin)
    with django_assert_num_queries(18):
        karin.get(reverse("follow_up_page"), {"since": "2026-01-01", "until": "2026-12-31"})
