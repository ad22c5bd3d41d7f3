"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def page(request: HttpRequest) -> dict[str, Any]:
    """This will give templates `page`: city, navigation, notices and who is on duty, read when it is first used.

    Also the city's name, and after how many minutes without a touch a login ends.
    """
    from config.frame import frame_for

    return {
        "page": SimpleLazyObject(lambda: frame_for(request)),
        "city": settings.CITY_NAME,
        "idle_minutes": settings.LOGIN_IDLE_MINUTES,
    }
