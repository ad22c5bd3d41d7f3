"""How people are told: as they chose, never later than the law allows, in letters that both kinds of program read."""

from __future__ import annotations

import email
import io
import sys
from datetime import datetime, time, timedelta

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core.letters import after_quiet, as_email, may_still_see
from core.models import Notice, NoticeSettings
from core.notices import Message, send_notices, tell
from core.workdays import instant, local_day
from moderation.transitions import register_comment
from tests.core.test_notices import postbox  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


def message(person, key="k", about=None, urgent=False, subject="Look", body="Please."):
    return Message(
        recipient=person,
        key=key,
        subject=subject,
        body=body,
        url="/posts/1/",
        why="you are on duty",
        about=about,
        urgent=urgent,
    )


def wish(user, **fields):
    return NoticeSettings.objects.create(user=user, **fields)


def test_letter_is_plain_and_html_says_why_and_leads_to_the_thing(city, at):
    tell([message(city.anna, about=city.team, body="<script>alert(1)</script>\nNext line.")], at)
    letter = as_email(Notice.objects.get())
    (html, kind), plain = letter.alternatives[0], letter.body
    assert kind == "text/html"
    assert "<script>alert(1)</script>" in plain
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Next line." in html
    for text in (plain, html):
        assert "http://testserver/posts/1/" in text
        assert "You get this because you are on duty." in text
    assert 'lang="en"' in html


def test_letters_about_one_thing_are_one_thread(city, at):
    tell(
        [message(city.anna, "a", city.team), message(city.anna, "b", city.team), message(city.anna, "c")], at
    )
    first, second, other = (as_email(notice).extra_headers for notice in Notice.objects.order_by("pk"))
    assert first["References"] == second["References"] == f"<editorial.team-{city.team.pk}@localhost>"
    assert first["Message-ID"] != second["Message-ID"]
    assert "References" not in other


def test_topic_goes_where_the_person_wants_it(city, at):
    wish(city.anna, ways={"editorial.team": "page", "editorial.shift": "digest"})
    wish(city.erik, ways={"editorial.team": "digest"}, digest_at=time(8))
    tell(
        [
            message(city.anna, about=city.team),
            message(city.erik, about=city.team),
            message(city.sara, about=city.team),
        ],
        at,
    )
    states = dict(Notice.objects.values_list("recipient__name", "email_state"))
    assert states == {"Anna": "page", "Erik": "digest", "Sara": "pending"}
    # It is noon: the digest of eight o'clock is tomorrow's.
    assert Notice.objects.get(recipient=city.erik).try_at == instant(
        local_day(at) + timedelta(days=1), "08:00"
    )


@pytest.mark.rule("R36")
def test_what_is_urgent_is_never_held_back(city, at):
    wish(city.anna, ways={"editorial.team": "page"}, quiet_from=time(0), quiet_to=time(23, 59))
    tell([message(city.anna, about=city.team, urgent=True)], at)
    assert send_notices(at) == 1
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


@pytest.mark.rule("R36")
def test_legal_ladder_reaches_people_in_their_quiet_hours(city, at, sweep_at):
    from moderation.models import Ground
    from moderation.transitions import open_case, register_comment

    night = instant(local_day(at), "23:30")
    for user in (city.anna, city.erik, city.sara):
        wish(user, ways={"moderation.case": "digest"}, quiet_from=time(18), quiet_to=time(7))
    comment = register_comment(
        actor=city.anna, at=night, channel=city.channel, kind="illegal", author_name="K", text="A threat."
    )
    open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=night)
    sweep_at(night)
    told = {letter.to[0] for letter in mail.outbox if letter.subject.startswith("New case")}
    assert told == {city.erik.email, city.sara.email}


@pytest.mark.parametrize(
    ("clock", "until"),
    [
        ("17:59", None),
        ("18:00", "07:00"),
        ("23:59", "07:00"),
        ("00:30", "07:00"),
        ("06:59", "07:00"),
        ("07:00", None),
    ],
)
def test_quiet_hours_reach_over_midnight(city, at, clock, until):
    wishes = NoticeSettings(quiet_from=time(18), quiet_to=time(7))
    now = instant(local_day(at), clock)
    then = after_quiet(wishes, now)
    tomorrow = timedelta(days=0 if clock < "07:00" else 1)
    assert then == (instant(local_day(now) + tomorrow, until) if until else now)


def test_digest_is_one_letter_and_leaves_out_what_one_may_not_see(city, at, new_post):
    wish(city.anna, ways={"editorial.post": "digest", "editorial.team": "digest"})
    post = new_post(title="Secret swans")
    tell(
        [
            message(city.anna, "a", post, subject="About the swans", body="Swans."),
            message(city.anna, "b", city.team, subject="About the team"),
            message(city.anna, "c", city.other_team, subject="About others"),
        ],
        at,
    )
    due = instant(local_day(at) + timedelta(days=1), "08:00")
    assert send_notices(due - timedelta(minutes=1)) == 0
    assert send_notices(due) == 1
    assert send_notices(due) == 0
    (letter,) = mail.outbox
    assert letter.subject == "2 notices from Redaktionen"
    assert "About the swans" in letter.body
    assert "About the team" in letter.body
    assert "About others" not in letter.body
    assert sorted(Notice.objects.values_list("email_state", flat=True)) == ["moot", "sent", "sent"]


def test_digest_holds_no_question_of_a_team_that_one_has_left(city, at):
    for user in (city.anna, city.erik):
        wish(user, ways={"moderation.question": "digest"})
    asked = register_comment(
        actor=city.erik, at=at, channel=city.channel, kind="question", author_name="K", text="When?"
    )
    tell([message(user, "a", asked.questions.get()) for user in (city.anna, city.erik)], at)
    city.team.memberships.filter(user=city.anna).delete()
    assert send_notices(at + timedelta(days=1)) == 1
    assert [letter.to for letter in mail.outbox] == [[city.erik.email]]


@pytest.mark.parametrize(
    "kind",
    [
        "calendar_app.slot",
        "channels_registry.channel",
        "channels_registry.closure",
        "channels_registry.dormancy",
        "channels_registry.opening",
        "consent.picture",
        "editorial.followup",
        "editorial.handover",
        "editorial.idea",
        "editorial.post",
        "editorial.publication",
        "editorial.shift",
        "editorial.swap",
        "editorial.takedown",
        "editorial.team",
        "moderation.archivecheck",
        "moderation.case",
        "moderation.comment",
        "moderation.holidaywatch",
        "moderation.question",
        "moderation.reply",
        "moderation.watch",
    ],
)
def test_what_notices_are_about_says_who_may_see_it(kind):
    assert hasattr(apps.get_model(kind)._default_manager, "visible_to")


def test_digest_of_somebody_who_left_the_team_or_the_city_is_not_sent(city, at, new_post):
    wish(city.anna, ways={"editorial.post": "digest"})
    wish(city.sara, ways={"editorial.post": "digest"})
    post = new_post()
    tell([message(city.anna, about=post), message(city.sara, about=post)], at)
    city.team.memberships.filter(user=city.anna).delete()
    city.sara.is_active = False
    city.sara.save()
    assert send_notices(at + timedelta(days=2)) == 0
    assert mail.outbox == []


def test_letter_held_until_the_morning_is_not_sent_to_who_left_the_team_or_the_city(city, at, new_post):
    for person in (city.anna, city.sara, city.erik):
        wish(person, quiet_from=time(11), quiet_to=time(20))
    post = new_post()
    tell([message(person, about=post) for person in (city.anna, city.sara, city.erik)], at)
    city.team.memberships.filter(user=city.anna).delete()
    city.sara.is_active = False
    city.sara.save()
    assert send_notices(instant(local_day(at), "20:00")) == 1
    assert [letter.to for letter in mail.outbox] == [[city.erik.email]]
    assert sorted(Notice.objects.values_list("email_state", flat=True)) == ["moot", "moot", "sent"]


def test_digest_that_is_refused_is_tried_again(city, at, settings):
    wish(city.anna, ways={"editorial.team": "digest"})
    tell([message(city.anna, about=city.team)], at)
    due = instant(local_day(at) + timedelta(days=1), "08:00")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert send_notices(due) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_notices(due + timedelta(minutes=1)) == 0
    assert send_notices(due + timedelta(minutes=2)) == 1


def test_one_click_ends_letters_about_a_topic_and_looking_does_not(city, at):
    tell([message(city.anna, about=city.team)], at)
    headers = as_email(Notice.objects.get()).extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    outside = Client(enforce_csrf_checks=True)
    assert outside.get(path).status_code == 200
    assert not NoticeSettings.objects.exists()
    assert outside.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert NoticeSettings.objects.get(user=city.anna).ways == {"editorial.team": "page"}
    assert outside.post(path[:-3] + "x/").status_code == 404


def test_one_click_in_a_digest_ends_the_digest(city, at):
    wish(city.anna, ways={"editorial.team": "digest", "editorial.swap": "email"})
    tell([message(city.anna, about=city.team)], at)
    due = instant(local_day(at) + timedelta(days=1), "08:00")
    send_notices(due)
    (letter,) = mail.outbox
    path = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    tell([message(city.anna, "waits", about=city.team)], due)
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert NoticeSettings.objects.get().ways == {"editorial.team": "page", "editorial.swap": "email"}
    tell([message(city.anna, "later", about=city.team)], due)
    send_notices(due + timedelta(days=2))
    assert len(mail.outbox) == 1


def test_what_is_about_nothing_in_particular_can_be_ended_and_wanted_again(city, at, client_of):
    tell([message(city.anna)], at)
    path = as_email(Notice.objects.get()).extra_headers["List-Unsubscribe"].strip("<>")
    Client().post(path.removeprefix("http://testserver"))
    assert NoticeSettings.objects.get().ways == {"": "page"}
    anna, url = client_of(city.anna), reverse("notice_settings")
    form = anna.get(url).context["form"]
    assert (form["other"].label, form["other"].value()) == ("Everything else", "page")
    data = {"digest_at": "08:00", "other": "email"} | dict.fromkeys(filter(None, form.topics), "email")
    assert anna.post(url, data).status_code == 302
    assert NoticeSettings.objects.get().ways[""] == "email"


def test_settings_are_kept_and_nonsense_is_answered_with_a_sentence(city, client_of):
    anna, url = client_of(city.anna), reverse("notice_settings")
    page = anna.get(url)
    form = page.context["form"]
    data = {"digest_at": "07:30", "quiet_from": "18:00", "quiet_to": "07:00"} | dict.fromkeys(
        form.topics, "digest"
    )
    assert anna.post(url, data).status_code == 302
    wishes = NoticeSettings.objects.get(user=city.anna)
    assert (wishes.digest_at, set(wishes.ways.values())) == (time(7, 30), {"digest"})
    for wrong, said in (
        ({"quiet_to": ""}, "Give both"),
        ({"quiet_to": "18:00"}, "Choose another time"),
        ({"digest_at": "25:99"}, "valid time"),
        ({"editorial.swap": "pigeon"}, "pigeon"),
    ):
        answer = anna.post(url, data | wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_what_does_not_say_who_may_see_it_is_in_no_digest(city, at):
    tell(
        [message(city.anna, key="mine", about=city.team), message(city.anna, about=city.channel.platform)], at
    )
    kept = may_still_see(city.anna, list(Notice.objects.all()))
    assert [notice.key for notice in kept] == ["mine"]


def sent_again(times: int, at: datetime, apart: timedelta = timedelta(minutes=30)) -> datetime:
    """This will go through so many rounds of sending, and return when the next is due."""
    for turn in range(times):
        send_notices(at + turn * apart)
    return at + times * apart


def test_administrators_see_that_an_address_takes_no_mail(city, at, postbox):  # noqa: F811
    postbox.refused = {city.anna.email}
    tell([message(city.anna)], at)
    sent_again(4, at)
    told = Notice.objects.get(key__startswith="refused:")
    assert (told.recipient, told.subject) == (city.admin, "E-mail to Anna comes back")


def test_digest_that_is_never_taken_is_given_up_and_told_of(city, at, postbox):  # noqa: F811
    wish(city.anna, ways={"editorial.team": "digest"})
    postbox.refused = {city.anna.email}
    tell([message(city.anna, about=city.team)], at)
    now = sent_again(4, at + timedelta(days=1))
    assert Notice.objects.get(key__startswith="refused:").recipient == city.admin
    sent_again(12, now, apart=timedelta(hours=5))
    mine = Notice.objects.get(recipient=city.anna)
    assert (mine.email_state, mine.attempts) == ("refused", 12)


def test_only_administrator_whose_own_mail_is_refused_reads_so_on_the_page(city, at, postbox):  # noqa: F811
    postbox.refused = {city.admin.email}
    tell([message(city.admin)], at)
    sent_again(4, at)
    told = Notice.objects.get(key__startswith="refused:")
    assert (told.recipient, told.email_state) == (city.admin, "page")


def test_returned_letter_is_noted_and_told(city, at, monkeypatch):
    tell([message(city.anna)], at)
    send_notices(at)
    notice = Notice.objects.get()
    report = email.message.EmailMessage()
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.set_content("No such mailbox.")
    report.add_attachment(
        f"Message-ID: <{notice.message_id}@localhost>\nSubject: Look\n".encode(),
        maintype="text",
        subtype="rfc822-headers",
        cte="8bit",
    )

    class Standard:
        buffer = io.BytesIO(report.as_bytes())

    monkeypatch.setattr(sys, "stdin", Standard)
    call_command("bounce", stdout=io.StringIO())
    notice.refresh_from_db()
    assert notice.email_state == "refused"
    assert Notice.objects.get(key__startswith="refused:").recipient == city.admin
