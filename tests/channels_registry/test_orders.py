"""The order to deregister, through a real mail server: refused, put off, cut off, answered, asked again (R35)."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry import closing, letters, orders
from channels_registry.models import Closure, DeregistrationOrder
from channels_registry.orders import send_orders, working_days_after
from core.models import Event, Notice
from core.moves import MoveRefused, perform
from core.returned import read_report, take_report
from tests import returned

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(journey, letterbox, city):
    """An order that waits to be sent."""
    closure = journey.closed()
    perform(closure, "order", actor=city.anna, at=journey.at)
    return closure


def order_of(closure):
    return closure.orders.latest("id")


def text_of(letter):
    return letter.get_payload(decode=True).decode()


@pytest.mark.rule("R35")
def test_default_address_is_the_registers_and_the_demo_has_its_own():
    from config.demo import environment

    source = (django_settings.BASE_DIR / "config" / "settings.py").read_text()
    assert 'default="support.digitalakanaler@goteborg.se"' in source
    demo = (django_settings.BASE_DIR / "config" / "demo" / "environment.py").read_text()
    assert environment.FOLDER
    assert '"DEREGISTRATION_EMAIL": "kanalregister@avinge.example"' in demo


@pytest.mark.rule("R35")
def test_order_goes_by_smtp_with_everything_the_register_needs_and_its_message_id(
    ordered, journey, letterbox, city
):
    assert (send_orders(journey.at), send_orders(journey.at)) == (1, 0)
    (letter,) = letterbox.to("register@avinge.example")
    order = order_of(ordered)
    assert letter["Message-ID"] == order.message_id
    assert letter["Reply-To"] == city.anna.email
    assert "Parks on Facebook" in str(make_header(decode_header(letter["Subject"])))
    text = text_of(letter)
    for said in (
        "https://www.facebook.com/parks",
        "Parks",
        "The vault",
        "Karin",
        "Ulf",
        "Anna",
        "instagram.com",
    ):
        assert said in text
    assert (order.state, order.sent_at) == ("sent", journey.at)
    sent = Event.objects.get(kind="closure.order_sent")
    assert sent.data["message_id"] == order.message_id


@pytest.mark.rule("R35")
def test_refused_order_is_seen_told_to_the_handler_and_ordered_again(ordered, journey, letterbox, city):
    letterbox.refuses = {"register@avinge.example"}
    assert send_orders(journey.at) == 0
    order = order_of(ordered)
    assert (order.state, "550" in order.error) == ("failed", True)
    assert Notice.objects.filter(recipient=city.anna, subject__contains="did not arrive").count() == 1
    with pytest.raises(MoveRefused, match="not sent yet"):
        orders.acknowledge(journey.fresh(ordered), actor=city.anna, at=journey.at, answer="Done.")
    letterbox.refuses = set()
    perform(journey.fresh(ordered), "order_again", actor=city.anna, at=journey.at)
    assert send_orders(journey.at) == 1


@pytest.mark.rule("R35")
def test_greylisted_order_is_tried_again_by_itself(ordered, journey, letterbox):
    letterbox.greylists = 1
    assert send_orders(journey.at) == 0
    assert order_of(ordered).state == "pending"
    assert send_orders(journey.at + timedelta(minutes=1)) == 0
    assert send_orders(journey.at + timedelta(minutes=3)) == 1


@pytest.mark.rule("R35")
def test_line_that_dies_after_data_sends_again_under_the_same_message_id(ordered, journey, letterbox):
    letterbox.dies = 1
    assert send_orders(journey.at) == 0
    assert order_of(ordered).state == "pending"
    assert send_orders(journey.at + timedelta(minutes=3)) == 1
    assert len({letter["Message-ID"] for letter in letterbox.to("register@avinge.example")}) == 1


@pytest.mark.rule("R35")
def test_unanswered_order_is_asked_again_after_five_working_days(ordered, journey, letterbox, sweep_at, city):
    send_orders(journey.at)
    again = working_days_after(journey.at.date(), 5)
    sweep_at(datetime(again.year, again.month, again.day, 7, 59, tzinfo=UTC))
    assert ordered.orders.count() == 1
    sweep_at(datetime(again.year, again.month, again.day, 8, 1, tzinfo=UTC))
    sweep_at(datetime(again.year, again.month, again.day, 8, 2, tzinfo=UTC))
    first, second = ordered.orders.all()
    letters = letterbox.to("register@avinge.example")
    assert len(letters) == 2
    assert letters[1]["In-Reply-To"] == first.message_id
    assert letters[1]["Message-ID"] == second.message_id != first.message_id
    assert Notice.objects.filter(recipient=city.anna, subject__contains="asked again").exists()


@pytest.mark.rule("R35")
def test_answer_ends_the_closure_and_the_asking(ordered, journey, letterbox, sweep_at, city):
    send_orders(journey.at)
    with pytest.raises(MoveRefused, match="needs"):
        orders.acknowledge(journey.fresh(ordered), actor=city.anna, at=journey.at, answer="")
    orders.acknowledge(journey.fresh(ordered), actor=city.anna, at=journey.at, answer="Deregistered.")
    sweep_at(journey.at + timedelta(days=30))
    assert ordered.orders.count() == 1
    assert order_of(ordered).answer == "Deregistered."
    assert Closure.objects.get(pk=ordered.pk).state == "deregistered"


@pytest.mark.rule("R35")
def test_mail_that_came_back_is_noted_and_the_database_keeps_what_was_written(ordered, journey, city):
    send_orders(journey.at)
    order = order_of(ordered)
    with pytest.raises(MoveRefused, match="what came back"):
        orders.note_bounce(order, actor=city.anna, at=journey.at, note=" ")
    orders.note_bounce(order, actor=city.anna, at=journey.at, note="Mailbox full.")
    order.refresh_from_db()
    assert order.state == "failed"
    with pytest.raises(IntegrityError), transaction.atomic():
        DeregistrationOrder.objects.update(body="Other.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Closure.objects.filter(pk=ordered.pk).update(state="deregistered")


def come_back(monkeypatch, report):
    """This will hand a report to the command as the mail server's pipe does, and return what it says."""

    class Standard:
        buffer = io.BytesIO(report)

    monkeypatch.setattr(sys, "stdin", Standard)
    said = io.StringIO()
    call_command("bounce", stdout=said)
    return said.getvalue()


@pytest.mark.rule("R35")
@pytest.mark.parametrize(
    ("write", "words"),
    [
        (returned.postfix, "Recipient address rejected"),
        (lambda *ids, to: returned.postfix(*ids, to=to, whole=True), "Recipient address rejected"),
        (returned.exchange, "mailbox full"),
    ],
    ids=["postfix, headers", "postfix, whole letter", "exchange"],
)
def test_order_that_comes_back_later_is_read_from_the_mail_servers_report(
    ordered, journey, letterbox, city, client_of, monkeypatch, write, words
):
    send_orders(journey.at)
    (letter,) = letterbox.to("register@avinge.example")
    report = write(letter["Message-ID"], to="register@avinge.example")
    order = order_of(ordered)
    assert f"order {order.pk} came back" in come_back(monkeypatch, report)
    order.refresh_from_db()
    assert (order.state, words in order.error) == ("failed", True)
    told = Notice.objects.filter(subject__contains="did not arrive")
    assert {row.recipient for row in told} == {city.anna, city.admin}
    assert words in told[0].body
    page = client_of(city.anna).get(reverse("channels_registry:closure_step", args=[ordered.pk, "order"]))
    assert words in page.content.decode()
    come_back(monkeypatch, report)
    assert Event.objects.filter(kind="closure.order_failed").count() == 1
    with pytest.raises(MoveRefused, match="came back"):
        orders.acknowledge(journey.fresh(ordered), actor=city.anna, at=journey.at, answer="Done.")
    perform(journey.fresh(ordered), "order_again", actor=city.anna, at=journey.at)
    assert send_orders(journey.at) == 1


@pytest.mark.rule("R35")
def test_report_that_the_order_is_only_late_fails_nothing(ordered, journey, letterbox, monkeypatch):
    send_orders(journey.at)
    order = order_of(ordered)
    late = returned.postfix(order.message_id, to=order.to, action="delayed", status="4.7.1")
    assert "is delayed" in come_back(monkeypatch, late)
    order.refresh_from_db()
    assert (order.state, "Greylisted" in order.error) == ("sent", True)
    assert Event.objects.filter(kind="closure.order_late").count() == 1


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"Subject: Hello\n\nHello.", "Å: ä\n\nö".encode("latin-1")]
)
def test_what_is_no_report_about_a_letter_of_ours_changes_nothing(
    ordered, journey, letterbox, monkeypatch, data
):
    send_orders(journey.at)
    assert "Not about" in come_back(monkeypatch, data)
    assert "Not about" in come_back(monkeypatch, returned.postfix("<other@avinge.example>", to="x@y.example"))
    assert order_of(ordered).state == "sent"


def refuse(person, at, **about):
    """This will let the last letter to somebody come back, as the mail server's report says it."""
    letter = Notice.objects.filter(recipient=person, **about).order_by("pk").last()
    Notice.objects.filter(pk=letter.pk).update(email_state="sent")
    take_report(read_report(returned.postfix(f"<{letter.message_id}@avinge.example>", to=person.email)), at)
    letter.refresh_from_db()
    assert letter.email_state == "refused"


def lost_for(client):
    day = client.get(reverse("my_day"))
    return [errand.pk for errand in day.context["day"].errands["lost"]], day.content.decode()


@pytest.mark.rule("R40")
def test_letter_to_a_chief_that_comes_back_is_seen_by_who_waits_and_gone_when_the_chief_has_signed(
    journey, city, client_of, time_machine
):
    time_machine.move_to(journey.at, tick=False)
    closure, anna = journey.awaiting(), client_of(city.anna)
    page = reverse("channels_registry:closure_page", args=[closure.pk])
    assert lost_for(anna)[0] == []
    refuse(city.karin, journey.at, key__contains=":sign:")
    found, day = lost_for(anna)
    assert (found, "Letters that did not arrive" in day) == ([closure.pk], True)
    assert lost_for(client_of(city.karin))[0] == []
    said = "The e-mail to Karin came back, so Karin may not know that you wait."
    for where in (page, reverse("channels_registry:closure_step", args=[closure.pk, "sign"])):
        shown = anna.get(where).content.decode()
        assert said in shown
        assert city.karin.email in shown
        assert "The e-mail to Ulf" not in shown
    journey.sign(closure, city.karin)
    assert lost_for(anna)[0] == []
    assert said not in anna.get(page).content.decode()


@pytest.mark.rule("R31", "R34")
def test_letters_to_strategist_and_records_officer_that_come_back_are_seen_until_one_of_them_has_answered(
    journey, city, at, client_of
):
    closure, anna = journey.opened(), client_of(city.anna)
    kept = {"level": "all", "keeps_content": True, "keeps_layout": False, "motive": "Of interest."}
    closing.propose_archive(closure, actor=city.anna, at=at, officer=city.rut, **kept)
    for person in (journey.tove, city.rut):
        refuse(person, at, about_id=closure.pk)
    lost = letters.lost_in(journey.fresh(closure))
    assert [(one.text.split(" came")[0], one.url.split("/")[-2]) for one in lost] == [
        ("The e-mail to Tove", "advice"),
        ("The e-mail to Rut", "archive"),
    ]
    closing.note_advice(journey.fresh(closure), actor=journey.tove, at=at, advice="Go.")
    assert len(letters.lost_in(journey.fresh(closure))) == 1
    assert lost_for(anna)[0] == [closure.pk]
    closing.propose_archive(journey.fresh(closure), actor=city.anna, at=at, officer=city.rut, **kept)
    last = Notice.objects.filter(recipient=city.rut).order_by("pk").last()
    Notice.objects.filter(pk=last.pk).update(email_state="sent")
    assert lost_for(anna)[0] == []  # a later letter was taken


@pytest.mark.rule("R35")
def test_order_that_comes_back_is_seen_by_the_handler_with_what_to_do_until_it_is_ordered_again(
    ordered, journey, city, client_of
):
    send_orders(journey.at)
    anna, order = client_of(city.anna), order_of(ordered)
    report = returned.postfix(order.message_id, to=order.to)
    take_report(read_report(report), journey.at)
    assert lost_for(anna)[0] == [ordered.pk]
    assert lost_for(client_of(city.erik))[0] == []
    for name, args in (("closure_page", ()), ("closure_step", ("order",))):
        page = anna.get(reverse(f"channels_registry:{name}", args=[ordered.pk, *args])).content.decode()
        assert f"Ask an administrator whether {order.to} is right, and order again." in page
        assert "The register has answered" not in page
    perform(journey.fresh(ordered), "order_again", actor=city.anna, at=journey.at)
    assert lost_for(anna)[0] == []
