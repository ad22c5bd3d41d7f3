"""The doors of a closure, step by step: what people may, what strangers see, and bad input answered with a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry import closing
from channels_registry.models import ArchiveDecision, Channel, Closure, Consultation
from channels_registry.queries import STEPS
from core.models import Notice
from core.moves import perform
from core.workdays import local_day
from tests.channels_registry.closures import PROMISED

pytestmark = pytest.mark.django_db
NS = "channels_registry:"


def url(name, *args):
    return reverse(NS + name, args=args)


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("who", ["olle", "stranger"])
def test_strangers_find_no_closure_at_any_door(journey, city, client_of, who):
    closure = journey.closed()
    client, item = client_of(getattr(city, who)), closure.items.first()
    for name, args in (
        ("closure_page", ()),
        ("closure_sign", ()),
        ("package_download", ()),
        ("item_copy", (item.pk,)),
        ("item_original", (item.pk,)),
        *(("closure_step", (step,)) for step in STEPS),
    ):
        assert client.get(url(name, closure.pk, *args)).status_code == 404, name
    for name, args in (
        ("closure_move", ("order",)),
        ("closure_take_over", ()),
        ("shot_add", ()),
        ("export_add", ()),
        ("upload_begin", ()),
        ("item_opened", (item.pk,)),
        ("closure_step", ("reason",)),
    ):
        assert client.post(url(name, closure.pk, *args)).status_code == 404, name
    assert str(closure.channel) not in text(client.get(url("closures_page")))


@pytest.mark.parametrize(
    "state",
    ["preparing", "awaiting_decision", "telling", "archiving", "ready", "closed", "ordered", "deregistered"],
)
def test_every_page_of_a_closure_opens_in_every_state_in_few_queries(
    journey, city, client_of, state, django_assert_max_num_queries
):
    closure = journey.at_state(state)
    for who in (city.anna, city.karin, city.rut):
        client = client_of(who)
        for name, args in (
            ("closure_page", ()),
            ("closure_sign", ()),
            *(("closure_step", (step,)) for step in STEPS),
        ):
            with django_assert_max_num_queries(15):
                assert client.get(url(name, closure.pk, *args)).status_code == 200, (name, args)


def test_steps_are_saved_left_and_returned_to(journey, city, client_of):
    closure, anna = journey.opened(), client_of(city.anna)
    day = local_day(journey.at) + timedelta(days=45)
    form = {
        "reason": "goals",
        "motive": "Nobody reads it.",
        "closes_on": day.isoformat(),
        "public_reason": "Few read us here.",
        "seen": closure.version,
    }
    step = url("closure_step", closure.pk, "reason")
    assert anna.post(step, form).status_code == 302
    late = anna.post(step, form | {"motive": "Later words."})
    assert (late.status_code, "Later words." in text(late)) == (409, True)
    bad = anna.post(step, form | {"closes_on": "soon"})
    assert (bad.status_code, "Nobody reads it." in text(bad)) == (422, True)
    merger = url("closure_step", closure.pk, "merger")
    closure.refresh_from_db()
    saved = anna.post(
        merger, {"merge_into": city.other_channel.name, "followers_go_to": "", "seen": closure.version}
    )
    assert saved.status_code == 302
    closure.refresh_from_db()
    assert closure.followers_go_to == city.other_channel.url
    assert closure.notices.count() == 3
    notices = url("closure_step", closure.pk, "notices")
    assert "Few read us here." in text(anna.get(notices))
    half = anna.post(notices, {"at_0": "", "text_0": "Goodbye.", "seen": closure.version})
    assert (half.status_code, "both a time and a text" in text(half)) == (422, True)
    archive = url("closure_step", closure.pk, "archive")
    both = anna.post(archive, {"level": "none", "keeps_content": "on", "motive": "M", "officer": city.rut.pk})
    assert (both.status_code, "Say what is kept" in text(both)) == (409, True)


@pytest.mark.rule("R31", "R34")
def test_advice_and_the_records_officers_word_are_given_by_themselves_and_never_for_them(
    journey, city, client_of
):
    closure, anna, rut, tove = journey.opened(), *map(client_of, (city.anna, city.rut, journey.tove))
    advice, archive = url("closure_step", closure.pk, "advice"), url("closure_step", closure.pk, "archive")
    assert "Asked: Tove." in text(anna.get(advice))
    forged = anna.post(advice, {"advice": "Go.", "strategist": journey.tove.pk})
    assert (forged.status_code, closure.consultations.count()) == (403, 0)
    assert tove.post(advice, {"advice": "Go."}).status_code == 302
    assert closure.consultations.get().strategist == journey.tove
    kept = {"level": "all", "keeps_content": "on", "motive": "Of interest."}
    forged = kept | {"officer": city.rut.pk, "officer_word": "Rut says keep it."}
    assert anna.post(archive, forged).status_code == 302
    closure.refresh_from_db()
    assert (closure.archive.officer_word, closure.archive.is_said) == ("", False)
    assert "Rut is asked and has not said it yet." in text(anna.get(archive))
    assert "Waiting for Rut" in text(anna.get(url("closure_page", closure.pk)))
    assert Closure.objects.to_advise_by(city.rut).filter(pk=closure.pk).exists()
    asked = Notice.objects.get(recipient=city.rut, subject__startswith="Your word, please")
    assert asked.url == archive
    assert "Of interest." in text(rut.get(archive))
    assert rut.post(archive, kept | {"officer_word": ""}).status_code == 422
    assert rut.post(archive, kept | {"officer_word": "Keep it."}).status_code == 302
    closure.refresh_from_db()
    assert (closure.archive.officer, closure.archive.is_said) == (city.rut, True)
    assert anna.post(archive, kept | {"officer": city.rut.pk, "motive": "Other."}).status_code == 302
    closure.refresh_from_db()
    assert not closure.archive.is_said
    for row in (
        Consultation(closure=closure, strategist=journey.tove, advice="Go.", noted_by=city.anna),
        ArchiveDecision(
            closure=closure,
            level="none",
            keeps_content=False,
            keeps_layout=False,
            motive="M",
            officer=city.rut,
            officer_word="Nothing.",
            noted_by=city.anna,
        ),
    ):
        row.noted_at = journey.at
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


@pytest.mark.rule("R31")
def test_refusal_is_said_before_anybody_fills_the_form(journey, city, client_of):
    closure = journey.opened()
    anna = client_of(city.anna)
    twice = anna.get(url("closure_new", closure.channel_id))
    assert (twice.status_code, "closing already" in text(twice)) == (409, True)
    assert "Open the closure" not in text(twice)
    merger = url("closure_step", closure.pk, "merger")
    form = {"merge_into": str(city.other_channel.url), "followers_go_to": "", "seen": closure.version}
    assert anna.post(merger, form).status_code == 302
    into = client_of(journey.tove).get(url("closure_new", city.other_channel.pk))
    assert (into.status_code, "is being merged into this channel" in text(into)) == (409, True)
    closure.refresh_from_db()
    for typed, reason in (
        (closure.channel.url, "cannot be merged into itself"),
        ("https://facebook.com/nobody", "No channel in the register"),
        ("no such name", "No channel in the register"),
    ):
        answer = anna.post(merger, {"merge_into": typed, "seen": closure.version})
        assert (answer.status_code, reason in text(answer), typed in text(answer)) == (422, True, True)
    other = Channel.objects.create(
        platform=city.channel.platform,
        name="Gone",
        handle="gone",
        url="https://www.facebook.com/gone",
        unit=city.unit,
    )
    closing.open_closure(other, actor=journey.tove, at=journey.at, reason="goals", motive="M")
    answer = anna.post(merger, {"merge_into": "gone", "seen": closure.version})
    assert (answer.status_code, "is itself closing" in text(answer)) == (422, True)
    assert other.url not in text(anna.get(merger))


def test_step_with_the_notices_is_done_when_somebody_has_read_them(journey, city, client_of):
    closure, anna = journey.planned(), client_of(city.anna)
    step = url("closure_step", closure.pk, "notices")
    assert "Read them and save them" in text(anna.get(url("closure_page", closure.pk)))
    page = anna.get(step)
    assert not page.context["step"].done
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    form = {
        name: f"{value:%Y-%m-%dT%H:%M}" if name.startswith("at_") and value else value
        for name, value in form.items()
    }
    form = {name: value for name, value in form.items() if value is not False}
    assert anna.post(step, form | {"seen": closure.version}).status_code == 302
    assert "Read them and save them" not in text(anna.get(url("closure_page", closure.pk)))
    steps = {one.slug: one for one in anna.get(url("closure_page", closure.pk)).context["steps"]}
    assert (steps["notices"].done, steps["notices"].who) == (True, "Anna")
    assert (steps["merger"].who, steps["archive"].who) == ("Anna", "Rut")


def test_strategist_and_handler_see_who_may_do_what(journey, city, client_of):
    closure = journey.planned()
    tove = client_of(journey.tove)
    assert tove.get(url("closure_page", closure.pk)).status_code == 200
    assert (
        client_of(city.rut).post(url("closure_move", closure.pk, "cancel"), {"note": "x"}).status_code == 403
    )
    assert tove.post(url("closure_take_over", closure.pk)).status_code == 302
    assert journey.fresh(closure).handler == journey.tove
    assert tove.post(url("closure_move", closure.pk, "cancel"), {"note": ""}).status_code == 422
    assert tove.post(url("closure_move", closure.pk, "told")).status_code == 404
    assert tove.post(url("closure_move", closure.pk, "sign")).status_code == 404
    assert tove.get(url("closure_step", closure.pk, "nosuch")).status_code == 404
    assert tove.post(url("closure_step", closure.pk, "sign")).status_code == 404


def test_account_is_closed_ordered_and_answered_through_the_pages(journey, city, client_of, time_machine):
    closure = journey.ready()
    time_machine.move_to(journey.at + PROMISED, tick=False)
    anna = client_of(city.anna)
    close = url("closure_step", closure.pk, "close")
    bad = anna.post(close, {"how": "burnt", "handle_kept": "The vault"})
    assert (bad.status_code, "The vault" in text(bad)) == (422, True)
    assert anna.post(close, {"how": "deleted", "handle_kept": "The vault"}).status_code == 302
    assert anna.post(close, {"how": "deleted", "handle_kept": "The vault"}).status_code == 409
    assert anna.post(url("closure_move", closure.pk, "order")).status_code == 302
    early = anna.post(url("closure_step", closure.pk, "order"), {"answer": "Done."})
    assert (early.status_code, "not sent yet" in text(early)) == (409, True)
    order = closure.orders.get()
    assert (
        client_of(city.anna).post(url("order_bounce", closure.pk, order.pk), {"note": "Back."}).status_code
        == 409
    )


def test_admin_cannot_move_a_closure_past_its_table(journey, city, client_of):
    closure = journey.planned()
    moves = reverse("admin:channels_registry_closure_moves", args=[closure.pk])
    admin = client_of(city.admin)
    for name, status in (("tell", 409), ("sign", 409), ("close", 409), ("told", 409), ("reject", 403)):
        answer = admin.post(moves, {"move": name, "note": "x", "seen": closure.version})
        assert answer.status_code == status, (name, text(answer)[-500:])
    assert journey.fresh(closure).state == "preparing"


@pytest.mark.parametrize("more", [0, 2])
def test_lists_of_closures_take_the_same_queries_however_many(
    journey, city, tove, client_of, django_assert_num_queries, more
):
    journey.opened()
    for number in range(more):
        channel = Channel.objects.create(
            platform=city.channel.platform,
            name=f"P{number}",
            handle=f"p{number}",
            url=f"https://www.facebook.com/p{number}",
            unit=city.unit,
        )
        closing.open_closure(channel, actor=tove, at=journey.at, reason="goals", motive="M")
    anna = client_of(city.karin)
    with django_assert_num_queries(8):
        page = anna.get(url("closures_page"))
    assert len(page.context["page_obj"].object_list) == 1 + more
    perform(Closure.objects.first(), "cancel", actor=tove, at=journey.at, note="x")


def test_long_register_keeps_the_mergers_page_small(journey, city, client_of, django_assert_max_num_queries):
    Channel.objects.bulk_create(
        Channel(
            platform=city.channel.platform,
            name=f"P{number}",
            handle=f"p{number}",
            url=f"https://www.facebook.com/p{number}",
            unit=city.unit,
        )
        for number in range(300)
    )
    closure, anna = journey.opened(), client_of(city.anna)
    with django_assert_max_num_queries(15):
        page = text(anna.get(url("closure_step", closure.pk, "merger")))
    assert page.count("<option") <= 60


def test_closure_is_opened_from_the_channels_page_and_not_twice(city, client_of):
    anna, address = client_of(city.anna), url("closure_new", city.channel.pk)
    assert anna.post(address, {"reason": "goals", "motive": ""}).status_code == 422
    assert client_of(city.olle).post(address, {"reason": "goals", "motive": "M"}).status_code == 403
    assert anna.post(address, {"reason": "goals", "motive": "M"}).status_code == 302
    again = anna.post(address, {"reason": "goals", "motive": "Mine"})
    assert (again.status_code, "Mine" in text(again)) == (409, True)
    assert Closure.objects.count() == 1
