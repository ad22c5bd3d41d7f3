from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.models.sight import units_of
from core.models import Unit, User


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: User) -> PersonQuerySet:
        """This will find the people that the user's units keep; personal data is nobody else's business."""
        if not user.is_active:
            return self.none()
        return self if user.is_superuser else self.filter(unit__in=units_of(user))


class Person(models.Model):
    """Somebody who can be seen in a picture, or who answers for a child who can."""

    name = models.CharField(_("name"), max_length=120)
    born_on = models.DateField(
        _("date of birth"), null=True, blank=True, help_text=_("Needed for children. Empty means grown up.")
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    is_protected = models.BooleanField(
        _("must not be shown"), default=False, help_text=_("Blocks every picture; no reason is ever shown.")
    )
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("kept by"))
    guardians: models.ManyToManyField[Person, Guardianship] = models.ManyToManyField(
        "self", through="Guardianship", symmetrical=False, through_fields=("child", "guardian")
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or gettext("erased person %(number)s") % {"number": self.pk}

    @property
    def trail_label(self) -> str:
        """What the trail calls the person. The trail is never erased, so it holds no name."""
        return f"{self._meta.verbose_name} {self.pk}"

    def age_on(self, day: date) -> int | None:
        """This will return the full years on `day`; None when no birth date is noted. Born 29 February: 1 March."""
        if self.born_on is None:
            return None
        born = self.born_on
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def is_child_on(self, day: date) -> bool:
        """This will tell whether guardians answer on `day`: to the end of the year of age CHILD_AGE (R16)."""
        age = self.age_on(day)
        return age is not None and age <= settings.CHILD_AGE

    def signers_on(self, day: date) -> list[Person]:
        """This will list who has to say yes: all guardians of a child, and from CHILD_ASKED_AGE the child too; else
        the person."""
        if not self.is_child_on(day):
            return [self]
        guardians = [row.guardian for row in self.guardianships.all()]
        age = self.age_on(day)
        too = age is not None and age >= settings.CHILD_ASKED_AGE
        return [*guardians, self] if guardians and too else guardians

    def of_age_on(self) -> date | None:
        """This will return the day from which guardians no longer answer; None when no birth date is noted."""
        return self._turns(settings.CHILD_AGE + 1)

    def asked_too_on(self) -> date | None:
        """This will return the day from which a child is asked beside the guardians; None when there is none."""
        asked = settings.CHILD_ASKED_AGE <= settings.CHILD_AGE
        return self._turns(settings.CHILD_ASKED_AGE) if asked else None

    def _turns(self, age: int) -> date | None:
        if self.born_on is None:
            return None
        year = self.born_on.year + age
        if (self.born_on.month, self.born_on.day) == (2, 29):
            return date(year, 3, 1) if not _is_leap(year) else date(year, 2, 29)
        return self.born_on.replace(year=year)


class Guardianship(models.Model):
    """That one person answers for another, who is a child."""

    child = models.ForeignKey(Person, models.CASCADE, related_name="guardianships", verbose_name=_("child"))
    guardian = models.ForeignKey(Person, models.PROTECT, related_name="guards", verbose_name=_("guardian"))

    class Meta:
        verbose_name = _("guardianship")
        verbose_name_plural = _("guardianships")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["child", "guardian"], name="consent_guardian_once"),
            models.CheckConstraint(
                condition=~models.Q(child=models.F("guardian")), name="consent_guardian_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian} → {self.child}"


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
