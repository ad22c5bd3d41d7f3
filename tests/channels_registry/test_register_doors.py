"""The doors of the register, of rests and of wishes for channels: who may, and bad input answered (R1, R29, R30)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from channels_registry.models import Channel, Dormancy, HandleHistory, Opening
from core.workdays import local_day

pytestmark = pytest.mark.django_db
NS = "channels_registry:"


def url(name, *args):
    return reverse(NS + name, args=args)


def text(response):
    return response.content.decode()


def test_channel_is_registered_edited_and_cared_for_through_the_pages(city, client_of, png):
    admin, anna = client_of(city.admin), client_of(city.anna)
    form = {
        "address": "instagram.com/Parks",
        "name": "Parks",
        "unit": city.unit.pk,
        "comment_mode": "open",
        "two_factor": "on",
    }
    refused = anna.post(url("channel_new"), form)
    assert (refused.status_code, "instagram.com/Parks" in text(refused)) == (403, True)
    wrong = admin.post(url("channel_new"), form | {"address": "https://lnstagram.com/parks"})
    assert (wrong.status_code, "leads elsewhere" in text(wrong)) == (422, True)
    assert admin.post(url("channel_new"), form).status_code == 302
    twin = admin.post(url("channel_new"), form)
    channel = Channel.objects.get(url="https://www.instagram.com/parks")
    assert (twin.status_code, url("channel_page", channel.pk) in text(twin)) == (409, True)
    edit = url("channel_edit", city.channel.pk)
    facts = form | {"name": "Parks here", "seen": city.channel.version}
    assert anna.post(edit, facts).status_code == 302
    assert anna.post(edit, facts | {"name": "Other"}).status_code == 409
    assert client_of(city.olle).post(edit, facts | {"name": "Mine", "seen": 2}).status_code == 403
    assert anna.post(url("channel_editor", city.channel.pk), {"user": city.erik.pk}).status_code == 302
    editor = city.channel.editors.get()
    assert anna.post(url("channel_editor_remove", city.channel.pk, editor.pk)).status_code == 302
    assert anna.post(url("channel_look_over", city.channel.pk), {"follows_profile": ""}).status_code == 422
    proof = url("channel_proof", city.channel.pk)
    future = anna.post(proof, {"posted_on": "2199-01-01", "proof": "Soon."})
    assert (future.status_code, "in the future" in text(future)) == (409, True)
    handle = url("channel_handle", city.channel.pk)
    other = anna.post(handle, {"address": "https://x.com/parks", "note": "N", "seen": 9})
    assert (other.status_code, "another platform" in text(other)) == (409, True)


def test_channel_on_a_platform_nobody_knows_is_registered_by_its_name(city, client_of):
    admin = client_of(city.admin)
    form = {
        "address": "https://www.parkapp.example/parks?from=mail",
        "name": "Parks",
        "unit": city.unit.pk,
        "comment_mode": "open",
        "two_factor": "on",
    }
    asked = admin.post(url("channel_new"), form)
    assert (asked.status_code, "Write its name." in text(asked)) == (422, True)
    assert admin.post(url("channel_new"), form | {"platform_name": "Parkapp"}).status_code == 302
    channel = Channel.objects.get(name="Parks")
    assert (channel.platform.name, channel.handle, channel.url) == (
        "Parkapp",
        "parks",
        "https://parkapp.example/parks",
    )
    again = admin.post(url("channel_new"), form | {"address": "http://parkapp.example/parks/"})
    assert (again.status_code, "has this address or handle already" in text(again)) == (409, True)
    fake = admin.post(
        url("channel_new"), form | {"address": "https://faceb00k.com/parks", "platform_name": "Facebook"}
    )
    assert (fake.status_code, "leads elsewhere" in text(fake)) == (422, True)


@pytest.mark.rule("R1")
def test_yearly_look_answers_purpose_people_and_comments_too(city, client_of):
    anna, address = client_of(city.anna), url("channel_look_over", city.channel.pk)
    form = {"follows_profile": "on", "purpose_holds": "on", "comments_right": "on", "remarks": ""}
    silent = anna.post(address, form)
    assert (silent.status_code, "Say what is not as it should be" in text(silent)) == (422, True)
    assert anna.post(address, form | {"remarks": "Erik has left."}).status_code == 302
    assert city.channel.look_overs.get().people_right is False
    page = text(anna.get(url("channel_page", city.channel.pk)))
    assert "Not as it should be: the people." in page


@pytest.mark.rule("R1")
def test_look_that_is_refused_comes_back_open_with_its_picture(city, client_of, png):
    anna, address = client_of(city.anna), url("channel_look_over", city.channel.pk)
    shot = SimpleUploadedFile("skates.png", png(), content_type="image/png")
    refused = text(anna.post(address, {"purpose_holds": "on", "profile": shot}))
    assert re.search(r'<details class="more" open><summary>Look the channel over', refused)
    held = re.search(r'name="profile-held" value="([^"]+)"', refused)
    assert held
    assert anna.post(address, {"remarks": "Erik changes it.", "profile-held": held[1]}).status_code == 302
    assert city.channel.look_overs.get().profile_sha


@pytest.mark.rule("R30")
def test_register_shows_which_channels_are_silent_and_since_when(city, client_of, at, time_machine):
    time_machine.move_to(at, tick=False)
    Channel.objects.filter(pk=city.channel.pk).update(quiet_since=local_day(at) - timedelta(days=95))
    assert text(client_of(city.anna).get(url("channels_page"))).count("silent 95 days") == 1


@pytest.mark.rule("R29")
def test_days_that_nobody_watches_are_listed_before_the_rest_may_start(city, client_of, at, time_machine):
    time_machine.move_to(at, tick=False)
    today = local_day(at)
    Dormancy.objects.create(
        channel=city.channel,
        starts_on=today,
        ends_on=today + timedelta(days=60),
        comments="watched",
        why="Winter.",
        told_how="A post.",
        asked_by=city.anna,
        asked_at=at,
    )
    page = client_of(city.anna).get(url("channel_page", city.channel.pk))
    assert "Fill the rota before the rest starts." in text(page)
    days = page.context["rest_uncovered"]
    assert len(days) > 30
    assert days[0] >= today


@pytest.mark.parametrize("who", ["anna", "karin", "olle"])
def test_channel_page_asks_at_most_fifteen_tables_with_everything_on_it(
    journey, city, client_of, django_assert_max_num_queries, who
):
    journey.opened()
    HandleHistory.objects.create(
        channel=city.channel,
        handle="old",
        url="https://www.facebook.com/old",
        until_on=local_day(journey.at),
        note="N",
        noted_by=city.anna,
    )
    client = client_of(getattr(city, who))
    client.get(url("channels_page"))  # what is asked once for a login is asked here
    Opening.objects.create(
        name="Parks",
        platform=city.channel.platform,
        unit=city.unit,
        owner=city.anna,
        asked_by=city.anna,
        asked_at=timezone.now(),
        decided_by=city.karin,
        channel=city.channel,
    )
    with django_assert_max_num_queries(15):
        assert "facebook.com/old" in text(client.get(url("channel_page", city.channel.pk)))


def test_picture_of_the_yearly_look_is_shown(city, client_of, png):
    from io import BytesIO

    shot = BytesIO(png())
    shot.name = "p.png"
    anna = client_of(city.anna)
    posted = anna.post(
        url("channel_look_over", city.channel.pk),
        {
            "follows_profile": "on",
            "purpose_holds": "on",
            "people_right": "on",
            "comments_right": "on",
            "remarks": "",
            "profile": shot,
        },
    )
    assert posted.status_code == 302
    look = city.channel.look_overs.get()
    shown = anna.get(url("channel_look", look.pk, "profile"))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert anna.get(url("channel_look", look.pk, "cover")).status_code == 404


def test_rest_and_opening_go_through_the_pages(city, client_of, time_machine, at):
    time_machine.move_to(at, tick=False)
    anna, today = client_of(city.anna), local_day(at)
    rest = url("rest_new", city.channel.pk)
    form = {
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=400)).isoformat(),
        "comments": "off",
        "why": "Winter.",
        "told_how": "A post.",
    }
    long = anna.post(rest, form)
    assert (long.status_code, "at most 12 months" in text(long), "Winter." in text(long)) == (409, True, True)
    assert anna.post(rest, form | {"ends_on": "never"}).status_code == 422
    assert anna.post(rest, form | {"ends_on": (today + timedelta(days=90)).isoformat()}).status_code == 302
    row = Dormancy.objects.get()
    early = anna.post(url("rest_move", row.pk, "start"))
    assert (early.status_code, "turned off on the platform" in text(early)) == (409, True)
    assert anna.post(url("rest_move", row.pk, "check_comments")).status_code == 302
    assert anna.post(url("rest_move", row.pk, "start")).status_code == 302
    assert client_of(city.olle).post(url("rest_move", row.pk, "wake")).status_code == 403
    assert anna.get(url("channel_page", city.channel.pk)).status_code == 200
    wish = {
        "name": "Parks",
        "platform": city.channel.platform.code,
        "unit": city.unit.pk,
        "purpose": "Why.",
        "audience": "All",
        "watched_by": "We",
        "owner": city.anna.pk,
    }
    assert anna.post(url("opening_new"), wish | {"purpose": ""}).status_code == 422
    page = anna.post(url("opening_new"), wish)["Location"]
    assert client_of(city.olle).get(page).status_code == 404
    assert anna.post(page + "move/approve/").status_code == 403
    assert client_of(city.karin).post(page + "move/approve/").status_code == 302
    assert anna.post(page + "move/open/", {"address": "nonsense"}).status_code == 422
    assert anna.post(page + "move/open/", {"address": "https://facebook.com/parksnew"}).status_code == 302
    opened = text(anna.get(url("channel_page", Channel.objects.get(opening__isnull=False).pk)))
    assert (page in opened, "The wish to which Karin said yes" in opened) == (True, True)
