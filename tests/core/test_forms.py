"""What every form takes for a day or an instant, whoever wrote the form."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core.forms import MomentField


@pytest.mark.parametrize("far", ["0001-01-01", "1799-12-31", "2200-01-01", "9999-12-31"])
@pytest.mark.parametrize("field", [forms.DateField(), forms.DateTimeField()])
def test_fields_of_any_form_refuse_days_that_cannot_be_reckoned_with(field, far):
    with pytest.raises(ValidationError, match="between the years 1800 and 2199"):
        field.clean(far)


def test_old_photographs_have_their_day():
    assert forms.DateField().clean("1826-06-01") == date(1826, 6, 1)


@pytest.mark.parametrize("shown", ["2026-03-29T02:30", "2026-10-25T02:30"])
def test_a_plan_for_a_time_that_is_skipped_or_comes_twice_is_refused_with_the_reason(shown):
    with pytest.raises(ValidationError, match="The clocks change that night"):
        MomentField().clean(shown)


def test_an_instant_within_reach_is_kept_as_it_is():
    assert MomentField().clean("2026-12-01T09:00") == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
