"""The end of a channel in a real browser: six people and a real mail server, from the first reason to the answer."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from channels_registry.models import Channel, Closure
from core import clock
from core.models import User
from core.returned import read_report, take_report
from core.workdays import instant, local_day
from editorial.models import FarewellPost, Publication
from tests import returned
from tests.conftest import PASSWORD, make_user
from tests.postbox import letterbox  # noqa: F401  (fixture)
from tests.stories.looking import faults_of_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


def local(at: datetime) -> str:
    return at.astimezone(ZoneInfo(django_settings.TIME_ZONE)).strftime("%Y-%m-%dT%H:%M")


def link_in(letter: Any) -> str:
    """The path of the link in an e-mail."""
    plain = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    text = plain.get_payload(decode=True).decode()
    return urlsplit(next(word for word in text.split() if word.startswith("http"))).path


def sign(page: Page, path: str, person: User) -> None:
    """Follow the link from the e-mail on a phone: log in, land on the plan, sign."""
    page.goto(path)
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Close Parks on Facebook")
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Sign the plan")
    expect(page.locator("#messages")).to_contain_text("You have signed the plan.")


@pytest.mark.rule("R28", "R31", "R32", "R33", "R34", "R35", "R38", "R40")
def test_channel_is_closed_by_six_people_with_real_mail(
    live_city,
    page_of,
    browser,
    live_server,
    letterbox,  # noqa: F811
    settings,
    png,
    tmp_path: Path,
    time_machine,
):
    city = live_city
    settings.LINK_TRUSTED_HOSTS = ["www.instagram.com"]
    settings.BASE_URL = live_server.url
    tove = make_user("Tove", is_web_strategist=True)
    anna = page_of(city.anna)

    anna.goto(f"/channels/{city.channel.pk}/")
    anna.get_by_role("link", name="Close the channel").click()
    anna.get_by_label("The results are too poor for the effort").check()
    anna.locator("[name=motive]").fill("Forty readers a week.")
    press(anna, "Open the closure")
    closure = Closure.objects.get()
    steps = f"/channels/closures/{closure.pk}/"

    closes_on = local_day(timezone.now()) + timedelta(days=40)
    anna.goto(steps + "reason/")
    anna.locator("[name=closes_on]").fill(closes_on.isoformat())
    anna.locator("[name=public_reason]").fill("Few of you read us here.")
    press(anna, "Save the step")
    anna.goto(steps + "merger/")
    anna.locator("[name=no_merger_why]").fill("Nobody else does parks.")
    anna.locator("[name=followers_go_to]").fill("https://www.instagram.com/parks")
    press(anna, "Save the step")

    clock.sweep(timezone.now())
    (asked,) = letterbox.to(tove.email)
    strategist = page_of(tove)
    strategist.goto(link_in(asked))
    strategist.locator("[name=advice]").fill("Send them to Instagram.")
    press(strategist, "Give your advice")

    anna.goto(steps + "archive/")
    anna.get_by_label("everything", exact=True).check()
    anna.get_by_label("The content is kept").check()
    anna.get_by_label("The layout is kept, as screenshots").check()
    anna.locator("[name=motive]").fill("Of interest later.")
    press(anna, "Ask the records officer")
    clock.sweep(timezone.now())
    (asked,) = letterbox.to(city.rut.email)
    rut = page_of(city.rut)
    rut.goto(link_in(asked))
    rut.locator("[name=officer_word]").fill("Keep everything.")
    press(rut, "Decide what is kept")
    anna.goto(steps + "notices/")
    assert "Few of you read us here." in anna.locator("[name=text_0]").input_value()
    press(anna, "Save the notices")
    anna.goto(steps + "sign/")
    press(anna, "Ask both chiefs to decide")

    clock.sweep(timezone.now())
    for chief in (city.karin, city.ulf):
        (letter,) = letterbox.to(chief.email)
        phone = browser.new_context(base_url=live_server.url, viewport={"width": 360, "height": 740})
        sign(phone.new_page(), link_in(letter), chief)
        phone.close()
    closure.refresh_from_db()
    assert closure.state == "telling"

    farewells = list(FarewellPost.objects.order_by("notice__planned_at"))
    erik = page_of(city.erik)
    for farewell in farewells:
        erik.goto(f"/review/{farewell.post_id}/")
        for question in ("tone", "wording", "profile"):
            erik.locator(f"#approve-form [name={question}][value=yes]").check()
        press(erik, "Approve the post")
        anna.goto(f"/posts/{farewell.post_id}/")
        anna.get_by_text("Plan the post").first.click()
        anna.locator("[name=planned_at]").first.fill(local(farewell.notice.planned_at))
        press(anna, "Plan the post")
        farewell.post.refresh_from_db()
        assert farewell.post.state == "scheduled"
    for farewell in farewells:
        time_machine.move_to(farewell.notice.planned_at + timedelta(minutes=1), tick=True)
        clock.sweep(timezone.now())
        anna = page_of(city.anna)
        publication = Publication.objects.get(post=farewell.post)
        anna.goto(f"/publications/{publication.pk}/")
        anna.locator("[name=url]").fill(f"https://www.facebook.com/parks/posts/{publication.pk}")
        press(anna, "Confirm as published")
        expect(anna.get_by_role("link", name="posts/").first).to_be_visible()
    closure.refresh_from_db()
    assert closure.state == "archiving"
    rut = page_of(city.rut)

    anna.goto(steps + "keep/")
    shot, export = tmp_path / "shot.png", tmp_path / "export.zip"
    shot.write_bytes(png())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr("posts.txt", "Every post. " * 900_000)
    export.write_bytes(packed.getvalue())
    anna.locator("[name=screenshot]").set_input_files(shot)
    press(anna, "Keep the screenshot")
    anna.locator("[name=export]").set_input_files(export)
    press(anna, "Keep the export")
    expect(anna.get_by_text("export.zip").first).to_be_visible(timeout=20_000)
    assert closure.items.count() == 2
    rut.goto(steps + "keep/")
    for _number in range(2):
        rut.get_by_role("button", name="I opened it, it is whole").first.click()
        expect(rut.locator("#messages")).to_contain_text("you opened the file")
    anna.goto(steps + "keep/")
    press(anna, "Say that everything is kept")

    time_machine.move_to(instant(closes_on, "10:00"), tick=True)
    anna = page_of(city.anna)
    anna.goto(steps + "close/")
    anna.get_by_label("The account is deleted").check()
    anna.locator("[name=handle_kept]").fill("The vault")
    press(anna, "The account is closed")
    anna.goto(steps + "order/")
    press(anna, "Order the deregistration")
    clock.sweep(timezone.now())
    (order,) = letterbox.to("register@avinge.example")
    assert order["Message-ID"] == closure.orders.get().message_id
    assert order["Reply-To"] == city.anna.email

    # The register's mail server cannot deliver it after all and says so; the order goes again.
    take_report(read_report(returned.postfix(order["Message-ID"], to=order["To"])), timezone.now())
    anna.goto(steps + "order/")
    expect(anna.get_by_text("Recipient address rejected").first).to_be_visible()
    press(anna, "Order the deregistration again")
    clock.sweep(timezone.now())
    assert len(letterbox.to("register@avinge.example")) == 2
    assert [
        letter["Subject"] for letter in letterbox.to(city.anna.email) if "did not arrive" in letter["Subject"]
    ]

    anna.goto(steps + "order/")
    anna.locator("[name=answer]").fill("Deregistered today.")
    press(anna, "Note the answer and end the closure")
    expect(anna.locator("#messages")).to_contain_text("deregistered")
    assert Channel.objects.get(pk=city.channel.pk).state == "deregistered"
    with anna.expect_download() as down:
        anna.goto(steps + "order/")
        anna.get_by_role("link", name="Download the package").click()
    assert zipfile.ZipFile(down.value.path()).testzip() is None


def test_closure_pages_are_accessible_and_fit_a_phone(live_city, page_of, settings, png, tmp_path):
    from tests.channels_registry.closures import Journey

    settings.LINK_TRUSTED_HOSTS = ["www.instagram.com"]
    tove = make_user("Tove", is_web_strategist=True)
    journey = Journey(live_city, tove, timezone.now(), png, tmp_path)
    closure = journey.awaiting()
    pages = [
        f"/channels/closures/{closure.pk}/decide/",
        f"/channels/closures/{closure.pk}/",
        f"/channels/{closure.channel_id}/",
        "/channels/",
        "/channels/closures/",
        "/channels/openings/new/",
        f"/channels/closures/{closure.pk}/sign/",
    ]
    wrong = faults_of_pages(page_of(live_city.karin), pages)
    journey.sign(closure, live_city.karin)
    journey.sign(closure, live_city.ulf)
    steps = ("telling", "keep", "reason", "notices", "order")
    wrong += faults_of_pages(
        page_of(live_city.anna), [f"/channels/closures/{closure.pk}/{step}/" for step in steps]
    )
    assert wrong == []


def test_export_whose_line_breaks_says_so_in_our_words_and_is_sent_again(
    live_city, page_of, settings, png, tmp_path
):
    from tests.channels_registry.closures import Journey, zip_bytes

    settings.LINK_TRUSTED_HOSTS = ["www.instagram.com"]
    journey = Journey(live_city, make_user("Tove", is_web_strategist=True), timezone.now(), png, tmp_path)
    closure = journey.telling()
    page = page_of(live_city.anna)
    page.goto(f"/channels/closures/{closure.pk}/keep/")
    file = {"name": "export.zip", "mimeType": "application/zip", "buffer": zip_bytes()}
    page.route("**/uploads/**", lambda route: route.abort("connectionreset"))
    page.locator("[name=export]").set_input_files([file])
    press(page, "Keep the export")
    said = page.locator(".export-progress [role=status]")
    expect(said).to_have_text(str(page.locator("form[data-export]").get_attribute("data-failed")))
    page.unroute("**/uploads/**")
    press(page, "Keep the export")
    expect(page.get_by_text("The file is kept.")).to_be_visible()
    assert closure.items.get().name == "export.zip"
