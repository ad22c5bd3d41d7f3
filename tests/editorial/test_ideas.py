"""Ideas (R4): anyone hands one in, a team answers, and whoever gave it hears each time."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse

from consent.models import Picture
from core.logs import masked
from core.models import Event, Notice
from core.moves import MoveForbidden, MoveIncomplete, MoveRefused, perform
from editorial.idea_states import IDEA_MOVES, TIP_FORM_MOVES, IdeaState
from editorial.ideas import hand_in, make_tip_form, tip_form_at, write_post_from
from editorial.models import Idea, Membership, Post, TipForm
from editorial.reviewing import ALL_YES

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea(city, at):
    """An idea that Rut, who is in no team, gave to the park team."""
    given, _secret = hand_in(
        team=city.team,
        at=at,
        actor=city.rut,
        what="The swans are back.\nFive of them.",
        why_now="It is spring.",
    )
    return given


def told(user):
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("subject", flat=True))


def words(response):
    return response.content.decode()


@pytest.mark.rule("R4")
def test_anyone_with_an_account_hands_in_an_idea_in_one_form(city, client_of, png):
    picture = BytesIO(png())
    picture.name = "swans.png"
    form = {
        "what": "The swans are back.",
        "why_now": "It is spring.",
        "link": "avinge.example/swans",
        "ask_whom": "The park keeper",
        "team": city.team.pk,
        "picture": picture,
    }
    client = client_of(city.stranger)
    response = client.post(reverse("editorial:idea_new"), form)
    idea = Idea.objects.get()
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("editorial:idea_page", args=[idea.pk]),
    )
    assert (idea.given_by, idea.link, idea.state) == (city.stranger, "https://avinge.example/swans", "new")
    page = client.get(response["Location"])
    assert "The team has not read it yet." in words(page)
    shown = client.get(reverse("editorial:idea_picture", args=[idea.pk]))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert told(city.erik) == told(city.sara) == ["New idea: The swans are back."]
    assert told(city.anna) == []


@pytest.mark.rule("R4")
@pytest.mark.parametrize(
    ("name", "note", "state", "subject"),
    [
        ("take", "", "taken", "Your idea is taken: The swans are back."),
        ("park", "Until May.", "parked", "Your idea is parked: The swans are back."),
        ("decline", "We did this last week.", "declined", "Your idea is declined: The swans are back."),
    ],
)
def test_giver_hears_what_the_team_did_and_why(city, at, idea, client_of, name, note, state, subject):
    perform(idea, name, actor=city.anna, at=at, note=note)
    assert (idea.state, idea.reason, idea.tended_by) == (state, note, city.anna)
    assert told(city.rut) == [subject]
    assert (note or "The team works on it.") in Notice.objects.get(recipient=city.rut).body
    assert note in words(client_of(city.rut).get(reverse("editorial:idea_page", args=[idea.pk])))


@pytest.mark.rule("R4")
@pytest.mark.parametrize("name", ["park", "decline"])
def test_no_and_not_now_need_a_reason(city, at, idea, name):
    with pytest.raises(MoveIncomplete, match="needs a reason"):
        perform(idea, name, actor=city.anna, at=at, note="  ")


def test_refused_no_stays_open_with_its_fault_at_the_reason(city, idea, client_of):
    address = reverse("editorial:idea_move", args=[idea.pk, "decline"])
    answer = client_of(city.anna).post(address, {"note": " ", "seen": idea.version})
    page = words(answer)
    assert answer.status_code == 422
    assert page.count('<details class="more" open>') == 1
    assert page.count('aria-invalid="true" aria-describedby="note-decline_error" autofocus') == 1
    assert "(optional, with “Take the idea”)" in page


@pytest.mark.parametrize("move", list(IDEA_MOVES), ids=lambda move: move.name)
@pytest.mark.parametrize("state", IdeaState.values)
def test_whole_table_of_ideas(city, at, idea, new_post, move, state):
    Idea.objects.filter(pk=idea.pk).update(state=state)
    idea.refresh_from_db()
    actor = None if move.by_clock else city.anna
    details = {"post": new_post()} if "post" in move.needs else {}
    if state in move.sources:
        perform(idea, move.name, actor=actor, at=at, note="Why.", **details)
        assert idea.state == move.target
        assert Event.objects.filter(kind=f"idea.{move.name}").exists()
    else:
        with pytest.raises(MoveRefused, match="is not possible now"):
            perform(idea, move.name, actor=actor, at=at, note="Why.", **details)


@pytest.mark.parametrize("who", ["olle", "rut", "karin", None])
def test_only_the_team_tends_its_ideas(city, at, idea, who):
    actor = getattr(city, who) if who else None
    with pytest.raises(MoveForbidden):
        perform(idea, "take", actor=actor, at=at)


@pytest.mark.rule("R4")
def test_idea_becomes_a_post_and_its_giver_sees_it_come_out(city, at, idea, client_of, sweep_at):
    response = client_of(city.anna).post(
        reverse("editorial:idea_move", args=[idea.pk, "use"]), {"seen": idea.version}
    )
    post = Post.objects.get()
    assert response["Location"] == reverse("editorial:post_edit", args=[post.pk])
    assert (post.idea, post.title, post.state) == (idea, "The swans are back.", "draft")
    assert "It is spring." in post.base_text
    post.texts.create(channel=city.channel)
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at)
    sweep_at(at + timedelta(minutes=1))
    url = "https://www.facebook.com/parks/posts/5"
    perform(post.publications.get(), "confirm", actor=city.anna, at=at + timedelta(minutes=5), url=url)
    assert told(city.rut) == [
        "Your idea became a post: The swans are back.",
        "Your idea is out: The swans are back.",
    ]
    assert url in Notice.objects.filter(recipient=city.rut).latest("pk").body
    page = words(client_of(city.rut).get(reverse("editorial:idea_page", args=[idea.pk])))
    assert url in page
    assert reverse("editorial:post_page", args=[post.pk]) not in page


def test_dropped_post_gives_its_idea_back(city, at, idea):
    first = write_post_from(idea, actor=city.anna, at=at)
    second = write_post_from(idea, actor=city.anna, at=at)
    perform(first, "drop", actor=city.anna, at=at, note="Rain.")
    idea.refresh_from_db()
    assert idea.state == "used"
    perform(second, "drop", actor=city.anna, at=at, note="Rain.")
    idea.refresh_from_db()
    assert idea.state == "taken"
    assert told(city.rut)[-1] == "Your idea is taken: The swans are back."


def test_strangers_see_neither_idea_nor_picture(city, at, png, client_of):
    from core.uploads import clean_image

    idea, _secret = hand_in(
        team=city.team, at=at, actor=city.rut, what="Secret swans.", picture=clean_image(png())
    )
    for who in (city.olle, city.stranger):
        client = client_of(who)
        for name in ("idea_page", "idea_picture"):
            assert client.get(reverse(f"editorial:{name}", args=[idea.pk])).status_code == 404
        assert client.post(reverse("editorial:idea_move", args=[idea.pk, "take"])).status_code == 404
        assert client.post(reverse("editorial:idea_keep_picture", args=[idea.pk])).status_code == 404
        assert "Secret swans" not in words(client.get(reverse("editorial:ideas_page")))
    assert "Secret swans" in words(client_of(city.rut).get(reverse("editorial:ideas_page")))


def test_picture_of_an_idea_is_kept_among_the_pictures_with_its_words(city, at, png, client_of):
    from core.uploads import clean_image

    idea, _secret = hand_in(team=city.team, at=at, actor=city.rut, what="Swans.", picture=clean_image(png()))
    keep = reverse("editorial:idea_keep_picture", args=[idea.pk])
    anna = client_of(city.anna)
    assert anna.post(keep, {"title": "Swans"}).status_code == 422
    assert anna.post(keep, {"title": "Swans", "alt_text": "Five swans."}).status_code == 302
    picture = Picture.objects.get()
    assert (picture.unit, picture.state, picture.credit) == (city.unit, "not_looked", "Rut")
    assert client_of(city.rut).post(keep, {"title": "Swans", "alt_text": "Five."}).status_code == 403


def test_second_to_decide_is_told_so(city, idea, client_of):
    move = reverse("editorial:idea_move", args=[idea.pk, "take"])
    seen = {"seen": idea.version}
    assert client_of(city.anna).post(move, seen).status_code == 302
    late = client_of(city.erik).post(
        reverse("editorial:idea_move", args=[idea.pk, "park"]), seen | {"note": "Until May."}
    )
    assert late.status_code == 409
    assert "Until May." in words(late)


# The tip form


def told_of(response, address):
    """What a page says, without its own address and the token of its forms."""
    return re.sub(r'value="\w{64}"', "", words(response).replace(address, ""))


@pytest.fixture
def address(city, at):
    """The address of the park team's open tip form."""
    _form, secret = make_tip_form(city.team, actor=city.erik, at=at)
    return reverse("editorial:tip_form", args=[secret])


@pytest.mark.rule("R4")
def test_tip_form_takes_an_idea_without_login_and_shows_what_becomes_of_it(city, at, client, address):
    assert client.get(address).status_code == 200
    response = client.post(address, {"what": "Swans in the pond.", "giver_name": "Pelle"})
    idea = Idea.objects.get()
    assert (idea.team, idea.given_by, idea.giver, idea.state) == (city.team, None, "Pelle", "new")
    follow = response.context["address"]
    assert response.status_code == 200
    secret = follow.rstrip("/").rsplit("/", 1)[1]
    assert secret not in str(Idea.objects.values_list().get())
    perform(idea, "decline", actor=city.anna, at=at, note="We told of them on Monday.")
    page = client.get(reverse("editorial:tip_follow", args=[secret]))
    assert "We told of them on Monday." in words(page)
    assert "Anna" not in words(page)


def test_address_is_kept_as_a_hash_alone_and_shown_once(city, at, client_of):
    erik, settings_page = client_of(city.erik), reverse("editorial:tip_settings", args=[city.team.pk])
    made = erik.post(settings_page)
    address = made.context["address"]
    secret = address.rstrip("/").rsplit("/", 1)[1]
    assert address in words(made)
    assert "data:image/svg" in words(made)
    assert secret not in str(TipForm.objects.values_list().get())
    assert secret not in words(erik.get(settings_page))
    assert secret not in str(list(Event.objects.values_list("data", "note")))


def test_every_address_that_leads_nowhere_answers_alike(city, at, client, client_of, address):
    other = reverse("editorial:tip_form", args=["x" * 22])
    unknown = client.get(other)
    found = TipForm.objects.get()
    perform(found, "shut", actor=city.erik, at=at)
    closed = client.get(address)
    assert (unknown.status_code, closed.status_code) == (404, 404)
    assert client.post(address, {"what": "Swans."}).status_code == 404
    assert told_of(unknown, other) == told_of(closed, address)
    perform(found, "open", actor=city.erik, at=at)
    assert client.get(address).status_code == 200
    make_tip_form(city.team, actor=city.erik, at=at)
    assert client.get(address).status_code == 404
    assert not Idea.objects.exists()


@pytest.mark.parametrize("who", ["anna", "olle", "stranger"])
def test_only_editors_of_the_team_open_and_close_its_form(city, at, address, client_of, who):
    client = client_of(getattr(city, who))
    status = 403 if who == "anna" else 404
    before = TipForm.objects.values().get()
    assert client.post(reverse("editorial:tip_settings", args=[city.team.pk])).status_code == status
    assert client.post(reverse("editorial:tip_move", args=[city.team.pk, "shut"])).status_code == status
    assert TipForm.objects.values().get() == before


@pytest.mark.parametrize("move", list(TIP_FORM_MOVES), ids=lambda move: move.name)
@pytest.mark.parametrize("state", ["open", "shut"])
def test_whole_table_of_tip_forms(city, at, address, move, state):
    found = TipForm.objects.get()
    TipForm.objects.update(state=state)
    found.refresh_from_db()
    details = {"address_hash": "a" * 64} if move.needs else {}
    if state in move.sources:
        perform(found, move.name, actor=city.erik, at=at, **details)
        assert found.state == move.target
    else:
        with pytest.raises(MoveRefused):
            perform(found, move.name, actor=city.erik, at=at, **details)


def test_tip_form_is_throttled_and_keeps_what_was_typed(client, address, settings):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"tip": "2/h/ip"}
    statuses = [client.post(address, {"what": f"Idea {number}"}).status_code for number in range(3)]
    assert statuses == [200, 200, 429]
    assert Idea.objects.count() == 2
    assert "Idea 9" in words(client.post(address, {"what": "Idea 9"}))


def test_the_picture_of_a_tip_too_many_is_not_even_opened(client, address, settings, monkeypatch):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"tip": "1/h/ip"}
    client.post(address, {"what": "Idea"})
    opened = []
    monkeypatch.setattr("core.uploads.clean_image", lambda *given, **named: opened.append(given))
    sent = {"what": "Idea 2", "picture": BytesIO(b"a large picture")}
    assert client.post(address, sent).status_code == 429
    assert opened == []


def test_whoever_tries_addresses_is_slowed_down(client, address, monkeypatch, time_machine):
    time_machine.move_to("2026-05-04T10:00:00Z", tick=False)
    cache.clear()
    monkeypatch.setattr("editorial.views.tips.WRONG_A_MINUTE", 2)
    guesses = [client.get(reverse("editorial:tip_form", args=[f"guess{n}"])).status_code for n in range(4)]
    assert guesses == [404, 404, 429, 429]
    assert client.get(address).status_code == 200


def test_secret_of_an_address_stands_in_no_log(address):
    secret = address.rstrip("/").rsplit("/", 1)[1]
    assert masked(f'"GET {address} HTTP/1.1" 200') == '"GET /tip/…/ HTTP/1.1" 200'
    assert secret not in masked(reverse("editorial:tip_follow", args=[secret]))


def test_tip_form_opens_no_other_page(client, address):
    assert client.get(reverse("editorial:ideas_page")).status_code == 302
    assert reverse("editorial:posts_page") not in words(client.get(address))
    assert tip_form_at("") is None


# Bad input


@pytest.mark.parametrize("size", [5_001, 1_000_000, 4_500_000])
def test_idea_longer_than_anybody_reads_is_refused_with_a_sentence(city, client_of, address, client, size):
    text = "svan " * (size // 5) + "x"
    for door, sender, extra in (
        (reverse("editorial:idea_new"), client_of(city.rut), {"team": city.team.pk}),
        (address, client, {}),
    ):
        response = sender.post(door, {"what": text} | extra)
        assert response.status_code == 422
        assert "5000" in words(response)
        assert "svan svan" in words(response)
    assert not Idea.objects.exists()


def test_idea_of_five_megabytes_is_refused_with_a_sentence(city, client_of, address, client):
    text = "x" * (5 * 1024 * 1024 + 1)
    for door, sender in ((reverse("editorial:idea_new"), client_of(city.rut)), (address, client)):
        response = sender.post(door, {"what": text, "team": city.team.pk})
        assert response.status_code in {400, 413}
        assert "<h1>" in words(response)
    assert not Idea.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"what": "   "},
        {"what": "Swans.\x00"},
        {"what": "Swans.", "link": "javascript:alert(1)"},
        {"what": "Swans.", "team": "999999"},
        {"what": "Swans.", "team": ""},
    ],
)
def test_idea_with_a_fault_keeps_what_was_typed(city, client_of, form):
    response = client_of(city.rut).post(reverse("editorial:idea_new"), {"team": city.team.pk} | form)
    assert response.status_code == 422
    assert form["what"].strip("\x00 ") in words(response)
    assert not Idea.objects.exists()


def test_idea_without_anybody_to_tell_is_refused_by_the_database(city, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        Idea.objects.create(team=city.team, what="Swans.", given_at=at)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_as_many_queries_for_one_as_for_three(
    city, at, client_of, django_assert_num_queries, count
):
    for number in range(count):
        hand_in(team=city.team, at=at, actor=city.rut, what=f"Idea {number}")
    anna = client_of(city.anna)
    with django_assert_num_queries(9):
        anna.get(reverse("editorial:ideas_page"))
    Membership.objects.filter(user=city.anna).delete()
    idea = Idea.objects.latest("pk")
    rut = client_of(city.rut)
    with django_assert_num_queries(13):
        rut.get(reverse("editorial:idea_page", args=[idea.pk]))


@pytest.mark.rule("R4")
@pytest.mark.parametrize("way", ["account", "tip form"])
def test_picture_outlives_a_refusal(city, at, png, client, client_of, way):
    if way == "account":
        who, address = client_of(city.rut), reverse("editorial:idea_new")
    else:
        _form, secret = make_tip_form(city.team, actor=city.erik, at=at)
        who, address = client, reverse("editorial:tip_form", args=[secret])
    picture = BytesIO(png())
    picture.name = "swans.png"
    refused = who.post(address, {"what": "", "team": city.team.pk, "picture": picture})
    held = re.search(r'name="picture-held" value="([^"]+)"', refused.content.decode())
    assert refused.status_code == 422
    who.post(address, {"what": "Swans", "team": city.team.pk, "picture-held": held[1]})
    assert Idea.objects.get().clean_sha
