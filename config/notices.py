"""The doors to how a person is told: what goes by e-mail, what waits for the digest, what stays on the page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.doors import limited
from core.forms import TimeInput
from core.letters import unsubscribe, unsubscribed
from core.models import Notice, NoticeSettings, User
from core.request import person

# What everybody may be told about; what a person has been told about beside these is listed too.
TOPICS = (
    "moderation.watch",
    "editorial.post",
    "editorial.publication",
    "editorial.shift",
    "editorial.swap",
    "editorial.handover",
    "editorial.team",
)
OTHER = "other"  # the field of what is about no object: its topic is empty, as it is with the notice


class NoticeSettingsForm(forms.ModelForm):
    class Meta:
        model = NoticeSettings
        fields = ["digest_at", "quiet_from", "quiet_to", "weekly_report"]
        widgets = {"digest_at": TimeInput, "quiet_from": TimeInput, "quiet_to": TimeInput}
        help_texts = {
            "quiet_to": gettext_lazy("What is urgent comes in any case, such as a case whose 24 hours run."),
        }

    def __init__(self, *args: Any, topics: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = topics
        for topic in topics:
            self.fields[topic or OTHER] = forms.ChoiceField(
                label=capfirst(str(apps.get_model(topic)._meta.verbose_name_plural))
                if topic
                else _("Everything else"),
                choices=NoticeSettings.Way,
                initial=self.instance.ways.get(topic, NoticeSettings.Way.EMAIL),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("quiet_from")) != bool(data.get("quiet_to")):
            self.add_error(
                "quiet_to", _("Give both when the quiet hours begin and when they end, or neither.")
            )
        if data.get("quiet_from") and data.get("quiet_from") == data.get("quiet_to"):
            self.add_error("quiet_to", _("The quiet hours end when they begin. Choose another time."))
        return data

    def save(self, commit: bool = True) -> NoticeSettings:
        chosen = {topic: self.cleaned_data[topic or OTHER] for topic in self.topics}
        self.instance.ways = self.instance.ways | chosen
        return super().save(commit)


@require_http_methods(["GET", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """This will show and keep how the person wants to be told."""
    user = person(request)
    wishes = NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user)
    form = NoticeSettingsForm(request.POST or None, instance=wishes, topics=topics_of(user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("From now on you are told like this."))
        return redirect("notice_settings")
    status = 422 if form.errors else 200
    return render(request, "config/notice_settings.html", {"form": form}, status=status)


@login_not_required
@limited()
@csrf_exempt
@require_http_methods(["GET", "POST"])
def notice_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """This will end e-mails about a topic when posted, by a person or a mail program; looking at it changes nothing."""
    found = unsubscribed(token)
    if found is None:
        raise Http404
    if request.method == "POST":
        unsubscribe(*found)
    return render(request, "config/notice_unsubscribe.html", {"done": request.method == "POST"})


def topics_of(user: User) -> list[str]:
    """This will list what the user may be told about, as names of models that exist; what is about none is empty."""
    told = Notice.objects.filter(recipient=user, urgent=False).exclude(key__startswith="report:")
    known = {"", *(model._meta.label_lower for model in apps.get_models())}
    return [
        topic
        for topic in dict.fromkeys(
            [*TOPICS, *told.order_by().values_list("about_type", flat=True).distinct()]
        )
        if topic in known
    ]
