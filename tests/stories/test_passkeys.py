"""A key in a real browser: added, used alone, used as the second step; and every page of the login is accessible."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.core.test_second_factor import code_of
from tests.stories.looking import faults_wide_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def anonymous(browser, live_server, width=1440):
    context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": 1000})
    return context.new_page()


def with_key(page):
    """This will give the browser a phone-like key that says yes with a finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def log_in(page, user):
    page.goto(reverse("account_login"))
    page.locator("#id_login").fill(user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator(f"form[action='{reverse('account_login')}'] button").click()


def test_a_key_is_added_and_then_opens_alone_without_a_password(live_city, browser, live_server):
    page = anonymous(browser, live_server)
    with_key(page)
    log_in(page, live_city.anna)
    page.wait_for_url(f"{live_server.url}/")
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(re.compile("recovery-codes"))
    page.goto(reverse("mfa_list_webauthn"))
    assert page.locator("main li strong").inner_text() == "My key"
    page.context.clear_cookies()
    page.goto(reverse("account_login"))
    page.locator(".login-key button").click()
    page.wait_for_url(f"{live_server.url}/")
    page.context.clear_cookies()
    log_in(page, live_city.anna)
    page.wait_for_url(re.compile("authenticate"))
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(f"{live_server.url}/")
    page.context.close()


def test_every_page_of_the_login_is_accessible_and_fits(live_city, browser, live_server, settings):
    settings.SECOND_FACTOR_FOR = ["chiefs"]
    page = anonymous(browser, live_server)
    with_key(page)

    def looks_right(place: str) -> None:
        assert faults_wide_and_narrow(page, place) == []

    page.goto(reverse("account_login"))
    looks_right("login")
    log_in(page, live_city.karin)
    page.wait_for_url(re.compile("second-step"))
    looks_right("second step, none yet")
    page.goto(reverse("mfa_activate_totp"))
    looks_right("app")
    page.locator("summary", has_text="camera").click()
    secret = page.locator(".login-secret").inner_text()
    page.locator("#id_code").fill("000000")
    page.locator("main form.form button").click()
    looks_right("app, wrong code")
    page.locator("#id_code").fill(code_of(secret))
    page.locator("main form.form button").click()
    page.wait_for_url(re.compile("recovery-codes"))
    looks_right("codes")
    for name in (
        "mfa_generate_recovery_codes",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_deactivate_totp",
        "mfa_reauthenticate",
        "account_reauthenticate",
        "socialaccount_connections",
        "mfa_index",
    ):
        page.goto(reverse(name))
        looks_right(name)
    page.goto(reverse("mfa_add_webauthn"))
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(re.compile("second-step/$"))
    page.goto(reverse("mfa_list_webauthn"))
    looks_right("keys")
    for link in ("edit", "remove"):
        page.goto(reverse("mfa_list_webauthn"))
        page.locator(f"main li a[href*='{link}']").click()
        looks_right(link)
    page.goto(reverse("mfa_reauthenticate_webauthn"))
    looks_right("key again")
    page.context.clear_cookies()
    log_in(page, live_city.karin)
    page.wait_for_url(re.compile("authenticate"))
    looks_right("one more step")
    for name in ("socialaccount_login_error", "socialaccount_login_cancelled"):
        page.goto(reverse(name))
        looks_right(name)
    page.context.close()
