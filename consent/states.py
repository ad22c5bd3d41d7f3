"""What is known of the people in a picture, and the words for consent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent import rules
from core.moves import Move, MoveTable


class PeopleState(models.TextChoices):
    NOT_LOOKED = "not_looked", _("not looked at")
    NONE = "none", _("nobody in it")
    LISTED = "listed", _("people listed")


class Source(models.TextChoices):
    OWN = "own", _("our own")
    MEDIA_BANK = "media_bank", _("the city's media bank")
    OTHER = "other", _("somebody else's")


class Basis(models.TextChoices):
    CONSENT = "consent", _("consent")
    PUBLIC_INTEREST = "public_interest", _("public interest")
    AGREEMENT = "agreement", _("agreement")
    STOCK = "stock", _("agency picture with a release")
    NO_PERSON = "no_person", _("nobody in it")


class Said(models.TextChoices):
    ASKED = "asked", _("asked")
    GIVEN = "given", _("said yes")
    RENEWED = "renewed", _("said yes again")
    REFUSED = "refused", _("said no")
    WITHDRAWN = "withdrawn", _("took the yes back")
    INVALIDATED = "invalidated", _("noted by mistake")


YES = (Said.GIVEN, Said.RENEWED)
NO = (Said.REFUSED, Said.WITHDRAWN)


class Way(models.TextChoices):
    PAPER = "paper", _("on paper")
    EMAIL = "email", _("by e-mail")
    ORAL = "oral", _("orally, with a witness")
    LINK = "link", _("by their own link")
    RELEASE = "release", _("by the agency's release")


NOTED_WAYS = (Way.PAPER, Way.EMAIL, Way.ORAL, Way.RELEASE)


class LetterState(models.TextChoices):
    PENDING = "pending", _("waits")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused by the mail server")


class LetterKind(models.TextChoices):
    ASK = "ask", _("question")
    RECEIPT = "receipt", _("receipt")
    GONE = "gone", _("it is gone")


class BankSays(models.TextChoices):
    YES = "yes", _("consent exists")
    NO = "no", _("no consent")
    UNCLEAR = "unclear", _("unclear")


P = PeopleState

PICTURE_MOVES = MoveTable(
    "picture",
    (
        Move(
            "say_none",
            _("Say that nobody is in it"),
            (P.NOT_LOOKED, P.LISTED),
            P.NONE,
            rules.may_tend,
            done=_("Nobody is in it"),
        ),
        Move(
            "say_listed",
            _("Say that people are in it"),
            (P.NOT_LOOKED, P.NONE),
            P.LISTED,
            rules.may_tend,
            done=_("People are in it"),
        ),
        Move(
            "look_again",
            _("Look at the picture again"),
            (P.NONE, P.LISTED),
            P.NOT_LOOKED,
            rules.may_tend,
            needs_note=True,
            done=_("To be looked at again"),
        ),
    ),
)
