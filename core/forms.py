"""How forms look everywhere: the renderer, the widgets for days and times, and the living page's form."""

from datetime import date
from pathlib import Path
from typing import Any

import django.forms.renderers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.template.backends.django import DjangoTemplates
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.widgets import WRITERS
from core.workdays import FIRST_YEAR, LAST_YEAR

WHOLE_ADDRESS = _("Write the whole address, for example https://avinge.se.")


def ask_for_whole_addresses() -> None:
    """This will let every field for a web address, in forms, models and the admin, say how one looks."""
    URLValidator.message = WHOLE_ADDRESS
    forms.URLField.default_error_messages["invalid"] = WHOLE_ADDRESS


def within_the_calendar(value: date) -> None:
    """This will refuse days and times in years the calendar does not have. Raises ValidationError."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(
            _("The calendar has the years %(first)s to %(last)s."),
            params={"first": FIRST_YEAR, "last": LAST_YEAR},
        )


class FormRenderer(django.forms.renderers.DjangoTemplates):
    """Draw forms with the project's templates first, then Django's own and those of the admin.

    The commonest fields are written without one.
    """

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if write := WRITERS.get(template_name):
            return write(context["widget"])
        return super().render(template_name, context, request)

    @cached_property
    def engine(self) -> DjangoTemplates:
        own = Path(settings.BASE_DIR) / "templates"
        builtin = Path(django.forms.renderers.__file__).parent / "templates"
        options = {"builtins": ["core.templatetags.parts"]}
        return DjangoTemplates(
            {"NAME": "forms", "APP_DIRS": True, "DIRS": [own, builtin], "OPTIONS": options},
        )


class DateInput(forms.DateInput):
    """A day, picked with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A time of day, picked with the browser's own clock."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateTimeInput(forms.DateTimeInput):
    """An instant in local time, picked with the browser's own calendar and clock."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PartsForm(forms.Form):
    """Every kind of field once, for the living page."""

    title = forms.CharField(
        label=_("Title"), help_text=_("Shown in the calendar, not in the post."), max_length=80
    )
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    email = forms.EmailField(label=_("E-mail address"), initial="maja.lind@example.com")
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("Choose a channel")), ("fb", "Facebook")])
    kind = forms.ChoiceField(
        label=_("Kind of comment"),
        widget=forms.RadioSelect,
        choices=[("question", _("Question")), ("criticism", _("Criticism")), ("praise", _("Praise"))],
    )
    duties = forms.MultipleChoiceField(
        label=_("Duties"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("publish", _("Publish")), ("watch", _("Watch")), ("answer", _("Answer"))],
    )
    on = forms.DateField(label=_("Day"), widget=DateInput, required=False)
    at = forms.TimeField(label=_("Time"), widget=TimeInput, required=False)
    planned_at = forms.DateTimeField(label=_("Planned time"), widget=DateTimeInput, required=False)
    asks = forms.BooleanField(
        label=_("The post asks a question"),
        help_text=_("You get a task to follow up the answers."),
        required=False,
    )
    screenshot = forms.ImageField(
        label=_("Screenshot"), help_text=_("JPEG, PNG or WebP, at most 15 MB."), required=False
    )
