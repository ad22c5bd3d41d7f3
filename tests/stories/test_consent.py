"""From the photographer's phone to a picture that is gone again: QR codes, answers, a quarrel, a post, a change of mind."""

from __future__ import annotations

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from consent import links
from consent.models import ConsentRequest, Person, Picture
from core import clock
from core.moves import perform
from editorial.models import Post, Publication, TakedownTask
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def photograph(color: str = "#9fd3ea") -> bytes:
    image = Image.new("RGB", (600, 400), color)
    pen = ImageDraw.Draw(image)
    for x in (80, 260, 440):
        pen.ellipse((x, 100, x + 80, 200), fill="#c98f62")
        pen.rectangle((x - 10, 200, x + 90, 380), fill="#b3331a")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def says(page: Page, request: ConsentRequest, *, yes: bool) -> None:
    """A signer on a small phone without script: reads all pages, answers on the last."""
    page.goto("/" + links.url_of(request).split("/", 3)[3])
    expect(page.locator("h1")).to_have_text("May we show this picture?")
    for heading in ("Where, and for how long?", "You decide", "What do you say?"):
        page.get_by_role("link", name="Go on").click()
        expect(page.locator("h1")).to_have_text(heading)
    page.get_by_role("button", name=re.compile("^Yes, you may" if yes else "^No, do not")).click()
    expect(page.locator("h1")).to_have_text("You have said yes" if yes else "You have said no")


@pytest.mark.rule("R14", "R15", "R16", "R38")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_picture_goes_from_asking_to_gone(live_city, live_server, page_of, browser, settings, script):
    city = live_city
    settings.BASE_URL = live_server.url
    photographer = page_of(city.anna, width=390, script=script)
    photographer.goto(reverse("consent:picture_new"))
    photographer.set_input_files(
        "input[type=file]", [{"name": "park.jpg", "mimeType": "image/jpeg", "buffer": photograph()}]
    )
    photographer.get_by_label("Title").fill("Three in the park")
    photographer.get_by_label("Alternative text").fill("Three people in the park.")
    photographer.get_by_label("Unit").select_option(label="Parks")
    photographer.get_by_role("button", name="Add the pictures").click()
    picture = Picture.objects.get()

    def list_one(name: str, born: str = "", guardians: str = "") -> None:
        photographer.get_by_text("List a person", exact=True).click()
        form = photographer.locator("form[action$='/person/']")
        form.get_by_label("Where in the picture").fill(f"{name}'s place")
        form.get_by_label("New person's name").fill(name)
        form.get_by_label("Date of birth").fill(born)
        form.get_by_label("Guardians").fill(guardians)
        form.get_by_role("button", name="List the person", exact=True).click()
        expect(photographer.locator("#messages")).to_contain_text("The person is listed.")

    list_one("Nora Ek")
    list_one("Maja Lind", "2019-03-04", "Mia Lind\nJan Lind")
    photographer.get_by_text("Note a legal basis", exact=True).click()
    form = photographer.locator("form[action$='/basis/']")
    form.get_by_label("Legal basis").select_option("consent")
    form.get_by_label("Why").fill("Asked in the park.")
    form.get_by_role("button", name="Note the legal basis").click()
    expect(photographer.locator("#messages")).to_contain_text("The legal basis is noted.")

    photographer.get_by_role("link", name="Ask for consent").click()
    photographer.get_by_label("Language of the question").select_option(label="English")
    photographer.get_by_label("On all the city's channels, new ones too").check()
    photographer.get_by_role("button", name="Ask for consent", exact=True).click()
    expect(photographer.locator(".code")).to_have_count(3)
    assert photographer.locator(".code img").first.evaluate("img => img.naturalWidth") > 0

    requests = {str(request.signer): request for request in ConsentRequest.objects.all()}
    phones = browser.new_context(
        base_url=live_server.url, viewport={"width": 320, "height": 560}, java_script_enabled=False
    )
    says(phones.new_page(), requests["Nora Ek"], yes=True)
    says(phones.new_page(), requests["Mia Lind"], yes=True)
    says(phones.new_page(), requests["Jan Lind"], yes=False)
    photographer.goto(reverse("consent:picture_page", args=[picture.pk]))
    expect(photographer.locator("main")).to_contain_text(
        "They do not agree about Maja Lind: Mia Lind says yes, Jan Lind says no."
    )

    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=timezone.now(),
        fields={"title": "Park day", "base_text": "A day in the park.", "kind": ""},
        texts={city.channel: ""},
        links=[],
        pictures=[(picture, "")],
    )
    writer = page_of(city.anna, script=script)
    writer.goto(reverse("editorial:post_page", args=[post.pk]))
    writer.get_by_role("button", name="Send to review").click()
    expect(writer.get_by_role("alert")).to_contain_text("Jan Lind says no")

    jan = phones.new_page()
    jan.goto("/" + links.url_of(requests["Jan Lind"]).split("/", 3)[3])
    jan.get_by_role("link", name="Read the question and answer again").click()
    for _ in range(3):
        jan.get_by_role("link", name="Go on").click()
    jan.get_by_role("button", name=re.compile("^Yes, you may")).click()
    writer.goto(reverse("editorial:post_page", args=[post.pk]))
    expect(writer.locator("main")).to_contain_text("Can be used")

    now = timezone.now()
    post.refresh_from_db()
    perform(post, "submit", actor=city.anna, at=now)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=now)
    perform(post, "schedule", actor=city.anna, at=now, planned_at=now)
    clock.sweep(now)
    publication = Publication.objects.get()
    writer.goto(reverse("editorial:publication_page", args=[publication.pk]))
    writer.get_by_label("Address").fill("https://www.facebook.com/parks/posts/1")
    writer.get_by_role("button", name="Confirm as published").click()
    assert Publication.objects.get().state == "published"

    nora = phones.new_page()
    nora.goto("/" + links.url_of(requests["Nora Ek"]).split("/", 3)[3])
    nora.get_by_role("button", name="Take my yes back").click()
    expect(nora.locator("h1")).to_have_text("You have taken your yes back")
    assert nora.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    phones.close()

    writer.goto(reverse("my_day"))
    writer.get_by_role("link", name="Three in the park").first.click()
    writer.get_by_label("How you took it down").fill("Deleted the post on the platform.")
    writer.get_by_role("button", name="It is taken down").click()
    expect(writer.locator("main")).to_contain_text("Somebody else has to check that it is gone.")
    checker = page_of(city.erik, script=script)
    checker.goto(reverse("editorial:takedown_page", args=[TakedownTask.objects.get().takedown_id]))
    checker.get_by_role("button", name="Checked that it is gone").click()
    expect(checker.locator("main")).to_contain_text("Gone and checked")
    assert Publication.objects.get().state == "taken_down"
    assert Person.objects.filter(name="Nora Ek").exists()


@pytest.mark.rule("R38")
def test_many_pictures_are_sent_one_by_one_with_progress(live_city, page_of):
    page = page_of(live_city.anna)
    page.goto(reverse("consent:picture_new"))
    files = [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": data}
        for number, data in enumerate((photograph("#ffeeaa"), b"not a picture", photograph("#aaffee")), 1)
    ]
    page.set_input_files("input[type=file]", files)
    page.get_by_label("Title").fill("Park")
    page.get_by_label("Unit").select_option(label="Parks")
    page.get_by_role("button", name="Add the pictures").click()
    expect(page.get_by_role("status").filter(has_text="of 3")).to_have_text("2 of 3 pictures are added.")
    expect(page.locator(".upload-progress li")).to_contain_text("2.jpg")
    page.get_by_role("link", name="Describe the pictures").click()
    boxes = page.get_by_label("Alternative text")
    expect(boxes).to_have_count(2)
    for box in boxes.all():
        box.fill("Three people in the park.")
    page.get_by_role("button", name="Save the descriptions").click()
    assert [one.title for one in Picture.objects.order_by("pk")] == ["Park 1", "Park 3"]


@pytest.mark.rule("R38")
def test_refused_picture_that_is_sent_again_is_described_with_those_that_were_added(live_city, page_of):
    page = page_of(live_city.anna)
    page.goto(reverse("consent:picture_new"))

    def send(*files: tuple[str, bytes]) -> None:
        given = [{"name": name, "mimeType": "image/jpeg", "buffer": data} for name, data in files]
        page.set_input_files("input[type=file]", given)
        page.get_by_role("button", name="Add the pictures").click()

    page.get_by_label("Title").fill("Park")
    page.get_by_label("Unit").select_option(label="Parks")
    send(("1.jpg", photograph("#ffeeaa")), ("2.jpg", b"not a picture"))
    expect(page.locator(".upload-progress li")).to_contain_text("2.jpg")
    send(("3.jpg", b"not a picture either"))
    expect(page.locator(".upload-progress li")).to_have_count(1)
    expect(page.locator(".upload-progress li")).to_contain_text("3.jpg")
    expect(page.get_by_role("link", name="Describe the pictures")).to_have_count(1)
    send(("2.jpg", photograph("#aaffee")))
    page.wait_for_url("**/describe/**")
    assert page.get_by_label("Title").evaluate_all("all => all.map(one => one.value)") == ["Park 1", "Park 4"]


@pytest.mark.rule("R38")
def test_place_is_marked_by_mouse_and_by_key(live_city, page_of, png):
    from consent.transitions import add_picture
    from core.uploads import clean_image

    picture = add_picture(
        actor=live_city.anna,
        at=timezone.now(),
        image=clean_image(photograph()),
        unit=live_city.unit,
        title="Park",
        alt_text="Park.",
    )
    page = page_of(live_city.anna)
    page.goto(reverse("consent:picture_person", args=[picture.pk]))
    area = page.locator("[data-marks]").bounding_box()
    page.mouse.move(area["x"] + area["width"] * 0.1, area["y"] + area["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.3, area["y"] + area["height"] * 0.5, steps=4)
    page.mouse.up()
    form = page.locator("form[action$='/person/']")
    form.get_by_label("Where in the picture").fill("by mouse")
    form.get_by_role("button", name="List the person, and then another").click()
    place = picture.appearances.get()
    assert abs(place.left - 100) < 15
    assert abs(place.width - 200) < 15
    page.get_by_role("button", name=re.compile("^Drag over a face")).focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    form.get_by_label("Where in the picture").fill("by key")
    form.get_by_role("button", name="List the person", exact=True).click()
    place = picture.appearances.get(place="by key")
    assert place.box == (430, 350, 100, 160)
