from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from core.models import Unit, User


class Duty(models.TextChoices):
    PUBLISH = "publish", _("publish")
    WATCH = "watch", _("watch")
    ANSWER = "answer", _("answer")
    REMOVE = "remove", _("remove and archive")


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User) -> TeamQuerySet:
        """This will find the teams one is in or is a chief of; administrators see all."""
        if user.is_superuser:
            return self
        return self.filter(
            models.Exists(Membership.objects.filter(team=models.OuterRef("pk"), user=user))
            | models.Q(unit__responsible_chief=user)
            | models.Q(unit__communications_chief=user)
        )

    def of_member(self, user: User, *roles: str) -> TeamQuerySet:
        """This will find the teams in which `user` has one of the roles (any role when none is named)."""
        memberships = Membership.objects.filter(team=models.OuterRef("pk"), user=user)
        return self.filter(models.Exists(memberships.filter(role__in=roles) if roles else memberships))


class Team(models.Model):
    """The people who together run one or several channels."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="teams", verbose_name=_("unit"))
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="teams")
    channels = models.ManyToManyField(Channel, through="TeamChannel", related_name="teams")

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def has_member(self, user: User) -> bool:
        return user.is_active and any(row.user_id == user.pk for row in self.memberships.all())

    def has_editor(self, user: User) -> bool:
        return user.is_active and self.memberships.filter(user=user, role=Membership.Role.EDITOR).exists()

    def everyone(self) -> list[User]:
        return [membership.user for membership in self.memberships.select_related("user")]

    def editors(self) -> list[User]:
        return [
            membership.user
            for membership in self.memberships.filter(role=Membership.Role.EDITOR).select_related("user")
        ]

    def on_duty(self, duty: str, at: datetime) -> list[User]:
        """This will return who has the shift at that instant. Empty when nobody has."""
        return list(
            User.objects.filter(shifts__in=Shift.objects.at(at).filter(team=self, duty=duty)).distinct()
        )

    def to_tell(self, duty: str, at: datetime) -> list[User]:
        """This will return who has the shift, and the editors when nobody has it."""
        return self.on_duty(duty, at) or self.editors()


class TeamChannel(models.Model):
    """A channel in a team's care. A channel has one team."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="team_channels")
    channel = models.OneToOneField(Channel, models.PROTECT, related_name="care", verbose_name=_("channel"))

    class Meta:
        verbose_name = _("channel in the team's care")
        verbose_name_plural = _("channels in the team's care")

    def __str__(self) -> str:
        return f"{self.team}: {self.channel}"


class Membership(models.Model):
    """A person's part in a team. Editors also approve."""

    class Role(models.TextChoices):
        COMMUNICATOR = "communicator", _("communicator")
        EDITOR = "editor", _("editor")

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.COMMUNICATOR)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="editorial_member_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class ShiftQuerySet(models.QuerySet["Shift"]):
    def at(self, at: datetime) -> ShiftQuerySet:
        return self.filter(starts_at__lte=at, ends_at__gt=at)


class Shift(models.Model):
    """A time during which a person has a duty for a team."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="shifts", verbose_name=_("team"))
    duty = models.CharField(_("duty"), max_length=8, choices=Duty)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="shifts", verbose_name=_("who")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at", "duty"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="editorial_shift_ends"
            ),
        ]
        indexes = [models.Index(fields=["team", "duty", "starts_at", "ends_at"], name="editorial_shift_when")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_duty_display()}"
