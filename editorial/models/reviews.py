"""What belongs to the reading of a post: links and what they answered, who read what, remarks, claims and requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from channels_registry.models import Channel
from core.models import User
from core.moves import Movable
from editorial.addresses import host_of, to_open
from editorial.models.posts import Post, PostVersion
from editorial.models.teams import Team
from editorial.states import REMARK_MOVES, RemarkState

MOST_OF_AN_ADDRESS = 2000


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    def standing(self, post: Post) -> LinkCheckQuerySet:
        """This will find one row for each address of the post: its newest answer, or the question that waits for one."""
        answered = models.Max("id", filter=models.Q(answered_at__isnull=False))
        by_key = self.filter(post=post).order_by().values("key")
        newest = by_key.annotate(newest=Coalesce(answered, models.Max("id"))).values("newest")
        return self.filter(pk__in=newest)

    def to_check(self, at: datetime) -> LinkCheckQuerySet:
        """This will find what waits to be opened, or was being opened by a worker whose time ran out."""
        return self.filter(try_at__lte=at)


class LinkCheck(models.Model):
    """One question whether an address of a post works, and its answer (R24). The row is the queue.

    `try_at` is when a worker takes it (again); empty means that nothing more is to be done.
    """

    class Occasion(models.TextChoices):
        SAVED = "saved", _("when it was written")
        REVIEW = "review", _("when it was sent to review")
        BEFORE = "before", _("before it goes out")
        ASKED = "asked", _("when somebody asked")

    class Verdict(models.TextChoices):
        WAITING = "", _("not checked yet")
        WORKS = "works", _("works")
        UNSURE = "unsure", _("cannot be checked by the machine")
        BROKEN = "broken", _("does not work")

    class Problem(models.TextChoices):
        """Why an address has no better answer."""

        TRUSTED = (
            "trusted",
            _("One of the city's own addresses. It is not opened from here."),
        )
        MISSING = "missing", _("The page does not exist.")
        SERVER = "server", _("The site is out of order.")
        KEPT_OUT = "kept_out", _("The site does not answer machines. Open the link yourself.")
        STATUS = "status", _("The site gave no page.")
        TOO_LONG = "too_long", _("The address is too long.")
        NO_ADDRESS = "no_address", _("This is not a web address.")
        SCHEME = "scheme", _("Only addresses that begin with http:// or https:// work for followers.")
        PASSWORD = "password", _("The address has a user name or password in it.")
        PORT = "port", _("The address leads to another port than those of the web.")
        INNER = "inner", _("The address leads to an inner network. Followers cannot open it.")
        LOOP = "loop", _("The address leads on and on.")
        SLOW = "slow", _("The site did not answer in time.")
        CERTIFICATE = "certificate", _("The site's certificate is not valid.")
        GARBLED = "garbled", _("The site gave a broken answer.")
        UNREACHED = "unreached", _("The site cannot be reached.")
        CRASHED = "crashed", _("The check did not get done. It is tried again.")

    post = models.ForeignKey(Post, models.PROTECT, related_name="link_checks", verbose_name=_("post"))
    url = models.CharField(_("link"), max_length=MOST_OF_AN_ADDRESS)
    key = models.CharField(max_length=64, editable=False)
    occasion = models.CharField(_("checked"), max_length=6, choices=Occasion)
    asked_at = models.DateTimeField(_("asked"))
    try_at = models.DateTimeField(null=True, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    verdict = models.CharField(
        _("answer"), max_length=6, choices=Verdict, default=Verdict.WAITING, blank=True
    )
    problem = models.CharField(_("problem"), max_length=12, choices=Problem, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    final_url = models.TextField(_("leads to"), blank=True)
    hops: models.JSONField[Any, Any] = models.JSONField(_("redirects"), default=list, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("link check")
        verbose_name_plural = _("link checks")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "key"],
                condition=models.Q(answered_at=None),
                name="editorial_link_asked_once",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, verdict="")
                | models.Q(answered_at__isnull=False) & ~models.Q(verdict=""),
                name="editorial_link_answer_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["try_at"], name="editorial_link_queue", condition=models.Q(try_at__isnull=False)
            ),
            models.Index(fields=["post", "key"], name="editorial_link_of_post"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def opens_at(self) -> str:
        """The address behind the link on a page; empty for one that a browser should not be led to."""
        address = to_open(self.url)
        return address if address.lower().startswith(("http://", "https://")) else ""

    @property
    def ascii_host(self) -> str:
        """The host as it is looked up, when it is written with other letters; two letters may look like one."""
        host = host_of(self.url)
        return host if host.startswith("xn--") or ".xn--" in host else ""


class Reading(models.Model):
    """That somebody had a version of a post before their eyes, so that the next one shows them only what is new."""

    version = models.ForeignKey(
        PostVersion, models.PROTECT, related_name="readings", verbose_name=_("version")
    )
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["reader", "version"], name="editorial_reading_once")]

    def __str__(self) -> str:
        return f"{self.reader}: {self.version}"


class ReviewClaim(models.Model):
    """Who reads a post right now, for others to see. It hinders nobody, and runs out by itself."""

    post = models.OneToOneField(Post, models.PROTECT, related_name="claim", verbose_name=_("post"))
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader")
    )
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("reading under way")
        verbose_name_plural = _("readings under way")
        ordering = ["until"]

    def __str__(self) -> str:
        return f"{self.reader}: {self.post}"


class ReviewRequest(models.Model):
    """That an editor was asked by name to read a version."""

    version = models.ForeignKey(
        PostVersion, models.PROTECT, related_name="requests", verbose_name=_("version")
    )
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("asked reader")
        verbose_name_plural = _("asked readers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "reader"], name="editorial_reader_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.version}"


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: User) -> RemarkQuerySet:
        return self.filter(post__team__in=Team.objects.visible_to(user))


class Remark(Movable):
    """What somebody in the team notes about a post: about a stretch of text, a picture or the whole. Never published.

    An answer is a remark under another one, and follows its state.
    """

    MOVES = REMARK_MOVES

    post = models.ForeignKey(Post, models.PROTECT, related_name="remarks", verbose_name=_("post"))
    on_version = models.ForeignKey(
        PostVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("version")
    )
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("text on")
    )
    picture = models.ForeignKey(
        "consent.Picture", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    quote = models.CharField(_("the words it is about"), max_length=300, blank=True)
    body = models.TextField(_("remark"), max_length=2000)
    answers_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="answers", verbose_name=_("answers")
    )
    state = models.CharField(
        _("state"), max_length=7, choices=RemarkState, default=RemarkState.OPEN, editable=False
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    written_at = models.DateTimeField(_("when"))

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel=None) | models.Q(picture=None),
                name="editorial_remark_one_place",
            )
        ]

    def __str__(self) -> str:
        return self.body[:60]
