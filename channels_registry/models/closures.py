from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_registry.models.channels import Channel
from channels_registry.rules import keeps_the_register
from channels_registry.signals import channels_cared_for
from channels_registry.states import CLOSURE_MOVES, OVER, STOPPABLE, ClosureState
from core.models import Unit, User
from core.moves import Movable


class Role(models.TextChoices):
    RESPONSIBLE = "responsible", _("responsible chief")
    COMMUNICATIONS = "communications", _("communications chief")


CHIEFS = {Role.RESPONSIBLE: "responsible_chief", Role.COMMUNICATIONS: "communications_chief"}


def chief_of(unit: Unit, role: str) -> User | None:
    return unit.responsible_chief if role == Role.RESPONSIBLE else unit.communications_chief


class ClosureQuerySet(models.QuerySet["Closure"]):
    def visible_to(self, user: User) -> ClosureQuerySet:
        """This will find closures of channels one works with or decides about; strategists and records officers see all."""
        if not user.is_active:
            return self.none()
        if keeps_the_register(user) or user.is_records_officer:
            return self
        sight = models.Q(handler=user) | models.Q(channel__owner=user)
        sight |= models.Q(channel__unit__responsible_chief=user)
        sight |= models.Q(channel__unit__communications_chief=user)
        sight |= models.Q(channel__unit__in=Deputyship.objects.filter(deputy=user).values("unit"))
        sight |= models.Q(channel__in=Channel.objects.filter(editors__user=user).values("pk"))
        for _receiver, channels in channels_cared_for.send(type(self), user=user):
            sight |= models.Q(channel__in=channels)
        return self.filter(sight)

    def running(self) -> ClosureQuerySet:
        return self.exclude(state__in=OVER)

    def undecided_in(self, units: Iterable[int]) -> ClosureQuerySet:
        """This will find the closures in these units that chiefs may still have to decide about."""
        return self.filter(state__in=STOPPABLE, channel__unit__in=units)

    def to_advise_by(self, user: User) -> ClosureQuerySet:
        """This will find what is prepared and lacks the person's word: a web strategist's advice, a records officer's."""
        waits = models.Q(pk__in=[])
        if user.is_web_strategist:
            waits |= models.Q(consultations=None)
        if user.is_records_officer:
            waits |= models.Q(archive=None) | models.Q(archive__officer_word="")
        return self.filter(waits, state=ClosureState.PREPARING)

    def to_sign_by(self, user: User, on: date) -> ClosureQuerySet:
        """This will find what waits for the person's signature that day, in a role that nobody has signed in yet."""
        spoken = Decision.objects.filter(closure=models.OuterRef("pk"), voided_at=None)
        terms = Deputyship.objects.filter(deputy=user, starts_on__lte=on, ends_on__gte=on)
        seats = models.Q(pk__in=[])
        for role, chief in CHIEFS.items():
            held = models.Q(**{f"channel__unit__{chief}": user})
            held |= models.Q(channel__unit__in=terms.filter(role=role).values("unit"))
            seats |= held & ~models.Q(models.Exists(spoken.filter(role=role)))
        return (
            self.filter(seats, state=ClosureState.AWAITING)
            .exclude(models.Exists(spoken.filter(signer=user)))
            .exclude(models.Q(handler=user) | models.Q(opened_by=user))
        )


class Closure(Movable):
    """The end of a channel as a case: its plan, who decided it, what was told and kept, and the deregistration.

    `plan_sha` is the hash of the plan that the chiefs sign. The plan can be changed only while it is being prepared.
    """

    MOVES = CLOSURE_MOVES

    class Reason(models.TextChoices):
        GOALS = "goals", _("the goals were not met")
        AUDIENCE = "audience", _("the audience was not reached")
        RESULTS = "results", _("the results are too poor for the effort")
        OTHERS = "others", _("other channels can be used")
        UNUSED = "unused", _("the channel is not used any more")

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="closures", verbose_name=_("channel"))
    state = models.CharField(
        _("state"),
        max_length=18,
        choices=ClosureState,
        default=ClosureState.PREPARING,
        editable=False,
        db_index=True,
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="handled_closures",
        verbose_name=_("handled by"),
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    motive = models.TextField(_("the reason in your own words"))
    public_reason = models.CharField(_("what the followers are told about why"), max_length=300, blank=True)
    merge_into = models.ForeignKey(
        Channel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merges_from",
        verbose_name=_("is merged into"),
    )
    no_merger_why = models.TextField(_("why it is not merged"), blank=True)
    followers_go_to = models.URLField(_("where the followers are sent"), max_length=300, blank=True)
    closes_on = models.DateField(_("closing day"), null=True, blank=True)
    tells_nobody = models.BooleanField(_("silent for so long that no notices are needed"), default=False)
    archive = models.ForeignKey(
        "channels_registry.ArchiveDecision", models.PROTECT, null=True, editable=False, related_name="+"
    )
    plan_sha = models.CharField(_("hash of the plan"), max_length=64, blank=True, editable=False)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=~models.Q(state__in=OVER), name="registry_closure_one_running"
            ),
            models.CheckConstraint(
                condition=models.Q(merge_into=None) | ~models.Q(merge_into=models.F("channel")),
                name="registry_closure_not_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return _("Closure of %(channel)s") % {"channel": self.channel}

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_stoppable(self) -> bool:
        return self.state in STOPPABLE

    @property
    def is_open_for_edit(self) -> bool:
        return self.state == ClosureState.PREPARING

    @cached_property
    def spoken(self) -> list[Decision]:
        """Every decision with its people, also those that no longer count; read once, for pages."""
        return list(self.decisions.select_related("signer", "deputy_for"))

    @cached_property
    def deputies(self) -> list[Deputyship]:
        return list(self.channel.unit.deputyships.select_related("deputy"))

    def is_deputy(self, user: User, on: date | None = None) -> bool:
        """This will tell whether the person is deputy for one of the chiefs; with a day, on that day or later."""
        return user.is_active and any(
            row.deputy_id == user.pk and (on is None or row.ends_on >= on) for row in self.deputies
        )

    @property
    def barred(self) -> set[int]:
        """Whoever handles or opened the closure does not decide it (R40)."""
        return {self.handler_id, self.opened_by_id}

    def chief_of(self, role: str) -> User | None:
        return chief_of(self.channel.unit, role)

    def deciders(self, role: str, on: date) -> list[User]:
        """This will list who can decide in a role that day or later: the chief and deputies, or who has done so."""
        deputies = [row.deputy for row in self.deputies if row.role == role and row.ends_on >= on]
        chief = self.chief_of(role)
        able = [one for one in [chief, *deputies] if one and one.is_active and one.pk not in self.barred]
        spoken = [] if self.is_open_for_edit else self.spoken
        return able + [row.signer for row in spoken if row.role == role and not row.voided_at]

    def seats_of(self, user: User, on: date) -> list[tuple[str, User | None]]:
        """This will list the roles the person holds that day, each with the chief they stand in for, if any."""
        seats: list[tuple[str, User | None]] = [
            (role, None) for role in Role.values if self.chief_of(role) == user
        ]
        seats += [
            (row.role, self.chief_of(row.role))
            for row in self.deputies
            if row.deputy_id == user.pk and row.starts_on <= on <= row.ends_on
        ]
        return seats


class Deputyship(models.Model):
    """Somebody who decides in a chief's place for a time. Who and when is kept."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="deputyships", verbose_name=_("unit"))
    role = models.CharField(_("in the place of the"), max_length=14, choices=Role)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="deputyships", verbose_name=_("deputy")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    why = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="registry_deputy_ends"
            )
        ]

    def __str__(self) -> str:
        return f"{self.deputy} ({self.get_role_display()})"


class Consultation(models.Model):
    """What a web strategist advised about a closure (R31). Written once."""

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="consultations")
    strategist = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("web strategist")
    )
    advice = models.TextField(_("advice"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("advice")
        verbose_name_plural = _("advice")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.closure}: {self.strategist}"


class FollowerNotice(models.Model):
    """A post that tells the followers of the end: planned with the plan, counted when it is published (R33)."""

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="notices")
    planned_at = models.DateTimeField(_("goes out"))
    text = models.TextField(_("text"))
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_on = models.DateField(null=True, editable=False)
    url = models.URLField(_("address"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("notice to the followers")
        verbose_name_plural = _("notices to the followers")
        ordering = ["planned_at", "id"]

    def __str__(self) -> str:
        return f"{self.closure} {self.planned_at:%Y-%m-%d}"


class Decision(models.Model):
    """A chief's yes or no to one plan, known by its hash. Written once; a changed plan makes it void (R32, R40)."""

    class Said(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="decisions")
    role = models.CharField(_("as"), max_length=14, choices=Role)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )
    deputy_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("in the place of"),
    )
    said = models.CharField(_("said"), max_length=3, choices=Said)
    note = models.TextField(_("note"), blank=True)
    plan_sha = models.CharField(_("hash of the plan"), max_length=64)
    decided_on = models.DateField(_("day"))
    decided_at = models.DateTimeField(_("signed"))
    voided_at = models.DateTimeField(_("no longer counts since"), null=True, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["closure", "role"],
                condition=models.Q(voided_at=None),
                name="registry_one_word_a_role",
            ),
            models.UniqueConstraint(
                fields=["closure", "signer"],
                condition=models.Q(voided_at=None),
                name="registry_one_word_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_said_display()}"
