"""One of each of the nouns that hang on others: what is asked of signers, answered to comments, laid out ahead.

Used by tests/doors.py; Anna made them all, for her team.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from calendar_app import imports
from calendar_app.feeds import make_feed
from calendar_app.models import DayNote, Series
from calendar_app.notes import save_view
from calendar_app.recurrence import Rule
from calendar_app.transitions import begin_series
from consent import links
from consent.asking import answer, ask_by_link
from consent.models import Guardianship
from consent.people import add_guardian
from consent.transitions import add_person, list_person, note_basis
from consent.words import note_consent
from core import filestore
from core.moves import perform
from core.uploads import clean_image
from editorial.models import Post, Publication, Takedown, TakedownTask
from editorial.reviewing import ALL_YES, write_remark
from editorial.takedowns import take_down
from editorial.transitions import save_post
from moderation.answering import keep_answer, pass_on, save_reply
from moderation.models import Disposal, RemovalCheck
from moderation.transitions import register_comment
from moderation.watching import plan_holiday_watch

if TYPE_CHECKING:
    from tests.doors import House


def series(house: House) -> Series:
    made = Series(team=house.city.team)
    begin_series(
        made,
        actor=house.city.anna,
        at=house.at,
        fields={"name": "Did you know", "owner": house.city.anna, "template_text": "Did you know that …"},
        channels=[house.city.channel],
        rule=Rule(rhythm="weekly", starts_on=date(2026, 12, 1), clock=time(9)),
    )
    return made


def rule(house: House) -> SimpleNamespace:
    return SimpleNamespace(pk=house["series"].pk, parts={"slot": house["slot"].pk})


def day_note(house: House) -> DayNote:
    day = house.at.date() + timedelta(days=5)
    values = {"title": "The fair", "first_on": day, "last_on": day}
    return DayNote.objects.create(team=house.city.team, created_by=house.city.anna, **values)


def view(house: House) -> Any:
    return save_view(owner=house.city.anna, name="Mine", view="month", query="", team=None)


def feed(house: House) -> SimpleNamespace:
    made, secret = make_feed(owner=house.city.anna, at=house.at, team=house.city.team)
    return SimpleNamespace(pk=made.pk, parts={"secret": secret})


def table(house: House) -> Any:
    rows = [["title", "text"], ["Swans", "The swans are back."]]
    return imports.keep(owner=house.city.anna, team=house.city.team, name="plan.csv", rows=rows, at=house.at)


def remark(house: House) -> Any:
    return write_remark(house["review"], actor=house.city.erik, at=house.at, body="Which pond?")


def person_in_picture(house: House) -> Any:
    made, city = house["picture"], house.city
    person = add_person(
        actor=city.anna, at=house.at, unit=city.unit, name="Nils Lind", email="nils@home.example"
    )
    list_person(made, actor=city.anna, at=house.at, place="to the left", person=person)
    note_basis(made, actor=city.anna, at=house.at, basis="consent", motive="Asked at the opening.")
    return person


def request(house: House) -> Any:
    someone = house["someone"]
    about = {"person": someone, "signer": someone, "language": "en"}
    return ask_by_link(house["picture"], actor=house.city.anna, at=house.at, **about)


def link(house: House) -> SimpleNamespace:
    token = links.url_of(house["request"]).rstrip("/").rpartition("/")[2]
    return SimpleNamespace(pk=1, parts={"token": token, "step": "where"})


def answered_link(house: House) -> SimpleNamespace:
    """A link of which something was said, so that there is a receipt and something to take back."""
    city, picture = house.city, house["picture"]
    mia = add_person(actor=city.anna, at=house.at, unit=city.unit, name="Mia Lind")
    list_person(picture, actor=city.anna, at=house.at, place="to the right", person=mia)
    about = {"person": mia, "signer": mia, "language": "en"}
    anew = ask_by_link(picture, actor=city.anna, at=house.at, **about)
    answer(anew, at=house.at, seen=anew.version, says_yes=True)
    return SimpleNamespace(pk=1, parts={"token": links.url_of(anew).rstrip("/").rpartition("/")[2]})


def word_on_paper(house: House) -> Any:
    from tests.doors import png

    someone = house["someone"]
    about = {"person": someone, "signer": someone, "said": "given", "way": "paper"}
    scan = clean_image(png("navy"))
    return note_consent(house["picture"], actor=house.city.anna, at=house.at, scan=scan, **about)


def guardian(house: House) -> Guardianship:
    child, parent = (
        add_person(actor=house.city.anna, at=house.at, unit=house.city.unit, name=name, born_on=born)
        for name, born in (("Lo Lind", date(2019, 5, 1)), ("Eva Lind", date(1985, 5, 1)))
    )
    add_guardian(child, parent, actor=house.city.anna, at=house.at)
    return Guardianship.objects.get(child=child)


def published(house: House) -> Publication:
    city = house.city
    made = Post(team=city.team)
    fields = {"title": "Frogs", "base_text": "The frogs are back."}
    save_post(made, actor=city.anna, at=house.at, fields=fields, texts={city.channel: ""}, links=[])
    perform(made, "submit", actor=city.anna, at=house.at)
    perform(made, "approve", answers=ALL_YES, actor=city.erik, at=house.at)
    perform(made, "schedule", actor=city.anna, at=house.at, planned_at=house.at)
    perform(made, "fall_due", actor=None, at=house.at)
    out = made.publications.get()
    perform(out, "confirm", actor=city.anna, at=house.at, url=f"{city.channel.url}/posts/{out.pk}")
    return out


def takedown(house: House) -> Takedown:
    """A picture that has to come down from one publication."""
    due = house.at + timedelta(days=1)
    made = Takedown.objects.create(
        picture=house["picture"], cause="A yes was taken back.", opened_at=house.at, due_at=due
    )
    TakedownTask.objects.create(takedown=made, publication=published(house))
    return made


def proof(house: House) -> TakedownTask:
    """The task of another takedown, done and proved by a screenshot."""
    from tests.doors import png

    done = takedown(house).tasks.get()
    shot = clean_image(png("purple"))
    take_down(done, actor=house.city.anna, at=house.at, proof="Deleted it.", screenshot=shot)
    return done


def criticism(house: House) -> Any:
    values = {"channel": house.city.channel, "kind": "criticism", "author_name": "K", "text": "Too late."}
    return register_comment(actor=house.city.anna, at=house.at, **values)


def reply(house: House) -> Any:
    return save_reply(house["criticism"], actor=house.city.anna, at=house.at, text="We are sorry.")


def complaint(house: House) -> Any:
    return pass_on(house["criticism"], actor=house.city.anna, at=house.at, reference="2026-17")


def saved_answer(house: House) -> Any:
    values = {"team": house.city.team, "title": "Thanks", "text": "Thank you, {name}."}
    return keep_answer(actor=house.city.anna, at=house.at, **values)


def check(house: House) -> RemovalCheck:
    from tests.doors import png

    clean = clean_image(png("olive"))
    shown = {
        "sha": filestore.keep("evidence", clean.original),
        "clean_sha": filestore.keep("evidence-copies", clean.clean_bytes),
        "content_type": clean.content_type,
    }
    values = {"case": house["case"], "way": "person", "result": "gone", "said": "It is gone."}
    return RemovalCheck.objects.create(**values, **shown, checked_by=house.city.anna, checked_at=house.at)


def disposal(house: House) -> Disposal:
    return Disposal.objects.create(proposed_by=house.city.rut, proposed_at=house.at)


def holiday(house: House) -> Any:
    values = {"team": house.city.team, "day": date(2026, 12, 25), "user": house.city.anna}
    return plan_holiday_watch(actor=house.city.anna, at=house.at, **values)


MORE = {
    "series": series,
    "slot": lambda house: house["series"].slots.order_by("pk").first(),
    "rule": rule,
    "note": day_note,
    "view": view,
    "feed": feed,
    "import": table,
    "remark": remark,
    "someone": person_in_picture,
    "request": request,
    "ask": link,
    "step": link,
    "answer": link,
    "receipt": answered_link,
    "withdraw": answered_link,
    "word": word_on_paper,
    "guardian": guardian,
    "takedown": takedown,
    "task": lambda house: house["takedown"].tasks.get(),
    "proof": proof,
    "criticism": criticism,
    "reply": reply,
    "complaint": complaint,
    "saved": saved_answer,
    "check": check,
    "disposal": disposal,
    "holiday": holiday,
}
