from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from core.models import Unit, User


class Duty(models.TextChoices):
    PUBLISH = "publish", _("publish")
    WATCH = "watch", pgettext_lazy("duty", "watch")
    ANSWER = "answer", _("answer")
    REMOVE = "remove", _("remove and archive")


class Holding(models.TextChoices):
    """Whether a team's duties are one person's week, two people's or four people's."""

    TOGETHER = "together", _("together: one person has all four")
    PAIRS = "pairs", _("in pairs: publish and answer, watch and remove")
    APART = "apart", _("apart: each has its own person")

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The duties that one person has at a time."""
        publish, watch, answer, remove = Duty.values
        return {
            "together": ((publish, watch, answer, remove),),
            "pairs": ((publish, answer), (watch, remove)),
            "apart": ((publish,), (watch,), (answer,), (remove,)),
        }[self.value]


def all_duties() -> list[str]:
    return list(Duty.values)


def known_duties(value: object) -> None:
    """This will raise ValidationError when the value is not a list of duties."""
    if not isinstance(value, list) or any(duty not in Duty.values for duty in value):
        raise ValidationError(_("Choose among publish, watch, answer and remove."))


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
    holding = models.CharField(_("duties are held"), max_length=8, choices=Holding, default=Holding.APART)
    rota_from = models.DateField(
        _("the rota runs from"),
        null=True,
        blank=True,
        help_text=_("From this day somebody always has to be on duty, and gaps are told."),
    )
    laid_until = models.DateField(null=True, editable=False)

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

    def warnings(self) -> list[str]:
        """This will say where the team is thinner than the guidance asks for (R2)."""
        members = [row.user for row in self.memberships.all() if row.user.is_active]
        said = []
        if len(members) < 2:
            said.append(gettext("The team is one person. Nobody is there to check or to stand in."))
        if len({member.unit_id for member in members}) < 2:
            said.append(gettext("Everybody here is from the same unit. A team gains from several."))
        if not any(
            row.role == Membership.Role.EDITOR and row.user.is_active for row in self.memberships.all()
        ):
            said.append(gettext("The team has no editor, so nobody can approve its posts."))
        return said

    def everyone(self) -> list[User]:
        return [membership.user for membership in self.memberships.select_related("user")]

    def editors(self) -> list[User]:
        return [
            membership.user
            for membership in self.memberships.filter(role=Membership.Role.EDITOR).select_related("user")
        ]

    def on_duty(self, duty: str, at: datetime) -> list[User]:
        """This will return who has the shift at that instant. Empty when nobody has."""
        from editorial.models.shifts import Shift

        return list(
            User.objects.filter(
                is_active=True, shifts__in=Shift.objects.at(at).filter(team=self, duty=duty)
            ).distinct()
        )

    def to_tell(self, duty: str, at: datetime) -> list[User]:
        """This will return who has the shift, and the editors when nobody has it."""
        return self.on_duty(duty, at) or self.editors()


class TeamChannel(models.Model):
    """A channel in a team's care. A channel has one team."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="team_channels")
    channel = models.OneToOneField(Channel, models.PROTECT, related_name="care", verbose_name=_("channel"))
    new_approval_when_moved = models.BooleanField(
        _("a post that is moved needs a new approval"), default=False
    )

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
    share = models.PositiveSmallIntegerField(
        _("share of the duty, in percent"),
        default=100,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("0 means: in the team, but without shifts."),
    )
    duties = models.JSONField(_("duties"), default=all_duties, blank=True, validators=[known_duties])
    joined_on = models.DateField(
        _("takes shifts from"),
        null=True,
        blank=True,
        help_text=_("A newcomer does not have to catch up with what the others did before."),
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="editorial_member_once"),
            models.CheckConstraint(condition=models.Q(share__lte=100), name="editorial_member_share"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
