"""What is stored about somebody with an account: nothing that names them is missing, and who took it out is seen."""

from __future__ import annotations

import json
import re
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from consent import models as consent
from core import extracts, privacy, trail
from core.models import Event, NoticeSettings, User
from core.notices import Message, tell
from editorial.models import Membership, Post
from editorial.transitions import save_post
from tests import doors
from tests.config.test_kept import ABOUT_NOBODY
from tests.doors import House

# Tables on the page of what is stored, of which an account has no rows: where else what is in them is taken out.
OF_NO_ACCOUNT = {
    "calendar_app.FeedItem": "the plan as a feed last told it",
    "calendar_app.Slot": "a place in the plan",
    "channels_registry.ArchivePackage": "files of a channel",
    "consent.Appearance": "the extract of people in pictures",
    "consent.Arrival": "a file that is on its way",
    "consent.Guardianship": "the extract of people in pictures",
    "consent.Letter": "the extract of people in pictures",
    "consent.Person": "the extract of people in pictures",
    "core.EventNote": "what was typed about a comment, which goes with it",
    "core.Seal": "hashes",
    "core.SearchEntry": "a copy of what can be found",
    "core.User": "the account itself",
    "editorial.PostPicture": "a picture in a post",
    "editorial.PostText": "the text of a post",
    "editorial.Takedown": "a picture that has to come down",
    "editorial.Team": "its members are in their memberships",
    "moderation.CommentRevision": "the extract of who commented",
    "moderation.DisposedCase": "a case in a run of disposal",
    "moderation.Question": "the extract of who commented",
    "sessions.Session": "found by its random key alone",
    "socialaccount.SocialToken": "a secret",
}
SECRET = re.compile(r"(^|_)(sha|hash|digest|secret|nonce|token|password|key|uid|data|manifest)$")


def names_of_accounts() -> set[str]:
    """Every column of every table that points at an account."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.related_model is User
    }


def test_every_column_that_names_an_account_is_in_its_extract_or_left_out_for_a_reason():
    """A new foreign key to User becomes a Part in its room's held.py, or an entry of LEFT_OUT there that says why not."""
    named = names_of_accounts()
    in_extract = {part.name for part in extracts.parts()}
    assert len(named) > 100
    assert named - in_extract == {name for name in extracts.left_out() if name in named}
    assert not in_extract & set(extracts.left_out())
    assert all(extracts.left_out().values())


def test_every_table_that_is_kept_of_people_has_an_extract():
    """A new table beside a Part or another extract gets a line in OF_NO_ACCOUNT."""
    kept = {model._meta.label for kind in privacy.KINDS.values() for model in kind.models}
    parts = {part.model._meta.label for part in extracts.parts()}
    assert kept - parts == set(OF_NO_ACCOUNT)
    assert not parts & ABOUT_NOBODY


def test_every_part_has_its_kind_its_columns_and_a_page_that_is_there():
    labels = [str(part.label) for part in extracts.parts()]
    assert len(labels) == len(set(labels))
    for part in extracts.parts():
        assert part.kind in extracts.kinds(), part.name
        for path in part.columns.values():
            assert isinstance(part.field_at(path), models.Field), (part.name, path)
        if part.page:
            assert reverse(part.page.address, args=[1]), part.name
            assert hasattr(part.page.model._default_manager.all(), "visible_to"), part.name


def test_no_secret_and_no_hash_of_one_is_taken_out():
    told = {(part.name, step) for part in extracts.parts() for path in part.says for step in path.split("__")}
    assert {(name, step) for name, step in told if SECRET.search(step)} == {
        ("socialaccount.SocialAccount.user", "uid"),  # who it is in the directory
        ("socialaccount.SocialAccount.user", "extra_data"),  # and what it says of them
        ("core.Event.about_id", "data"),  # what was changed of the account
    }


@pytest.mark.django_db
def test_every_column_of_an_account_is_told_or_left_out(city):
    columns = {field.name for field in User._meta.local_fields}
    told = set(extracts.account_of(city.anna))
    left = {name.rpartition(".")[2] for name in extracts.left_out() if name.startswith("core.User.")}
    assert columns - told == left
    assert told - columns == {"has_password"}


@pytest.fixture
def lived_in(city, at, time_machine) -> House:
    """The city in which Anna has done something of everything; she has a second step too."""
    time_machine.move_to(at, tick=False)
    house = House(city, at)
    for noun in doors.THINGS:
        if noun != "watch":
            house[noun]
    Authenticator.objects.create(user=city.anna, type="totp", data={"secret": "NEVER-TOLD"}, created_at=at)
    return house


def taken(user: User, at: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads("".join(extracts.as_json(user, at=at)))
    return answer


@pytest.mark.django_db
def test_the_file_holds_each_row_that_names_the_person_and_no_other(lived_in, at):
    anna = lived_in.city.anna
    found = taken(anna, at)
    stored = {name: len(part["rows"]) for name, part in found["stored"].items()}
    expected = {
        part.name: part.model._base_manager.filter(**{part.column: anna}).count()
        for part in extracts.parts()
        if not part.only
    }
    about = trail.events_about(anna).count()
    assert about
    assert stored == {name: count for name, count in expected.items() if count} | {
        "core.Event.about_id": about
    }
    assert len(stored) > 40
    shown = {
        one.part.name: one.count for held in extracts.held_by(anna, reader=anna).values() for one in held
    }
    assert shown == stored
    assert found["account"]["name"] == "Anna"
    assert found["not_in_here"]


@pytest.mark.django_db
def test_neither_page_nor_file_holds_a_secret_or_what_others_wrote(lived_in, at, client_of):
    anna = User.objects.get(pk=lived_in.city.anna.pk)
    client = client_of(lived_in.city.rut)
    address = reverse("account_extract", args=[anna.pk])
    page = client.get(address).content.decode()
    text = client.get(address, {"format": "json"}).getvalue().decode()
    assert "Codes from an app, Tue 24 Nov 2026" in page
    assert '"type": "totp"' in text
    secrets = ["NEVER-TOLD", anna.password, "A threat.", "Below our post.", "Nils Lind", "nils@home.example"]
    secrets += [address.digest for address in anna.feeds.all()]
    secrets += [word.scan_sha for word in consent.ConsentEvent.objects.exclude(scan_sha="")]
    assert len(secrets) == 8
    assert [secret for secret in secrets if secret in page or secret in text] == []


@pytest.mark.django_db
def test_times_and_answers_are_told_alike_whatever_the_database_writes(lived_in, at):
    stored = taken(lived_in.city.anna, at)["stored"]
    [membership] = stored["editorial.Membership.user"]["rows"]
    assert membership["duties"] == ["publish", "watch", "answer", "remove"]
    assert membership["share"] == 100
    [absence] = stored["editorial.Absence.user"]["rows"]
    assert absence == {"row": absence["row"], "starts_on": "2027-01-23", "ends_on": "2027-01-23"}
    [opening] = stored["channels_registry.Opening.asked_by"]["rows"]
    assert opening["asked_at"] == "2026-11-24T12:00:00+01:00"
    assert {row["is_cover"] for row in stored["editorial.Swap.giver"]["rows"]} == {False}
    assert stored["mfa.Authenticator.user"]["kind"] == "second_steps"
    assert stored["mfa.Authenticator.user"]["rows"][0]["last_used_at"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_page_and_file_take_the_same_queries_however_much_there_is(
    city, at, new_post, client_of, django_assert_num_queries, count
):
    for number in range(count):
        new_post(title=f"Post {number}")
    rut = client_of(city.rut)
    address = reverse("account_extract", args=[city.anna.pk])
    rut.get(address)  # what a process looks up once, it has
    # The login (2), the account and the look, what is held (3) and the trail (2), what stands around the page (4).
    with django_assert_num_queries(13):
        rut.get(address)
    with django_assert_num_queries(5):
        rut.get(address, {"format": "json"}).getvalue()
    with django_assert_num_queries(3):
        extracts.held_by(city.anna, reader=city.rut)
    with django_assert_num_queries(1):
        list(extracts.rows_of(city.anna, extracts.parts()))


@pytest.mark.django_db
def test_first_and_last_day_are_those_here_and_not_in_greenwich(city, at):
    for hours, title in ((-11.5, "late"), (0, "noon"), (35.5, "early")):
        made = Post(team=city.team)
        save_post(
            made, actor=city.anna, at=at + timedelta(hours=hours), fields={"title": title}, texts={}, links=[]
        )
    posts = extracts.held_by(city.anna, reader=city.anna)[privacy.KINDS["posts"]]
    [begun] = [one for one in posts if one.part.name == "editorial.Post.created_by"]
    assert (begun.count, str(begun.first), str(begun.last)) == (3, "2026-11-24", "2026-11-25")


@pytest.mark.django_db
def test_each_link_opens_for_who_reads_and_nothing_else_is_linked(lived_in, client_of):
    city = lived_in.city
    for reader, least in ((city.anna, 25), (city.rut, 10)):
        client, links = client_of(reader), []
        for held in extracts.held_by(city.anna, reader=reader).values():
            links += [url for one in held for url, _label in one.pages]
        assert len(links) >= least
        assert [url for url in sorted(set(links)) if client.get(url).status_code != 200] == []
    posts = extracts.held_by(city.anna, reader=city.rut)[privacy.KINDS["posts"]]
    assert any(one.count for one in posts)
    assert not any("/posts/" in url for one in posts for url, _label in one.pages)
    Membership.objects.filter(user=city.anna).delete()
    posts = extracts.held_by(city.anna, reader=city.anna)[privacy.KINDS["posts"]]
    assert not any("/posts/" in url for one in posts for url, _label in one.pages)


@pytest.mark.django_db
def test_the_newest_three_are_linked(city, new_post):
    made = [new_post(title=f"Post {number}") for number in range(5)]
    posts = extracts.held_by(city.anna, reader=city.anna)[privacy.KINDS["posts"]]
    assert [label for _url, label in posts[0].pages] == [f"Post {post.pk}" for post in made[:1:-1]]


@pytest.mark.django_db
def test_whoever_takes_out_anothers_extract_has_looked_and_oneself_has_not(city, client_of):
    address = reverse("account_extract", args=[city.anna.pk])
    anna, rut = client_of(city.anna), client_of(city.rut)
    assert anna.get(reverse("my_extract")).status_code == anna.get(address).status_code == 200
    assert anna.get(reverse("my_extract"), {"format": "json"}).status_code == 200
    assert not privacy.looks().exists()
    assert (rut.get(address).status_code, rut.get(address, {"format": "json"}).status_code) == (200, 200)
    [second, first] = privacy.looks()
    assert {(event.kind, event.about_type, event.about_id, event.actor) for event in (first, second)} == {
        ("account.extract", "core.user", city.anna.pk, city.rut)
    }
    log = rut.get(reverse("looks_page")).content.decode()
    assert "Extract about an account taken out" in log
    mine = anna.get(reverse("my_extract")).content.decode()
    assert "Extract about an account taken out · Rut" in mine


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["erik", "olle", "karin", "sara"])
def test_a_colleague_a_chief_and_a_stranger_get_404_and_no_look_is_noted(city, client_of, who):
    client = client_of(getattr(city, who))
    for address in (reverse("account_extract", args=[city.anna.pk]), reverse("extracts_page")):
        for form in ({}, {"format": "json"}):
            answer = client.get(address, form)
            assert answer.status_code == 404
            assert "anna@avinge.example" not in answer.content.decode()
    assert not privacy.looks().exists()


@pytest.mark.django_db
def test_a_closed_account_is_found_and_taken_out(city, client_of):
    User.objects.filter(pk=city.anna.pk).update(is_active=False)
    admin = client_of(city.admin)
    for wanted in ("ann", "ANNA@avinge", "nna"):
        page = admin.get(reverse("extracts_page"), {"account": wanted}).content.decode()
        assert reverse("account_extract", args=[city.anna.pk]) in page
        assert "Closed" in page
    assert reverse("account_extract", args=[city.erik.pk]) not in page
    assert (
        "anna@avinge.example" in admin.get(reverse("account_extract", args=[city.anna.pk])).content.decode()
    )
    # Nobody is listed before something is looked for.
    assert "anna@avinge.example" not in admin.get(reverse("extracts_page")).content.decode()
    assert [event.kind for event in privacy.looks()] == ["account.extract"]  # finding is no look


@pytest.mark.django_db
def test_the_file_is_sent_bit_by_bit_in_the_readers_language(city, new_post, client_of):
    new_post()
    for language, words in (("sv", "Påbörjade inlägg"), ("en", "Posts begun")):
        User.objects.filter(pk=city.anna.pk).update(language=language)
        answer = client_of(city.anna).get(reverse("my_extract"), {"format": "json"})
        assert answer.streaming
        assert answer["Content-Disposition"] == f'attachment; filename="account-{city.anna.pk}.json"'
        assert words in answer.getvalue().decode()


@pytest.mark.django_db
def test_a_long_trail_takes_no_more_memory_than_a_short_one(city, at):
    def lay(count: int) -> None:
        made = [
            trail.event_of("comment.note", about=city.team, actor=city.anna, at=at, note="n" * 80)
            for _ in range(count)
        ]
        Event.objects.bulk_create(made, batch_size=1000)

    def peak() -> int:
        tracemalloc.start()
        try:
            assert sum(map(len, extracts.as_json(city.anna, at=at))) > 100_000
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    lay(3000)
    peak()  # what is loaded once
    short = peak()
    lay(12_000)
    assert peak() < short * 1.3


@pytest.mark.django_db
def test_what_is_told_row_by_row(city, at, client_of):
    NoticeSettings.objects.create(
        user=city.anna,
        ways={"editorial.team": "digest"},
        quiet_from="20:00",
        quiet_to="07:00",
        weekly_report=True,
    )
    tell([Message(recipient=city.anna, key="k", subject="Look", body="x", url="/", why="x")], timezone.now())
    page = client_of(city.anna).get(reverse("my_extract")).content.decode()
    assert "Park team, communicator, 100 %, publish, watch, answer, remove and archive" in page
    assert (
        "The digest comes at 08:00; no e-mail from 20:00 to 07:00; the week&#x27;s follow-up every Monday; "
        "teams: in the digest"
    ) in page
    assert reverse("notices_page") in page
    assert "All your notices" in page
    rut = client_of(city.rut).get(reverse("account_extract", args=[city.anna.pk])).content.decode()
    assert "All your notices" not in rut
    chief = client_of(city.karin).get(reverse("my_extract")).content.decode()
    assert "Units whose responsible chief it is" in chief
