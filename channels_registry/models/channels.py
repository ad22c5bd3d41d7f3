from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels_registry.states import CHANNEL_MOVES, ENDED, ChannelState
from core.models import Unit, User
from core.moves import Movable


class Platform(models.Model):
    """A service where channels live, with the hosts its addresses have and the length of text it takes."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=40, unique=True)
    hosts = models.JSONField(_("hosts"), default=list, help_text=_("Host names its addresses may have."))
    text_limit = models.PositiveIntegerField(_("longest text, in characters"), default=5000)

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name

    def owns(self, url: str) -> bool:
        """This will tell whether the address lies on this platform, a subdomain such as “m.” included."""
        host = (urlsplit(url).hostname or "").lower()
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: User) -> ChannelQuerySet:
        """This will show the register to everybody with an account: it names accounts, not people's data."""
        return self if user.is_active else self.none()

    def to_watch(self) -> ChannelQuerySet:
        """This will find the channels whose comments must be looked at every working day."""
        return self.filter(
            models.Q(state__in=[Channel.State.ACTIVE, Channel.State.UNDER_REVIEW, Channel.State.CLOSING])
            & ~models.Q(comment_mode=Channel.CommentMode.OFF)
            | models.Q(state=Channel.State.DORMANT, comment_mode=Channel.CommentMode.WATCHED)
        )

    def alive(self) -> ChannelQuerySet:
        """This will leave out what is closed, deregistered or not opened yet."""
        return self.exclude(state__in=[*ENDED, ChannelState.PROPOSED])

    def quiet_for(self, days: int, on: date) -> ChannelQuerySet:
        """This will find the active channels without a post of their own for so many days, rest left out (R30)."""
        return self.filter(state=ChannelState.ACTIVE, quiet_since__lte=on - timedelta(days=days))

    def to_answer_for(self, user: User) -> ChannelQuerySet:
        """This will find the silent channels that wait for the person's word as their owner or chief (R30)."""
        theirs = models.Q(owner=user) | models.Q(unit__responsible_chief=user)
        return self.filter(
            theirs | models.Q(unit__communications_chief=user), state=ChannelState.UNDER_REVIEW
        )

    def to_look_over(self, on: date) -> ChannelQuerySet:
        """This will find the living channels that nobody has looked over for a year (R1)."""
        a_year_ago = on - timedelta(days=settings.LOOK_OVER_DAYS)
        return self.alive().filter(
            models.Q(looked_over_on=None, quiet_since__lte=a_year_ago)
            | models.Q(looked_over_on__lte=a_year_ago)
        )

    def with_editor_count(self) -> ChannelQuerySet:
        """This will count the named editors who are still here, asked for the rows that are shown and no others."""
        editors = NamedEditor.objects.filter(channel=models.OuterRef("pk"), user__is_active=True).order_by()
        counted = editors.values("channel").annotate(number=models.Count("pk")).values("number")
        return self.annotate(editor_count=Coalesce(models.Subquery(counted), 0))

    def with_what_hangs_on_it(self) -> ChannelQuerySet:
        """This will say with each channel whether it has rests and earlier handles to be read, and its latest closure."""

        def there(noun: str) -> models.Exists:
            rows = apps.get_model("channels_registry", noun)._default_manager
            return models.Exists(rows.filter(channel=models.OuterRef("pk")))

        closures = apps.get_model("channels_registry", "Closure")._default_manager
        latest = closures.filter(channel=models.OuterRef("pk")).order_by("-pk").values("pk")[:1]
        return self.annotate(
            has_rests=there("Dormancy"),
            has_handles=there("HandleHistory"),
            latest_closure=models.Subquery(latest),
        )


def today() -> date:
    """This will return the city's day, for rows that come into being now."""
    from django.utils import timezone

    return timezone.localdate()


class Channel(Movable):
    """One of the city's accounts: where it is, for whom, who answers for it, and whether one may comment there.

    `quiet_since` is the day from which its silence is counted; days of rest are added to it when it wakes.
    """

    MOVES = CHANNEL_MOVES
    State = ChannelState

    class CommentMode(models.TextChoices):
        OPEN = "open", _("open")
        WATCHED = "watched", _("watched while resting")
        OFF = "off", _("off")

    class TwoFactor(models.TextChoices):
        UNKNOWN = "unknown", _("not known")
        ON = "on", _("on")
        OFF = "off", pgettext_lazy("a login", "off")

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="channels", verbose_name=_("platform")
    )
    name = models.CharField(_("name"), max_length=120)
    handle = models.CharField(_("handle"), max_length=120)
    url = models.URLField(_("address"), unique=True)
    platform_ref = models.CharField(_("the platform's own number"), max_length=120, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="channels", verbose_name=_("unit"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_channels",
        verbose_name=_("owner"),
        help_text=_("The person who answers for the channel day by day."),
    )
    purpose = models.TextField(_("purpose"), blank=True)
    audience = models.CharField(_("audience"), max_length=200, blank=True)
    keys_kept = models.CharField(
        _("where the keys are kept"),
        max_length=200,
        blank=True,
        help_text=_("The place, never the keys themselves."),
    )
    two_factor = models.CharField(
        _("two-factor login"), max_length=8, choices=TwoFactor, default=TwoFactor.UNKNOWN
    )
    comment_mode = models.CharField(
        _("comments"), max_length=8, choices=CommentMode, default=CommentMode.OPEN
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ChannelState,
        default=ChannelState.ACTIVE,
        db_index=True,
        editable=False,
    )
    registered_on = models.DateField(_("in the register since"), default=today, editable=False)
    last_post_on = models.DateField(_("last post of its own"), null=True, editable=False)
    quiet_since = models.DateField(_("silent since"), default=today, db_index=True, editable=False)
    looked_over_on = models.DateField(_("last looked over"), null=True, blank=True)
    handle_parked = models.CharField(_("who keeps the handle"), max_length=200, blank=True, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.platform.name})"

    @property
    def may_publish(self) -> bool:
        return self.state in {self.State.ACTIVE, self.State.UNDER_REVIEW, self.State.CLOSING}

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    def quiet_days(self, on: date) -> int:
        """This will count the days without a post of its own. Days of rest do not count."""
        return max(0, (on - self.quiet_since).days)

    def answerers(self) -> list[User]:
        """This will return who is asked about the channel: its owner and both chiefs, each once."""
        owner = [self.owner] if self.owner else []
        return list(dict.fromkeys([*owner, *self.unit.chiefs]))


class NamedEditor(models.Model):
    """A person named for a channel. There should be two, so that nobody is alone with it."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="editors", verbose_name=_("channel"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="edits_channels", verbose_name=_("person")
    )
    holds_keys = models.BooleanField(_("holds the keys"), default=False)

    class Meta:
        verbose_name = _("named editor")
        verbose_name_plural = _("named editors")
        ordering = ["user__name"]
        constraints = [models.UniqueConstraint(fields=["channel", "user"], name="registry_editor_once")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.user}"


class HandleHistory(models.Model):
    """A handle that a channel had, until when, and the address it led to. Written once."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="handles", verbose_name=_("channel"))
    handle = models.CharField(_("handle"), max_length=120)
    url = models.URLField(_("address"))
    until_on = models.DateField(_("until"))
    note = models.CharField(_("reason"), max_length=300)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("earlier handle")
        verbose_name_plural = _("earlier handles")
        ordering = ["-until_on", "-id"]

    def __str__(self) -> str:
        return self.handle


class LookOver(models.Model):
    """Somebody looked at purpose, picture, people and comments of a channel, as once a year (R1). Written once."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="look_overs", verbose_name=_("channel"))
    looked_on = models.DateField(_("looked over"))
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    follows_profile = models.BooleanField(_("name and pictures follow the graphic profile"))
    # Not asked in look-overs of earlier versions.
    purpose_holds = models.BooleanField(_("purpose and audience still hold"), null=True)
    people_right = models.BooleanField(_("owner and editors are the right people"), null=True)
    comments_right = models.BooleanField(_("comments are as they should be"), null=True)
    remarks = models.TextField(_("remarks"), blank=True)
    profile_sha = models.CharField(_("hash of the profile picture"), max_length=64, blank=True)
    cover_sha = models.CharField(_("hash of the cover picture"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("look-over")
        verbose_name_plural = _("look-overs")
        ordering = ["-looked_on", "-id"]

    def __str__(self) -> str:
        return f"{self.channel} {self.looked_on}"

    @property
    def faults(self) -> list[str]:
        """What was found not to be as it should be, in words."""
        words = {
            "follows_profile": _("the graphic profile"),
            "purpose_holds": _("purpose or audience"),
            "people_right": _("the people"),
            "comments_right": _("the comments"),
        }
        return [str(word) for name, word in words.items() if getattr(self, name) is False]


class ActivityProof(models.Model):
    """A post of the channel's own that did not go out from here: when, and where it can be seen. Written once."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="proofs", verbose_name=_("channel"))
    posted_on = models.DateField(_("posted"))
    proof = models.CharField(
        _("proof"), max_length=500, help_text=_("The post's address, or what shows when it was posted.")
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noted by")
    )
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("proof of activity")
        verbose_name_plural = _("proofs of activity")
        ordering = ["-posted_on", "-id"]

    def __str__(self) -> str:
        return f"{self.channel} {self.posted_on}"
