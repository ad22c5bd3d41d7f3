"""Whatever is typed in any field of the calendar is shown as typed on every page, feed and export, and is never markup."""

from __future__ import annotations

from datetime import date, datetime
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from icalendar import Calendar

from calendar_app.exports import guarded
from calendar_app.feeds import make_feed
from calendar_app.models import DayNote, SavedView, Series
from channels_registry.models import Channel
from core.models import User
from core.moves import perform
from editorial.models import Post, Team
from editorial.transitions import save_post
from tests.naughty import NAUGHTY

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 2)
WANTED = datetime.fromisoformat("2026-12-02T10:00+01:00")


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


def even(text: str) -> str:
    return "".join(text.split())


def shown(client, address, *texts):
    """This will open a page and make sure that each text is on it and that nothing typed runs."""
    response = client.get(address)
    assert response.status_code == 200, address
    read = Read(response.content.decode())
    said = even(" ".join(read.said))
    assert [text for text in texts if even(text) not in said] == [], address
    assert read.runs == [], address
    return response


@pytest.mark.rule("R6", "R7")
@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_what_is_typed_is_shown_as_typed(city, at, client_of, client, text):
    text = text.strip()  # as every form does
    name, title = text[:60].strip(), text[:80].strip()
    User.objects.filter(pk=city.anna.pk).update(name=name)
    Team.objects.filter(pk=city.team.pk).update(name=name)
    Channel.objects.filter(pk=city.channel.pk).update(name=name)
    city.team.refresh_from_db()
    city.channel.refresh_from_db()
    anna = client_of(city.anna)
    rule = {
        "starts_on": "2026-12-02",
        "clock": "09:00",
        "rhythm": "weekly",
        "interval": "1",
        "red_days": "keep",
    }
    series_form = {
        "name": text[:60],
        "owner": city.anna.pk,
        "channels": [city.channel.pk],
        "template_text": text,
    }
    assert anna.post(url("series_new"), series_form | rule).status_code == 302
    series = Series.objects.get()
    first, second = series.slots.all()[:2]
    assert anna.post(url("slot_move", second.pk, "skip"), {"note": text}).status_code == 302
    note_form = {"title": text[:80], "kind": "note", "first_on": DAY, "team": city.team.pk}
    assert anna.post(url("note_new"), note_form).status_code == 302
    note = DayNote.objects.get()
    asked = {"kind": text[:60], "theme": text[:60], "text": text[:120]}
    saved = {"name": text[:60], "view": "list", "query": urlencode(asked), "team": city.team.pk}
    assert anna.post(url("view_save"), saved).status_code == 302
    assert (SavedView.objects.get().name, note.title, series.name) == (name, title, name)
    post = Post(team=city.team)
    fields = {"title": text, "kind": text[:60], "theme": text[:60], "base_text": text, "wanted_at": WANTED}
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: text}, links=[])
    save_post(Post(team=city.team), actor=city.anna, at=at, fields={"title": text}, texts={}, links=[])

    shown(anna, url("month_page", on=DAY), text, name, title)
    shown(anna, url("week_page", on=DAY), text, name, title)
    shown(anna, url("week_page", on=DAY, by="channel"), text, name)
    for by in ("kind", "theme", "channel"):
        shown(anna, url("year_page", on=DAY, by=by), name)
    found = shown(anna, url("list_page", on=DAY, **asked), text, name)
    assert [entry.title for entry in found.context["entries"]] == [text]
    shown(anna, url("series_list"), name)
    shown(anna, url("series_page", series.pk), name, text)
    shown(anna, url("series_edit", series.pk), name, text)
    shown(anna, url("rule_edit_from", series.pk, first.pk), name)
    shown(anna, url("slot_page", first.pk), name, text)
    shown(anna, url("slot_page", second.pk), name, text)
    shown(anna, url("note_edit", note.pk), title)
    shown(anna, url("feeds_page"), name)
    perform(series, "end", actor=city.anna, at=at, note=text)
    shown(anna, url("series_page", series.pk), text)


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_what_is_typed_goes_out_as_typed_and_comes_in_as_typed(city, at, client_of, client, new_post, text):
    name = text[:60].strip()
    Team.objects.filter(pk=city.team.pk).update(name=name)
    Channel.objects.filter(pk=city.channel.pk).update(name=name)
    city.channel.refresh_from_db()
    anna = client_of(city.anna)
    new_post(title=text, base_text=text, kind=text[:60], wanted_at=WANTED)
    _feed, secret = make_feed(owner=city.anna, at=at)
    calendar = Calendar.from_ical(client.get(url("feed", secret)).content)
    (event,) = calendar.walk("VEVENT")
    assert said_in_calendars(text) == str(event["summary"])
    assert said_in_calendars(name) in str(event["description"])
    file = b"".join(anna.get(url("export", on=DAY)).streaming_content)
    upload = SimpleUploadedFile(f"{text[:20]}.csv", file)
    made = anna.post(url("import_new"), {"file": upload, "team": city.team.pk})
    (plan,) = shown(anna, made["Location"], text, name).context["plans"]
    assert (plan.refused, plan.does) == ("", "Nothing changes.")
    head, row = guarded(["Title", text]), guarded([text, ""])
    lines = "\r\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in one) for one in (head, row))
    made = anna.post(
        url("import_new"), {"file": SimpleUploadedFile("x.csv", lines.encode()), "team": city.team.pk}
    )
    shown(anna, made["Location"], text)
    assert anna.post(made["Location"]).status_code == 302
    assert Post.objects.latest("pk").title == text.strip()


def said_in_calendars(text: str) -> str:
    """A text as iCalendar can say it: one kind of line break, and no other control characters."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(
        sign for sign in written if sign in "\n\t" or not (ord(sign) < 32 or 127 <= ord(sign) < 160)
    )
