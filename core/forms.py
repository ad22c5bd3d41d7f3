"""How forms look everywhere: the renderer, the widgets for days and times, and the living page's form."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import django.forms.renderers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.template.backends.django import DjangoTemplates
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.widgets import WRITERS
from core.workdays import is_in_reach

WHOLE_ADDRESS = _("Write the whole address, for example https://avinge.se.")
# The oldest photographs are younger than the first; nothing is planned or kept until the last.
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)
NOT_OUR_TIME = _("Choose a day between the years 1800 and 2199.")
NO_YEAR = _("Choose a year between 2000 and 2100.")
TWO_OR_NONE = _("The clocks change that night: the time is skipped or comes twice. Choose another.")


def ask_for_whole_addresses() -> None:
    """This will let every field for a web address, in forms, models and the admin, say how one looks."""
    URLValidator.message = WHOLE_ADDRESS
    forms.URLField.default_error_messages["invalid"] = WHOLE_ADDRESS


def ask_for_days_of_our_time() -> None:
    """This will let every field for a day or an instant, in forms and the admin, refuse what calendars cannot reckon with.

    Browsers let one write the years 1 and 9999 (0026 is a slip away), where local time or the day after does not exist.
    """
    forms.DateField.default_validators = [_in_our_time]
    forms.DateTimeField.default_validators = [_in_our_time]


def _in_our_time(value: date) -> None:
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(NOT_OUR_TIME, code="not_our_time")


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


class DayField(forms.DateField):
    """A day of our time. Others are mistyped, and some cannot be counted with at all: 0001 has no day before it."""

    widget = DateInput

    def validate(self, value: Any) -> None:
        super().validate(value)
        _ask_year(value)


class MomentField(forms.DateTimeField):
    """An instant of our time that is still to come, typed as the city's clocks will show it.

    `stands` is the instant that is there already: left as it is, it stays, also where the clock shows it twice.
    """

    widget = DateTimeInput
    stands: datetime | None = None

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            shown: datetime = error.params["datetime"]
            _ask_year(shown)
            if (
                self.stands
                and timezone.localtime(self.stands).replace(tzinfo=None, second=0, microsecond=0) == shown
            ):
                return self.stands
            return self.at_change_of_clocks(shown)

    def at_change_of_clocks(self, shown: datetime) -> datetime:
        """This will refuse a time that is skipped in spring or comes twice in autumn. Raises ValidationError."""
        raise ValidationError(TWO_OR_NONE, code="ambiguous_timezone")

    def validate(self, value: Any) -> None:
        super().validate(value)
        _ask_year(value)


class PastMomentField(MomentField):
    """An instant at which something happened. A clock showed it, so it is taken also while clocks change.

    In the hour that autumn has twice it is the first; in the one spring skips, as far after the change.
    """

    def at_change_of_clocks(self, shown: datetime) -> datetime:
        return shown.replace(tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def _ask_year(value: date | None) -> None:
    if value is not None and not is_in_reach(value):
        raise ValidationError(NO_YEAR, code="year")


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
    planned_at = MomentField(label=_("Planned time"), required=False)
    asks = forms.BooleanField(
        label=_("The post asks a question"),
        help_text=_("You get a task to follow up the answers."),
        required=False,
    )
    screenshot = forms.ImageField(
        label=_("Screenshot"), help_text=_("JPEG, PNG or WebP, at most 15 MB."), required=False
    )
