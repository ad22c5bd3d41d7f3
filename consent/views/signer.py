"""A signer's own pages: no login, no script, one thing at a time. Reading changes nothing: mail scanners open links."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from channels_registry.models import Channel
from consent import asking, links
from consent.arrivals import THUMBS
from consent.forms import AnswerForm
from consent.models import ConsentRequest, NoticeText
from consent.states import YES
from consent.views.pictures import answer_file
from consent.words import standing_word
from core import throttles
from core.doors import status_of
from core.moves import MoveRefused

STEPS = ("picture", "where", "rights", "answer")
LANGUAGE = re.compile(r"[A-Za-z-]{2,8}")
View = Callable[..., HttpResponse]


def signers_only(view: View) -> View:
    """This will let whoever has the link in, and give the page the headers of a secret.

    Forgery of requests is not asked about: nothing here goes by a cookie, the link itself is the key. Wrong links are
    counted for each address, and it has to wait after too many.
    """

    @wraps(view)
    def inner(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = None if _guesses(request, count=False) else links.find(token)
        if asked is None:
            response = _stranger(request)
        else:
            with translation.override(_language(request, asked)):
                response = view(request, asked, token, *args, **kwargs)
        return _secret(response)

    # The decorators mark the view they return, so they stand outermost.
    return csrf_exempt(login_not_required(inner))


@signers_only
@require_safe
def ask(request: HttpRequest, asked: ConsentRequest, token: str, step: str = "") -> HttpResponse:
    """This will show one step of the question; the bare link shows the answer when there is one."""
    if not step and _answered(asked):
        return _to_receipt(request, token)
    step = step or STEPS[0]
    if step not in (*STEPS, "some"):
        return render(request, "consent/signer/nothing.html", {"city": settings.CITY_NAME}, status=404)
    return _page(request, asked, token, step)


@signers_only
@require_POST
def answer(request: HttpRequest, asked: ConsentRequest, token: str) -> HttpResponse:
    now = timezone.now()
    if _answers_too_often(token):
        return _page(request, asked, token, "answer", status=429, refusal=_wait())
    form = AnswerForm(request.POST, request=asked, channels=_channels(asked))
    if not form.is_valid():
        return _page(request, asked, token, "answer", status=422, form=form)
    said = form.cleaned_data
    try:
        asking.answer(
            asked,
            at=now,
            seen=said["seen"],
            says_yes=said["answer"] != "no",
            channel_ids=said["channels"] if said["answer"] == "some" else None,
            email=said["email"],
            text=said["text"],
        )
    except MoveRefused as refused:
        asked.refresh_from_db()
        step = "some" if said["answer"] == "some" else "answer"
        return _page(
            request, asked, token, step, status=status_of(refused), form=form, refusal=refused.reason
        )
    return _to_receipt(request, token)


@signers_only
@require_safe
def receipt(request: HttpRequest, asked: ConsentRequest, token: str) -> HttpResponse:
    """This will show what was answered, with the one button that takes a yes back."""
    word = standing_word(asked.picture, asked.person, asked.signer)
    if word is None:
        return redirect(reverse("signer:ask", args=[token]) + _keep(request))
    names = {channel.pk: str(channel) for channel in _channels(asked)}
    return _page(
        request,
        asked,
        token,
        "receipt",
        word=word,
        says_yes=word.said in YES,
        where=[names[pk] for pk in word.channel_ids if pk in names],
    )


@signers_only
@require_POST
def withdraw(request: HttpRequest, asked: ConsentRequest, token: str) -> HttpResponse:
    """This will take the yes back, however old the link is. Twice is once."""
    try:
        asking.withdraw(asked, at=timezone.now())
    except (
        MoveRefused
    ):  # somebody answered in the same moment: the row is read again, and the yes goes all the same
        asked.refresh_from_db()
        asking.withdraw(asked, at=timezone.now())
    return _to_receipt(request, token)


@signers_only
@require_safe
def picture(request: HttpRequest, asked: ConsentRequest, token: str) -> HttpResponse:
    """This will hand out the small copy, to see which picture it is about."""
    shown = asked.picture
    return answer_file(request, THUMBS, shown.shown_thumb_sha, shown.content_type, "inline")


def _page(
    request: HttpRequest, asked: ConsentRequest, token: str, step: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    number = STEPS.index(step) if step in STEPS else None
    texts = _texts(asked)
    context = {
        "asked": asked,
        "text": texts.get(request.GET.get("language", ""), asked.text),
        "token": token,
        "step": step,
        "next": STEPS[number + 1] if number is not None and number + 1 < len(STEPS) else "",
        "before": STEPS[number - 1] if number else "",
        "number": (number or 0) + 1,
        "count": len(STEPS),
        "channels": _channels(asked),
        "only": bool(asked.channel_ids),
        "is_open": asked.is_open_at(timezone.now()),
        "language_names": [(text.language, text.language_name) for text in texts.values()],
        "city": settings.CITY_NAME,
        "keep": _keep(request),
        "chosen": request.POST.getlist("channels"),
    } | more
    return render(request, "consent/signer/page.html", context, status=status)


def _channels(asked: ConsentRequest) -> list[Channel]:
    """This will list the channels the question is for: those named, or all where the city speaks."""
    channels = Channel.objects.select_related("platform").order_by("name", "pk")
    if asked.channel_ids:
        return list(channels.filter(pk__in=asked.channel_ids))
    return list(channels.alive())


def _answered(asked: ConsentRequest) -> bool:
    """This will tell whether the bare link leads to the answer: its own, or one that an ended link can take back."""
    word = standing_word(asked.picture, asked.person, asked.signer)
    return word is not None and (word.request_id == asked.pk or not asked.is_open_at(timezone.now()))


def _texts(asked: ConsentRequest) -> dict[str, NoticeText]:
    """This will name the text that is read in each language: the question's own, and the newest of the others."""
    return NoticeText.objects.current() | {asked.text.language: asked.text}


def _language(request: HttpRequest, asked: ConsentRequest) -> str:
    """This will choose the language around the text: the one asked for in the address, the text's own, or Swedish."""
    known = dict(settings.LANGUAGES)
    wanted = (request.GET.get("language", ""), asked.text.language)
    return next((language for language in wanted if language in known), settings.LANGUAGE_CODE)


def _keep(request: HttpRequest) -> str:
    """This will carry a chosen language on in the addresses, as there is no cookie."""
    wanted = request.GET.get("language", "")
    return f"?language={wanted}" if LANGUAGE.fullmatch(wanted) else ""


def _to_receipt(request: HttpRequest, token: str) -> HttpResponse:
    return redirect(reverse("signer:receipt", args=[token]) + _keep(request))


def _guesses(request: HttpRequest, *, count: bool) -> bool:
    return links.too_many(
        "guess",
        throttles.place_of(request),
        timezone.now(),
        most=settings.LINK_GUESSES,
        minutes=links.GUESS_MINUTES,
        count=count,
    )


def _answers_too_often(token: str) -> bool:
    now = timezone.now()
    return links.too_many("answer", token, now, most=settings.LINK_ANSWERS, minutes=links.ANSWER_MINUTES)


def _stranger(request: HttpRequest) -> HttpResponse:
    """This will answer a link that leads nowhere; it says the same whether it never did or was guessed."""
    waits = _guesses(request, count=True)
    context = {"city": settings.CITY_NAME, "waits": waits}
    return render(request, "consent/signer/nothing.html", context, status=429 if waits else 404)


def _wait() -> str:
    return _("That was many answers in a short time. Wait an hour and try again.")


def _secret(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
