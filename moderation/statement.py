"""The statement of reasons of a removal, in the fields of the EU's Digital Services Act (regulation 2022/2065, article 17).

The names are those of the Commission's transparency database, so that a statement can be filed there as it is.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from moderation.models import Case, Ground, Removal
from moderation.states import CaseState

SOURCES = {
    Removal.FoundBy.WATCH: "SOURCE_VOLUNTARY",
    Removal.FoundBy.VISITOR: "SOURCE_TYPE_OTHER_NOTIFICATION",
    Removal.FoundBy.AUTHORITY: "SOURCE_TYPE_OTHER_NOTIFICATION",
}


def statement_of(removal: Removal) -> dict[str, Any]:
    """This will return the statement of reasons. Reads only."""
    case, comment = removal.case, removal.case.comment
    by_law = case.ground.source == Ground.Source.LAW
    legal = {
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": removal.citation,
        "illegal_content_explanation": removal.facts,
    }
    house = {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": removal.citation,
        "incompatible_content_explanation": removal.facts,
        "incompatible_content_illegal": "No",
    }
    return {
        "puid": f"case-{case.pk}-{removal.pk}",
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        **(legal if by_law else house),
        "decision_facts": removal.facts,
        "manifestly_illegal": removal.manifest == Removal.Manifest.YES,
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_date": comment.registered_at.date().isoformat(),
        "content_id": comment.url,
        "territorial_scope": ["SE"],
        "application_date": removal.ordered_at.date().isoformat(),
        "source_type": SOURCES[Removal.FoundBy(removal.found_by)],
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }


def letter(case: Case) -> str:
    """This will draft, in Swedish, what the author is told as things are now: what was done, and why. Reads only."""
    with translation.override("sv"):
        return _draft(case) % {
            "channel": case.comment.channel.name,
            "ground": case.ground.name,
            "citation": case.ground.citation,
        }


def _draft(case: Case) -> str:
    if case.state == CaseState.RESTORED:
        return _(
            "We have looked again at your comment on %(channel)s. It should not have been removed. We are sorry, and "
            "you may write it again where we cannot bring it back."
        )
    if case.state == CaseState.UPHELD:
        return _(
            "Somebody else has looked again at your comment on %(channel)s. It stays removed. "
            "Ground: %(ground)s (%(citation)s)."
        )
    if not case.removals.all():
        return _(
            "We have hidden your comment on %(channel)s while we look at it. Ground: %(ground)s (%(citation)s). Do you "
            "think that it is wrong? Answer this message."
        )
    return _(
        "We have removed your comment on %(channel)s. Ground: %(ground)s (%(citation)s). Do you think that it is "
        "wrong? Answer this message, and somebody else will look at it again."
    )
