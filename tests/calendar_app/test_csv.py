"""The plan out to a spreadsheet and back: what Excel opens, what a preview says, and nothing by halves."""

from __future__ import annotations

import csv
import html
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from calendar_app import imports
from calendar_app.exports import BOM, guarded, unguarded
from calendar_app.models import CsvImport
from channels_registry.models import Channel
from core.models import User
from core.moves import ChangedMeanwhile
from editorial.models import Membership, Post, Team, TeamChannel
from editorial.transitions import save_post
from tests.editorial.test_post_moves import walk
from tests.naughty import NAUGHTY
from tests.rests import put_to_rest

pytestmark = pytest.mark.django_db

HEAD = "Titel;Dag;Tid;Kanaler;Text\r\n"


@pytest.fixture(autouse=True)
def _now(at, time_machine):
    time_machine.move_to(at, tick=False)


def export(client, **query):
    response = client.get(reverse("calendar_app:export"), query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=";"))


def hand_in(client, city, data, team=None):
    if isinstance(data, str):
        data = data.encode()
    file = SimpleUploadedFile("plan.csv", data, content_type="text/csv")
    return client.post(reverse("calendar_app:import_new"), {"file": file, "team": (team or city.team).pk})


def preview(client, city, data):
    response = hand_in(client, city, data)
    assert response.status_code == 302, response.content.decode()
    return client.get(response["Location"])


def refusals(page):
    return [plan.refused for plan in page.context["plans"]]


def test_export_has_what_the_list_shows(city, at, client_of, new_post):
    post = new_post(title="Swans", kind="Work", wanted_at=at)
    new_post(title="Ducks", wanted_at=at.replace(month=12))
    anna = client_of(city.anna)
    rows = export(anna, on="2026-11-01")
    assert rows == [
        ["Number", "Day", "Time", "Title", "Kind or series", "Channels", "Team", "State", "Text"],
        [
            str(post.pk),
            "2026-11-24",
            "12:00",
            "Swans",
            "Work",
            "Parks on Facebook (Facebook)",
            "Park team",
            "draft",
            "The swans are back in the pond.",
        ],
    ]
    assert len(export(anna, on="2026-11-01", span="year")) == 3
    assert len(export(anna, on="2026-11-01", span="year", text="duck")) == 2
    assert len(export(client_of(city.olle), on="2026-11-01", span="year")) == 1


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_naughty_strings_are_exported_as_typed_and_never_as_formulas(city, at, client_of, new_post, text):
    new_post(title=text, base_text=text, wanted_at=at)
    row = export(client_of(city.anna), on="2026-11-01")[1]
    assert [unguarded(cell) for cell in (row[3], row[8])] == [text, text]
    assert not row[3].lstrip(" ").startswith(("=", "+", "-", "@", "\t"))


def test_formulas_are_guarded_and_come_back():
    cells = ["=1+1", "+1", "-1", "@x", "\tx", " =1", "＝1", "a=1", "'x", "'=1", "''+1", "' -1"]
    assert [unguarded(cell) for cell in guarded(cells)] == cells
    assert guarded(["=1+1", "a=1"]) == ["'=1+1", "a=1"]


def test_what_was_exported_is_imported_again_without_change(city, at, client_of, new_post):
    new_post(title="=1+1", wanted_at=at)
    walk(new_post(title="Planned"), city, at, "scheduled")
    anna = client_of(city.anna)
    text = b"".join(anna.get(reverse("calendar_app:export"), {"on": "2026-11-01"}).streaming_content)
    page = preview(anna, city, text)
    assert [plan.does for plan in page.context["plans"]] == ["Nothing changes.", "Nothing changes."]
    assert not page.context["unknown"]
    assert "nothing to import" in page.content.decode()


def as_file(rows):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


@pytest.mark.rule("R6")
def test_everything_that_was_exported_of_all_teams_is_imported_again_without_change(
    city, at, client_of, new_post, time_machine
):
    """Of every team and state, at the hour autumn has twice, with whatever was typed, in another language."""
    time_machine.move_to(datetime(2026, 10, 20, 8, tzinfo=UTC), tick=False)
    Membership.objects.create(team=city.other_team, user=city.anna, role="communicator")
    Channel.objects.filter(pk=city.channel.pk).update(name="Parks, lakes and woods")
    city.channel.refresh_from_db()
    both = (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, 12, tzinfo=UTC))
    for when in both:
        new_post(title="Night", wanted_at=when)
    for text in NAUGHTY:
        new_post(title=text, base_text=text, kind=text[:60], wanted_at=at)
    walk(new_post(title="Out"), city, at, "published")
    other = Post(team=city.other_team)
    fields = {"title": "Books", "base_text": "Books.", "wanted_at": at}
    save_post(other, actor=city.olle, at=at, fields=fields, texts={city.other_channel: "Own"}, links=[])
    anna = client_of(city.anna)
    text = b"".join(
        anna.get(reverse("calendar_app:export"), {"on": "2026-10-01", "span": "year"}).streaming_content
    )
    User.objects.filter(pk=city.anna.pk).update(language="sv")
    page = preview(client_of(city.anna), city, text)
    plans = page.context["plans"]
    assert {(plan.refused, plan.does) for plan in plans} == {("", "Inget ändras.")}
    assert len(plans) == len(NAUGHTY) + 4


@pytest.mark.rule("R6")
def test_row_changes_what_it_says_otherwise_than_the_post(city, at, client_of, new_post):
    post = new_post(wanted_at=at + timedelta(days=3))
    post.texts.update(own_text="My own.")
    walk(post, city, at, "approved")
    twin = Channel.objects.create(
        platform=city.channel.platform, name="Lakes", handle="l", url="https://facebook.com/l", unit=city.unit
    )
    TeamChannel.objects.create(team=city.team, channel=twin)
    head = ["Nummer", "Titel", "Dag", "Slag", "Kanaler", "Text", "Läge", "Redaktion"]
    row = [post.pk, "Geese", "", "Work", "lakes, parks", "The geese are back.", "draft", "Library team"]
    anna = client_of(city.anna)
    page = preview(anna, city, as_file([head, row]))
    (plan,) = page.context["plans"]
    assert (plan.refused, plan.does) == (
        "",
        "Is called “Geese” from now on. Gets the kind “Work”. Gets another text. "
        "Goes to Lakes (Facebook), Parks on Facebook (Facebook). It goes back to draft and loses its approval. "
        "Its state is not changed here. It stays in its team.",
    )
    assert anna.post(page.request["PATH_INFO"]).status_code == 302
    post = Post.objects.get()
    assert (post.title, post.kind, post.base_text, post.state) == (
        "Geese",
        "Work",
        "The geese are back.",
        "draft",
    )
    assert {text.channel.name: text.own_text for text in post.texts.all()} == {
        "Lakes": "",
        "Parks on Facebook": "My own.",
    }
    assert post.wanted_at == at + timedelta(days=3)


def test_row_for_another_teams_post_may_stand_but_not_change(city, at, client_of, new_post):
    post = new_post(wanted_at=at)
    Team.objects.filter(pk=city.other_team.pk).update(unit=city.unit)
    Membership.objects.create(team=city.other_team, user=city.karin, role="communicator")
    data = f"Nummer;Titel;Dag\r\n{post.pk};Swans;\r\n{post.pk};Swans;2026-12-24\r\n"
    same, moved = data.split("\r\n")[1:3]
    for row, refused in ((same, ""), (moved, "Only the post's team can do this.")):
        response = hand_in(client_of(city.karin), city, f"Nummer;Titel;Dag\r\n{row}\r\n", city.other_team)
        page = client_of(city.karin).get(response["Location"])
        assert refusals(page) == [refused]


def test_new_draft_goes_to_the_team_its_row_names(city, at, client_of):
    Membership.objects.create(team=city.other_team, user=city.anna, role="communicator")
    data = "Titel;Redaktion;Kanaler\r\na;;parks\r\nb;library team;library\r\nc;Nobody;\r\n"
    anna = client_of(city.anna)
    # Nobody chooses a team for who is in several, and each row names the one its draft goes to.
    assert anna.get(reverse("calendar_app:import_new")).context["form"]["team"].value() is None
    page = preview(anna, city, data)
    assert refusals(page) == ["", "", "You are in no team called Nobody."]
    assert [plan.does for plan in page.context["plans"]][:2] == [
        "New draft of Park team, no time yet. Goes to Parks on Facebook (Facebook).",
        "New draft of Library team, no time yet. Goes to Library on X (X).",
    ]
    page = preview(anna, city, data.replace("c;Nobody;\r\n", ""))
    anna.post(page.request["PATH_INFO"])
    assert dict(Post.objects.values_list("title", "team__name")) == {"a": "Park team", "b": "Library team"}


@pytest.mark.rule("R6")
def test_preview_tells_of_the_past_of_crowds_and_of_channels_at_rest(city, at, client_of, new_post):
    new_post(title="Ducks", wanted_at=at + timedelta(days=1, minutes=59))
    moved = new_post(title="Moved", wanted_at=at + timedelta(days=1, minutes=30))
    data = (
        "Nummer;Titel;Dag;Tid;Kanaler\r\n"
        ";Late;2026-11-23;09:00;parks\r\n"
        ";Near;2026-11-25;12:00;parks\r\n"
        f"{moved.pk};;2026-12-24;12:00;\r\n"
        ";Eve;2026-12-24;12:30;parks\r\n"
    )
    ducks = "“Ducks” goes to Parks on Facebook (Facebook) at 12:59, within the same hour."
    page = preview(client_of(city.anna), city, data)
    assert [plan.warnings for plan in page.context["plans"]] == [
        ["The time is in the past."],
        [ducks],
        ["“Eve” goes to Parks on Facebook (Facebook) at 12:30, within the same hour."],
        ["“Moved” goes to Parks on Facebook (Facebook) at 12:00, within the same hour."],
    ]
    assert ducks in html.unescape(page.content.decode())
    put_to_rest(city.channel, city.anna, at)
    again = preview(client_of(city.anna), city, data)
    assert "Nothing is published on" in again.context["plans"][0].warnings[1]


def test_file_that_changes_too_much_says_so_and_does_nothing(city, client_of, monkeypatch):
    monkeypatch.setattr(imports, "MOST_CHANGES", 2)
    anna = client_of(city.anna)
    page = preview(anna, city, HEAD + "x;;;;\r\n" * 3)
    assert "changes 3 posts; at most 2" in page.content.decode()
    assert anna.post(page.request["PATH_INFO"]).status_code == 409
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        (HEAD + "Räksmörgås;2026-12-01;09.00;;Åt den\r\n").encode(),
        b"\xef\xbb\xbf" + (HEAD + "Räksmörgås;2026-12-01;9:00;;Åt den\r\n").encode(),
        (HEAD + "Räksmörgås;2026-12-01 09:00;;;Åt den\r\n").encode("latin-1"),
        (HEAD + "Räksmörgås;2026-12-01;;;Åt den\r\n").encode("utf-16"),
        "title,day,text\nRäksmörgås,2026-12-01T09:00,Åt den\n".encode(),
        'Titel\tDag\tText\nRäksmörgås\t2026-12-01\t"Åt den"\n'.encode(),
    ],
    ids=["utf-8", "with a mark", "latin-1", "utf-16", "commas", "tabs"],
)
def test_file_is_read_in_the_usual_ways_of_writing(city, client_of, data):
    anna = client_of(city.anna)
    page = preview(anna, city, data)
    assert refusals(page) == [""]
    assert anna.post(page.request["PATH_INFO"]).status_code == 302
    post = Post.objects.get()
    assert (post.title, post.base_text, post.wanted_at) == (
        "Räksmörgås",
        "Åt den",
        datetime(2026, 12, 1, 8, tzinfo=UTC),
    )


def test_preview_says_what_each_row_does_and_then_all_is_done(city, at, client_of, new_post):
    post = new_post(wanted_at=at)
    data = (
        "Nummer;Titel;Dag;Tid;Kanaler;Slag\r\n"
        f"{post.pk};Swans;2026-12-24;15:00;;\r\n"
        ";Geese;2026-12-25;;parks on facebook;Work\r\n"
        ";Someday;;;;\r\n"
    )
    anna = client_of(city.anna)
    page = preview(anna, city, data)
    assert [plan.does for plan in page.context["plans"]] == [
        "Moves to Thu 24 Dec 2026, 15:00.",
        "New draft of Park team for Fri 25 Dec 2026, 09:00. Goes to Parks on Facebook (Facebook).",
        "New draft of Park team, no time yet.",
    ]
    assert "2 new drafts, 1 post that moves" in page.content.decode()
    assert (Post.objects.count(), Post.objects.get().wanted_at) == (1, at)  # nothing is done yet
    assert client_of(city.erik).get(page.request["PATH_INFO"]).status_code == 404
    assert client_of(city.erik).post(page.request["PATH_INFO"]).status_code == 404
    anna.post(page.request["PATH_INFO"])
    geese = Post.objects.get(title="Geese")
    assert (geese.kind, [text.channel for text in geese.texts.all()]) == ("Work", [city.channel])
    assert Post.objects.get(pk=post.pk).wanted_at == datetime(2026, 12, 24, 14, tzinfo=UTC)
    again = anna.post(page.request["PATH_INFO"])
    assert (again.status_code, Post.objects.count()) == (409, 3)
    assert "imported already" in again.content.decode()
    assert CsvImport.objects.get().rows == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";2026-12-01;;;", "The title is missing."),
        ("x;tomorrow;;;", "The day is written as"),
        ("x;2026-02-30;;;", "The day is written as"),
        ("x;2026-12-01;25:00;;", "The day is written as"),
        ("x;2026-12-01;soon;;", "The day is written as"),
        ("x;;09:00;;", "has a time but no day"),
        ("x;1999-12-31;;;", "has the years 2000 to 2100"),
        ("x;2027-03-28;02:30;;", "That night has no such time"),
        ("x;2026-12-01;;Library on X;", "The team has no such channel: Library on X."),
        ("x;2026-12-01;;;;;extra", "more cells than the header"),
        ("x" * 121 + ";2026-12-01;;;", "has 121 characters; at most 120 fit."),
        ("x;2026-12-01;;parks;" + "y" * 5001, "5001 characters; Facebook takes 5000"),
        ("x;2026-12-01;;;" + "y" * 20_001, "20001 characters; at most 20000 fit."),
    ],
)
def test_row_that_cannot_be_says_why_and_nothing_is_imported(city, client_of, row, reason):
    anna = client_of(city.anna)
    page = preview(anna, city, f"{HEAD}Good;2026-12-01;;;\r\n{row}\r\n")
    good, bad = refusals(page)
    assert (good, reason in bad) == ("", True)
    assert "Import all of it" not in page.content.decode()
    forced = anna.post(page.request["PATH_INFO"])
    assert (forced.status_code, "Row 3:" in forced.content.decode()) == (409, True)
    assert not Post.objects.exists()


def test_row_for_a_post_that_cannot_move_says_why(city, at, client_of, new_post):
    out, twice = walk(new_post(wanted_at=at), city, at, "published"), new_post(title="Twice")
    foreign = Post.objects.create(team=city.other_team, title="X", created_by=city.olle, created_at=at)
    data = "Nummer;Titel;Dag\r\n" + "".join(
        f"{number};x;2026-12-24\r\n"
        for number in (out.pk, twice.pk, twice.pk, foreign.pk, "9" * 30, "one", "-1")
    )
    found = refusals(preview(client_of(city.anna), city, data))
    expected = ["stays as it is", "several rows", "several rows", *["no post with number"] * 4]
    assert [part in reason for part, reason in zip(expected, found, strict=True)] == [True] * 7


def test_move_by_import_costs_the_approval_where_the_channel_says_so(city, at, client_of, new_post):
    TeamChannel.objects.update(new_approval_when_moved=True)
    post = walk(new_post(wanted_at=at), city, at, "approved")
    anna = client_of(city.anna)
    page = preview(anna, city, f"Nummer;Titel;Dag\r\n{post.pk};Swans;2026-12-24\r\n")
    assert page.context["plans"][0].does.endswith("It loses its approval.")
    anna.post(page.request["PATH_INFO"])
    assert Post.objects.get().state == "draft"


def test_first_time_by_import_costs_no_approval_and_says_so(city, at, client_of, new_post):
    TeamChannel.objects.update(new_approval_when_moved=True)
    post = walk(new_post(), city, at, "approved")
    anna = client_of(city.anna)
    page = preview(anna, city, f"Nummer;Titel;Dag\r\n{post.pk};Swans;2026-12-24\r\n")
    assert page.context["plans"][0].does == "Moves to Thu 24 Dec 2026, 09:00."
    anna.post(page.request["PATH_INFO"])
    assert Post.objects.get().state == "approved"


def test_two_channels_of_one_name_are_told_apart_by_their_platform(city, client_of):
    x = city.other_channel.platform
    twin = Channel.objects.create(
        platform=x, name=city.channel.name, handle="p", url="https://x.com/p", unit=city.unit
    )
    TeamChannel.objects.create(team=city.team, channel=twin)
    data = f"Titel;Kanaler\r\na;{city.channel.name}\r\nb;{twin}, {city.channel}\r\n"
    first, second = refusals(preview(client_of(city.anna), city, data))
    assert ("Write the platform too" in first, second) == (True, "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (HEAD, "no rows under its header"),
        ("a;b\r\n1;2\r\n", "needs a column “Title”"),
        (HEAD + "x;2026-12-01;;;\r\n" * 2001, "more than 2000 rows"),
        (HEAD + "x;2026-12-01;;;\r\n" * 50_000, "more than 2000 rows"),
        (HEAD + '"never ends;2026-12-01\r\n', "cannot be read as CSV"),
        (HEAD + "x;" + "y" * 200_000, "cannot be read as CSV"),
        (b"PK\x03\x04" + b"\x00" * 100, "not a CSV file"),
        (HEAD + "x" * (4 * 1024 * 1024), "larger than 4 MB"),
    ],
    ids=["empty", "header", "columns", "one too many", "50 000", "quote", "cell", "zip", "large"],
)
def test_file_that_cannot_be_read_is_refused_with_a_sentence(city, client_of, data, reason):
    response = hand_in(client_of(city.anna), city, data)
    assert (response.status_code, reason in response.content.decode()) == (422, True)
    assert not CsvImport.objects.exists()


def test_unknown_columns_are_told_of_and_left_out(city, client_of):
    page = preview(client_of(city.anna), city, "Titel;Väder\r\nx;sol\r\n")
    assert page.context["unknown"] == ["Väder"]
    assert "Väder" in page.content.decode()


def test_import_is_for_the_teams_one_is_in(city, at, client_of):
    assert hand_in(client_of(city.anna), city, HEAD + "x;;;;\r\n", city.other_team).status_code == 422
    assert hand_in(client_of(city.karin), city, HEAD + "x;;;;\r\n").status_code == 403
    assert hand_in(client_of(city.stranger), city, HEAD + "x;;;;\r\n").status_code == 403


def test_import_that_fails_in_the_middle_leaves_nothing(city, at, client_of, monkeypatch):
    kept = imports.keep(
        owner=city.anna, team=city.team, name="x", rows=[["Titel"], ["a"], ["b"], ["c"]], at=at
    )
    real, done = imports._do, []

    def fail_at_third(*args):
        if len(done) == 2:
            raise ChangedMeanwhile
        done.append(1)
        real(*args)

    monkeypatch.setattr(imports, "_do", fail_at_third)
    with pytest.raises(ChangedMeanwhile):
        imports.carry_out(kept, actor=city.anna, at=at)
    assert not Post.objects.exists()
    kept.refresh_from_db()
    assert (kept.done_at, len(kept.rows)) == (None, 4)


def test_import_asks_the_same_few_queries_for_every_length(city, at, django_assert_num_queries):
    for count in (1, 30):
        rows = [["Nummer", "Titel", "Kanaler"], ["1", "", ""], *[["", "x", "parks"]] * count]
        kept = imports.keep(owner=city.anna, team=city.team, name="x", rows=rows, at=at)
        with django_assert_num_queries(3):
            imports.plan_rows(kept, at)


def test_rows_are_told_of_by_the_numbers_they_have_in_the_sheet(city, client_of):
    page = preview(client_of(city.anna), city, "Titel;Dag\n\nSwans;2026-12-24\n;;\nGeese;soon\n\n\n")
    assert [(plan.number, plan.title) for plan in page.context["plans"]] == [(3, "Swans"), (5, "Geese")]
    assert CsvImport.objects.get().row_count == 2


def test_line_in_which_excel_says_what_parts_the_cells_is_no_row(city, client_of):
    page = preview(client_of(city.anna), city, "sep=,\r\nTitel,Text\r\nSwans,One; two; three\r\n")
    assert [plan.fields["base_text"] for plan in page.context["plans"]] == ["One; two; three"]


def test_header_that_names_a_column_twice_is_refused(city, client_of):
    answer = hand_in(client_of(city.anna), city, "Titel;Dag;Datum\nSwans;2026-12-24;2026-12-25\n")
    assert (answer.status_code, "same column twice: Dag, Datum." in answer.content.decode()) == (422, True)


def test_file_of_empty_rows_is_refused_and_not_kept(city, client_of):
    answer = hand_in(client_of(city.anna), city, "Titel\n" + "\n" * 60_000 + "Swans\n")
    assert (answer.status_code, CsvImport.objects.count()) == (422, 0)


def test_export_with_a_filter_that_cannot_be_read_leads_to_where_it_is_said(city, client_of, new_post, at):
    new_post(wanted_at=at)
    anna = client_of(city.anna)
    answer = anna.get(reverse("calendar_app:export"), {"channel": "999", "text": "swan"}, follow=True)
    assert answer.redirect_chain[0][0].endswith("/list/?channel=999&text=swan")
    assert (answer.status_code, "999" in answer.content.decode()) == (422, True)
