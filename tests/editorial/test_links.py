"""Links are asked as rows, opened by the worker, and asked about before a post is approved or goes out (R24)."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.fetching import PUBLIC, FetchPolicy
from core.models import Notice, Rung
from core.moves import MoveRefused, perform
from editorial import links, reviewing
from editorial.addresses import addresses_in, host_of, to_open, written_in
from editorial.models import LinkCheck, Membership, Post, PostWriter, Review
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post

pytestmark = pytest.mark.django_db


def answer(post: Post, verdict: str, problem: str = "") -> None:
    """This will answer what waits, as a worker would."""
    for check in post.link_checks.filter(answered_at=None):
        claimed = links._claim(check.try_at)
        for one in claimed:
            links._answer(one, links.Outcome(verdict, problem), check.try_at)


def to_review(post: Post, city: Any, at: datetime) -> None:
    perform(post, "submit", actor=city.anna, at=at)


@pytest.mark.rule("R24")
@pytest.mark.parametrize(
    ("path", "verdict", "problem", "status"),
    [
        ("/page", "works", "", 200),
        ("/moved", "works", "", 200),
        ("/gone", "broken", "missing", 404),
        ("/ill", "broken", "server", 503),
        ("/guarded", "unsure", "kept_out", 403),
        ("/loop", "broken", "loop", None),
        ("/slow", "broken", "slow", None),
        ("/inwards", "broken", "inner", None),
    ],
)
def test_each_answer_of_a_site_has_its_verdict(site, linked, at, path, verdict, problem, status):
    post = linked(site.address + path)
    assert links.check_waiting(at, policy=site.policy) == 1
    check = post.link_checks.get()
    assert (check.verdict, check.problem, check.status) == (verdict, problem, status)
    if path == "/moved":
        assert check.hops == [[f"{site.address}/moved", 301]]
        assert check.final_url == f"{site.address}/page"


@pytest.mark.rule("R24")
@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://127.0.0.1/", "inner"),
        ("http://[::1]/", "inner"),
        ("http://169.254.169.254/latest/meta-data", "inner"),
        ("http://localhost/", "inner"),
        ("file:///etc/passwd", "scheme"),
        ("https://example.com:22/", "port"),
        ("https://anna:password@example.com/", "password"),
        ("https://", "no_address"),
        ("http://0x7f.1/", "inner"),
    ],
)
def test_what_followers_must_not_be_led_to_is_broken_and_never_opened(linked, at, address, problem):
    post = linked(address)
    links.check_waiting(at)
    assert (post.link_checks.get().verdict, post.link_checks.get().problem) == ("broken", problem)


def test_address_in_other_letters_is_shown_as_it_is_looked_up():
    assert host_of("https://åvinge.example/") == "xn--vinge-lra.example"
    assert LinkCheck(url="https://аvinge.example/").ascii_host.startswith("xn--")
    assert LinkCheck(url="https://avinge.example/").ascii_host == ""


def test_addresses_are_found_in_every_text_once():
    content = {
        "text": "Se https://a.example/x. Och (www.b.example).",
        "texts": [{"channel": 1, "text": "https://c.example/(d) och https://a.example/x!"}],
        "links": ["https://e.example/"],
    }
    assert addresses_in(content) == [
        "https://e.example/",
        "https://a.example/x",
        "www.b.example",
        "https://c.example/(d)",
    ]
    assert written_in("Ingen länk. http kl. 10.30") == []
    twice = {"text": "Se a.example/x och a.se/y", "texts": [], "links": ["https://a.se/y"]}
    assert addresses_in(twice) == ["https://a.se/y"]


def test_bare_domains_are_links_as_they_are_on_the_platforms():
    text = (
        "Läs på avinge.se/simhall, AVINGE.SE. Skriv till info@avinge.se, t.ex. i dag. Dammen.Nu är den klar."
    )
    assert written_in(text) == ["avinge.se/simhall", "AVINGE.SE"]
    assert written_in("Se lärande.se/år, ÅÄÖ.nu och a\u030avinge.se. På.så vis.") == [
        "lärande.se/år",
        "ÅÄÖ.nu",
        "a\u030avinge.se",
    ]
    assert (to_open("avinge.se"), host_of("avinge.se/x")) == ("https://avinge.se", "avinge.se")
    assert [to_open(one) for one in ("http://a.se", "file:///etc")] == ["http://a.se", "file:///etc"]


@pytest.mark.rule("R24")
def test_byline_leads_somewhere_too_and_what_followers_cannot_open_is_told(city, at, new_post):
    assert written_in("Hämta ftp://a.se/fil, eller file:///etc/passwd. Läs mer.https://b.se") == [
        "ftp://a.se/fil",
        "file:///etc/passwd",
        "https://b.se",
    ]
    post = new_post(byline="Ida, http://10.0.0.1/ida", base_text="Hämta ftp://a.se/fil.")
    links.check_waiting(at)
    answers = dict(post.link_checks.values_list("url", "problem"))
    assert answers == {"ftp://a.se/fil": "scheme", "http://10.0.0.1/ida": "inner"}
    perform(post, "submit", actor=city.anna, at=at)
    with pytest.raises(MoveRefused, match="A link does not work"):
        perform(post, "approve", actor=city.erik, at=at, answers=ALL_YES)


def test_post_that_leads_to_more_addresses_than_are_checked_is_not_sent(city, linked, at):
    post = linked(text=" ".join(f"a.se/{number}" for number in range(301)))
    with pytest.raises(MoveRefused, match="more than 300 addresses"):
        to_review(post, city, at)
    assert post.link_checks.count() == 300


@pytest.mark.rule("R24")
def test_addresses_without_https_are_found_and_opened_as_a_browser_does(city, new_post):
    text = "Läs på avinge.se/park. T.ex. bl.a. m.fl. kl.9, anna@avinge.se och bild.jpg (avinge.se) https://a.se/?u=b.se"
    assert written_in(text) == ["avinge.se/park", "avinge.se", "https://a.se/?u=b.se"]
    post = new_post(base_text="Läs på avinge.se/park.")
    check = post.link_checks.get()
    assert (check.url, check.opens_at) == ("avinge.se/park", "https://avinge.se/park")
    assert LinkCheck(url="javascript:alert(1)").opens_at == ""


@pytest.mark.rule("R24")
def test_saving_asks_once_and_sending_to_review_later_asks_again(city, linked, at):
    post = linked("https://one.example/", "https://two.example/")
    assert post.link_checks.count() == 2
    fields = {"base_text": "Swans."}
    url = ["https://one.example/", "https://three.example/"]
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=url)
    assert sorted(post.link_checks.values_list("url", flat=True)) == [
        "https://one.example/",
        "https://three.example/",
        "https://two.example/",
    ]
    answer(post, "works")
    to_review(post, city, at + timedelta(hours=1))
    assert post.link_checks.filter(occasion="review", answered_at=None).count() == 2


def test_the_citys_own_hosts_are_left_to_a_person_and_stop_nothing(city, linked, at):
    post = linked("https://www.avinge.example/aktuellt")
    assert (post.link_checks.get().verdict, post.link_checks.get().problem) == ("unsure", "trusted")
    assert links.check_waiting(at) == 0
    to_review(post, city, at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    line = next(line for line in Review.objects.get().findings if line["check"] == "links")
    assert (line["level"], line["title"]) == ("advice", "1 link to open yourself")


def test_two_workers_never_open_the_same_link(site, linked, at):
    linked(site.address + "/page")
    first, second = links._claim(at), links._claim(at)
    assert (len(first), len(second)) == (1, 0)
    # A worker that died leaves its link to the next one, and its own answer counts no more.
    later = links._claim(at + timedelta(seconds=61))
    assert links._answer(first[0], links.Outcome("works"), at) == 0
    assert links._answer(later[0], links.Outcome("works"), at) == 1


def test_what_may_pass_by_itself_is_tried_three_times(site, linked, at):
    post = linked(site.address + "/ill")
    for minutes in (0, 0.5, 1, 3, 7, 60):
        links.check_waiting(at + timedelta(minutes=minutes), policy=site.policy)
    assert site.asked == ["/ill"] * 3
    assert post.link_checks.get().attempts == 3


def test_address_that_breaks_the_judging_holds_up_no_other(site, linked, at, monkeypatch):
    def breaks(address: str, policy: FetchPolicy = PUBLIC) -> links.Outcome:
        raise RecursionError(address)

    post = linked(site.address + "/page")
    monkeypatch.setattr(links, "judge", breaks)
    assert links.check_waiting(at) == 1
    assert (post.link_checks.get().verdict, post.link_checks.get().problem) == ("unsure", "crashed")


@pytest.mark.rule("R23", "R24")
def test_broken_link_blocks_until_the_approver_gives_a_reason(city, linked, at):
    post = linked("https://one.example/")
    to_review(post, city, at)
    with pytest.raises(MoveRefused, match="being checked"):
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    answer(post, "broken", "missing")
    with pytest.raises(MoveRefused, match=r"A link does not work: https://one\.example/"):
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at, overrule="The page opens on Monday.")
    kept = Review.objects.get()
    assert (kept.overruled, kept.overrule_reason) == (["https://one.example/"], "The page opens on Monday.")
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(days=1))
    assert post.state == "scheduled"


def test_link_that_broke_since_the_approval_is_not_planned(city, linked, at):
    post = linked("https://one.example/")
    to_review(post, city, at)
    answer(post, "works")
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    links.ask_links(post, ["https://one.example/"], occasion="asked", at=at)
    answer(post, "broken", "missing")
    with pytest.raises(MoveRefused, match="A link does not work"):
        perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(days=1))
    assert post.state == "approved"


@pytest.mark.rule("R24")
def test_link_of_which_no_question_is_left_is_not_taken_for_one_that_works(city, linked, at):
    post = linked("https://one.example/")
    to_review(post, city, at)
    post.link_checks.all().delete()
    with pytest.raises(MoveRefused, match="being checked"):
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    reviewing.check_again(post, actor=city.erik, at=at)
    answer(post, "works")
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)


def test_link_nobody_can_check_does_not_block(city, linked, at):
    post = linked("https://one.example/")
    to_review(post, city, at)
    answer(post, "unsure", "kept_out")
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    assert Review.objects.get().overruled == []


@pytest.mark.rule("R24")
def test_link_that_breaks_before_the_time_stops_the_post_and_is_told(city, linked, at, sweep_at):
    Membership.objects.create(team=city.team, user=city.stranger, role="communicator")
    post = linked("https://one.example/")
    PostWriter.objects.create(post=post, user=city.stranger, since=at)
    to_review(post, city, at)
    answer(post, "works")
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(hours=2))
    sweep_at(at + timedelta(minutes=89))
    assert not post.link_checks.filter(occasion="before").exists()
    sweep_at(at + timedelta(minutes=90))
    assert post.link_checks.filter(occasion="before", answered_at=None).exists()
    Membership.objects.filter(user=city.stranger).delete()
    answer(post, "broken", "missing")
    told = Notice.objects.filter(subject="A link does not work: Swans")
    assert {(notice.recipient, notice.urgent) for notice in told} == {
        (city.anna, True),  # half an hour is left
        (city.erik, True),
        (city.stranger, False),  # wrote in it, and is of the team no more
    }
    sweep_at(at + timedelta(hours=2))
    post.refresh_from_db()
    assert (post.state, post.publications.count()) == ("draft", 0)
    assert "A link does not work" in Notice.objects.filter(recipient=city.anna).latest("pk").body


@pytest.mark.rule("R24")
def test_link_that_was_let_through_goes_out_and_nobody_is_told_otherwise(city, linked, at, sweep_at):
    post = linked("https://one.example/")
    to_review(post, city, at)
    answer(post, "broken", "missing")
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at, overrule="It opens at noon.")
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(hours=2))
    sweep_at(at + timedelta(minutes=90))
    answer(post, "broken", "missing")
    assert not Notice.objects.filter(subject="A link does not work: Swans").exists()
    sweep_at(at + timedelta(hours=2))
    post.refresh_from_db()
    assert post.state == "due"


def test_moved_post_has_its_links_checked_before_its_new_time(city, linked, at):
    post = linked("https://www.avinge.example/")
    to_review(post, city, at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at + timedelta(hours=2))
    perform(post, "reschedule", actor=city.anna, at=at, planned_at=at + timedelta(hours=5))
    due = Rung.objects.get(ladder="post_links", cancelled_at=None)
    assert due.due_at == at + timedelta(hours=4, minutes=30)
    perform(post, "reopen", actor=city.anna, at=at)
    assert not Rung.objects.filter(ladder="post_links", cancelled_at=None).exists()


def test_links_can_be_checked_again_by_the_team_alone(city, linked, at, client_of):
    from django.urls import reverse

    post = linked("https://one.example/")
    answer(post, "broken", "missing")
    page = reverse("editorial:review_links", args=[post.pk])
    assert client_of(city.olle).post(page).status_code == 404
    assert client_of(city.karin).post(page).status_code == 403
    assert client_of(city.anna).post(page).status_code == 302
    assert post.link_checks.filter(occasion="asked", answered_at=None).count() == 1


def test_address_longer_than_is_kept_is_broken_and_not_opened(linked, at):
    post = linked(text="Se https://one.example/" + "a" * 2000)
    assert (post.link_checks.get().verdict, post.link_checks.get().problem) == ("broken", "too_long")


def test_worker_knows_the_task_and_the_beat_rings_for_it():
    from config.celery import app

    app.loader.import_default_modules()
    assert "editorial.check_links" in app.tasks
    assert app.conf.beat_schedule["links"]["task"] == "editorial.check_links"


PUBLIC_ADDRESS, INNER_ADDRESS = "93.184.215.14", "127.0.0.1"


@pytest.mark.rule("R24")
@pytest.mark.parametrize(
    ("answers", "problem", "reached"),
    [
        ([PUBLIC_ADDRESS, INNER_ADDRESS], "unreached", [PUBLIC_ADDRESS]),
        ([INNER_ADDRESS, PUBLIC_ADDRESS], "inner", []),
    ],
)
def test_name_that_changes_its_address_leads_nowhere_inside(
    linked, at, monkeypatch, answers, problem, reached
):
    """Looked up once, and connected to what was judged: the second answer of such a name is never asked for."""
    asked: list[str] = []
    tried: list[str] = []

    def look_up(host: str, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if host == "rebinding.example":
            asked.append(host)
            host = answers[len(asked) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address[0])
        raise OSError("nobody is called from here")

    post = linked("http://rebinding.example/")
    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", look_up)
        patched.setattr(socket.socket, "connect", connect)
        outcome = links.judge("http://rebinding.example/")
    links.answer_for(post, "http://rebinding.example/", outcome, at)
    assert (outcome.verdict, outcome.problem) == ("broken", problem)
    assert (asked, tried) == (["rebinding.example"], reached)
    assert post.link_checks.get().problem == problem
