"""What signers read before they answer: the texts the house comes with, and new versions of them."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from consent.models import NoticeText
from core import trail
from core.models import User

trail.WORDS |= {"text.add": gettext_lazy("Information text added")}

FIRST = (
    {
        "language": "sv",
        "language_name": "svenska",
        "why": "Vi berättar i sociala medier om vad staden gör. "
        "Personen i bilden går att känna igen. Därför frågar vi först.",
        "rights": "Säger du nej händer ingenting mer.\n\n"
        "Du kan ta tillbaka ett ja när du vill. Du behöver inte säga varför. Då plockar vi ner bilden.\n\n"
        "Andra kan ha sparat eller delat bilden. Det kan vi inte ändra.\n\n"
        "Vi sparar ditt svar så länge bilden kan användas. Du har rätt att få veta vad vi har sparat.",
        "contact": "Har du frågor? Kontakta den som frågade dig. Adressen står här under. "
        "Stadens dataskyddsombud hjälper dig också.",
        "yes": "Ja, ni får visa bilden",
        "no": "Nej, visa inte bilden",
        "some": "Bara i några kanaler",
        "withdraw": "Ta tillbaka mitt ja",
    },
    {
        "language": "en",
        "language_name": "English",
        "why": "We tell people in social media what the city does. "
        "The person in the picture can be recognised. That is why we ask first.",
        "rights": "If you say no, nothing more happens.\n\n"
        "You can take a yes back whenever you want. You need not say why. Then we take the picture down.\n\n"
        "Others may have saved or shared the picture. We cannot change that.\n\n"
        "We keep your answer for as long as the picture can be used. You have the right to know what we keep.",
        "contact": "Do you have questions? Write to the one who asked you. The address is below. "
        "The city's data protection officer helps you too.",
        "yes": "Yes, you may show the picture",
        "no": "No, do not show the picture",
        "some": "Only on some channels",
        "withdraw": "Take my yes back",
    },
)


def lay_in() -> None:
    """This will store the first texts of the languages that have none."""
    known = set(NoticeText.objects.values_list("language", flat=True))
    for values in FIRST:
        if values["language"] not in known:
            _store(NoticeText(**values), 1, timezone.now(), None)


def add_text(text: NoticeText, *, actor: User, at: datetime) -> NoticeText:
    """This will store a new version of a language's text, or the first one of a new language. Older ones stay."""
    with transaction.atomic():
        latest = NoticeText.objects.filter(language=text.language).aggregate(n=models.Max("number"))["n"]
        _store(text, (latest or 0) + 1, at, actor)
        trail.record("text.add", about=text, actor=actor, at=at, data={"sha": text.sha})
    return text


def _store(text: NoticeText, number: int, at: datetime, actor: User | None) -> None:
    text.number, text.made_at, text.made_by, text.sha = number, at, actor, text.digest()
    text.save(force_insert=True)
