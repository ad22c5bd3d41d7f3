"""What people in the invented city answered with their own links: some wait, and two took a yes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from consent.asking import answer, ask_by_link, withdraw
from consent.models import ConsentRequest, Person, Picture
from consent.states import YES
from core.moves import perform
from core.workdays import local_day
from editorial.models import Publication, TakedownTask
from editorial.takedowns import take_down


class City(Protocol):
    now: datetime
    usable: dict[str, list[Picture]]


def lay_in(city: City) -> None:
    """This will ask those who have not answered yet, and let two people take their yes back."""
    for picture in Picture.objects.filter(source="own", state="listed").for_light()[:40]:
        _ask_the_silent(picture, city.now - timedelta(hours=20))
    out = Publication.objects.filter(state="published", post__pictures__picture__state="listed").order_by(
        "-due_at"
    )
    pictures = list(
        Picture.objects.filter(pk__in=out.values("post__pictures__picture"), source="own").for_light()
    )
    done = next((one for one in pictures if _take_back(one, city.now - timedelta(days=9))), None)
    if done is not None:
        _finish(done, city.now - timedelta(days=8))
    late = next(
        (one for one in pictures if one != done and _take_back(one, city.now - timedelta(hours=3))), None
    )
    for usable in city.usable.values():
        usable[:] = [picture for picture in usable if picture not in (done, late)]


def _ask_the_silent(picture: Picture, at: datetime) -> None:
    said = {(word.person_id, word.signer_id) for word in picture.words.all() if word.said != "asked"}
    for place in picture.appearances.all():
        person = place.person
        if person is None or not place.is_identifiable or person.is_protected:
            continue
        for signer in person.signers_on(local_day(at)):
            if (person.pk, signer.pk) not in said:
                ask_by_link(picture, actor=picture.added_by, at=at, person=person, signer=signer)


def _take_back(picture: Picture, at: datetime) -> bool:
    """This will let the first who said yes answer again with a link, and take it back. Tells whether there was one."""
    for word in picture.words.all():
        if word.said in YES and word.noted_at < at - timedelta(days=2):
            request = _asked(picture, word.person, word.signer, at - timedelta(days=1))
            answer(request, at=at - timedelta(hours=12), seen=request.version, says_yes=True)
            withdraw(request, at=at)
            return True
    return False


def _asked(picture: Picture, person: Person, signer: Person, at: datetime) -> ConsentRequest:
    return ask_by_link(picture, actor=picture.added_by, at=at, person=person, signer=signer)


def _finish(picture: Picture, at: datetime) -> None:
    """This will have what is out taken down, and checked by somebody else of the team."""
    for task in TakedownTask.objects.filter(takedown__picture=picture, state="open"):
        first, second = task.publication.post.team.everyone()[:2]
        take_down(
            task, actor=first, at=at, proof="Inlägget är borttaget. Adressen visar att sidan inte finns."
        )
        perform(task, "check", actor=second, at=at + timedelta(hours=2))
