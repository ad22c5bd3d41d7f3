"""What is not settled among a channel's comments, asked before the channel may end."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from channels_registry.models import Channel
from channels_registry.signals import OpenThing, still_open_on
from moderation.models import Case, Comment
from moderation.states import CommentState


@receiver(still_open_on)
def open_comments(channel: Channel, **kwargs: Any) -> list[OpenThing]:
    """This will answer with the channel's open cases and the comments that nobody has handled."""
    cases = Case.objects.open().filter(comment__channel=channel).select_related("ground")
    comments = Comment.objects.filter(channel=channel, state=CommentState.NEW, cases=None)
    return [
        *(
            OpenThing(str(_("Case")), case.ground.name, reverse("moderation:case_page", args=[case.pk]))
            for case in cases[:50]
        ),
        *(
            OpenThing(
                str(_("Comment")),
                comment.get_kind_display(),
                reverse("moderation:comment_page", args=[comment.pk]),
            )
            for comment in comments[:50]
        ),
    ]
