from typing import cast

from django.http import HttpRequest

from core.models import User


def person(request: HttpRequest) -> User:
    """This will return the logged-in user of a page that needs a login."""
    return cast(User, request.user)
