"""What each answer tells the browser, and what a visitor's own headers cannot do."""

from __future__ import annotations

import runpy

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from core import throttles
from core.models import Notice
from core.notices import Message, as_email, tell
from tests import doors
from tests.conftest import PASSWORD
from tests.doors import House
from tests.test_doors import parts_of
from tests.test_pages import named

pytestmark = pytest.mark.django_db

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("name", ["my_day", "account_login", "health", "editorial:posts_page", "admin:index"])
def test_every_answer_carries_the_headers(city, client_of, name):
    answer = client_of(city.admin).get(reverse(name), follow=True)
    assert {header: answer.headers.get(header) for header in ALWAYS} == ALWAYS
    policy = answer.headers["Content-Security-Policy"]
    for directive in ("default-src", "frame-ancestors", "base-uri"):
        assert f"{directive} 'none'" in policy
    for directive in ("script-src", "style-src", "form-action", "connect-src"):
        assert f"{directive} 'self';" in f"{policy};"
    assert "unsafe" not in policy


def test_with_https_cookies_are_secure_and_the_browser_remembers_to_use_it(city, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True
    client = Client()
    assert client.get(reverse("account_login"))["Location"].startswith("https://")
    answer = client.get(reverse("account_login"), secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    typed = {"login": city.anna.email, "password": PASSWORD}
    cookies = client.post(reverse("account_login"), typed, secure=True).cookies
    for name in ("redaktionen_session", "csrftoken"):
        assert (cookies[name]["secure"], cookies[name]["httponly"], cookies[name]["samesite"]) == (
            True,
            True,
            "Lax",
        )


def test_an_address_with_https_asks_for_tls_everywhere(monkeypatch, tmp_path):
    monkeypatch.setenv("BASE_URL", "https://redaktionen.example")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    for name in ("DEBUG", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    read = runpy.run_path(str(settings.BASE_DIR / "config" / "settings.py"))
    cookies = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE")
    hsts = ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    assert all(read[name] is True for name in (*cookies, *hsts, "SECURE_SSL_REDIRECT"))
    assert read["SECURE_HSTS_SECONDS"] >= 31536000
    assert read["ALLOWED_HOSTS"] == ["redaktionen.example"]
    assert read["DEBUG"] is False


def test_an_open_page_is_kept_on_the_way_for_strangers_only_and_without_their_cookies(
    city, client_of, settings
):
    """It shows the name of whoever is logged in: a cache on the way must not hand that to the next."""
    settings.PUBLIC_REGISTER = True
    kept = {"channels_registry:public_page": "private", "channels_registry:public_json": "public"}
    for name, by in kept.items():
        stranger = Client().get(reverse(name))
        # The page has a form, and with it a cookie that is this visitor's alone.
        assert bool(stranger.cookies) == (by == "private")
        assert by in stranger.headers["Cache-Control"]
        assert client_of(city.anna).get(reverse(name)).headers["Cache-Control"] == "private, no-store"


LINKS = {"secret": "x" * 30, "token": "x" * 30}


@pytest.mark.parametrize(
    "name",
    [
        "channels_registry:public_page",
        "channels_registry:public_json",
        "calendar_app:feed",
        "editorial:feed",
        "editorial:tip_form",
        "editorial:tip_follow",
        "notice_unsubscribe",
        "signer:ask",
    ],
)
def test_one_address_that_asks_an_open_page_without_end_is_made_to_wait(city, settings, name, time_machine):
    settings.PUBLIC_REGISTER = True
    time_machine.move_to("2026-11-24T08:00:00+01:00", tick=False)
    path = reverse(name, kwargs=named_parts(name))
    cache.clear()
    asked = [Client().get(path).status_code for _ in range(20)]
    assert 429 not in asked, "people ask this often"
    for _ in range(280):  # as many more asks, without drawing the page for each
        throttles.count(resolve(path).func.__name__, "127.0.0.1", timezone.now(), seconds=60)
    late = [Client().get(path) for _ in range(30)][-1]
    assert late.status_code == 429
    assert "public" not in late.headers.get("Cache-Control", "")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").get(path)
    assert elsewhere.status_code != 429, "somebody else does not wait"
    time_machine.shift(600 if name == "signer:ask" else 60)
    assert Client().get(path).status_code != 429, "nor does anybody in the next stretch of time"


def named_parts(name: str) -> dict[str, str]:
    parts = {"editorial:tip": "secret", "calendar_app:feed": "secret", "editorial:feed": "secret"}
    parts |= {"notice_unsubscribe": "token", "signer:ask": "token"}
    return {part: LINKS[part] for start, part in parts.items() if name.startswith(start)}


def test_a_page_of_somebody_is_kept_by_no_cache_on_the_way(city, client_of):
    answer = client_of(city.anna).get(reverse("editorial:posts_page"))
    assert "Cookie" in answer.headers["Vary"]
    assert "private" in answer.headers["Cache-Control"]
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "evil.example:80", "testserver@evil.example"]
)
def test_another_host_name_is_not_answered(client, host):
    assert client.get(reverse("account_login"), headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"],
)
def test_no_header_changes_what_the_letter_links_to(city, client, mailoutbox, header):
    client.post(
        reverse("account_reset_password"), {"email": city.anna.email}, headers={header: "evil.example"}
    )
    assert len(mailoutbox) == 1
    assert "evil.example" not in mailoutbox[0].body
    assert "http://testserver/" in mailoutbox[0].body


def test_without_a_proxy_nobody_says_that_the_connection_was_safe(client, settings):
    assert settings.SECURE_PROXY_SSL_HEADER is None
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(reverse("account_login"), headers={"X-Forwarded-Proto": "https"}).status_code == 301


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "https://[::1",
        "my_day",
        "a\x00b",
    ],
)
def test_no_address_in_a_parameter_leads_away(city, client, client_of, there):
    logged_in = client.post(
        f"{reverse('account_login')}", {"login": city.anna.email, "password": PASSWORD, "next": there}
    )
    left = client_of(city.anna).post(reverse("account_logout"), {"next": there})
    chosen = client_of(city.anna).post(reverse("language"), {"language": "sv", "next": there})
    back = client_of(city.anna).post(reverse("language"), {"language": "sv"}, headers={"Referer": there})
    for answer in (logged_in, left, chosen, back):
        assert answer.status_code == 302
        assert answer["Location"] in ("/", reverse("account_login"), "/%09/evil.example"), answer["Location"]


def test_a_line_break_in_a_subject_makes_no_second_header(city, at):
    words = "Hello\r\nBcc: evil@evil.example"
    tell([Message(recipient=city.anna, key="k", subject=words, body=words, url="/", why=words)], at)
    letter = as_email(Notice.objects.get()).message()
    assert letter["Bcc"] is None
    assert "\n" not in letter["Subject"]


def test_a_body_larger_than_any_form_is_refused(city, client_of):
    answer = client_of(city.anna).post(reverse("moderation:comment_new"), {"text": "x" * (6 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "This is too large" in answer.content.decode()
    many = {f"f{number}": "x" for number in range(2000)}
    assert client_of(city.anna).post(reverse("moderation:comment_new"), many).status_code == 413


def test_of_a_stranger_s_large_form_nothing_is_unpacked(city, client_of, settings, monkeypatch):
    """Whoever makes up a token for forms is known as a stranger only when the form has been read."""
    settings.UPLOAD_MAX_BYTES, settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 50_000, 1000
    unpacked = []
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", lambda *chunk: unpacked.append(1))
    stranger = Client(enforce_csrf_checks=True, headers={"Referer": "http://testserver/"})
    stranger.cookies["csrftoken"] = "x" * 32
    address, sent = reverse("editorial:post_new"), lambda size: {"picture": ContentFile(b"x" * size, "a.jpg")}
    assert stranger.post(address, sent(120_000)).status_code == 413
    assert not unpacked
    assert stranger.post(address, sent(40_000)).status_code == 403
    assert unpacked, "what a tip may bring is read"
    unpacked.clear()
    assert client_of(city.anna).post(address, sent(120_000)).status_code not in (400, 413)
    assert unpacked


@pytest.mark.parametrize(
    "value",
    [
        "gASVKQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjA50b3VjaCAvdG1wL293bpSFlFKULg==",
        "x" * 4000,
        "\x00",
        "../../etc/passwd",
    ],
)
def test_a_forged_session_or_language_cookie_is_nobody(client, value):
    client.cookies["redaktionen_session"] = value
    client.cookies["django_language"] = value
    client.cookies["messages"] = value
    answer = client.get(reverse("my_day"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_a_form_from_elsewhere_is_refused(city):
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.anna)
    assert client.post(reverse("moderation:comment_new"), {"text": "x"}).status_code == 403
    assert client.post(reverse("account_logout")).status_code == 403


def test_what_was_uploaded_is_handed_out_as_an_attachment_and_never_as_a_page(city, at, client_of):
    """As it came it is only saved; what is shown in a page is a picture that was made anew."""
    house, client, there = House(city, at), client_of(city.anna), dict(named(get_resolver()))
    as_it_came = {
        "moderation:evidence_original": "attachment",
        "consent:picture_original": "attachment",
        "consent:word_scan": "attachment",
        "editorial:task_proof": "attachment",
        "channels_registry:item_original": "attachment",
        "channels_registry:package_download": "attachment",
    }
    made_anew = dict.fromkeys(
        (
            "moderation:evidence_copy",
            "moderation:evidence_masked",
            "consent:picture_copy",
            "consent:picture_thumb",
        ),
        "inline",
    )
    for name, way in (as_it_came | made_anew).items():
        answer = client.get(reverse(name, kwargs=parts_of(name, there[name], house[doors.noun_of(name)])))
        assert answer.status_code == 200, name
        assert answer.headers["Content-Disposition"].startswith(f"{way};"), name
        assert answer.headers["Content-Type"].split("/")[0] in ("image", "application"), name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert "private" in answer.headers["Cache-Control"], name
