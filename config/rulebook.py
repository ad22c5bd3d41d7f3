"""The rules of the guidance: what each asks, whether the software must keep it, and where it does."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Rule:
    """A rule of the guidance. `kept` names the places; empty means not yet."""

    number: str
    asks: str
    kept: tuple[str, ...] = ()


RULES = (
    Rule(
        "R1",
        "Everything follows the city's graphic profile.",
        (
            "editorial.checklist.look",
            "channels_registry.register.look_over",
            "channels_registry.clock.want_look_overs",
        ),
    ),
    Rule(
        "R2",
        "A channel has a team with people from several parts of the organisation.",
        ("editorial.models.teams",),
    ),
    Rule(
        "R3",
        "The responsibility to publish, watch, answer, remove and archive rotates.",
        (
            "editorial.rota",
            "editorial.staffing",
            "editorial.absences",
            "editorial.swaps",
            "editorial.rota_clock.tell_uncovered",
        ),
    ),
    Rule(
        "R4",
        "Anyone can hand in an idea, and hears what became of it.",
        ("editorial.ideas", "editorial.idea_states", "editorial.views.tips"),
    ),
    Rule(
        "R5", "The plan is a calendar in which the spread over the year is seen.", ("calendar_app.queries",)
    ),
    Rule(
        "R6",
        "Planning is detailed by week and in outline by month.",
        ("calendar_app.views", "editorial.planning.change_time"),
    ),
    Rule(
        "R7",
        "Some kinds of post recur.",
        ("calendar_app.laying", "calendar_app.clock", "calendar_app.guards"),
    ),
    Rule(
        "R8",
        "Material made elsewhere is used again.",
        ("editorial.reuse", "editorial.models.posts.PostText"),
    ),
    Rule(
        "R9",
        "The tone is personal, not private; who writes may be said.",
        ("editorial.checklist.readable", "editorial.reviewing.Question"),
    ),
    Rule(
        "R10",
        "Somebody double-checks before publishing.",
        ("editorial.rules.may_review", "editorial.guards", "editorial.review_clock.remind_readers"),
    ),
    Rule(
        "R11",
        "Links, pictures and film are shared.",
        ("editorial.post_forms", "editorial.platforms"),
    ),
    Rule("R12", "Questions are asked, and their answers followed up.", ("editorial.follow_ups",)),
    Rule(
        "R13",
        "Who asks gets an answer the same day.",
        ("moderation.answering.answer_due", "moderation.clock.climb_questions", "moderation.guards"),
    ),
    Rule("R14", "Pictures of people need a legal basis.", ("consent.lights", "editorial.pictures")),
    Rule(
        "R15",
        "Identifiable people are asked for consent.",
        ("consent.lights", "consent.guards", "editorial.pictures"),
    ),
    Rule(
        "R16",
        "For children up to fifteen the guardians are asked.",
        ("consent.lights", "consent.models.people"),
    ),
    Rule("R17", "When unsure, the media bank is used.", ("consent.lights", "consent.transitions")),
    Rule(
        "R18",
        "Every department watches its channels regularly.",
        ("moderation.queries.coverage", "moderation.clock.open_watches", "config.figures.coverage"),
    ),
    Rule(
        "R19",
        "What is not allowed goes as fast as possible, preferably within 24 hours.",
        ("moderation.transitions.rungs_from", "moderation.clock.climb_cases", "moderation.guards"),
    ),
    Rule(
        "R20",
        "A screenshot with its context is archived before the comment is removed.",
        (
            "moderation.rules.may_order_removal",
            "moderation.capture",
            "moderation.archive",
            "moderation.guards",
        ),
    ),
    Rule(
        "R21",
        "Open channels are watched every working day.",
        ("moderation.clock.open_watches", "moderation.watching", "moderation.guards"),
    ),
    Rule("R22", "Other unsuitable content may go.", ("moderation.grounds",)),
    Rule(
        "R23",
        "A colleague agrees before publishing.",
        ("editorial.rules.may_review", "editorial.transitions.record_approval", "editorial.guards"),
    ),
    Rule("R24", "Links are checked.", ("editorial.links", "editorial.review_clock.check_links_before")),
    Rule("R25", "Criticism follows the city's process.", ("moderation.answering.pass_on",)),
    Rule(
        "R26",
        "Answers to criticism are read by a second person.",
        ("moderation.rules.may_send_reply", "moderation.rules.may_read_reply", "moderation.guards"),
    ),
    Rule("R27", "No advertising; collaborations are explained.", ("editorial.checklist.collaboration",)),
    Rule(
        "R28",
        "Channels no longer used are closed, with a reason.",
        ("channels_registry.closing.open_closure", "channels_registry.plans.missing"),
    ),
    Rule(
        "R29",
        "A resting channel has comments off or is watched.",
        ("channels_registry.rest", "editorial.closures.uncovered_days", "channels_registry.guards"),
    ),
    Rule(
        "R30",
        "Channels with little activity are found.",
        ("channels_registry.clock.ask_about_silent_channels", "channels_registry.rules.may_answer_for"),
    ),
    Rule(
        "R31",
        "A merger is prepared with the web strategists.",
        ("channels_registry.closing.note_advice", "channels_registry.plans", "channels_registry.guards"),
    ),
    Rule(
        "R32",
        "Two chiefs decide a closure.",
        ("channels_registry.deciding", "channels_registry.rules.may_sign", "channels_registry.guards"),
    ),
    Rule(
        "R33",
        "Followers are told in good time.",
        ("channels_registry.plans", "channels_registry.ending.note_told", "channels_registry.guards"),
    ),
    Rule(
        "R34",
        "What is to be preserved is decided and archived.",
        ("channels_registry.archiving", "channels_registry.packages", "channels_registry.guards"),
    ),
    Rule(
        "R35",
        "Deregistration is ordered by e-mail.",
        ("channels_registry.orders", "channels_registry.guards"),
    ),
    Rule(
        "R36",
        "Celery runs the 24-hour deadlines.",
        ("core.ladders", "core.tasks.sweep", "moderation.clock.climb_cases"),
    ),
    Rule(
        "R37",
        "Celery runs the daily reminders.",
        ("moderation.clock.open_watches", "moderation.clock.climb_watches"),
    ),
    Rule("R38", "Communicators work in a web browser.", ("config.urls",)),
    Rule("R39", "Editors approve posts.", ("editorial.rules.may_review", "editorial.guards")),
    Rule(
        "R40",
        "Chiefs sign off closures.",
        ("channels_registry.deciding", "channels_registry.views.signing", "channels_registry.guards"),
    ),
    Rule("R41", "Administrators use the Django admin.", ("core.admin",)),
)


def tests_by_rule() -> dict[str, list[str]]:
    """This will find each rule's tests by reading the marks in tests/, as `file::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((Path(settings.BASE_DIR) / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                for number in marks(node):
                    found[number].append(f"{path.relative_to(settings.BASE_DIR)}::{node.name}")
    return found


def marks(test: ast.FunctionDef) -> list[str]:
    """This will list the rule numbers that a test is marked with."""
    return [
        str(argument.value)
        for decorator in test.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.rule"
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    ]
