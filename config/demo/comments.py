"""What the room for comments shows of the invented city: answers on their way, complaints, reports, a planned Christmas."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from channels_registry.models import Channel
from core import privacy
from core.models import User
from core.moves import perform
from core.workdays import instant, local_day
from editorial.models import Team
from moderation import erasing
from moderation.answering import keep_answer, pass_on, save_reply
from moderation.archive import check_archive
from moderation.checking import note_author_told, note_police_report
from moderation.claims import add_note, claim
from moderation.masking import make_masked_copy
from moderation.models import ArchiveCheck, Case, Comment, EvidenceItem
from moderation.statement import letter
from moderation.transitions import register_comment
from moderation.watching import long_closures, plan_holiday_watch

if TYPE_CHECKING:
    from config.demo.build import City

KEPT_DAYS = 730  # comments without a case, as RETENTION_DAYS of the demo says
SAVED = [
    ("Tack för beröm", "Hej {namn}! Tack för att du skriver det. Jag hälsar kollegorna på {enhet}. /{jag}"),
    ("Vi kollar upp det", "Hej {namn}! Bra fråga. Jag hör efter med {enhet} och svarar här i dag. /{jag}"),
    (
        "Felanmälan",
        "Hej {namn}! Tack för att du hör av dig. Anmäl gärna felet på avinge.example/felanmalan, "
        "så når det rätt person direkt. /{jag}",
    ),
]
ANSWERS = [
    "Hej! Ja, det går bra. Du hittar mer på avinge.example. Hör av dig om något är oklart.",
    "Hej! Vi har öppet som vanligt. Välkommen.",
    "Hej! Brevet kommer inom två veckor. Hör av dig om det dröjer.",
    "Hej! Det är lätt att göra fel här. Ring kontaktcenter, så hjälper de dig.",
]
SORRY = (
    "Hej! Tack för att du säger till. Vi förstår att det är tråkigt att behöva vänta. "
    "Arbetet blir klart på torsdag, och vi skriver här när det är gjort."
)


def lay_in(city: City) -> None:
    """This will bring some of the city's comments and cases further, through the same moves that people use."""
    for team in Team.objects.order_by("pk"):
        for title, text in SAVED:
            keep_answer(team=team, actor=team.everyone()[0], at=city.now, title=title, text=text)
    answer_what_is_late(city)
    work_on_criticism(city)
    finish_cases(city)
    dispose_of_an_old_one(city)
    plan_christmas(city)
    night = instant(local_day(city.now), "02:00")
    at = city.now if night <= city.now else night - timedelta(days=1)
    while not ArchiveCheck.objects.filter(stage=ArchiveCheck.Stage.DONE).exists():
        check_archive(at)


def answer_what_is_late(city: City) -> None:
    """This will answer, in time, the questions whose time is over; those of today wait."""
    late = Comment.objects.filter(state="new", questions__due_at__lte=city.now, questions__answered_at=None)
    for number, comment in enumerate(late.order_by("pk")):
        question = comment.questions.get()
        at = max(question.asked_at, question.due_at - timedelta(minutes=35 + 25 * (number % 4)))
        reply = save_reply(comment, actor=comment.registered_by, at=at, text=ANSWERS[number % len(ANSWERS)])
        perform(reply, "send", actor=comment.registered_by, at=at)


def work_on_criticism(city: City) -> None:
    """This will leave one answer to read, one read and sent, and two complaints, one of them concluded."""
    criticism = list(Comment.objects.filter(kind="criticism").order_by("-registered_at")[:4])
    for number, comment in enumerate(criticism):
        author, reader = _two_of(comment)
        at = city.now - timedelta(hours=2, minutes=10 * number)
        if comment.state == "handled":
            perform(comment, "take_up", actor=author, at=at)
        if number < 2:
            reply = save_reply(comment, actor=author, at=at, text=SORRY)
            perform(reply, "ask_reading", actor=author, at=at)
            if number:
                perform(reply, "agree", actor=reader, at=at, note="Lugnt och tydligt.")
                perform(reply, "send", actor=author, at=at)
        else:
            complaint = pass_on(comment, actor=author, at=at, reference=f"SYN 2026-{410 + number}")
            if number == 3:
                perform(complaint, "conclude", actor=author, at=city.now, outcome="Bänken är lagad.")
                perform(comment, "handle", actor=author, at=city.now, note="Se synpunkten.")
    waiting = Comment.objects.filter(state="new", kind="praise").first()
    if waiting and waiting.team:
        claim(waiting, actor=waiting.team.everyone()[0], at=city.now)
        add_note(
            waiting, actor=waiting.team.everyone()[0], at=city.now, text="Visa gärna för kollegorna på plats."
        )


def finish_cases(city: City) -> None:
    """This will tell authors and police of what is removed, and mask a screenshot."""
    for case in Case.objects.filter(state="removed").order_by("pk"):
        actor, at = case.opened_by, case.closed_at or city.now
        note_author_told(case, actor=actor, at=at, way="message", text=letter(case))
        if case.ground.source == "law":
            note_police_report(
                case,
                actor=actor,
                at=at,
                number=f"5000-K{1400 + case.pk}-26",
                reported_on=local_day(at),
            )
        for item in EvidenceItem.objects.filter(evidence__case=case):
            make_masked_copy(item, actor=actor, at=at, boxes=[[12, 60, 60, 9]])


def dispose_of_an_old_one(city: City) -> None:
    """This will leave what is left of a question whose time was over two weeks ago."""
    channel = Channel.objects.filter(care__isnull=False).order_by("pk")[0]
    asked_at = city.now - timedelta(days=KEPT_DAYS + 15)
    person = channel.care.team.everyone()[0]
    comment = register_comment(
        actor=person,
        at=asked_at,
        channel=channel,
        kind="question",
        author_name="Gunvor Ask",
        text="Får man ta med hunden till badplatsen?",
        url=f"{channel.url}/posts/1?comment_id=1",
    )
    perform(
        save_reply(comment, actor=person, at=asked_at, text=ANSWERS[0]), "send", actor=person, at=asked_at
    )
    at = asked_at + timedelta(days=KEPT_DAYS + 1)
    privacy.forget(privacy.KINDS["comments"], erasing.quiet_since(at - timedelta(days=KEPT_DAYS)), at)


def plan_christmas(city: City) -> None:
    """This will plan who looks at the channels on the first day of the next long closure, in one team."""
    today = local_day(city.now)
    closures = long_closures(today + timedelta(days=1), today + timedelta(days=75))
    team = Team.objects.order_by("pk").first()
    if closures and team:
        member = team.everyone()[0]
        plan_holiday_watch(team=team, day=closures[0][0], user=member, actor=member, at=city.now)


def _two_of(comment: Comment) -> tuple[User, User]:
    people = comment.team.everyone() if comment.team else []
    author = comment.registered_by
    return author, next(person for person in people if person != author)
