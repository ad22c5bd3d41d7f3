"""The house's addresses, and the bare page that others are measured beside."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from core.models import Event

# A page of the house as it is for whoever is logged in, with one query and one template of so many rows.
BARE = engines["django"].from_string(
    '{% extends "base.html" %}{% block content %}<table>{% for row in rows %}<tr><td>{{ row.at }}</td><td>'
    "{{ row.about_label }}</td><td>{{ row.actor_name }}</td></tr>{% endfor %}</table>{% endblock %}"
)


def bare(request: HttpRequest, rows: int) -> HttpResponse:
    """This will print `rows` rows of the trail; it needs as many events. Raises ValueError when there are fewer."""
    found = list(Event.objects.all()[:rows])
    if len(found) < rows:
        raise ValueError(f"The bare page needs {rows} events, there are {len(found)}.")
    return HttpResponse(BARE.render({"rows": found}, request))


urlpatterns = [path("bare/<int:rows>/", bare), path("", include("config.urls"))]
