"""What the pages about pictures read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from channels_registry.models import Channel
from consent.copies import difference
from consent.lights import Light, light_of, why_not_asked
from consent.models import Appearance, ConsentEvent, ConsentRequest, Letter, Person, Picture
from consent.models.pictures import LOOK_STARTS, prepare_lights
from consent.signals import uses_of_picture
from consent.states import LetterKind, LetterState, PeopleState, Said
from core.models import User

ALIKE_BITS = 8  # of 64: cropped and re-saved copies differ in fewer, other pictures in more
MOST_CANDIDATES = 500
FLAT = ("0000", "ffff")  # sky and walls: as parts of a look they say nothing


@dataclass(frozen=True)
class Use:
    """A post a picture stands in, as the floors above answer."""

    title: str
    url: str
    state: str
    state_label: str


@dataclass(frozen=True)
class Shown:
    """A place where a picture is or was published, as the floors above answer, and how the person had it taken down."""

    channel: str
    url: str
    at: datetime | None
    state: str
    state_label: str
    is_live: bool
    to_come_down: datetime | None = None
    seen_gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A picture of the list, as it is printed."""

    title: str
    url: str
    thumb_url: str
    alt_text: str
    unit: str
    is_green: bool
    says: str


@dataclass(frozen=True, slots=True)
class WordRow:
    """Something somebody said of a picture, as it is printed."""

    signer: str
    person: str  # empty when they said it of themselves
    said: str
    until: date | None
    where: str
    note: str
    witness: str
    by: str
    at: datetime
    scan_url: str


@dataclass(frozen=True, slots=True)
class Step:
    """Where to go on with a picture that cannot be used."""

    label: str
    url: str


def next_steps(picture: Picture, day: date) -> list[Step]:
    """This will list where what a picture lacks can be mended: its description, and whom nobody can be asked about.

    What has a button of its own on the page is left out. Reads what the picture's page has fetched.
    """
    steps = []
    if not picture.alt_text:
        steps.append(Step(_("Describe what is in it"), reverse("consent:picture_facts", args=[picture.pk])))
    if picture.state != PeopleState.LISTED:
        return steps
    for place in picture.appearances.all():
        if place.is_identifiable and not place.is_blurred and why_not_asked(place, day):
            steps += _step_for(place)
    return steps


def _step_for(place: Appearance) -> list[Step]:
    if place.person is None:
        words = _("Say who it is: %(place)s") % {"place": place.place}
        return [Step(words, reverse("consent:picture_place", args=[place.pk]))]
    if place.is_protected:
        return []
    url = reverse("consent:person_page", args=[place.person_id]) + "#guardians"
    return [Step(_("Add guardians of %(name)s") % {"name": place.person}, url)]


def pictures_list(user: User, wanted: dict[str, Any]) -> QuerySet[Picture]:
    """This will find the pictures `user` may see that fit the filters, newest first."""
    shown = ("title", "alt_text", "source", "state", "unit__name")
    pictures = Picture.objects.visible_to(user).select_related("unit").only(*shown)
    if text := wanted.get("text"):
        pictures = pictures.filter(
            Q(title__icontains=text) | Q(alt_text__icontains=text) | Q(reference__icontains=text)
        )
    if state := wanted.get("state"):
        pictures = pictures.filter(state=state)
    return pictures.order_by("-pk")


def rows_of(pictures: Iterable[Picture], day: date) -> list[Row]:
    """This will write pictures as rows of the list, with their light on `day`, whatever the channel."""
    page, thumb = address_of("consent:picture_page"), address_of("consent:picture_thumb")
    shown = list(pictures)
    prepare_lights(shown)
    known = {state.value: capfirst(str(state.label)) for state in PeopleState}
    return [
        _row(picture, light_of(picture, (), day), page(picture.pk), thumb(picture.pk), known)
        for picture in shown
    ]


def address_of(name: str) -> Callable[[int], str]:
    """This will return what writes the address of a page with a number, worked out once for many."""
    before, _number, after = reverse(name, args=[0]).rpartition("0")
    return lambda pk: f"{before}{pk}{after}"


def _row(picture: Picture, light: Light, url: str, thumb_url: str, known: dict[str, str]) -> Row:
    return Row(
        title=picture.title,
        url=url,
        thumb_url=thumb_url,
        alt_text=picture.alt_text,
        unit=picture.unit.name,
        is_green=light.is_green,
        says=known[picture.state] if light.is_green else light.reasons[0],
    )


def look_alikes(picture: Picture, user: User) -> list[Picture]:
    """This will find up to six pictures, among those `user` may see, that look nearly the same; nearest first."""
    bits = _alike(picture)
    # Mostly none is; only then it is asked whether the user may see it.
    seen = Picture.objects.visible_to(user).filter(pk__in=bits).only("title") if bits else []
    return _nearest(seen, bits)


def look_alikes_of_all(picture: Picture) -> list[Picture]:
    """This will find up to six pictures of any unit that look nearly the same, with whom to tell; nearest first."""
    bits = _alike(picture)
    found = Picture.objects.filter(pk__in=bits) if bits else Picture.objects.none()
    chiefs = ("unit__responsible_chief", "unit__communications_chief")
    return _nearest(found.select_related("added_by", *chiefs), bits)


def _alike(picture: Picture) -> dict[int, int]:
    """This will find pictures that look nearly the same, and in how many bits of the look they differ.

    Looks that differ in three bits or fewer share at least one of their four parts, so those are found for certain.
    """
    if not picture.look:
        return {}
    near = Q()
    looks = Picture.objects.exclude(pk=picture.pk).values_list("pk", "look")
    for start in LOOK_STARTS:
        part = picture.look[start - 1 : start + 3]
        if part not in FLAT:
            near |= Q(Exact(Substr("look", start, 4), part))
    if not near:
        return {}
    candidates = looks.filter(near).order_by("-pk")[:MOST_CANDIDATES]
    bits = {pk: difference(picture.look, look) for pk, look in candidates if look}
    return {pk: count for pk, count in bits.items() if count <= ALIKE_BITS}


def _nearest(pictures: Iterable[Picture], bits: dict[int, int]) -> list[Picture]:
    return sorted(pictures, key=lambda one: (bits[one.pk], -one.pk))[:6]


def word_rows(picture: Picture) -> list[WordRow]:
    """This will write what was said of a picture fetched `for_page` as rows, newest first."""
    words, scan = picture.words.all(), address_of("consent:word_scan")
    named = {pk for word in words for pk in word.channel_ids}
    channels = Channel.objects.filter(pk__in=named).select_related("platform") if named else ()
    names = {channel.pk: str(channel) for channel in channels}
    return [_word_row(word, names, scan) for word in reversed(words)]


def _word_row(word: ConsentEvent, names: dict[int, str], scan: Callable[[int], str]) -> WordRow:
    return WordRow(
        signer=str(word.signer),
        person="" if word.signer_id == word.person_id else str(word.person),
        said=f"{word.get_said_display()}, {word.get_way_display()}",
        until=word.until,
        where=", ".join(names.get(pk, str(pk)) for pk in word.channel_ids),
        note=word.note,
        witness=word.witness,
        by=word.noted_by.name if word.noted_by else str(word.signer),
        at=word.noted_at,
        scan_url=scan(word.pk) if word.scan_sha else "",
    )


def people_on(picture: Picture) -> list[Person]:
    """This will name everybody of whom the page of a picture fetched `for_page` says something. No query."""
    shown = [place.person for place in picture.appearances.all() if place.person is not None]
    guardians = [row.guardian for one in shown for row in one.guardianships.all()]
    return list(dict.fromkeys([*shown, *guardians, *(word.signer for word in picture.words.all())]))


def waiting(picture: Picture, at: datetime) -> list[ConsentRequest]:
    """This will pick, among the words of a picture fetched `for_page`, the links that wait for an answer. No query."""
    words = list(picture.words.all())
    answered = {word.request_id for word in words if word.said != Said.ASKED}
    found = []
    for word in words:
        request = word.request
        if request is not None and request.pk not in answered and request.is_open_at(at):
            request.signer, request.person = word.signer, word.person
            found.append(request)
    return found


def not_arrived(waiting: list[ConsentRequest]) -> set[int]:
    """This will pick, among links that wait for an answer, those whose e-mail did not arrive. Nobody waits: no query."""
    if not waiting:
        return set()
    lost = Letter.objects.filter(request__in=waiting, kind=LetterKind.ASK, state=LetterState.REFUSED)
    return set(lost.values_list("request_id", flat=True))


def open_requests(picture: Picture, at: datetime) -> list[ConsentRequest]:
    """This will find the links that wait for an answer, with signer and person."""
    requests = ConsentRequest.objects.filter(picture=picture, cancelled_at=None, ends_at__gt=at)
    answered = ConsentEvent.objects.filter(request=OuterRef("pk")).exclude(said=Said.ASKED)
    return list(
        requests.exclude(Exists(answered))
        .select_related("signer", "person", "text", "asked_by")
        .order_by("pk")
    )


def uses_of(picture: Picture, user: User) -> list[Use]:
    """This will list where the picture stands, as far as `user` may see it."""
    answers: list[tuple[Any, Any]] = uses_of_picture.send(sender=Picture, picture=picture, user=user)
    return [use for _receiver, uses in answers for use in uses]
