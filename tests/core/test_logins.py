"""Logins: what the trail says of them, what ends them, and that a city hall behind one address is not locked out."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import privacy
from core.accounts import end_sessions
from core.models import Event, Notice, User
from editorial.models import Membership
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


def log_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def kinds(user):
    return list(
        Event.objects.filter(about_id=user.pk, about_type="core.user")
        .order_by("id")
        .values_list("kind", flat=True)
    )


def test_a_login_a_wrong_password_and_a_logout_are_in_the_trail(city, client):
    log_in(client, city.anna.email, "wrong")
    log_in(client, city.anna.email)
    client.post(reverse("account_logout"))
    assert kinds(city.anna) == ["login.failed", "login.in", "login.out"]
    assert Event.objects.get(kind="login.in").data == {"by": ["password"]}


def test_a_wrong_address_leaves_nothing_of_it_in_the_trail(city, client):
    log_in(client, "nobody@avinge.example", "wrong")
    assert not Event.objects.filter(kind__startswith="login").exists()


@pytest.mark.rule("R41")
@pytest.mark.parametrize("field", ["is_records_officer", "is_web_strategist", "is_staff", "is_superuser"])
def test_a_changed_role_ends_the_person_s_logins(city, client_of, field):
    anna, erik = client_of(city.anna), client_of(city.erik)
    setattr(city.anna, field, True)
    city.anna.save()
    assert reverse("account_login") in anna.get("/")["Location"]
    assert erik.get("/").status_code == 200


def test_a_deactivated_person_is_out_at_once(city, client_of):
    anna = client_of(city.anna)
    city.anna.is_active = False
    city.anna.save()
    assert anna.get("/").status_code == 302
    assert log_in(Client(), city.anna.email).status_code in (200, 302)
    assert not Event.objects.filter(kind="login.in").exists()


def test_another_role_in_the_team_or_leaving_it_ends_the_person_s_logins(city, client_of):
    erik = client_of(city.erik)
    membership = Membership.objects.get(user=city.erik)
    membership.role = "communicator"
    membership.save()
    assert erik.get("/").status_code == 302
    erik = client_of(type(city.erik).objects.get(pk=city.erik.pk))
    membership.delete()
    assert erik.get("/").status_code == 302


@pytest.mark.rule("R41")
def test_the_admin_writes_down_who_gave_which_role(city, client_of):
    page = client_of(city.admin).get(reverse("admin:core_user_change", args=[city.anna.pk]))
    form = page.context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {
        name: value for name, value in data.items() if value not in (None, False, "") and name != "password"
    }
    answer = client_of(city.admin).post(
        reverse("admin:core_user_change", args=[city.anna.pk]), data | {"is_records_officer": "on"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    event = Event.objects.get(kind="user.roles_changed")
    assert (event.actor, event.about_id, event.data) == (
        city.admin,
        city.anna.pk,
        {"roles": {"is_records_officer": True}},
    )


def test_each_first_password_is_another_and_is_shown_once_and_kept_nowhere(db):
    shown = []
    for number in (1, 2):
        out = StringIO()
        call_command("first_administrator", f"first{number}@avinge.example", stdout=out)
        shown.append(re.search(r"^ {4}(\S{20,})$", out.getvalue(), re.MULTILINE).group(1))
    assert shown[0] != shown[1]
    kept = [*User.objects.values_list("password", flat=True), *map(str, Event.objects.values())]
    assert not [word for word in shown if any(word in text for text in kept)]


@pytest.mark.rule("R41")
def test_nobody_is_deleted_in_the_administration(city, client_of):
    admin = client_of(city.admin)
    page = reverse("admin:core_user_delete", args=[city.stranger.pk])
    assert admin.post(page, {"post": "yes"}).status_code == 403
    marked = {"action": "delete_selected", "_selected_action": city.stranger.pk, "post": "yes"}
    admin.post(reverse("admin:core_user_changelist"), marked)
    assert User.objects.filter(pk=city.stranger.pk).exists()


def test_ten_wrong_passwords_close_one_account_for_a_while_and_no_other(city):
    for _ in range(12):
        log_in(Client(), city.anna.email, "wrong")
    closed = log_in(Client(), city.anna.email)
    assert closed.status_code in (200, 429)
    assert closed.context["form"].errors
    # The colleague sits behind the same address.
    assert log_in(Client(), city.erik.email)["Location"] == reverse("my_day")


def test_a_closed_account_stays_closed_however_much_else_is_counted_meanwhile(city):
    """What is thrown away when there is too much of it is the first by name."""
    for _ in range(10):
        log_in(Client(), city.anna.email, "wrong")
    for number in range(320):
        cache.set(f"~{number}", 1, 600)
    assert log_in(Client(), city.anna.email).status_code == 200, "asked to wait"


def test_forty_people_behind_one_address_log_in_within_a_minute(city):
    answers = [log_in(Client(), city.anna.email).status_code for _ in range(40)]
    assert answers == [302] * 40


def test_a_header_that_names_another_address_does_not_reset_the_limit(city, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "3/5m/ip"}
    for number in range(4):
        guessing = Client(headers={"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"})
        log_in(guessing, f"nobody{number}@avinge.example", "wrong")
    named = Client(headers={"X-Forwarded-For": "10.0.0.9", "Forwarded": "for=10.0.0.9"})
    assert log_in(named, city.anna.email).status_code == 200, "asked to wait"
    assert log_in(Client(REMOTE_ADDR="192.0.2.7"), city.anna.email).status_code == 302


def test_metrics_are_for_whoever_has_the_token_and_name_nobody(city, client, settings):
    assert client.get(reverse("metrics")).status_code == 404
    settings.METRICS_TOKEN = "a-token-for-the-test"
    assert client.get(reverse("metrics"), headers={"Authorization": "Bearer other"}).status_code == 404
    log_in(Client(), city.anna.email)
    page = client.get(reverse("metrics"), headers={"Authorization": "Bearer a-token-for-the-test"})
    text = page.content.decode()
    assert (page.status_code, 'redaktionen_logins_total{ended="in"}' in text) == (200, True)
    assert "redaktionen_rungs_due 0.0" in text
    assert 'redaktionen_answers_total{page="account_login",status="3xx"}' in text
    assert "anna" not in text.lower()


@pytest.mark.django_db
def test_a_changed_password_is_noted_and_told_to_whoever_s_it_is(city, client_of):
    client = client_of(city.anna)
    typed = {"oldpassword": PASSWORD, "password1": "en-helt-annan-fras", "password2": "en-helt-annan-fras"}
    assert client.post(reverse("account_change_password"), typed).status_code == 302
    event = Event.objects.get(kind="login.password_changed")
    assert (event.about_id, event.actor_id) == (city.anna.pk, city.anna.pk)
    notice = Notice.objects.get(key=f"login-{event.pk}")
    assert (notice.recipient, notice.urgent) == (city.anna, True)
    assert "en-helt-annan-fras" not in notice.body


def test_ten_thousand_logins_cost_no_page_a_query_and_one_step_ends_them(
    city, client_of, django_assert_num_queries
):
    anna, store = client_of(city.anna), SessionStore()
    until = timezone.now() + timedelta(hours=12)
    kept = store.encode(dict(anna.session.items()))
    Session.objects.bulk_create(
        Session(session_key=f"{number:032}", session_data=kept, expire_date=until) for number in range(10_000)
    )
    anna.get("/notices/")
    with django_assert_num_queries(7):
        assert anna.get("/notices/").status_code == 200
    another = Client()
    another.cookies["redaktionen_session"] = f"{7:032}"
    assert another.get("/").status_code == 200
    with django_assert_num_queries(1):
        end_sessions([city.anna.pk])
    assert reverse("account_login") in another.get("/")["Location"]
    ContentType.objects.clear_cache()
    # Ten slices of a thousand; SQLite's index of words is swept out too.
    with django_assert_num_queries(61 + (connection.vendor == "sqlite")):
        privacy.dispose(until + timedelta(days=2), really=True)
    assert not Session.objects.exists()


def test_a_stranger_who_knocks_ten_times_is_given_no_login_to_be_kept(city, settings):
    settings.PUBLIC_REGISTER = True
    before = Session.objects.count()
    for _ in range(10):
        knocking = Client()
        for path in (
            "/",
            "/account/login/?next=/posts/",
            "/account/password/reset/",
            "/channels/public/",
            "/x/",
        ):
            knocking.get(path)
        log_in(knocking, "nobody@avinge.example", "wrong")
        knocking.post(reverse("language"), {"language": "en"})
    assert Session.objects.count() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PASSWORD, "elva-tecken"),
        (PASSWORD, "qwertyqwerty"),
        (PASSWORD, "anna@avinge.example"),
        ("x", "en-helt-annan-fras"),
    ],
)
def test_a_short_a_common_and_an_own_password_and_one_without_the_old_are_refused(city, client_of, old, new):
    typed = {"oldpassword": old, "password1": new, "password2": new}
    assert client_of(city.anna).post(reverse("account_change_password"), typed).status_code == 200
    city.anna.refresh_from_db()
    assert city.anna.check_password(PASSWORD)


def test_recovery_and_a_failed_login_say_the_same_of_an_address_without_an_account(city, client):
    def said(address):
        recovered = client.post(reverse("account_reset_password"), {"email": address}, follow=True)
        failed = log_in(Client(), address, "wrong")
        pages = (page.content.decode().replace(address, "") for page in (recovered, failed))
        return [re.sub(r'value="\w{64}"', "", page) for page in pages], recovered.redirect_chain

    assert said(city.anna.email) == said("nobody@avinge.example")


def test_a_login_gets_a_new_number_and_ends_after_twelve_hours(city, client, settings, time_machine):
    settings.SECOND_FACTOR_FOR = ["administrators"]  # who asks that writes into the login now and then
    settings.LOGIN_IDLE_MINUTES = 0
    store = SessionStore()
    store.create()
    client.cookies["redaktionen_session"] = store.session_key
    time_machine.move_to("2026-11-24T08:00:00+01:00", tick=False)
    log_in(client, city.anna.email)
    given = client.cookies["redaktionen_session"].value
    assert given != store.session_key, "whoever knows the number from before the login has nothing"
    for hour in range(9, 20):
        time_machine.move_to(f"2026-11-24T{hour:02}:59:00+01:00", tick=False)
        assert client.get("/").status_code == 200, "busy all day"
    time_machine.move_to("2026-11-24T20:01:00+01:00", tick=False)
    words = {"oldpassword": "x", "password1": "en-helt-annan-fras", "password2": "en-helt-annan-fras"}
    assert client.post(reverse("account_change_password"), words).status_code == 200, "what was typed is read"
    assert reverse("account_login") in client.get("/")["Location"]
    assert not Session.objects.filter(session_key=given).exists()


def test_a_form_sent_an_hour_after_a_login_ended_asks_for_the_login(city, client, settings, time_machine):
    settings.SECOND_FACTOR_FOR = ["administrators"]
    time_machine.move_to("2026-11-24T08:00:00+01:00", tick=False)
    log_in(client, city.anna.email)
    for hour in range(9, 20):
        time_machine.move_to(f"2026-11-24T{hour:02}:59:00+01:00", tick=False)
        client.get("/")
    time_machine.move_to("2026-11-24T21:01:00+01:00", tick=False)
    assert reverse("account_login") in client.post(reverse("account_change_password"), {})["Location"]
