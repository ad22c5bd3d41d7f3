"""Whatever is typed in any field of the calendar is shown as typed on every page, feed and export, and is never markup."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from calendar_app.exports import guarded
from calendar_app.feeds import make_feed
from calendar_app.models import DayNote, SavedView, Series
from channels_registry.models import Channel
from core.moves import perform
from editorial.models import Post, PostText, TeamChannel
from tests.naughty import NAUGHTY as TYPED
from tests.naughty import as_typed

pytestmark = pytest.mark.django_db

NAUGHTY = [text.strip() for text in TYPED]  # as every form does
DAY = date(2026, 12, 1)
WANTED = datetime.fromisoformat("2026-12-01T10:00+01:00")


@pytest.fixture(autouse=True)
def _now(at, time_machine):
    time_machine.move_to(at, tick=False)


def url(name, *args, **query):
    return reverse(f"calendar_app:{name}", args=args) + (f"?{urlencode(query)}" if query else "")


class Read(HTMLParser):
    """A page as a browser reads it: what is said, also in fields and labels, and what would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.runs: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.said += [value or "" for _name, value in attributes]
        self.runs += [name for name, _value in attributes if name.startswith("on")]
        self.runs += [value for _name, value in attributes if (value or "").startswith("javascript:")]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        (self.runs if self.inside == "script" and data.strip() else self.said).append(data)


def short(text: str) -> str:
    return text[:60].strip()


def even(text: str) -> str:
    return "".join(text.split())


def shown(client, address, *texts):
    """This will open a page and make sure that each text is on it and that nothing typed runs."""
    response = client.get(address)
    assert response.status_code == 200, address
    read = Read(as_typed(response.content.decode()))
    said = even(" ".join(read.said))
    assert [text for text in texts if even(text) not in said] == [], address
    assert read.runs == [], address
    return response


@pytest.fixture
def posts(city, at):
    """A post for each string, two a day through December, each on a channel of that name."""
    platform = city.channel.platform
    channels = Channel.objects.bulk_create(
        Channel(
            platform=platform,
            name=short(text),
            handle=f"h{number}",
            url=f"https://www.facebook.com/h{number}",
            unit=city.unit,
        )
        for number, text in enumerate(NAUGHTY)
    )
    TeamChannel.objects.bulk_create(TeamChannel(team=city.team, channel=channel) for channel in channels)
    made = Post.objects.bulk_create(
        Post(
            team=city.team,
            title=text,
            kind=short(text),
            theme=short(text),
            base_text=text,
            wanted_at=WANTED + timedelta(days=number // 2),
            created_by=city.anna,
            created_at=at,
        )
        for number, text in enumerate(NAUGHTY)
    )
    PostText.objects.bulk_create(
        PostText(post=post, channel=channel) for post, channel in zip(made, channels, strict=True)
    )
    assert len(made) <= 2 * 31
    return made


@pytest.mark.rule("R5", "R6")
def test_posts_and_channels_are_shown_as_typed_on_every_page_of_the_calendar(city, posts, client_of):
    anna = client_of(city.anna)
    shown(anna, url("month_page", on=DAY), *NAUGHTY, *(short(text) for text in NAUGHTY))
    for number in range(0, len(NAUGHTY), 14):
        day = (WANTED + timedelta(days=number // 2)).date()
        shown(anna, url("week_page", on=day), *NAUGHTY[number : number + 14])
        shown(anna, url("week_page", on=day, by="channel"), *NAUGHTY[number : number + 14])
    shown(anna, url("list_page", on=DAY), *NAUGHTY[:50])
    shown(anna, url("list_page", on=DAY, page=2), *NAUGHTY[50:])
    for by in ("kind", "theme", "channel"):
        shown(anna, url("year_page", on=DAY, by=by), *(short(text) for text in NAUGHTY))
    shown(anna, url("feeds_page"), *(short(text) for text in NAUGHTY))
    for post in posts:
        asked = {"kind": post.kind, "theme": post.theme, "text": post.title}
        found = shown(anna, url("list_page", on=DAY, **asked), post.kind)
        assert post.title in [entry.title for entry in found.context["entries"]]


@pytest.mark.rule("R7")
def test_series_places_notes_and_saved_filters_are_shown_as_typed(city, at, client_of):
    anna = client_of(city.anna)
    rule = {"starts_on": DAY, "ends_on": "2026-12-09", "clock": "09:00", "rhythm": "weekly", "interval": "1"}
    rest = rule | {"red_days": "keep", "owner": city.anna.pk, "channels": [city.channel.pk]}
    for number, text in enumerate(NAUGHTY):
        name = f"{number} {text}"[:60]
        made = anna.post(url("series_new"), rest | {"name": name, "template_text": text})
        assert made.status_code == 302, name
        series = Series.objects.latest("pk")
        assert (series.name, series.template_text) == (name.strip(), text)
        first, second = series.slots.all()
        assert anna.post(url("slot_move", second.pk, "skip"), {"note": text}).status_code == 302
        shown(anna, made["Location"], series.name, text)
        shown(anna, url("series_edit", series.pk), series.name, text)
        shown(anna, url("slot_page", first.pk), series.name)
        shown(anna, url("slot_page", second.pk), series.name, text)
        on = DAY + timedelta(days=number % 28)
        title = f"{number} {text}"[:80]
        noted = anna.post(
            url("note_new"), {"title": title, "kind": "note", "first_on": on, "team": city.team.pk}
        )
        assert noted.status_code == 302
        saved = {
            "name": name,
            "view": "list",
            "query": urlencode({"kind": short(text)}),
            "team": city.team.pk,
        }
        assert anna.post(url("view_save"), saved).status_code == 302
    names = list(Series.objects.order_by("name").values_list("name", flat=True))
    titles = list(DayNote.objects.values_list("title", flat=True))
    shown(anna, url("month_page", on=DAY), *titles, *SavedView.objects.values_list("name", flat=True))
    shown(anna, url("week_page", on=DAY), *names[:14])
    shown(anna, url("list_page", on=DAY), *names[:25])
    shown(anna, url("year_page", on=DAY), *names)
    shown(anna, url("series_list"), *names[:25])
    shown(anna, url("rule_edit", series.pk), series.name)
    perform(series, "end", actor=city.anna, at=at, note=NAUGHTY[-1])
    shown(anna, url("series_page", series.pk), NAUGHTY[-1])


@pytest.mark.rule("R6")
def test_what_is_typed_goes_out_as_typed_and_comes_in_as_typed(city, at, posts, client_of, client):
    anna = client_of(city.anna)
    _feed, secret = make_feed(owner=city.anna, at=at)
    told = told_in(client.get(url("feed", secret)).content.decode())
    assert set(told) == {said_in_calendars(text) for text in NAUGHTY}
    for text in NAUGHTY:
        assert said_in_calendars(short(text)) in told[said_in_calendars(text)]
    file = b"".join(anna.get(url("export", on=DAY)).streaming_content)
    made = hand_in(anna, city, file)
    plans = shown(anna, made["Location"], *NAUGHTY).context["plans"]
    assert {(plan.refused, plan.does) for plan in plans} == {("", "Nothing changes.")}
    Post.objects.update(wanted_at=None)
    rows = [guarded(["Title", "Text", NAUGHTY[13]]), *(guarded([text, text, ""]) for text in NAUGHTY)]
    made = hand_in(anna, city, as_csv(rows), name=NAUGHTY[9])
    shown(anna, made["Location"], *NAUGHTY)
    assert anna.post(made["Location"]).status_code == 302
    new = Post.objects.order_by("-pk")[: len(NAUGHTY)]
    assert [(post.title, post.base_text) for post in reversed(new)] == [(text, text) for text in NAUGHTY]


def test_cell_that_cannot_be_read_is_quoted_as_it_was_typed(city, client_of):
    anna = client_of(city.anna)
    rows = [["Title", "Channels", "Team"], *(guarded(["x", text, ""]) for text in NAUGHTY)]
    # A cell may name several channels; the first is the one that is missed.
    missed = [re.split(r"[,|\n]", text.lstrip(", "))[0] for text in NAUGHTY]
    shown(anna, hand_in(anna, city, as_csv(rows))["Location"], *missed)
    rows = [["Title", "Team"], *(guarded(["x", text]) for text in NAUGHTY)]
    shown(anna, hand_in(anna, city, as_csv(rows))["Location"], *NAUGHTY)


def hand_in(client, city, data, name="plan.csv"):
    upload = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
    made = client.post(url("import_new"), {"file": upload, "team": city.team.pk})
    assert made.status_code == 302
    return made


def as_csv(rows):
    return "\r\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)


def told_in(feed):
    """The titles of a feed with their descriptions, read by the letter of RFC 5545, which `icalendar` does not do."""
    told = {}
    for event in feed.replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]:
        lines = dict(line.split(":", 1) for line in event.split("\r\n") if ":" in line)
        title, description = (
            re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], lines[name])
            for name in ("SUMMARY", "DESCRIPTION")
        )
        told[title] = description
    return told


def said_in_calendars(text: str) -> str:
    """A text as iCalendar can say it: one kind of line break, and no other control characters."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(
        sign for sign in written if sign in "\n\t" or not (ord(sign) < 32 or 127 <= ord(sign) < 160)
    )
