"""The doors to extracts of what is stored about somebody: oneself, a colleague, or who commented under a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from config.errands import address
from core import extracts, trail
from core.accounts import ROLE_FIELDS, keeps_records
from core.doors import spoken
from core.models import User
from core.request import number_in, person, typed
from moderation import extract as of_names

LEAST = 3  # letters of a part of a name: fewer are in nearly all of them


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("The name, as it stood by the comment"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    how = forms.ChoiceField(
        label=gettext_lazy("Which names"),
        choices=[
            ("exactly", gettext_lazy("Exactly this name")),
            ("within", gettext_lazy("Names that contain this")),
        ],
        initial="exactly",
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == "within" and len(data.get("name", "")) < LEAST:
            self.add_error("name", _("Write at least three letters of the name."))
        return data


@never_cache
@require_GET
def my_extract(request: HttpRequest) -> HttpResponseBase:
    """This will show whoever is logged in what is stored about them."""
    return _of_account(request, person(request).pk)


@never_cache
@require_GET
def account_extract(request: HttpRequest, pk: int) -> HttpResponseBase:
    """This will show what is stored about an account, also one that is closed; the trail says who took it out."""
    if pk != person(request).pk:
        _keepers_only(request)
    return _of_account(request, pk)


def _of_account(request: HttpRequest, pk: int) -> HttpResponseBase:
    reader, now = person(request), timezone.now()
    user = get_object_or_404(User.objects.select_related("unit"), pk=pk)
    is_own = user.pk == reader.pk
    if not is_own:
        trail.record(extracts.LOOK, about=user, actor=reader, at=now)
    if request.GET.get("format") == "json":
        return _file(extracts.as_json(user, at=now), f"account-{user.pk}.json")
    done, about = extracts.events_of(user)
    kinds = extracts.held_by(user, reader=reader)
    context = {
        "account": user,
        "facts": extracts.account_of(user),
        "roles": roles_of(user),
        "is_own": is_own,
        "kinds": kinds,
        "empty": [kind for kind in extracts.kinds() if kind not in kinds],
        "done": done,
        "about": about,
        "elsewhere": extracts.not_in_here(),
        "now": now,
    }
    return render(request, "config/account_extract.html", context)


def roles_of(user: User) -> list[str]:
    """This will name the roles that the account has beside those in teams and units."""
    fields = [field for field in User._meta.local_fields if field.name in ROLE_FIELDS]
    return [capfirst(str(field.verbose_name)) for field in fields if getattr(user, field.name)]


@never_cache
@require_GET
def extracts_page(request: HttpRequest) -> HttpResponse:
    """This will let those who keep the records find somebody to take out an extract about."""
    _keepers_only(request)
    return _finder(request)


@never_cache
@require_POST
def extract_names(request: HttpRequest) -> HttpResponse:
    """This will find the names under which somebody commented. They are sent, so that no address and no log holds them."""
    _keepers_only(request)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _finder(request, form=form, status=422)
    exactly = form.cleaned_data["how"] == "exactly"
    places, more = of_names.places_of(form.cleaned_data["name"], exactly=exactly)
    return _finder(request, form=form, places=places, more=more, asked=True)


@never_cache
@require_POST
def extract_comments(request: HttpRequest) -> HttpResponseBase:
    """This will show what is kept of somebody who commented under the chosen names; the trail says who took it out."""
    _keepers_only(request)
    named, now = of_names.named_in(request.POST.getlist("place")), timezone.now()
    if not named:
        return _finder(request, refusal=_("Choose at least one name first."), status=422)
    earlier = of_names.looks_at(named)
    of_names.note_look(named, actor=person(request), at=now)
    comments = of_names.comments_under(named)
    places = [(channel, name) for channel, names in named.items() for name in sorted(names)]
    if request.POST.get("format") == "json":
        head = {
            "taken_out": localtime(now),
            "names": [{"channel": str(channel), "name": name} for channel, name in places],
            "taken_out_before": earlier,
            "named_in": [f"{kind} {pk}" for kind, pk in of_names.mentions_of(named)[0]],
        }
        return _file(_comments_as_json(head, comments), "comments.json")
    before = number_in(typed(request, "before"))
    rows, rest = of_names.rows_of(comments, before=before)
    mentions, more = of_names.mentions_of(named)
    context = {
        "places": [(f"{channel.pk} {name}", channel, name) for channel, name in places],
        "rows": rows,
        "rest": rest,
        "before": before,
        "count": comments.count(),
        "mentions": [(kind, pk, address(f"moderation:{kind}_page", pk)) for kind, pk in mentions],
        "more_mentions": more,
        "earlier": earlier,
        "now": now,
    }
    return render(request, "config/comments_extract.html", context)


def _comments_as_json(head: dict[str, Any], comments: Any) -> Iterator[str]:
    yield extracts.written(head).removesuffix("}") + ', "comments": ['
    before = "\n"
    for rows in of_names.batches(comments):
        for row in rows:
            yield before + extracts.written(row)
            before = ",\n"
    yield "\n]}\n"


def _file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(spoken(lines), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _finder(
    request: HttpRequest, *, form: NameForm | None = None, status: int = 200, **found: Any
) -> HttpResponse:
    wanted = request.GET.get("account", "").replace("\x00", "").strip()
    accounts = User.objects.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted)).select_related(
        "unit"
    )
    accounts = accounts if len(wanted) > 1 else accounts.none()
    page_obj = Paginator(accounts, 30).get_page(request.GET.get("page"))
    context = {"page_obj": page_obj, "wanted": wanted, "form": form or NameForm(), **found}
    return render(request, "config/extracts_page.html", context, status=status)


def _keepers_only(request: HttpRequest) -> None:
    """This will let in records officers and administrators. Raises Http404."""
    if not keeps_records(person(request)):
        raise Http404
