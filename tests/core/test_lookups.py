"""A number that no row can have finds nothing, and is no error of ours."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.models import User

pytestmark = pytest.mark.django_db

FAR = [2**63, -(2**63) - 1, 10**26]


def test_a_list_with_numbers_that_no_row_has_finds_the_others(city):
    numbers = [*FAR, city.anna.pk]
    assert User.objects.get(pk__in=numbers) == city.anna
    assert not User.objects.filter(pk__in=FAR).exists()
    assert User.objects.exclude(pk__in=FAR).count() == User.objects.count()
    assert User.objects.filter(pk__in=User.objects.filter(pk=city.anna.pk)).count() == 1


def test_an_administrator_who_marks_a_row_that_cannot_be_is_answered(city, client_of):
    client = client_of(city.admin)
    marked = {"action": "reset_second_step", "_selected_action": [str(number) for number in FAR]}
    answer = client.post(reverse("admin:core_user_changelist"), marked)
    assert answer.status_code in (200, 302)
