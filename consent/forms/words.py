from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.lights import why_not_asked
from consent.models import Appearance, ConsentEvent, ConsentRequest, NoticeText, Person, Picture
from consent.states import NOTED_WAYS, YES, Said
from core.forms import DateInput
from core.templatetags.parts import day as day_of
from core.uploads import HoldingForm, ImageUploadField

SOON = timedelta(days=60)  # a birthday is told so long before: whoever answers after it can be asked already


def signers_in(picture: Picture) -> dict[str, tuple[Person, Person]]:
    """This will name each who may sign something about the picture: everybody in it, and their guardians."""
    people = {}
    for appearance in picture.appearances.all():
        if person := appearance.person:
            people[f"{person.pk}-{person.pk}"] = (person, person)
            for row in person.guardianships.all():
                people[f"{person.pk}-{row.guardian_id}"] = (person, row.guardian)
    return people


class WhereForm(forms.Form):
    """For which channels a yes is, said in so many words: all, or these."""

    where = forms.ChoiceField(
        label=gettext_lazy("Where it may be shown"),
        widget=forms.RadioSelect,
        choices=[
            ("all", gettext_lazy("On all the city's channels, new ones too")),
            ("some", gettext_lazy("Only on the channels ticked here")),
        ],
    )
    channels = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Channels"),
        queryset=Channel.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def offer(self) -> None:
        """This will offer the channels that are not closed."""
        alive = Channel.objects.alive().select_related("platform")
        self.fields["channels"].queryset = alive  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("where") == "some" and not values.get("channels") and "channels" not in self.errors:
            self.add_error("channels", _("Tick at least one channel."))
        if values.get("where") == "all" and values.get("channels"):
            self.add_error("channels", _("Choose all channels, or tick some. Not both."))
        return values


class ConsentForm(HoldingForm, WhereForm, forms.ModelForm):
    """What a signer said; who may sign comes from the people in the picture."""

    who = forms.ChoiceField(label=gettext_lazy("Who said it"))
    scan = ImageUploadField(
        label=gettext_lazy("Scan of the paper"),
        required=False,
        help_text=gettext_lazy("A photograph of the signed paper. Needed for a yes on paper."),
    )

    class Meta:
        model = ConsentEvent
        fields = ["said", "way", "witness", "until", "note"]
        widgets = {"until": DateInput()}

    field_order = ["who", "said", "way", "scan", "witness", "until", "note", "where", "channels"]

    def __init__(self, *args: Any, picture: Picture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer()
        self.fields["where"].required = False
        self.fields["where"].label = _("Where it may be shown, for a yes")
        self.fields["way"].choices = [(way.value, way.label) for way in NOTED_WAYS]  # type: ignore[attr-defined]
        self.people = signers_in(picture)
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (key, label_of(person, signer)) for key, (person, signer) in self.people.items()
        ]
        self.fields["said"].initial = Said.GIVEN

    def values(self) -> dict[str, Any]:
        """This will return what `note_consent` takes."""
        values = dict(self.cleaned_data)
        person, signer = self.people[values.pop("who")]
        if values.pop("where") != "some":
            values["channels"] = ()
        return values | {"person": person, "signer": signer}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("said") in YES and not values.get("where"):
            self.add_error("where", _("Say where the picture may be shown."))
        return values

    def _post_clean(self) -> None:
        """The row is made by `note_consent`, which says what is missing in its own words."""


class AskForm(WhereForm):
    """Whom to ask, for what, and how the link reaches them. `held_up` are those nobody can be asked about, with why."""

    until = forms.DateField(
        label=gettext_lazy("Until and including"),
        required=False,
        widget=DateInput(),
        help_text=gettext_lazy("Empty means until it is taken back."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the question"))
    how = forms.ChoiceField(
        label=gettext_lazy("How the link reaches them"),
        widget=forms.RadioSelect,
        initial="qr",
        choices=[
            ("qr", gettext_lazy("As a QR code on this screen")),
            ("email", gettext_lazy("By e-mail")),
        ],
    )

    def __init__(
        self, *args: Any, picture: Picture, day: date, waiting: Iterable[ConsentRequest] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer()
        self.fields["where"].label = _("Where it will be shown")
        texts = NoticeText.objects.current().values()
        self.fields["language"].choices = [(text.language, text.language_name) for text in texts]  # type: ignore[attr-defined]
        self.fields["language"].initial = "sv"
        self.people: dict[str, tuple[Person, Person]] = {}
        self.held_up: list[tuple[Appearance, str]] = []
        for appearance in picture.appearances.all():
            person = appearance.person
            if not appearance.is_protected and (appearance.is_blurred or not appearance.is_identifiable):
                continue
            if reason := why_not_asked(appearance, day):
                self.held_up.append((appearance, reason))
            if person is None or reason:
                continue
            for signer in (*person.signers_on(day), *person.signers_on(day + SOON)):
                self.people[f"{person.pk}-{signer.pk}"] = (person, signer)
        known = _what_is_known(picture, waiting)
        for key, (person, signer) in self.people.items():
            told = known.get((person.pk, signer.pk), "") or _from_when(person, signer, day)
            self.fields[f"ask_{key}"] = forms.BooleanField(
                label=label_of(person, signer), required=False, initial=not told, help_text=escape(told)
            )
            self.fields[f"email_{key}"] = forms.EmailField(
                label=_("E-mail address of %(name)s") % {"name": signer}, required=False, initial=signer.email
            )

    def rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"ask_{key}"], self[f"email_{key}"]) for key in self.people]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not any(values.get(f"ask_{key}") for key in self.people):
            self.add_error(None, _("Choose at least one to ask."))
        if values.get("how") == "email":
            for key, (_person, signer) in self.people.items():
                if values.get(f"ask_{key}") and not values.get(f"email_{key}"):
                    self.add_error(
                        f"email_{key}", _("Give an e-mail address, or ask %(name)s by QR.") % {"name": signer}
                    )
        return values

    def chosen(self) -> list[tuple[Person, Person, str]]:
        """This will list whom to ask: the person, the signer and the signer's address."""
        values = self.cleaned_data
        return [
            (person, signer, values.get(f"email_{key}") or "")
            for key, (person, signer) in self.people.items()
            if values.get(f"ask_{key}")
        ]


class AnswerForm(forms.Form):
    """A signer's answer: a button, the channels when it is for some, and an address for the receipt."""

    answer = forms.ChoiceField(choices=[("yes", ""), ("no", ""), ("some", "")])
    channels = forms.TypedMultipleChoiceField(coerce=int, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address for the receipt"), required=False)
    seen = forms.IntegerField(min_value=1)
    text = forms.ModelChoiceField(queryset=NoticeText.objects.all(), required=False)

    def __init__(self, *args: Any, request: ConsentRequest, channels: list[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].choices = [(channel.pk, str(channel)) for channel in channels]  # type: ignore[attr-defined]
        self.initial["seen"] = request.version


def _what_is_known(picture: Picture, waiting: Iterable[ConsentRequest]) -> dict[tuple[int, int], str]:
    """This will say of each who was asked before what they said, or that they have not answered yet."""
    known = {
        (word.person_id, word.signer_id): _("%(said)s %(day)s.")
        % {"said": capfirst(word.get_said_display()), "day": day_of(word.noted_at)}
        for word in picture.words.all()
        if word.said not in (Said.ASKED, Said.INVALIDATED)
    }
    for request in waiting:
        known[request.person_id, request.signer_id] = _(
            "Asked %(day)s, no answer yet. If you ask again, the link from then ends."
        ) % {"day": day_of(request.asked_at)}
    return known


def _from_when(person: Person, signer: Person, day: date) -> str:
    """This will say of a young person who need not answer yet from when they have to."""
    if signer in person.signers_on(day):
        return ""
    begins = [one for one in (person.asked_too_on(), person.of_age_on()) if one and one > day]
    return (
        _("Has to answer too from %(day)s. Can be asked already.") % {"day": day_of(min(begins))}
        if begins
        else ""
    )


def label_of(person: Person, signer: Person) -> str:
    if person == signer:
        return str(person)
    return _("%(guardian)s, guardian of %(name)s") % {"guardian": signer, "name": person}
