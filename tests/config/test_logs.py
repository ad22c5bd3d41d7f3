"""The log says what happened and of nobody whom it happened to."""

from __future__ import annotations

import json
import logging

import pytest
from django.urls import reverse

from config.logs import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(Line().format(record)) for record in caplog.records]


def test_an_answer_is_one_line_with_the_name_of_the_page(client, lines):
    answer = client.get(reverse("account_login"), {"next": "/secret/"})
    line = next(line for line in lines() if line["logger"] == "redaktionen.request")
    assert (line["page"], line["status"], line["method"]) == ("account_login", 200, "GET")
    assert line["request"] == answer["X-Request-ID"]
    assert "secret" not in json.dumps(lines())


@pytest.mark.parametrize(
    "path",
    ["/account/password/reset/key/1-abc-SECRETKEY/", "/no/SECRETKEY%0d%0afaked line", "/x%0aSECRETKEY"],
)
def test_no_address_and_no_second_line_gets_into_the_log(client, lines, path):
    client.get(path, headers={"User-Agent": "SECRETKEY\r\nfaked line", "X-Request-ID": "SECRETKEY"})
    written = [json.dumps(line) for line in lines()]
    assert written
    assert all("\n" not in line and "SECRETKEY" not in line for line in written)


def test_an_error_names_its_kind_and_place_but_not_what_it_said(caplog):
    try:
        raise ValueError("anna@avinge.example is taken")
    except ValueError:
        logging.getLogger("x").exception("the job %s failed", "send")
    line = json.loads(Line().format(caplog.records[-1]))
    assert (line["message"], line["error"]) == ("the job send failed", "ValueError")
    assert "anna" not in json.dumps(line)


@pytest.mark.parametrize(
    ("logger", "words", "written"),
    [
        ("gunicorn.error", "Invalid request from ip=192.0.2.7: 'GET anna@avinge.example'", "Invalid request"),
        ("gunicorn.error", "Error handling request GET /s/anna@avinge.example", "Error handling request"),
        ("gunicorn.error", "Worker (pid:7) was sent SIGKILL!", "Worker (pid:7) was sent SIGKILL!"),
        (
            "celery.app.trace",
            "Task core.sweep[7] raised unexpected: IntegrityError('(anna@avinge.example)')\nTraceback: …",
            "Task core.sweep[7] raised unexpected",
        ),
        (
            "allauth.socialaccount.providers.saml.views",
            "Error processing SAML ACS response: invalid_response: anna@avinge.example",
            "Error processing SAML ACS response",
        ),
    ],
)
def test_what_other_programs_repeat_of_a_request_or_an_error_is_left_out(lines, logger, words, written):
    logging.getLogger(logger).error(words)
    assert [line["message"] for line in lines()] == [written]
