"""Two floors that give their ladders or jobs one name would silently answer for each other: the program does not start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.clock import job
from core.ladders import ladder


@pytest.mark.parametrize(("register", "name"), [(ladder, "case"), (job, "watches")])
def test_a_name_that_is_taken_is_refused(register, name):
    with pytest.raises(ImproperlyConfigured, match=name):
        register(name)(lambda *_args: 0)
