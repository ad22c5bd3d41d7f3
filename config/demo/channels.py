"""The invented city's register: who cares for what, a rink that rests, one channel asked for and three on their way out."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from channels_registry import archiving, closing, ending, orders, packages, register, rest
from channels_registry.addresses import recognise
from channels_registry.models import Channel, Closure
from config.demo.drawing import screenshot
from core.models import Unit, User
from core.moves import perform
from core.uploads import clean_image
from core.workdays import instant, local_day
from editorial.models import FarewellPost, Publication, Team, TeamChannel
from editorial.reviewing import ALL_YES

if TYPE_CHECKING:
    from config.demo.build import City

HOME = "https://www.avinge.example"


def lay_in(city: City) -> None:
    """This will give the channels their people and lay in the rest, the wish and the closures, through the real moves."""
    name_people(city)
    let_the_rink_rest(city)
    ask_for_a_channel(city)
    deregistered_long_ago(city)
    telling_its_followers(city)
    waiting_for_a_chief(city)


def name_people(city: City) -> None:
    at = city.now - timedelta(days=300)
    for channel in Channel.objects.select_related("care__team", "unit"):
        members = channel.care.team.memberships.select_related("user").order_by("role", "pk")
        people = [membership.user for membership in members]
        facts = {"owner": people[0], "two_factor": "on" if city.chance.random() < 0.8 else "unknown"}
        register.edit(channel, actor=people[0], at=at, seen=channel.version, facts=facts)
        for number, person in enumerate(people[: city.chance.choice([1, 2, 2, 3])]):
            register.name_editor(channel, actor=people[0], at=at, user=person, holds_keys=number == 0)


def let_the_rink_rest(city: City) -> None:
    channel = Channel.objects.get(handle="avingeishall")
    actor, started = city.person("Farid Rahimi"), city.now - timedelta(days=8)
    dormancy = rest.plan_rest(
        channel,
        actor=actor,
        at=started,
        starts_on=local_day(started),
        ends_on=local_day(city.now) + timedelta(days=28),
        comments="watched",
        why="Isen är borta och hallen byggs om.",
        told_how="Fäst inlägg överst på sidan.",
    )
    perform(dormancy, "start", actor=actor, at=started)


def ask_for_a_channel(city: City) -> None:
    anna = city.person("Anna Berg")
    register.ask_opening(
        actor=anna,
        at=city.now - timedelta(days=2),
        name="Åvinge parker",
        platform=register.platform_of("threads"),
        unit=Unit.objects.get(name="Parkförvaltningen"),
        purpose="Många frågor om träd och lekplatser ställs där. Vi vill svara där de ställs.",
        audience="Unga vuxna i Åvinge",
        watched_by="Park och miljö, varje arbetsdag klockan 9",
        owner=anna,
    )


def deregistered_long_ago(city: City) -> None:
    farid, at = city.person("Farid Rahimi"), city.now - timedelta(days=230)
    channel = _channel(
        city, "https://www.snapchat.com/add/avingeung-demo", "Åvinge ung", "Fritidsförvaltningen", at
    )
    TeamChannel.objects.create(team=Team.objects.get(name="Kultur och fritid"), channel=channel)
    register.prove_post(
        channel,
        actor=farid,
        at=at,
        posted_on=local_day(at) - timedelta(days=290),
        proof="Senaste bilden, sedd i appen.",
    )
    closure = _prepared(
        city, channel, farid, at, "Målgruppen har gått vidare till andra kanaler.", nobody=True
    )
    _sign(city, closure, at + timedelta(days=2))
    at += timedelta(days=5)
    _keep(city, closure, farid, at)
    perform(closure, "make_ready", actor=farid, at=at)
    at, keeper = closing_day(closure, at), "Kommunikationsenheten, i stadens lösenordsvalv"
    ending.close(closure, actor=farid, at=at, how="deactivated", handle_kept=keeper)
    packages.build_packages(at)
    perform(closure, "order", actor=farid, at=at)
    orders.send_orders(at)
    answer = "Hej. Kanalen är avregistrerad ur registret. Hälsningar, kanalregistret"
    orders.acknowledge(closure, actor=farid, at=at + timedelta(days=3), answer=answer)


def telling_its_followers(city: City) -> None:
    elin, at = city.person("Elin Kvist"), city.now - timedelta(days=25)
    channel = _channel(
        city, "https://www.facebook.com/kulturnatt-demo", "Kulturnatten", "Kulturförvaltningen", at
    )
    TeamChannel.objects.create(team=Team.objects.get(name="Kultur och fritid"), channel=channel)
    library = Channel.objects.get(handle="avingebibliotek", platform__code="facebook")
    why = "Kulturnatten ordnas nu av biblioteket."
    closure = _prepared(city, channel, elin, at, why, days=45, merge_into=library)
    _sign(city, closure, at + timedelta(days=3))
    first = FarewellPost.objects.filter(notice__closure=closure).order_by("notice__planned_at")[0]
    signed, when = at + timedelta(days=4), first.notice.planned_at
    perform(first.post, "approve", answers=ALL_YES, actor=city.person("David Öst"), at=signed)
    perform(first.post, "schedule", actor=elin, at=signed, planned_at=when)
    perform(first.post, "fall_due", actor=None, at=when)
    url = f"{channel.url}/posts/10001"
    perform(Publication.objects.get(post=first.post), "confirm", actor=elin, at=when, url=url)


def waiting_for_a_chief(city: City) -> None:
    anna, at = city.person("Anna Berg"), city.now - timedelta(days=3)
    channel = _channel(city, "https://x.com/avingeparkdemo", "Åvinge parker", "Parkförvaltningen", at)
    TeamChannel.objects.create(team=Team.objects.get(name="Park och miljö"), channel=channel)
    parks = Channel.objects.get(handle="avingeparker", platform__code="facebook")
    motive = "Vi når 40 personer i veckan här och 4 000 på Facebook."
    closure = _prepared(city, channel, anna, at, motive, days=50, merge_into=parks)
    _sign(city, closure, at + timedelta(days=1), only="communications")


def closing_day(closure: Closure, at: datetime) -> datetime:
    """This will return ten in the morning of the planned day, or `at` when that is later."""
    return max(at, instant(closure.closes_on, "10:00")) if closure.closes_on else at


def _channel(city: City, url: str, name: str, unit: str, at: datetime) -> Channel:
    tove = city.person("Tove Grip")
    address = recognise(url)
    return register.register(
        actor=tove,
        at=at - timedelta(days=400),
        address=address,
        unit=Unit.objects.get(name=unit),
        name=name,
        purpose="Lades upp för några år sedan.",
        audience="Alla i Åvinge",
        keys_kept="Stadens lösenordsvalv, mappen Sociala medier",
    )


def _prepared(
    city: City,
    channel: Channel,
    handler: User,
    at: datetime,
    motive: str,
    *,
    days: int = 10,
    merge_into: Channel | None = None,
    nobody: bool = False,
) -> Closure:
    """This will open a closure and bring its plan as far as to the chiefs."""
    tove, rut = city.person("Tove Grip"), city.person("Rut Dahl")
    closure = closing.open_closure(channel, actor=handler, at=at, reason="audience", motive=motive)
    plan = {
        "closes_on": local_day(at) + timedelta(days=days),
        "public_reason": "" if nobody else "Vi samlar oss där flest följer oss.",
        "merge_into": merge_into,
        "no_merger_why": "" if merge_into else "Ingen annan kanal har samma målgrupp.",
        "followers_go_to": f"{HOME}/folj-oss",
        "tells_nobody": nobody,
    }
    closing.save_plan(closure, actor=handler, at=at, seen=closure.version, values=plan)
    advice = "Hänvisa till den kanal där flest redan följer er, och svara på frågor i två veckor till."
    closing.note_advice(closure, actor=tove, at=at + timedelta(hours=3), advice=advice)
    closing.decide_archive(
        closure,
        actor=rut,
        at=at + timedelta(hours=5),
        level="selection",
        keeps_content=True,
        keeps_layout=True,
        motive="Inläggen speglar verksamheten under flera år.",
        officer_word="Bevara ett urval av inläggen och hur sidan såg ut.",
    )
    perform(closure, "ask_decision", actor=handler, at=at + timedelta(hours=6))
    return closure


def _sign(city: City, closure: Closure, at: datetime, only: str = "") -> None:
    unit = closure.channel.unit
    chiefs = {"responsible": unit.responsible_chief, "communications": unit.communications_chief}
    for role, chief in chiefs.items():
        if chief and only in {"", role}:
            closing.forget_read(closure)
            perform(closure, "sign", actor=chief, at=at, plan_sha=closure.plan_sha)


def _keep(city: City, closure: Closure, handler: User, at: datetime) -> None:
    name = closure.channel.name
    drawn = screenshot(
        name, "Tack för att du har följt oss.", name, "Vi ses på andra ställen.", f"{at:%Y-%m-%d}"
    )
    image = clean_image(drawn, name="sidan.png")
    archiving.keep_screenshot(closure, actor=handler, at=at, image=image)
    with TemporaryDirectory() as folder:
        source = Path(folder) / "export.zip"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as out:
            out.writestr(zipfile.ZipInfo("inlagg.txt", (2026, 1, 1, 0, 0, 0)), "Alla inlägg, i ordning.\n")
        source.write_bytes(packed.getvalue())
        archiving.keep_export(closure, actor=handler, at=at, source=source, name="export.zip")
    for item in closure.items.all():
        archiving.note_opened(item, actor=city.person("Rut Dahl"), at=at)
