"""What this room answers when a shift is handed over: what is open on the team's channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.parts import time_left_in_words
from editorial.models import Team
from editorial.signals import OpenWork
from moderation.models import Case, Comment, Watch
from moderation.states import CommentState, WatchState
from moderation.transitions import case_url

MOST = 8


def open_on_channels(sender: Any, *, team: Team, at: datetime, **kwargs: Any) -> list[OpenWork]:
    """This will list the team's open cases with the time left, its unanswered comments and its watches not done."""
    here = {"channel__care__team": team}
    cases = Case.objects.open().filter(comment__channel__care__team=team)
    lines = [
        OpenWork(
            _("Case: %(ground)s on %(channel)s, %(left)s")
            % {
                "ground": case.ground.name,
                "channel": case.comment.channel,
                "left": time_left_in_words(case.due_at, at) if case.due_at else _("no time limit"),
            },
            case_url(case),
        )
        for case in cases.select_related("ground", "comment__channel__platform")[:MOST]
    ]
    fresh = Comment.objects.filter(state=CommentState.NEW, cases=None, **here).count()
    missed = Watch.objects.filter(state__in=[WatchState.OPEN, WatchState.MISSED], **here).count()
    counted = [
        (
            fresh,
            ngettext("%(n)s comment to answer", "%(n)s comments to answer", fresh),
            "moderation:inbox_page",
        ),
        (
            missed,
            ngettext("%(n)s watch not done", "%(n)s watches not done", missed),
            "moderation:watches_page",
        ),
    ]
    return lines + [
        OpenWork(words % {"n": count}, reverse(address)) for count, words, address in counted if count
    ]
