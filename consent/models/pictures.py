from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Substr
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from consent.models.people import Guardianship, Person
from consent.models.sight import units_of
from consent.states import PICTURE_MOVES, PeopleState, Said, Source
from core.models import Unit, User
from core.moves import Movable

Box = tuple[int, int, int, int]
LOOK_STARTS = (1, 5, 9, 13)  # where the four parts of a look begin, by which look-alikes are found


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, user: User) -> PictureQuerySet:
        """This will find the pictures of the units the user works for; records officers and administrators see all."""
        if user.is_active and (user.is_superuser or user.is_records_officer):
            return self
        return self.workable_by(user)

    def workable_by(self, user: User) -> PictureQuerySet:
        """This will find the pictures the user may tend and put in posts."""
        if not user.is_active:
            return self.none()
        return self.filter(unit__in=units_of(user))

    def for_light(self) -> PictureQuerySet:
        """This will fetch along what a light is derived from, in as many queries for a hundred pictures as for one."""
        places, people, words, bases, checks = _for_light()
        return self.prefetch_related(places, people, words, bases, checks)

    def for_page(self) -> PictureQuerySet:
        """This will fetch along what a picture's own page shows: what a light is derived from, with who wrote it.

        Looks in the media bank are left out: most pictures have none. So are guardians: `with_guardians` adds them.
        """
        from consent.models.words import ConsentEvent

        words = ConsentEvent.objects.select_related("person", "signer", "noted_by", "request")
        guarded = models.Exists(Guardianship.objects.filter(child=models.OuterRef("person")))
        places = Appearance.objects.select_related("person").annotate(is_guarded=guarded)
        return self.prefetch_related(
            models.Prefetch("appearances", places), models.Prefetch("words", words), "bases"
        )


def with_guardians(picture: Picture) -> None:
    """This will add, to a picture fetched `for_page`, the guardians of those who have any. Nobody has any: no query."""
    guardians = Guardianship.objects.select_related("guardian")
    for has_any in (True, False):
        people = [
            place.person
            for place in picture.appearances.all()
            if place.person is not None and place.is_guarded == has_any  # type: ignore[attr-defined]
        ]
        rows = guardians if has_any else Guardianship.objects.none()
        models.prefetch_related_objects(people, models.Prefetch("guardianships", rows))


def prepare_lights(pictures: list[Picture]) -> None:
    """This will fetch along what the lights of these pictures are derived from, and no more than they need.

    Guardians only when somebody has a birth date, looks in the media bank only when a picture comes from there.
    """
    places, people, words, bases, checks = _for_light()
    models.prefetch_related_objects(pictures, places, words, bases)
    if any(place.person and place.person.born_on for one in pictures for place in one.appearances.all()):
        models.prefetch_related_objects(pictures, people)
    if banked := [one for one in pictures if one.source == Source.MEDIA_BANK]:
        models.prefetch_related_objects(banked, checks)


def _for_light() -> tuple[models.Prefetch, ...]:
    """Only the columns a light reads, and no questions among the words: somebody may have been asked for years.

    All of a signer's answers: to pick the last one in SQL costs more than to read them.
    """
    from consent.models.words import ConsentEvent, LegalBasis, MediaBankCheck

    people = [f"person__{name}" for name in ("name", "born_on", "is_protected")]
    places = Appearance.objects.select_related("person")
    words = ConsentEvent.objects.exclude(said=Said.ASKED)
    guardians = Guardianship.objects.select_related("guardian")
    return (
        models.Prefetch(
            "appearances", places.only("picture", "place", "is_identifiable", "is_blurred", *people)
        ),
        models.Prefetch("appearances__person__guardianships", guardians),
        models.Prefetch("words", words.only("picture", "person", "signer", "said", "until", "channel_ids")),
        models.Prefetch("bases", LegalBasis.objects.only("picture", "basis")),
        models.Prefetch("bank_checks", MediaBankCheck.objects.only("picture", "says", "until")),
    )


class Picture(Movable):
    """A picture that may stand in posts; its state is what is known of the people in it. Its bytes never change."""

    MOVES = PICTURE_MOVES

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="pictures", verbose_name=_("unit"))
    title = models.CharField(_("title"), max_length=120, help_text=_("What is in it, when and where."))
    alt_text = models.CharField(
        _("alternative text"),
        max_length=500,
        blank=True,
        help_text=_("What somebody who cannot see it needs to know. Without it the picture cannot be used."),
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.OWN)
    reference = models.CharField(
        _("reference"),
        max_length=200,
        blank=True,
        help_text=_("The number in the media bank or picture agency."),
    )
    credit = models.CharField(_("taken by"), max_length=120, blank=True)
    taken_on = models.DateField(_("taken on"), null=True, blank=True)
    taken_at = models.CharField(
        _("taken at"), max_length=120, blank=True, help_text=_("The place. It is never published.")
    )
    licence = models.CharField(
        _("licence"),
        max_length=200,
        blank=True,
        help_text=_("What the photographer lets us do. It says nothing of the people in it."),
    )
    state = models.CharField(
        _("people in it"),
        max_length=10,
        choices=PeopleState,
        default=PeopleState.NOT_LOOKED,
        db_index=True,
        editable=False,
    )
    sha = models.CharField(_("hash"), max_length=64, editable=False)
    clean_sha = models.CharField(max_length=64, editable=False)
    thumb_sha = models.CharField(max_length=64, editable=False)
    blurred_sha = models.CharField(max_length=64, blank=True, editable=False)
    blurred_thumb_sha = models.CharField(max_length=64, blank=True, editable=False)
    look = models.CharField(max_length=16, blank=True, editable=False)
    content_type = models.CharField(_("type"), max_length=20, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    added_at = models.DateTimeField(_("added"), editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit", "-id"], name="consent_picture_of_unit"),
            *(
                models.Index(Substr("look", start, 4), name=f"consent_picture_look_{start}")
                for start in LOOK_STARTS
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "sha"],
                name="consent_picture_once",
                violation_error_message=_("The unit has this picture already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(source=Source.MEDIA_BANK) | ~models.Q(reference=""),
                name="consent_media_bank_has_reference",
                violation_error_message=_("Give the media bank's number."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def tended_by(self) -> dict[int, bool]:
        """Who may tend it, as far as it was asked for this copy of the row: a page asks for every button."""
        return {}

    @property
    def shown_sha(self) -> str:
        """The copy that is shown and published: the one with blurred places where there is one."""
        return self.blurred_sha or self.clean_sha

    @property
    def shown_thumb_sha(self) -> str:
        return self.blurred_thumb_sha or self.thumb_sha

    @property
    def approved_sha(self) -> str:
        """What an approval of a post holds on to: the file as it came, or its blurred copy."""
        return self.blurred_sha or self.sha


class Appearance(models.Model):
    """A place in the picture where somebody is seen. Without a person, consent is missing."""

    picture = models.ForeignKey(Picture, models.PROTECT, related_name="appearances")
    place = models.CharField(
        _("where in the picture"), max_length=120, help_text=_("For example: to the left, red jacket.")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="appearances", verbose_name=_("person")
    )
    is_identifiable = models.BooleanField(_("can be recognised"), default=True)
    is_blurred = models.BooleanField(_("blurred"), default=False, editable=False)
    left = models.PositiveSmallIntegerField(null=True, editable=False)
    top = models.PositiveSmallIntegerField(null=True, editable=False)
    width = models.PositiveSmallIntegerField(null=True, editable=False)
    height = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("person in a picture")
        verbose_name_plural = _("people in pictures")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["picture", "person"], name="consent_person_once_in_picture"),
            models.CheckConstraint(
                condition=models.Q(left=None, top=None, width=None, height=None)
                | models.Q(left__lt=1000, top__lt=1000, width__gt=0, height__gt=0),
                name="consent_place_is_in_picture",
            ),
            models.CheckConstraint(
                condition=models.Q(is_blurred=False) | models.Q(left__isnull=False),
                name="consent_blurred_has_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or _('unknown')}: {self.place}"

    @property
    def is_protected(self) -> bool:
        """Whether it is somebody who must not be shown, not even with the place blurred."""
        return self.person is not None and self.person.is_protected

    @property
    def box(self) -> Box | None:
        """The marked place in thousandths of the picture: left, top, width, height; None when it is only listed."""
        if self.left is None or self.top is None or self.width is None or self.height is None:
            return None
        return self.left, self.top, self.width, self.height
