"""Writing in a real browser: what counts, saves itself, meets another writer, and works without script."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from channels_registry.models import Channel
from channels_registry.platform_rules import RULES
from channels_registry.platform_texts import as_published, for_script, length, patterns_for_script
from consent.transitions import add_picture
from core.models import Notice
from core.uploads import clean_image
from editorial.models import Idea, Post, TeamChannel
from editorial.transitions import save_post
from tests.editorial.odd_strings import NAUGHTY
from tests.stories.looking import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = """async ([rules, patterns, texts, links]) => {
  const { makeCounter } = await import("/static/js/counting.js");
  return Object.entries(rules).map(([code, rule]) => {
    const counter = makeCounter(rule, patterns);
    return texts.map((text) => [counter.length(text), counter.length(counter.asPublished(text, "Anna", links))]);
  });
}"""

TEXTS = [
    *NAUGHTY,
    "",
    "Läs mer på avinge.se/park, avinge.example och https://www.avinge.example/en/lång/adress?x=1.",
    "t.ex. bl.a. d.v.s. kl.9 m.fl. anna@avinge.se (www.x.com) http://a.se/b_(c)",
    "Hej @avinge@social.example och @b_c-d@e.f.se, x@y.se https://a.se/@b@c.se @å@b.se",
    "#ett #två #3 #år2026 @namn https://a.se/#ankare",
    "rad ett\r\nrad två\n\nrad tre",
    "©️ © ™️ ☺︎ ☺️ ♟️ 🇸🇪🇳🇴 👍🏿 👨‍👩‍👧 #️⃣ 🫱🏻‍🫲🏿",
    "한국어 ไทย हिन्दी 中文",
    "\n".join(NAUGHTY),
]
# A generated set: pieces that meet in every order are where two ways of counting part.
PIECES = [
    "a",
    "å",
    "e\u0301",
    "👍🏿",
    "\u200d",
    "🇸🇪",
    "❤️",
    "1️⃣",
    "한",
    " ",
    "\n",
    "#x",
    "@b@c.se",
    "https://a.se/x",
    "a.se",
    ".",
    "(",
]
TEXTS += ["".join(Random(seed).choices(PIECES, k=12)) for seed in range(300)]


@pytest.fixture
def x_channel(live_city):
    """A second channel of the park team, where texts are short."""
    x = Channel.objects.create(
        platform=live_city.other_channel.platform,
        name="Parks on X",
        handle="parks",
        url="https://x.com/parks",
        unit=live_city.unit,
    )
    TeamChannel.objects.create(team=live_city.team, channel=x)
    return x


def draft(city, **fields):
    post = Post(team=city.team)
    values = {"title": "Swans", "base_text": "The swans are back."} | fields
    save_post(post, actor=city.anna, at=timezone.now(), fields=values, texts={city.channel: ""}, links=[])
    return post


def said(page):
    return page.locator("[data-said]")


def test_page_counts_as_the_server_does(live_city, page_of):
    page = page_of(live_city.anna)
    page.goto(reverse("editorial:post_new"))
    links = ["https://avinge.example/1", "https://a.se"]
    scripts = {code: for_script(rules) for code, rules in RULES.items()}
    counted = page.evaluate(COUNT, [scripts, json.loads(json.dumps(patterns_for_script())), TEXTS, links])
    for (code, rules), found in zip(RULES.items(), counted, strict=True):
        expected = [
            [length(text, rules), length(as_published(text, rules, byline="Anna", links=links), rules)]
            for text in TEXTS
        ]
        for text, ours, theirs in zip(TEXTS, expected, found, strict=True):
            assert theirs == ours, (code, text)


def test_page_that_opens_leaves_the_focus_alone_and_one_with_a_fault_shows_it(live_city, page_of):
    page = page_of(live_city.anna)
    page.goto(reverse("editorial:post_new"))
    page.locator(".writer--live").wait_for()
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.locator("#error-summary")).to_be_focused()


@pytest.mark.rule("R38")
def test_new_draft_saves_itself_and_says_so(live_city, page_of):
    page = page_of(live_city.anna)
    page.goto(reverse("editorial:post_new"))
    page.locator("[name=base_text]").type("The swans are back 👋")
    expect(page.locator("[data-counter]").first).to_have_text("21 of 5,000")
    expect(said(page)).to_contain_text("Saved at")
    expect(page.locator("[data-voice]")).to_contain_text("Saved at")
    post = Post.objects.get()
    expect(page).to_have_url(
        page.evaluate("location.origin") + reverse("editorial:post_edit", args=[post.pk])
    )
    assert (post.base_text, post.versions.count()) == ("The swans are back 👋", 0)
    page.locator("[name=byline]").type("Anna")
    expect(said(page)).to_contain_text("Not saved yet")
    expect(said(page)).to_contain_text("Saved at")
    page.reload()
    expect(page.locator("[name=byline]")).to_have_value("Anna")
    assert Post.objects.count() == 1


def test_own_text_and_rows_are_arranged_and_kept(live_city, page_of, x_channel):
    post = draft(live_city)
    page = page_of(live_city.anna)
    page.goto(reverse("editorial:post_edit", args=[post.pk]))
    x = page.locator(f"[data-channel='{x_channel.pk}']")
    x.locator("[type=checkbox]").check()
    x.get_by_role("button", name="Own text here").click()
    own = x.locator("textarea")
    expect(own).to_be_focused()
    expect(own).to_have_value("The swans are back.")
    own.fill("a" * 281)
    expect(x.locator("[data-counter]")).to_have_text("281 of 280")
    expect(x.locator("[data-findings]")).to_contain_text("1 signs too long: 281 of 280.")
    for number in (1, 2, 3):
        page.locator("[data-rows=links] [data-row]").last.locator("input").fill(
            f"https://avinge.example/{number}"
        )
    page.get_by_role("button", name="Move up: 3").first.click()
    page.get_by_role("button", name="Take out: 1").first.click()
    expect(said(page)).to_contain_text("Saved at")
    page.reload()
    shown = [row.input_value() for row in page.locator("[data-rows=links] input").all()]
    assert shown == ["https://avinge.example/3", "https://avinge.example/2", ""]
    x.get_by_role("button", name="Follow the text again").click()
    expect(x.locator("[data-state]")).to_have_text("Follows the text")
    expect(x.locator("[data-counter]")).to_have_text("68 of 280")
    expect(said(page)).to_contain_text("Saved at")
    assert post.texts.get(channel=x_channel).own_text == ""


def test_two_writers_are_told_of_each_other_and_both_texts_survive(live_city, page_of):
    post = draft(live_city)
    address = reverse("editorial:post_edit", args=[post.pk])
    anna, erik = page_of(live_city.anna), page_of(live_city.erik)
    anna.goto(address)
    erik.goto(address)
    expect(erik.locator("[data-others]")).to_contain_text("Also in this post now: Anna.")
    erik.locator("[name=base_text]").fill("Erik's text.")
    expect(said(erik)).to_contain_text("Saved at")
    anna.locator("[name=base_text]").fill("Anna's text.")
    expect(said(anna)).to_contain_text("Erik has saved this post too.")
    assert Post.objects.get().base_text == "Erik's text."
    anna.get_by_role("button", name="Save the draft").last.click()
    compare = anna.locator("[data-compare]")
    expect(compare).to_contain_text("Erik saved this post")
    expect(compare).to_contain_text("Erik's text.")
    expect(compare).to_contain_text("Anna's text.")
    anna.get_by_label("Both, one after the other").first.check()
    anna.get_by_role("button", name="Save the draft").last.click()
    expect(anna.locator("#messages")).to_contain_text("The draft is saved.")
    assert Post.objects.get().base_text.replace("\r\n", "\n") == "Erik's text.\n\nAnna's text."


def test_page_that_is_loaded_again_is_not_taken_for_left(live_city, page_of):
    address = reverse("editorial:post_edit", args=[draft(live_city).pk])
    anna, erik = page_of(live_city.anna), page_of(live_city.erik)
    anna.goto(address)
    anna.reload()  # the page that goes says that it is left when the new one is here already
    anna.wait_for_timeout(3000)
    erik.goto(address)
    expect(erik.locator("[data-others]")).to_contain_text("Also in this post now: Anna.")


def test_lost_contact_is_said_and_mended(live_city, page_of):
    post = draft(live_city)
    page = page_of(live_city.anna)
    page.goto(reverse("editorial:post_edit", args=[post.pk]))
    page.context.set_offline(True)
    page.locator("[name=base_text]").fill("Written on the tram.")
    expect(said(page)).to_contain_text("Not saved: no contact.")
    page.context.set_offline(False)
    expect(said(page)).to_contain_text("Saved at", timeout=15_000)
    assert Post.objects.get().base_text == "Written on the tram."


def test_what_is_under_review_is_not_taken_out_by_typing(live_city, page_of):
    from core.moves import perform

    post = draft(live_city)
    perform(post, "submit", actor=live_city.anna, at=timezone.now())
    page = page_of(live_city.anna)
    page.goto(reverse("editorial:post_edit", args=[post.pk]))
    page.locator("[name=base_text]").fill("Changed.")
    page.wait_for_timeout(2500)
    expect(said(page)).to_be_empty()
    assert Post.objects.get().state == "in_review"


@pytest.mark.rule("R4", "R38")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_idea_from_a_phone_becomes_a_post_with_a_time(live_city, page_of, script):
    phone = page_of(live_city.stranger, width=320, script=script)
    phone.goto(reverse("my_day"))
    phone.goto(reverse("editorial:idea_new"))
    phone.locator("[name=what]").fill("The swans are back.")
    phone.locator("[name=team]").select_option(label="Park team")
    phone.get_by_role("button", name="Send the idea").click()
    expect(phone.locator("#messages")).to_contain_text("Park team has your idea.")
    idea = Idea.objects.get()

    erik = page_of(live_city.erik, script=script)
    erik.goto(reverse("my_day"))
    erik.get_by_role("link", name="The swans are back.").first.click()
    erik.get_by_role("button", name="Write a post from it").click()
    erik.locator(f"[name=on_{live_city.channel.pk}]").check()
    erik.locator("[name=wanted_at]").fill("2027-03-10T09:00")
    erik.locator("[data-rows=links] input").first.fill("avinge.example/swans")
    erik.get_by_role("button", name="Save the draft").last.click()
    expect(erik.locator("#messages")).to_contain_text("The draft is saved.")
    post = Post.objects.get()
    assert (post.idea, post.base_text, post.links.get().url) == (
        idea,
        "The swans are back.",
        "https://avinge.example/swans",
    )
    for view in ("month", "week", "list"):
        erik.goto(reverse(f"calendar_app:{view}_page") + "?on=2027-03-10")
        expect(erik.locator("main")).to_contain_text("The swans are back.")
    phone.goto(reverse("editorial:idea_page", args=[idea.pk]))
    expect(phone.locator("main")).to_contain_text("It became a post.")
    assert Notice.objects.filter(
        recipient=live_city.stranger, subject__startswith="Your idea became"
    ).exists()


@pytest.mark.rule("R4")
def test_tip_form_works_without_script_on_a_phone(live_city, page_of, browser, live_server):
    from editorial.ideas import make_tip_form

    _form, secret = make_tip_form(live_city.team, actor=live_city.erik, at=timezone.now())
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 320, "height": 700}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(reverse("editorial:tip_form", args=[secret]))
    page.locator("[name=what]").fill("Svanarna är tillbaka.")
    page.locator("main button.button").click()
    address = page.locator("#address").inner_text()
    idea = Idea.objects.get()
    page.goto("/" + address.split("/", 3)[3])
    expect(page.locator("main")).to_contain_text("Redaktionen har inte läst det än.")
    assert idea.given_by is None
    context.close()


def test_post_is_written_without_script(live_city, page_of, x_channel):
    page = page_of(live_city.anna, script=False)
    page.goto(reverse("editorial:post_new"))
    page.locator("[name=base_text]").fill("The swans are back.")
    page.locator(f"[name=on_{x_channel.pk}]").check()
    page.locator("[data-rows=links] input").first.fill("https://avinge.example/1")
    x = page.locator(f"[data-channel='{x_channel.pk}']")
    x.get_by_role("button", name="Own text here").click()
    expect(x.locator("textarea")).to_have_value("The swans are back.")
    x.locator("textarea").fill("Swans!")
    page.locator("[data-rows=links] input").last.fill("https://avinge.example/2")
    page.get_by_role("button", name="Move up: 2").first.click()
    page.locator("[name=title]").press("Enter")
    expect(page.locator("#messages")).to_contain_text("The draft is saved.")
    post = Post.objects.get()
    assert post.texts.get(channel=x_channel).own_text == "Swans!"
    assert [link.url for link in post.links.all()] == ["https://avinge.example/2", "https://avinge.example/1"]


def press_until(page, wanted):
    """Go on by Tab to what is wanted, as somebody without a mouse does."""
    for _turn in range(150):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError("It is not reached by the keyboard.")


@pytest.mark.rule("R11", "R38")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("width", [1440, 320])
def test_pictures_are_chosen_by_keyboard_seen_small_and_with_their_light(
    live_city, page_of, png, script, width
):
    now = timezone.now()
    for color in ("red", "blue"):
        add_picture(
            actor=live_city.anna,
            at=now,
            image=clean_image(png(color)),
            title=f"A {color} pond",
            alt_text=f"A {color} pond with two swans.",
            unit=live_city.unit,
        )
    post = draft(live_city)
    page = page_of(live_city.anna, width=width, script=script)
    page.goto(reverse("editorial:post_edit", args=[post.pk]))
    page.locator("[name=byline]").fill("Anna")
    page.get_by_role("button", name="Choose pictures").focus()
    page.keyboard.press("Enter")
    red = page.get_by_label("A red pond", exact=True)
    expect(red).to_have_accessible_description(re.compile("Cannot be used.*A red pond with two swans"))
    expect(page.locator(".chooser img").first).to_be_visible()
    if script:
        assert faults(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    press_until(page, red)
    page.keyboard.press("Space")
    press_until(page, page.get_by_role("button", name="Add the ticked pictures"))
    page.keyboard.press("Enter")
    row = page.locator("[data-rows=pictures] [data-row]")
    expect(row).to_contain_text("A red pond")
    expect(row).to_contain_text("Cannot be used")
    expect(row.locator("[name$=alt_text]")).to_have_value("A red pond with two swans.")
    expect(page.locator("[name=byline]")).to_have_value("Anna")
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.locator("#messages")).to_contain_text("The draft is saved.")
    assert [kept.picture.title for kept in post.pictures.all()] == ["A red pond"]
    page.goto(reverse("editorial:post_edit", args=[post.pk]))
    page.get_by_role("button", name="Take out: 1").last.click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.locator("#messages")).to_contain_text("The draft is saved.")
    assert not post.pictures.exists()


@pytest.mark.rule("R38")
@pytest.mark.parametrize("width", [1440, 320])
def test_axe_finds_nothing_where_two_texts_stand_side_by_side(live_city, page_of, x_channel, width):
    post = draft(live_city)
    page = page_of(live_city.anna, width=width)
    page.goto(reverse("editorial:post_edit", args=[post.pk]))
    texts = {live_city.channel: "", x_channel: "Erik på X."}
    fields = {"base_text": "Eriks text.", "title": "Svanar"}
    save_post(
        Post.objects.get(pk=post.pk),
        actor=live_city.erik,
        at=timezone.now(),
        fields=fields,
        texts=texts,
        links=["https://avinge.example/" + "x" * 200],
    )
    page.locator("[name=base_text]").fill("Annas text.")
    page.locator("[data-rows=links] input").first.fill("inte en adress")
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.locator("#error-summary, .field__error").first).to_be_visible()
    wrong = faults(page)
    page.locator("[data-rows=links] input").first.fill("")
    # By key: what the draft says while it saves itself may move the button from under a mouse.
    page.get_by_role("button", name="Save the draft").last.press("Enter")
    expect(page.locator("[data-compare]")).to_be_visible()
    wrong += faults(page)
    assert wrong == []
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main a.button, main input, main select, main textarea")]
        .filter((each) => each.checkVisibility() && !each.classList.contains("hidden"))
        .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < 24 || box.height < 24)).map(([words]) => words)"""
    )
    assert small == []


def test_pressing_save_while_the_draft_saves_itself_makes_one_post_and_no_conflict(live_city, page_of):
    anna = page_of(live_city.anna)
    anna.goto(reverse("editorial:post_new"))
    slow = []

    def answer_late(route):
        slow.append(route.request.url)
        anna.wait_for_timeout(800)
        route.continue_()

    anna.route(re.compile("/posts/new/"), answer_late)
    with anna.expect_request(re.compile("/posts/new/")):
        anna.locator("[name=base_text]").fill("The swans are back in the pond.")
    anna.get_by_role("button", name="Save the draft").last.click()
    anna.wait_for_url(re.compile(r"/posts/\d+/$"))
    assert len(slow) == 1
    assert Post.objects.get().base_text == "The swans are back in the pond."
