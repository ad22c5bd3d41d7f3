"""Two at once, with real threads on PostgreSQL: SQLite lets only one write at a time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, connections

from core import clock, trail
from core.models import Notice
from core.moves import MoveRefused, perform
from editorial.models import Post, Review
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post
from moderation.models import Case, Ground
from moderation.transitions import open_case, register_comment

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are run on PostgreSQL: set DATABASE_URL.")


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """This will start all at the same moment, each in a thread with its own connection, and return what each said."""
    gate, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers[number] = work()
        except (MoveRefused, IntegrityError, OperationalError) as refused:
            answers[number] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.rule("R23", "R39")
def test_approval_against_an_edit_never_lets_an_unread_version_out(live_people, at):
    city = live_people
    for number in range(40):
        post = Post(team=city.team)
        save_post(
            post,
            actor=city.anna,
            at=at,
            fields={"title": "T", "base_text": "Old."},
            texts={city.channel: ""},
            links=[],
        )
        perform(post, "submit", actor=city.anna, at=at)
        mine, theirs = Post.objects.get(pk=post.pk), Post.objects.get(pk=post.pk)
        at_once(
            lambda seen=theirs: perform(seen, "approve", answers=ALL_YES, actor=city.erik, at=at),
            lambda seen=mine, number=number: save_post(
                seen,
                actor=city.anna,
                at=at,
                fields={"base_text": f"New {number}."},
                texts={city.channel: ""},
                links=[],
            ),
        )
        after = Post.objects.get(pk=post.pk)
        if after.state == "approved":
            assert after.base_text == after.current.content["text"] == "Old."
        else:
            assert after.state == "draft"
            assert after.current is None


def test_two_approvals_at_once_leave_one(live_people, at):
    city = live_people
    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields={"title": "T", "base_text": "B"},
        texts={city.channel: ""},
        links=[],
    )
    perform(post, "submit", actor=city.anna, at=at)
    seen = [Post.objects.get(pk=post.pk) for _ in range(2)]
    answers = at_once(
        lambda: perform(seen[0], "approve", answers=ALL_YES, actor=city.erik, at=at),
        lambda: perform(seen[1], "approve", answers=ALL_YES, actor=city.sara, at=at),
    )
    assert sum(answer is None for answer in answers) == 1
    assert Review.objects.count() == 1


def new_case(city: Any, at: Any) -> Case:
    comment = register_comment(
        actor=city.anna, at=at, channel=city.channel, kind="illegal", author_name="K", text="A threat."
    )
    return open_case(comment, ground=Ground.objects.get(code="unlawful_threat"), actor=city.anna, at=at)


@pytest.mark.rule("R36")
def test_eight_sweeps_at_once_tell_everybody_once(live_people, at):
    city = live_people
    for _ in range(20):
        new_case(city, at)
    later = at + timedelta(hours=25)
    at_once(*[lambda: clock.sweep(later)] * 8)
    clock.sweep(later + timedelta(minutes=6))
    counted = Counter(Notice.objects.filter(key__startswith="rung:").values_list("about_type", "about_id"))
    cases = [count for (kind, _pk), count in counted.items() if kind == "moderation.case"]
    # duty 2, moderators 3, editors 2, chiefs 2, breach 4
    assert cases == [13] * 20
    assert trail.verify_chain() == []


@pytest.mark.rule("R19")
def test_closing_against_the_sweep_leaves_no_email_after_the_end(live_people, at):
    city = live_people
    for _ in range(15):
        case = new_case(city, at)
        later = at + timedelta(hours=4)
        at_once(
            lambda seen=case, at=later: perform(seen, "keep", actor=city.anna, at=at, note="Not that bad."),
            lambda at=later: clock.sweep(at),
        )
        clock.sweep(later + timedelta(minutes=6))
        case.refresh_from_db()
        assert case.state == "kept"
        assert not Notice.objects.filter(
            about_id=case.pk, about_type="moderation.case", created_at__gt=later
        ).exists()


def test_eight_sealers_at_once_leave_one_chain(live_people, at):
    city = live_people
    for number in range(80):
        trail.record("test.happened", about=city.team, actor=city.anna, at=at, note=str(number))
    at_once(*[lambda: trail.seal_events(at)] * 8)
    assert trail.verify_chain() == []


def a_post_with_a_picture(city: Any, at: Any, number: int) -> tuple[Any, Any, Post]:
    """A post of a picture with somebody who said yes, planned for now."""
    import io

    from PIL import Image

    from consent.transitions import add_person, add_picture, list_person, note_basis, note_consent
    from core.uploads import clean_image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), (number, 10, 10)).save(out, "PNG")
    by = {"actor": city.anna, "at": at}
    picture = add_picture(
        **by, image=clean_image(out.getvalue()), unit=city.unit, title="Pond", alt_text="A pond."
    )
    person = add_person(**by, unit=city.unit, name="Maja Lind")
    list_person(picture, **by, place="left", person=person)
    note_basis(picture, **by, basis="consent", motive="Asked.")
    note_consent(picture, **by, person=person, signer=person, said="given", way="email")
    post = Post(team=city.team)
    save_post(
        post,
        **by,
        fields={"title": f"T{number}", "base_text": "B"},
        texts={city.channel: ""},
        links=[],
        pictures=[(picture, "")],
    )
    for name, actor in (("submit", city.anna), ("approve", city.erik), ("schedule", city.anna)):
        perform(
            post,
            name,
            actor=actor,
            at=at,
            answers=ALL_YES,
            **({"planned_at": at} if name == "schedule" else {}),
        )
    return picture, person, post


@pytest.mark.rule("R15")
def test_withdrawal_against_publication_leaves_no_publication_or_a_takedown(live_people, at):
    from consent.models import Person, Picture
    from consent.transitions import note_consent
    from editorial.models import Publication, TakedownTask

    city, ends = live_people, Counter()
    for number in range(20):
        picture, person, post = a_post_with_a_picture(city, at, number)

        def withdraw(picture=picture.pk, person=person.pk) -> None:
            note_consent(
                Picture.objects.get(pk=picture),
                actor=city.anna,
                at=at,
                person=Person.objects.get(pk=person),
                signer=Person.objects.get(pk=person),
                said="withdrawn",
                way="email",
            )

        answers = at_once(withdraw, lambda: clock.sweep(at))
        assert answers[0] is None, answers
        clock.sweep(at + timedelta(minutes=6))
        out = Publication.objects.filter(post=post).first()
        task = TakedownTask.objects.filter(publication__post=post).exists()
        post.refresh_from_db()
        assert (out is None and post.state == "draft") or (out is not None and task), (post.state, out, task)
        ends["out" if out else "stopped"] += 1
    assert sum(ends.values()) == 20


@pytest.mark.rule("R15")
def test_withdrawal_against_confirmation_always_leaves_a_takedown(live_people, at):
    from consent.models import Person, Picture
    from consent.transitions import note_consent
    from editorial.models import Publication, TakedownTask

    city = live_people
    for number in range(20):
        picture, person, post = a_post_with_a_picture(city, at, number)
        perform(post, "fall_due", actor=None, at=at)
        publication = Publication.objects.get(post=post)
        at_once(
            lambda picture=picture, person=person: note_consent(
                Picture.objects.get(pk=picture.pk),
                actor=city.anna,
                at=at,
                person=Person.objects.get(pk=person.pk),
                signer=Person.objects.get(pk=person.pk),
                said="withdrawn",
                way="email",
            ),
            lambda seen=publication, number=number: perform(
                seen, "confirm", actor=city.anna, at=at, url=f"https://www.facebook.com/parks/posts/{number}"
            ),
        )
        assert TakedownTask.objects.filter(publication=publication).count() == 1


def test_two_answers_with_one_link_at_once_are_one_answer(live_people, at):
    from consent.asking import answer, ask_by_link
    from consent.models import ConsentEvent, ConsentRequest

    city = live_people
    for number in range(15):
        picture, person, _post = a_post_with_a_picture(city, at, number)
        request = ask_by_link(picture, actor=city.anna, at=at, person=person, signer=person)
        mine, theirs = (ConsentRequest.objects.get(pk=request.pk) for _ in range(2))
        answers = at_once(
            lambda seen=mine: answer(seen, at=at, seen=1, says_yes=True),
            lambda seen=theirs: answer(seen, at=at, seen=1, says_yes=False),
        )
        assert sum(isinstance(one, MoveRefused) for one in answers) == 1
        assert ConsentEvent.objects.filter(request=request).exclude(said="asked").count() == 1


@pytest.mark.rule("R15")
@pytest.mark.parametrize("name", ["unschedule", "reschedule", "reopen", "drop"])
def test_withdrawal_against_a_move_of_the_post_waits_and_never_breaks(live_people, at, name):
    from consent.models import Picture
    from consent.transitions import note_consent

    city, later = live_people, at + timedelta(hours=2)
    details = {"reschedule": {"planned_at": later}, "drop": {"note": "Not now."}}.get(name, {})
    for number in range(12):
        picture, person, post = a_post_with_a_picture(city, at, number)
        seen = Post.objects.get(pk=post.pk)
        answers = at_once(
            lambda picture=picture, person=person: note_consent(
                Picture.objects.get(pk=picture.pk),
                actor=city.anna,
                at=at,
                person=person,
                signer=person,
                said="withdrawn",
                way="email",
            ),
            lambda seen=seen: perform(seen, name, actor=city.anna, at=at, **details),
        )
        assert not isinstance(answers[0], Exception), answers
        assert answers[1] is None or isinstance(answers[1], MoveRefused), answers
        post.refresh_from_db()
        assert post.state in {"draft", "dropped"}
        clock.sweep(later)
        assert not post.publications.exists()


@pytest.mark.rule("R15")
def test_two_withdrawals_of_the_same_posts_and_the_clock_wait_for_each_other(live_people, at):
    from consent.models import ConsentEvent, Picture
    from consent.transitions import note_consent
    from editorial.models import Publication, TakedownTask

    city = live_people
    pairs = [a_post_with_a_picture(city, at, number) for number in range(12)]
    both = [pictures for pictures, _person, _post in pairs[:2]]
    for _picture, _person, post in pairs[2:]:
        perform(post, "reopen", actor=city.anna, at=at)
        fields = {"fields": {}, "texts": {city.channel: ""}, "links": None}
        save_post(post, actor=city.anna, at=at, pictures=[(one, "") for one in both], **fields)
        perform(post, "submit", actor=city.anna, at=at)
        perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
        perform(post, "schedule", actor=city.anna, at=at, planned_at=at)

    def withdraw(number: int) -> ConsentEvent:
        picture, person, _post = pairs[number]
        about = {"person": person, "signer": person, "said": "withdrawn", "way": "email"}
        return note_consent(Picture.objects.get(pk=picture.pk), actor=city.anna, at=at, **about)

    answers = at_once(lambda: withdraw(0), lambda: withdraw(1), lambda: clock.sweep(at))
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    clock.sweep(at + timedelta(minutes=6))
    for _picture, _person, post in pairs[2:]:
        post.refresh_from_db()
        out = Publication.objects.filter(post=post)
        assert post.state == "draft" or out.exists()
        assert all(TakedownTask.objects.filter(publication=one).exists() for one in out)
