"""The invented city's pictures, drawn here, of people who do not exist; some have said yes, some no, some nothing."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from PIL import Image, ImageDraw

from consent.models import Person, Picture
from consent.transitions import add_person, add_picture, list_person, note_bank, note_basis, note_consent
from core.models import Unit, User
from core.moves import perform
from core.uploads import clean_image
from core.workdays import local_day

WIDTH, HEIGHT = 1200, 800
SKIN = ("#f1d3b5", "#c98f62", "#8d5a3b", "#e3b98f", "#6b4226")
CLOTHES = ("#b3331a", "#0076bc", "#ffcd37", "#3f7d58", "#7b4f8f", "#1a1a1a", "#d1d9dc")


class Who(NamedTuple):
    """Somebody in a picture. `age` None is grown up; `answers` are said in turn, each by a guardian where there are any."""

    name: str
    place: str
    age: int | None = None
    guardians: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    identifiable: bool = True


class Scene(NamedTuple):
    title: str
    alt: str
    unit: str
    place: str  # what is drawn behind the people
    people: tuple[Who, ...] | None = ()  # None: nobody has looked yet
    source: str = "own"
    reference: str = ""
    basis: tuple[str, str] | None = None
    bank: str = ""


CONSENT = ("consent", "Alla i bilden har tillfrågats på plats.")
NEWS = ("public_interest", "Bilden visar ett öppet möte som rör alla i staden.")
PARK, CULTURE, LEISURE = "Parkförvaltningen", "Kulturförvaltningen", "Fritidsförvaltningen"
CITY_HALL, SCHOOLS, ENVIRONMENT = "Stadsledningskontoret", "Grundskoleförvaltningen", "Miljöförvaltningen"

SCENES = (
    Scene("Svandammen i maj", "En damm med vass och två svanar i kvällsljus.", PARK, "pond"),
    Scene("Körsbärsallén blommar", "En gångväg mellan blommande körsbärsträd.", PARK, "blossom"),
    Scene("Nya träd i Lindparken", "Nyplanterade lindar på en gräsmatta.", PARK, "park"),
    Scene(
        "Parkarbetare planterar lökar",
        "Två parkarbetare planterar lökar i en rabatt.",
        PARK,
        "park",
        (
            Who("Rasmus Eklöv", "till vänster, röd jacka", answers=("asked", "given")),
            Who("Hawa Diallo", "till höger, gul väst", answers=("given",)),
        ),
        basis=CONSENT,
    ),
    Scene(
        "Barn vid lekplatsen i Norr",
        "Två barn gungar på en lekplats.",
        PARK,
        "playground",
        (
            Who("Maja Lind", "på gungan till vänster", 7, ("Mia Lind", "Jan Lind"), ("given", "given")),
            Who("Adam Lind", "på gungan till höger", 9, ("Mia Lind", "Jan Lind"), ("given", "refused")),
        ),
        basis=CONSENT,
    ),
    Scene(
        "Sommarjobbare rensar ogräs",
        "Tre ungdomar rensar ogräs i en rabatt.",
        PARK,
        "park",
        (
            Who("Noor Hamdan", "längst fram, blå keps", 17, (), ("given",)),
            Who("Elis Brolin", "i mitten", 15, ("Kajsa Brolin",), ("given",)),
            Who("", "längst bak, bortvänd"),
        ),
        basis=CONSENT,
    ),
    Scene(
        "Sagostund på biblioteket",
        "En bibliotekarie läser högt för en grupp barn.",
        CULTURE,
        "library",
        (
            Who("Greta Hallin", "bibliotekarien i mitten", answers=("given",)),
            Who("", "barnen, fotade bakifrån", identifiable=False),
        ),
        basis=CONSENT,
    ),
    Scene("Bokhyllan med veckans tips", "En bokhylla med böcker i många färger.", CULTURE, "library"),
    Scene(
        "Publik på Kulturnatten",
        "En stor publik framför en scen på torget om kvällen.",
        CULTURE,
        "stage",
        (Who("", "publiken på håll", identifiable=False),),
        basis=("public_interest", "En översiktsbild av en publik tillställning."),
    ),
    Scene(
        "Dansgruppen på scenen",
        "Fyra dansare på en scen.",
        CULTURE,
        "stage",
        (
            Who("Ivana Petrović", "i mitten", answers=("given",)),
            Who("Tuva Sellman", "till höger", answers=("given", "withdrawn")),
        ),
        basis=("agreement", "Gruppen har avtal om bild för programbladet."),
    ),
    Scene(
        "Isen i Norrhallen",
        "En tom isbana med röda och blå linjer.",
        LEISURE,
        "ice",
        source="media_bank",
        reference="MB-20418",
        bank="yes",
    ),
    Scene(
        "Skridskoskolan",
        "Barn med hjälm lär sig åka skridskor.",
        LEISURE,
        "ice",
        (Who("", "fyra barn med hjälm"),),
        source="media_bank",
        reference="MB-20533",
        basis=CONSENT,
        bank="unclear",
    ),
    Scene("Simhallen före öppning", "En spegelblank bassäng i morgonljus.", LEISURE, "pool", None),
    Scene(
        "Medborgardialog i stadshuset",
        "Invånare samtalar vid runda bord.",
        CITY_HALL,
        "hall",
        (
            Who("Sture Wallander", "mannen vid mikrofonen", answers=("given",)),
            Who("", "de andra borden, på håll", identifiable=False),
        ),
        basis=NEWS,
    ),
    Scene("Stadshuset i snö", "Stadshuset en vinterdag med snö på taket.", CITY_HALL, "winter"),
    Scene("Torget från ovan", "Torget med marknadsstånd sett uppifrån.", CITY_HALL, "square", None),
    Scene(
        "Första skoldagen",
        "En klass på skolgården med ryggsäckar.",
        SCHOOLS,
        "school",
        (Who("", "klassen, 22 elever"),),
    ),
    Scene("Laddstolpar vid stationen", "En rad laddstolpar med cyklar bredvid.", ENVIRONMENT, "square"),
)


def lay_in(*, now: datetime, author_of: Callable[[str], User]) -> dict[str, list[Picture]]:
    """This will store every scene with its people, and return the pictures that may be used, by the unit's name.

    `author_of` names who adds a unit's pictures. Units that the city does not have are left out.
    """
    usable: dict[str, list[Picture]] = {}
    units = {unit.name: unit for unit in Unit.objects.all()}
    for number, scene in enumerate(scene for scene in SCENES if scene.unit in units):
        at = now - timedelta(days=60 - 3 * number)
        picture = _store(scene, units[scene.unit], author_of(scene.unit), at)
        if scene.people is not None and all(_agrees(who, scene) for who in scene.people):
            usable.setdefault(scene.unit, []).append(picture)
    return usable


def _agrees(who: Who, scene: Scene) -> bool:
    asked = max(len(who.guardians), 1) if who.identifiable and not scene.bank else 0
    yes = sum(answer == "given" for answer in who.answers) >= asked
    return yes and not {"refused", "withdrawn"} & set(who.answers) and scene.bank in {"", "yes"}


def _store(scene: Scene, unit: Unit, actor: User, at: datetime) -> Picture:
    picture = add_picture(
        actor=actor,
        at=at,
        image=clean_image(draw(scene)),
        unit=unit,
        title=scene.title,
        alt_text=scene.alt,
        source=scene.source,
        reference=scene.reference,
        credit="" if scene.source == "media_bank" else actor.name,
    )
    later = at + timedelta(hours=1)
    if scene.people is not None and not scene.people:
        perform(picture, "say_none", actor=actor, at=later)
    for who in scene.people or ():
        _list(picture, who, actor, later)
    if scene.basis:
        note_basis(picture, actor=actor, at=later, basis=scene.basis[0], motive=scene.basis[1])
    if scene.bank:
        note_bank(picture, actor=actor, at=later, says=scene.bank)
    return picture


def _list(picture: Picture, who: Who, actor: User, at: datetime) -> None:
    if not who.name:
        list_person(picture, actor=actor, at=at, place=who.place, is_identifiable=who.identifiable)
        return
    guardians = [_person(name, None, picture.unit, actor, at) for name in who.guardians]
    born = local_day(at) - timedelta(days=who.age * 366) if who.age else None
    person = _person(who.name, born, picture.unit, actor, at, guardians)
    list_person(picture, actor=actor, at=at, place=who.place, person=person)
    signers = guardians or [person]
    for number, said in enumerate(who.answers):
        note_consent(
            picture,
            actor=actor,
            at=at + timedelta(minutes=10 * (number + 1)),
            person=person,
            signer=signers[number % len(signers)],
            said=said,
            way="email" if number % 2 else "oral",
            witness="" if number % 2 else "Kollegan på plats",
            note="Pärmen Medgivanden, flik 3",
        )


def _person(
    name: str,
    born_on: date | None,
    unit: Unit,
    actor: User,
    at: datetime,
    guardians: list[Person] | None = None,
) -> Person:
    known = Person.objects.filter(name=name, unit=unit).first()
    return known or add_person(
        actor=actor, at=at, unit=unit, name=name, born_on=born_on, guardians=guardians or []
    )


def draw(scene: Scene) -> bytes:
    """This will draw the scene flat and simple, as PNG; the same scene gives the same bytes."""
    chance = random.Random(scene.title)  # noqa: S311  (variety, not secrecy)
    image = Image.new("RGB", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(image)
    _ground(pen, *GROUNDS.get(scene.place, GROUNDS["park"]))
    BEHIND.get(scene.place, _trees)(pen, chance)
    count = len(scene.people or ())
    for number in range(count):
        _figure(pen, chance, WIDTH * (number + 1) // (count + 1), 470 + chance.randint(-20, 30))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# The sky from its top to the horizon, and the ground.
GROUNDS = {
    "park": ("#9fd3ea", "#f3f6f7", "#7fb069"),
    "blossom": ("#bfe4f2", "#fdf0f3", "#8fbf7a"),
    "pond": ("#faceb9", "#fff2b0", "#5fb4de"),
    "playground": ("#9fd3ea", "#dcf0f8", "#e6d3a3"),
    "library": ("#f6ead7", "#efdcc0", "#a9744f"),
    "stage": ("#1b2a49", "#4a3b6b", "#2b2b3a"),
    "ice": ("#dcf0f8", "#f3f6f7", "#e8f4fa"),
    "pool": ("#f3f6f7", "#dcf0f8", "#5fb4de"),
    "hall": ("#f3ede3", "#e7dccb", "#c9b79c"),
    "winter": ("#c9dcea", "#eef4f8", "#ffffff"),
    "square": ("#bfe4f2", "#f3f6f7", "#c7bfb4"),
    "school": ("#9fd3ea", "#f3f6f7", "#b9b2a8"),
}


def _ground(pen: ImageDraw.ImageDraw, top: str, horizon: str, ground: str) -> None:
    first, last = (tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) for color in (top, horizon))
    for row in range(480):
        mix = tuple(round(a + (b - a) * row / 480) for a, b in zip(first, last, strict=True))
        pen.line((0, row, WIDTH, row), fill=mix)
    pen.rectangle((0, 480, WIDTH, HEIGHT), fill=ground)


def _trees(pen: ImageDraw.ImageDraw, chance: random.Random, crown: str = "#3f7d58") -> None:
    for x in range(60, WIDTH, 190):
        x += chance.randint(-30, 30)
        pen.rectangle((x - 9, 400, x + 9, 520), fill="#6b4a32")
        pen.ellipse((x - 75, 270 + chance.randint(-20, 20), x + 75, 430), fill=crown)


def _blossom(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _trees(pen, chance, "#f4b8c8")
    pen.polygon([(520, 480), (680, 480), (900, HEIGHT), (300, HEIGHT)], fill="#e6dccb")


def _pond(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.ellipse((850, 300, 990, 440), fill="#ffcd37")
    for x in range(20, WIDTH, 34):
        pen.line(
            (x, 480, x + chance.randint(-14, 14), 380 + chance.randint(-40, 40)), fill="#4d7358", width=6
        )
    for x, y in ((420, 600), (640, 650)):
        pen.ellipse((x, y, x + 150, y + 60), fill="white")
        pen.arc((x - 40, y - 90, x + 40, y + 40), 300, 90, fill="white", width=16)
        pen.ellipse((x - 12, y - 98, x + 24, y - 68), fill="white")


def _shelves(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for y in (80, 220, 360):
        x = 60
        while x < WIDTH - 80:
            width, height = chance.randint(18, 40), chance.randint(80, 112)
            pen.rectangle((x, y + 112 - height, x + width, y + 112), fill=chance.choice(CLOTHES))
            x += width + 5
        pen.rectangle((40, y + 112, WIDTH - 40, y + 124), fill="#7a5236")


def _stage(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for x in (200, 600, 1000):
        pen.polygon([(x, 0), (x - 150, 480), (x + 150, 480)], fill="#5d4d86")
    pen.rectangle((100, 440, 1100, 520), fill="#b3331a")
    for _ in range(60):
        x, y = chance.randint(0, WIDTH), chance.randint(640, HEIGHT)
        pen.ellipse((x - 28, y - 28, x + 28, y + 28), fill="#15151f")


def _rink(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.rectangle((0, 440, WIDTH, 480), fill="#d1d9dc")
    pen.line((600, 480, 600, HEIGHT), fill="#b3331a", width=14)
    pen.ellipse((440, 540, 760, 760), outline="#0076bc", width=10)
    for x in (250, 950):
        pen.line((x, 480, x, HEIGHT), fill="#0076bc", width=12)


def _houses(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    x = 20
    while x < WIDTH - 120:
        width, height = chance.randint(110, 190), chance.randint(140, 300)
        pen.rectangle(
            (x, 480 - height, x + width, 480),
            fill=chance.choice(("#d9a066", "#e8d3b0", "#b5651d", "#c9c0b2")),
        )
        pen.polygon(
            [(x - 8, 480 - height), (x + width / 2, 420 - height), (x + width + 8, 480 - height)], "#5b3a29"
        )
        for wx in range(x + 18, x + width - 30, 42):
            for wy in range(480 - height + 24, 440, 58):
                pen.rectangle((wx, wy, wx + 22, wy + 32), fill="#fff2b0")
        x += width + 12


def _swings(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _trees(pen, chance)
    pen.line((220, 300, 980, 300), fill="#b3331a", width=14)
    for x in (220, 980):
        pen.line((x, 300, x - 60, 640), fill="#b3331a", width=14)
        pen.line((x, 300, x + 60, 640), fill="#b3331a", width=14)
    for x in (380, 440, 760, 820):
        pen.line((x, 300, x, 600), fill="#5f717c", width=5)


def _lanes(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for x in range(0, WIDTH, 150):
        pen.rectangle((x + 30, 120, x + 120, 380), fill="#bfe4f2")
        pen.line((600 + (x - 600) // 3, 480, x, HEIGHT), fill="#ffffff", width=6)


def _tables(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for x in (180, 600, 1020):
        pen.rectangle((x - 50, 60, x + 50, 330), fill="#bfe4f2")
        pen.ellipse((x - 150, 640, x + 150, 720), fill="#7a5236")


BEHIND: dict[str, Callable[[ImageDraw.ImageDraw, random.Random], None]] = {
    "blossom": _blossom,
    "pond": _pond,
    "library": _shelves,
    "stage": _stage,
    "ice": _rink,
    "winter": _houses,
    "square": _houses,
    "school": _houses,
    "playground": _swings,
    "pool": _lanes,
    "hall": _tables,
}


def _figure(pen: ImageDraw.ImageDraw, chance: random.Random, x: int, y: int) -> None:
    skin, coat, legs = (
        chance.choice(SKIN),
        chance.choice(CLOTHES),
        chance.choice(("#2b3a55", "#3b3b3b", "#5a4632")),
    )
    pen.rounded_rectangle((x - 34, y + 150, x - 4, y + 270), 12, fill=legs)
    pen.rounded_rectangle((x + 4, y + 150, x + 34, y + 270), 12, fill=legs)
    pen.rounded_rectangle((x - 52, y + 30, x + 52, y + 180), 34, fill=coat)
    pen.ellipse((x - 36, y - 52, x + 36, y + 30), fill=skin)
    pen.pieslice(
        (x - 40, y - 60, x + 40, y + 26), 180, 360, fill=chance.choice(("#2b1b12", "#8a5a2b", "#d9b26a"))
    )
