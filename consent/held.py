"""What of this room belongs to somebody with an account (core.extracts). Who is in a picture has `consent.extract`."""

from django.utils.translation import gettext_lazy as _

from consent.models import ConsentEvent, ConsentRequest, LegalBasis, MediaBankCheck, NoticeText, Picture
from core.extracts import Page, Part

PICTURE = Page(Picture, "consent:picture_page")

PARTS = [
    Part(Picture, "added_by", _("Pictures added"), "added_at", ("title",), PICTURE),
    Part(NoticeText, "made_by", _("Information texts written"), "made_at", ("language", "number")),
    Part(
        ConsentRequest,
        "asked_by",
        _("Links sent to people in pictures"),
        "asked_at",
        (),
        PICTURE,
        "picture_id",
    ),
    Part(
        ConsentEvent,
        "noted_by",
        _("Answers of people in pictures noted"),
        "noted_at",
        ("said", "way"),
        PICTURE,
        "picture_id",
    ),
    Part(
        LegalBasis,
        "noted_by",
        _("Legal bases of pictures noted"),
        "noted_at",
        ("basis",),
        PICTURE,
        "picture_id",
    ),
    Part(
        MediaBankCheck,
        "noted_by",
        _("Looks in the media bank noted"),
        "noted_at",
        ("says",),
        PICTURE,
        "picture_id",
    ),
]

LEFT_OUT: dict[str, str] = {}
