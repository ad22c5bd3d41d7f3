from core.models.notices import Notice, NoticeSettings
from core.models.people import Unit, User
from core.models.rungs import Pulse, Rung
from core.models.search import SearchEntry
from core.models.trail import Event, EventNote, Seal

__all__ = [
    "Event",
    "EventNote",
    "Notice",
    "NoticeSettings",
    "Pulse",
    "Rung",
    "Seal",
    "SearchEntry",
    "Unit",
    "User",
]
