"""The register: openings, duplicates, handles, editors, the yearly look, silence (R1, R30)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels_registry import register
from channels_registry.addresses import recognise
from channels_registry.models import Channel, HandleHistory, NamedEditor, Opening, Platform
from channels_registry.queries import warnings_of
from channels_registry.rules import tends
from channels_registry.states import CHANNEL_MOVES, OPENING_MOVES
from core.models import Event, Notice, Unit, User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveRefused, perform
from core.workdays import local_day
from editorial.reviewing import ALL_YES

pytestmark = pytest.mark.django_db
INSTAGRAM = "https://www.instagram.com/parks"


def silent(channel, days, at):
    Channel.objects.filter(pk=channel.pk).update(quiet_since=local_day(at) - timedelta(days=days))
    return Channel.objects.get(pk=channel.pk)


@pytest.fixture
def opening(city, at):
    return register.ask_opening(
        actor=city.anna,
        at=at,
        name="Parks",
        platform=register.platform_of("instagram"),
        unit=city.unit,
        purpose="Pictures reach more people.",
        audience="Everybody",
        watched_by="The park team, every working day",
        owner=city.anna,
    )


def test_new_channel_is_asked_for_approved_by_a_chief_and_opened_under_its_address(city, opening, at):
    assert {row.recipient.name for row in Notice.objects.all()} == {"Karin", "Ulf"}
    perform(opening, "approve", actor=city.karin, at=at, note="Good idea.")
    assert Notice.objects.filter(recipient=city.anna).exists()
    with pytest.raises(MoveRefused, match="another platform"):
        perform(opening, "open", actor=city.anna, at=at, address="https://x.com/parks2")
    perform(opening, "open", actor=city.anna, at=at, address="instagram.com/Parks?x=1")
    channel = opening.channel
    assert (channel.url, channel.state, channel.owner, channel.audience) == (
        INSTAGRAM,
        "active",
        city.anna,
        "Everybody",
    )


def test_channel_is_asked_for_on_any_platform_in_the_order_of_names_or_on_another_by_name(
    city, at, client_of, time_machine
):
    time_machine.move_to(at, tick=False)
    Platform.objects.create(code="parkapp", name="parkapp", hosts=["parkapp.example"])
    anna, new = client_of(city.anna), reverse("channels_registry:opening_new")
    before = Platform.objects.count()
    names = [label for code, label in anna.get(new).context["form"].fields["platform"].choices if code]
    assert names == sorted(names, key=str.casefold)
    assert {"Mastodon", "TikTok", "WhatsApp", "parkapp"} <= set(names)
    assert Platform.objects.count() == before  # asking for the page makes nothing
    wish = {"name": "Parks", "unit": city.unit.pk, "purpose": "Why.", "audience": "All", "watched_by": "We"}
    wish |= {"owner": city.anna.pk, "platform": ""}
    none = anna.post(new, wish)
    assert (none.status_code, "write the name of another" in none.content.decode()) == (422, True)
    assert anna.post(new, wish | {"platform": "tiktok"}).status_code == 302
    page = anna.post(new, wish | {"platform_name": " Hoodnet "})["Location"]
    opening = Opening.objects.first()
    assert (opening.platform.name, opening.platform.hosts) == ("Hoodnet", [])
    assert anna.post(new, wish | {"platform_name": "hoodnet"}).status_code == 302
    assert Platform.objects.filter(name__iexact="hoodnet").count() == 1
    perform(opening, "approve", actor=city.karin, at=at, note="Yes.")
    for typed, said in (
        ("https://faceb00k.com/parks", "leads elsewhere"),
        ("https://instagram.com/parks", "another platform"),
    ):
        answer = anna.post(page + "move/open/", {"address": typed})
        assert (answer.status_code in {409, 422}, said in answer.content.decode()) == (True, True)
    assert anna.post(page + "move/open/", {"address": "https://www.hoodnet.example/parks"}).status_code == 302
    channel = Channel.objects.get(handle="parks", platform=opening.platform)
    assert channel.url == "https://hoodnet.example/parks"
    opening.platform.refresh_from_db()
    assert opening.platform.hosts == ["hoodnet.example"]


@pytest.mark.parametrize("state", ["asked", "approved", "opened", "refused", "withdrawn"])
def test_every_move_of_an_opening_from_every_state_by_every_role(city, opening, at, state):
    way = {
        "approved": ["approve"],
        "opened": ["approve", "open"],
        "refused": ["refuse"],
        "withdrawn": ["withdraw"],
    }
    actors = {"approve": city.karin, "refuse": city.karin, "open": city.anna, "withdraw": city.anna}
    for name in way.get(state, []):
        perform(opening, name, actor=actors[name], at=at, note="So.", address=INSTAGRAM)
    for move in OPENING_MOVES:
        may = {"approve": {"karin", "ulf"}, "refuse": {"karin", "ulf"}}.get(move.name, {"anna", "admin"})
        for name in ("anna", "erik", "karin", "ulf", "olle", "admin"):
            fresh = Opening.objects.get(pk=opening.pk)
            try:
                with transaction.atomic():
                    perform(fresh, move.name, actor=getattr(city, name), at=at, note="So.", address=INSTAGRAM)
                    transaction.set_rollback(True)
                said = True
            except MoveRefused:
                said = False
            assert said == (state in move.sources and name in may), (state, move.name, name)


def test_who_asked_cannot_say_yes_even_as_a_chief(city, at):
    own = register.ask_opening(
        actor=city.karin,
        at=at,
        name="Parks",
        platform=register.platform_of("instagram"),
        unit=city.unit,
        purpose="Why.",
        audience="All",
        watched_by="We",
        owner=city.karin,
    )
    with pytest.raises(MoveForbidden, match="A chief has to decide"):
        perform(own, "approve", actor=city.karin, at=at)


@pytest.mark.parametrize(
    "pasted", ["https://m.facebook.com/PARKS?ref=1", "https://www.facebook.com/parks/posts/1"]
)
def test_duplicate_is_found_however_its_address_is_written(city, at, pasted):
    with pytest.raises(MoveRefused, match="Parks on Facebook"):
        register.register(
            actor=city.karin, at=at, address=recognise(pasted), unit=city.unit, name="Parks again"
        )


def test_address_that_a_channel_had_before_is_found_too(city, at):
    channel = city.channel
    register.change_handle(
        channel,
        actor=city.anna,
        at=at,
        seen=channel.version,
        address=recognise("https://www.facebook.com/parksandlakes"),
        note="New name of the unit.",
    )
    row = HandleHistory.objects.get()
    assert (row.handle, row.url, channel.handle) == (
        "parks",
        "https://www.facebook.com/parks",
        "parksandlakes",
    )
    assert register.known_already(recognise("https://www.facebook.com/parks")) == channel
    with pytest.raises(IntegrityError), transaction.atomic():
        HandleHistory.objects.update(handle="other")


def test_only_register_keepers_and_chiefs_register(city, at):
    with pytest.raises(MoveForbidden):
        register.register(actor=city.anna, at=at, address=recognise(INSTAGRAM), unit=city.unit, name="Parks")
    assert (
        register.register(
            actor=city.admin, at=at, address=recognise(INSTAGRAM), unit=city.unit, name="Parks"
        ).platform.code
        == "instagram"
    )


def test_facts_are_changed_by_the_channels_people_and_not_over_anothers_change(city, at):
    mine, theirs = (Channel.objects.get(pk=city.channel.pk) for _ in range(2))
    register.edit(theirs, actor=city.erik, at=at, seen=theirs.version, facts={"purpose": "Erik's."})
    with pytest.raises(ChangedMeanwhile):
        register.edit(mine, actor=city.anna, at=at, seen=mine.version, facts={"purpose": "Anna's."})
    with pytest.raises(MoveForbidden):
        register.edit(theirs, actor=city.olle, at=at, seen=theirs.version, facts={"purpose": "Olle's."})
    assert Event.objects.get(kind="channel.edit").data["after"] == {"purpose": "Erik's."}


def test_channel_with_fewer_than_two_named_editors_warns(city, at):
    channel = city.channel
    assert any("two named editors" in words for words in warnings_of(channel, 1, local_day(at)))
    for user in (city.anna, city.erik):
        register.name_editor(channel, actor=city.anna, at=at, user=user, holds_keys=user == city.erik)
    count = Channel.objects.with_editor_count().get(pk=channel.pk).editor_count
    assert not any("two named editors" in words for words in warnings_of(channel, count, local_day(at)))
    city.erik.is_active = False
    city.erik.save()
    assert Channel.objects.with_editor_count().get(pk=channel.pk).editor_count == 1


@pytest.mark.rule("R1")
def test_channel_is_looked_over_once_a_year_and_reminded(city, at, sweep_at, png):
    from core.uploads import clean_image

    channel = city.channel
    register.name_editor(channel, actor=city.anna, at=at, user=city.erik, holds_keys=False)
    shot = clean_image(png(), name="profile.png")
    register.look_over(channel, actor=city.anna, at=at, follows_profile=True, profile=shot)
    sweep_at(at + timedelta(days=364))
    assert not Notice.objects.filter(subject__startswith="Look over Parks").exists()
    later = at + timedelta(days=365)
    for _ in range(2):
        sweep_at(later)
    told = Notice.objects.filter(subject__startswith="Look over Parks")
    assert [row.recipient.name for row in told] == ["Erik"]
    sweep_at(later + timedelta(days=31))
    assert {row.recipient.name for row in told.all()} == {"Erik", "Karin", "Ulf"}
    row = register.look_over(
        channel, actor=city.erik, at=later, follows_profile=False, remarks="The picture is old."
    )
    assert row.profile_sha == channel.look_overs.last().profile_sha != ""
    channel.refresh_from_db()
    assert channel.looked_over_on == local_day(later)


@pytest.mark.rule("R1")
def test_look_that_finds_fault_says_what(city, at):
    with pytest.raises(MoveRefused, match="not as it should be"):
        register.look_over(city.channel, actor=city.anna, at=at, follows_profile=False)


@pytest.mark.rule("R30")
@pytest.mark.parametrize(("days", "state"), [(179, "active"), (180, "under_review")])
def test_channel_silent_for_180_days_is_put_under_review_and_its_owner_and_chiefs_are_asked(
    city, at, sweep_at, days, state
):
    Channel.objects.filter(pk=city.channel.pk).update(owner=city.anna)
    silent(city.channel, days, at)
    for _ in range(2):
        sweep_at(at)
    city.channel.refresh_from_db()
    assert city.channel.state == state
    told = {row.recipient.name for row in Notice.objects.filter(subject__contains="is silent")}
    assert told == ({"Anna", "Karin", "Ulf"} if state == "under_review" else set())


@pytest.mark.rule("R30")
def test_silent_channel_is_asked_about_again_until_somebody_keeps_it_with_a_reason(city, at, sweep_at):
    silent(city.channel, 200, at)
    sweep_at(at)
    sweep_at(at + timedelta(days=15))
    assert Notice.objects.filter(subject__contains="is silent").count() == 4
    channel = Channel.objects.get(pk=city.channel.pk)
    with pytest.raises(MoveRefused, match="needs a reason"):
        perform(channel, "keep", actor=city.karin, at=at)
    with pytest.raises(MoveForbidden):
        perform(channel, "keep", actor=city.anna, at=at, note="Please.")
    perform(channel, "keep", actor=city.karin, at=at, note="The skating begins soon.")
    sweep_at(at + timedelta(days=31))
    channel.refresh_from_db()
    assert channel.state == "active"
    assert Notice.objects.filter(subject__contains="is silent").count() == 4


def test_named_editor_of_no_team_works_with_the_channel_and_with_no_other(city):
    channels = (city.channel.pk, city.other_channel.pk)
    works_with = lambda: [tends(city.stranger, Channel.objects.get(pk=pk)) for pk in channels]  # noqa: E731
    assert works_with() == [False, False]
    NamedEditor.objects.create(channel=city.channel, user=city.stranger)
    assert works_with() == [True, False]


@pytest.mark.rule("R30")
def test_channel_whose_people_have_all_left_is_asked_about_with_those_who_keep_the_register(
    city, at, sweep_at
):
    silent(city.channel, 200, at)
    User.objects.filter(pk__in=[city.karin.pk, city.ulf.pk]).update(is_active=False)
    sweep_at(at)
    told = Notice.objects.filter(subject__contains="is silent")
    assert {(one.recipient, one.why) for one in told} == {(city.admin, "you keep the register")}


@pytest.mark.rule("R30")
def test_ninety_days_are_amber(city, at):
    assert not any(
        "90 days" in words for words in warnings_of(silent(city.channel, 89, at), 2, local_day(at))
    )
    assert any("90 days" in words for words in warnings_of(silent(city.channel, 90, at), 2, local_day(at)))


@pytest.mark.rule("R30")
def test_own_post_is_noted_from_publications_and_from_proof_and_never_moves_back(
    city, at, new_post, sweep_at
):
    channel = silent(city.channel, 100, at)
    day = local_day(at)
    register.prove_post(channel, actor=city.anna, at=at, posted_on=day - timedelta(days=3), proof="A post.")
    assert (channel.last_post_on, channel.quiet_since) == (day - timedelta(days=3),) * 2
    register.prove_post(
        channel, actor=city.anna, at=at, posted_on=day - timedelta(days=30), proof="An older post."
    )
    assert channel.last_post_on == day - timedelta(days=3)
    with pytest.raises(MoveRefused, match="future"):
        register.prove_post(channel, actor=city.anna, at=at, posted_on=day + timedelta(days=1), proof="Soon.")
    post = new_post()
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at)
    sweep_at(at)
    url = "https://www.facebook.com/parks/posts/1"
    perform(post.publications.get(), "confirm", actor=city.anna, at=at, url=url)
    channel.refresh_from_db()
    assert channel.last_post_on == day
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(last_post_on=day - timedelta(days=1))


def test_channel_moves_belong_to_the_system_but_for_keep(city, at):
    for move in CHANNEL_MOVES:
        for name in ("anna", "karin", "admin"):
            if move.name == "keep":
                continue
            with pytest.raises(MoveRefused):
                perform(Channel.objects.get(pk=city.channel.pk), move.name, actor=getattr(city, name), at=at)


def test_csv_is_quoted_marked_and_carries_no_formulas(city, client_of):
    Channel.objects.filter(pk=city.channel.pk).update(name='=HYPERLINK("x");b')
    body = b"".join(
        client_of(city.anna).get(reverse("channels_registry:channels_csv")).streaming_content
    ).decode()
    assert body.startswith('\ufeff"')
    assert '"\'=HYPERLINK(""x"");b"' in body


def test_public_list_is_closed_unless_the_setting_opens_it(city, client, settings, journey):
    page, data = reverse("channels_registry:public_page"), reverse("channels_registry:public_json")
    assert (client.get(page).status_code, client.get(data).status_code) == (404, 404)
    settings.PUBLIC_REGISTER = True
    journey.deregistered()
    assert "Library on X" in client.get(page).content.decode()
    channels = client.get(data).json()["channels"]
    assert [row["url"] for row in channels] == ["https://x.com/library"]
    assert "keys" not in client.get(data).content.decode()


def test_public_list_says_nothing_of_an_end_that_is_only_thought_about(client, settings, journey):
    settings.PUBLIC_REGISTER = True
    closure = journey.opened()
    rows = client.get(reverse("channels_registry:public_json")).json()["channels"]
    assert [row["state"] for row in rows if row["url"] == closure.channel.url] == ["active"]


def test_wish_for_a_unit_without_a_chief_who_could_answer_is_refused_with_the_reason(city, at, client_of):
    lone = Unit.objects.create(name="Lone", responsible_chief=city.anna)
    wish = {"name": "Parks", "unit": lone.pk, "purpose": "Why.", "audience": "All", "watched_by": "We"}
    wish |= {"owner": city.anna.pk, "platform": "", "platform_name": "Hoodnet"}
    answer = client_of(city.anna).post(reverse("channels_registry:opening_new"), wish)
    page = answer.content.decode()
    assert (answer.status_code, "no chief who can answer you" in page, "Why." in page) == (409, True, True)
    assert not Opening.objects.exists()
    assert not Platform.objects.filter(name="Hoodnet").exists()
