from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.request import person
from editorial import queries


@require_GET
def teams_page(request: HttpRequest) -> HttpResponse:
    return render(
        request, "editorial/teams_page.html", {"teams": queries.teams_now(person(request), timezone.now())}
    )
