"""What the iCalendar feeds (RFC 5545) share: an empty calendar, and texts as they were typed."""

from __future__ import annotations

from icalendar import Calendar, vText


class Typed(vText):
    """A text as RFC 5545 writes it. The library's own would make a line break of a “\\N” that somebody typed."""

    def to_ical(self) -> bytes:
        text = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return text.replace("\n", "\\n").encode()


def typed(text: str) -> Typed:
    """This will leave out what iCalendar has no way to write: control characters, but for line breaks and tabs."""
    kept = "".join(sign for sign in text if sign in "\n\t" or not (ord(sign) < 32 or 127 <= ord(sign) < 160))
    return Typed(kept.replace("\u2028", "\n").replace("\u2029", "\n"))


def new_calendar(what: str, name: str) -> Calendar:
    """This will return a calendar without events, which programs read again each hour."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Redaktionen//{what}//SV")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", typed(name))
    calendar.add("refresh-interval;value=duration", "PT1H")
    calendar.add("x-published-ttl", "PT1H")
    return calendar
