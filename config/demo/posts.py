"""Ideas, material and questions of the invented city, through the same moves that people use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.demo.drawing import screenshot
from core.moves import perform
from core.uploads import clean_image
from core.workdays import local_day
from editorial.ideas import hand_in, make_tip_form, write_post_from
from editorial.models import FollowUp, Idea, Material, Post, Team
from editorial.reuse import keep_material, material_of, start_post
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post

if TYPE_CHECKING:
    from config.demo.build import City

# who (empty: through the tip form), what, why now, whom to ask, what became of it, why
IDEAS = [
    (
        "Ida Vik",
        "Berätta om läxhjälpen på biblioteket.\nVarje tisdag sitter pensionerade lärare där och hjälper till.",
        "De söker fler som vill hjälpa till.",
        "Bibliotekarien i disken på Stadsbiblioteket",
        "use",
        "",
    ),
    (
        "Tove Grip",
        "Visa hur man anmäler ett trasigt gatljus på under en minut.",
        "Mörkret är här och felanmälningarna ökar.",
        "Driften på Stadsmiljö",
        "take",
        "Bra, vi filmar på Hamngatan i veckan.",
    ),
    (
        "Rut Dahl",
        "Stadsarkivet har kartor över Åvinge från 1700-talet som ingen har sett.",
        "",
        "Arkivarien på Stadsarkivet",
        "park",
        "Vi sparar det till arkivens dag.",
    ),
    (
        "Nils Admin",
        "Lägg ut en film om vårt nya ärendesystem.",
        "Det är klart på fredag.",
        "",
        "decline",
        "Det angår medarbetarna mer än invånarna. Intranätet passar bättre.",
    ),
    (
        "Ida Vik",
        "Barnen på förskolan Solrosen har byggt ett fågeltorn av mjölkpaket.",
        "Fåglarna matas nu när det är kallt.",
        "Rektorn på Solrosen",
        "",
        "",
    ),
    (
        "",
        "Vaktmästaren på ishallen kör ismaskinen för sista gången på fredag efter 38 år.",
        "Han går i pension.",
        "Ishallens reception",
        "",
        "",
    ),
]

# kind, title, address, reference, text, days ago
MATERIAL = [
    (
        "press_release",
        "Åvinge får 12 nya laddplatser för elbilar",
        "https://www.avinge.example/press/laddplatser",
        "",
        "Tolv nya laddplatser öppnar vid Stationsparkeringen. De är öppna dygnet runt och betalas med kort.",
        12,
    ),
    (
        "news_page",
        "Så sorterar du julens avfall",
        "https://www.avinge.example/avfall/jul",
        "",
        "Presentpapper är pappersförpackning. Gran och granris lämnas på återvinningscentralen.",
        4,
    ),
    (
        "report",
        "Trygghetsmätningen",
        "",
        "Diarienummer SLK 2026-0418",
        "Sju av tio känner sig trygga i sitt område på kvällen. Det är fler än förra året.",
        30,
    ),
    (
        "film",
        "En dag med parkarbetarna",
        "",
        "Mediabanken, film 2207",
        "Klockan sex på morgonen börjar dagen i Slottsparken. Följ med Amira och Leif en hel dag.",
        45,
    ),
]


def lay_in(city: City) -> None:
    """This will hand in ideas, keep material, use some of it again, and leave a question to follow up."""
    team = Team.objects.order_by("pk")[0]
    editor, writer = team.editors()[0], team.everyone()[0]
    make_tip_form(team, actor=editor, at=city.now - timedelta(days=40))
    for number, row in enumerate(IDEAS):
        _idea(city, team, editor, row, city.now - timedelta(days=2 * (len(IDEAS) - number), hours=3))
    kept = [_material(team, writer, row, city.now) for row in MATERIAL]
    start_post(kept[0], team=team, actor=writer, at=city.now - timedelta(days=3))
    _campaign(team)
    _question(city, team, editor)
    _answered(city)


def _idea(city: City, team: Team, editor: Any, row: tuple[str, ...], at: datetime) -> Idea:
    who, what, why_now, ask_whom, then, why = row
    picture = None
    if "fågeltorn" in what:
        drawn = screenshot("Förskolan Solrosen", "Vårt fågeltorn", "Solrosen", what, f"{at:%Y-%m-%d}")
        picture = clean_image(drawn, name="fageltorn.png")
    giver = city.person(who) if who else None
    idea, _secret = hand_in(
        team=team, at=at, actor=giver, what=what, why_now=why_now, ask_whom=ask_whom, picture=picture
    )
    if then == "use":
        write_post_from(idea, actor=editor, at=at + timedelta(hours=20))
    elif then:
        perform(idea, then, actor=editor, at=at + timedelta(hours=20), note=why)
    return idea


def _material(team: Team, writer: Any, row: tuple[str, str, str, str, str, int], now: datetime) -> Material:
    kind, title, url, reference, text, days = row
    made_on = local_day(now) - timedelta(days=days)
    material = Material()
    fields = {"kind": kind, "title": title, "url": url, "reference": reference, "text": text}
    keep_material(
        material,
        actor=writer,
        at=now - timedelta(days=max(days - 1, 1)),
        fields=fields | {"made_on": made_on, "unit": team.unit},
    )
    return material


def _campaign(team: Team) -> None:
    """This will give the posts of a season their theme, so that the fields have something to suggest."""
    for kind, theme in (("tips", "Trygg vinter"), ("service", "Trygg vinter"), ("event", "Åvinge 400 år")):
        Post.objects.filter(team=team, kind__icontains=kind, current=None).update(theme=theme)


OUTCOMES = [
    "Tjugotre svar. Vi tackade och samlade förslagen i ett dokument till förvaltningen.",
    "Elva svar, de flesta om öppettider. Vi svarade på alla och rättade sidan på webben.",
    "Fyrtio svar. Det vanligaste förslaget blir ett eget inlägg nästa månad.",
]


def _answered(city: City) -> None:
    """This will settle the questions of the past year, so that only what is new waits."""
    old = FollowUp.objects.filter(state="open", due_at__lt=city.now).select_related("post__team")
    for number, follow_up in enumerate(old):
        actor = follow_up.post.team.everyone()[0]
        at = follow_up.due_at - timedelta(hours=2)
        if number % 5 == 4:
            perform(follow_up, "no_answers", actor=actor, at=at)
        else:
            perform(follow_up, "settle", actor=actor, at=at, outcome=OUTCOMES[number % 3])


def _question(city: City, team: Team, editor: Any) -> None:
    """This will let a post that asked something be out since yesterday, one answered before, and one used again."""
    authors = [member for member in team.everyone() if member != editor]
    for days, title, text, outcome in (
        (
            2,
            "Var saknas en bänk?",
            "Vi ställer ut tjugo nya bänkar i vår. Var i Åvinge saknar du en? Skriv platsen i kommentarerna.",
            "",
        ),
        (
            24,
            "Vilken bok ska vi läsa ihop?",
            "Stadens läsecirkel väljer vinterns bok. Vilken tycker du att vi ska läsa?",
            "Sextiotvå svar. Biblioteket köper in de tre böcker som flest nämnde, och vi tackade i en kommentar.",
        ),
    ):
        _ask(city, team, editor, authors[0], days, title, text, outcome)


def _ask(
    city: City, team: Team, editor: Any, author: Any, days: int, title: str, text: str, outcome: str
) -> None:
    planned_at = city.now - timedelta(days=days)
    channel = team.channels.order_by("pk")[0]
    post = Post(team=team)
    fields = {"title": title, "base_text": text, "asks_question": True, "wanted_at": planned_at}
    save_post(
        post, actor=author, at=planned_at - timedelta(days=3), fields=fields, texts={channel: ""}, links=[]
    )
    perform(post, "submit", actor=author, at=planned_at - timedelta(days=2))
    perform(post, "approve", answers=ALL_YES, actor=editor, at=planned_at - timedelta(days=1))
    perform(post, "schedule", actor=author, at=planned_at - timedelta(hours=20), planned_at=planned_at)
    perform(post, "fall_due", actor=None, at=planned_at)
    for publication in post.publications.all():
        url = f"{publication.channel.url}/posts/fraga-{publication.pk}"
        perform(publication, "confirm", actor=author, at=planned_at + timedelta(minutes=9), url=url)
    post.refresh_from_db()
    if outcome:
        follow_up = FollowUp.objects.get(post=post)
        perform(follow_up, "settle", actor=author, at=planned_at + timedelta(days=1), outcome=outcome)
        start_post(
            material_of(post, actor=author, at=city.now - timedelta(days=1)),
            team=team,
            actor=author,
            at=city.now - timedelta(days=1),
        )
