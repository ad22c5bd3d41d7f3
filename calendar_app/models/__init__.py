from calendar_app.models.exchange import CsvImport, Feed, FeedItem
from calendar_app.models.notes import DayNote, SavedView
from calendar_app.models.series import LayingOut, Series, Slot

__all__ = ["CsvImport", "DayNote", "Feed", "FeedItem", "LayingOut", "SavedView", "Series", "Slot"]
