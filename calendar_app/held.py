"""What of this room belongs to somebody with an account (core.extracts)."""

from django.utils.translation import gettext_lazy as _

from calendar_app.models import CsvImport, DayNote, Feed, SavedView, Series
from core.extracts import Page, Part

SERIES = Page(Series, "calendar_app:series_page")
NOTE = Page(DayNote, "calendar_app:note_edit")
IMPORT = Page(CsvImport, "calendar_app:import_page")

PARTS = [
    Part(Series, "owner", _("Series seen to"), "created_at", ("name", "state"), SERIES),
    Part(Series, "created_by", _("Series made"), "created_at", ("name",), SERIES),
    Part(DayNote, "created_by", _("Notes in the calendar"), "first_on", ("last_on", "title"), NOTE),
    Part(
        SavedView, "owner", _("Saved filters"), says=("name", "view", "query"), words=lambda row: row["name"]
    ),
    Part(Feed, "owner", _("Calendar addresses of the plan"), "made_at", ("read_at", "revoked_at")),
    Part(CsvImport, "owner", _("Imported plans"), "made_at", ("name", "row_count", "done_at"), IMPORT),
]

LEFT_OUT: dict[str, str] = {}
