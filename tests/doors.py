"""What is behind each address, for the table of doors (docs/doors.md). A new noun gets one line in THINGS.

An address belongs to the noun that its name begins with: `editorial:post_move` to `post`. Where that is not so, AT says it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.core import signing
from django.core.cache import cache
from PIL import Image

from channels_registry.archiving import COPIES, ORIGINALS
from channels_registry.closing import open_closure
from channels_registry.deputies import name_deputy
from channels_registry.models import (
    ArchiveItem,
    ArchivePackage,
    Channel,
    Closure,
    DeregistrationOrder,
    LookOver,
    Upload,
)
from channels_registry.packages import PACKAGES
from channels_registry.register import LOOKS, ask_opening
from channels_registry.rest import plan_rest
from consent.transitions import add_person, add_picture
from core import filestore
from core.letters import SALT
from core.models import Notice
from core.moves import perform
from core.uploads import clean_image
from core.workdays import local_day
from editorial.feeds import make_address
from editorial.ideas import hand_in, make_tip_form
from editorial.models import Absence, FollowUp, Handover, Material, Post, Shift, TeamChannel
from editorial.reviewing import ALL_YES
from editorial.swaps import offer
from editorial.transitions import save_post
from moderation.capture import add_screenshot
from moderation.masking import make_masked_copy
from moderation.models import Ground, Watch
from moderation.transitions import open_case, register_comment
from tests.conftest import City
from tests.test_pages import PUBLIC as SHOWN_TO_ALL
from tests.things import MORE, published

# Who knocks. All objects are the team's; Anna made them.
WHO = ["nobody", "stranger", "anna", "erik", "olle", "karin", "tove", "rut", "admin"]
TITLES = ["nobody", "no team", "own", "team's", "other team", "chief", "strategist", "records", "admin"]
# Whose answers tell whether an address can be asked that way at all.
FIRST = ["nobody", "anna", "admin"]
# What a setting opens, or what only somebody has who has set it up.
CLOSED_TO_ALL = {
    "account_confirm_email",
    "account_email",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "openid_connect_login",
    "openid_connect_callback",
    "metrics",
}

# Doors that are there only where a directory is set up; tests/core/test_saml.py asks them of a web server that has one.
SAML = """
## With a directory that speaks SAML

Only where `SAML_ENTITY_ID` is set, under `account/saml/directory/`. What a directory sends is read only after it was asked
for; 401 is an answer of nobody's, 403 a form without our token. *login* is for those who are in: nothing is there.

| address | asked with | nobody |
|---|---|---|
| `login/` | GET | 2xx |
| `login/` | POST | 403 |
| `acs/` | GET | 3xx |
| `acs/` | POST | 3xx |
| `acs/finish/` | GET | 401 |
| `acs/finish/` | POST | 403 |
| `sls/` | GET | login |
| `sls/` | POST | 403 |
| `metadata/` | GET | 2xx |
| `metadata/` | POST | 403 |
"""

# Open to whoever has the address; the table says what they get.
PUBLIC = SHOWN_TO_ALL - {"account_reauthenticate"}
# Nouns that everybody with an account may read; a figure counts what the reader may see, and nothing else.
FOR_ALL = {"channel", "figure", "look", "material", "team"}
# Where the name of an address does not begin with its noun.
AT = {
    "channels_registry:rest_new": "channel",
    "channels_registry:closure_new": "channel",
    "channels_registry:shot_add": "closure",
    "channels_registry:export_add": "closure",
    "channels_registry:package_download": "package",
    "channels_registry:channel_look": "look",
    "channels_registry:channel_editor_remove": "named_editor",
    "channels_registry:order_bounce": "order",
    "channels_registry:upload_begin": "closure",
    "moderation:case_open": "comment",
    "moderation:complaint_new": "comment",
    "moderation:reply_save": "comment",
    "moderation:waiver_ask": "case",
    "moderation:waiver_sign": "case",
    "moderation:evidence_add": "case",
    "editorial:tip_settings": "team",
    "editorial:tip_move": "tip_team",
    "editorial:rota_page": "team",
    "editorial:rota_propose": "team",
    "editorial:rota_publish": "team",
    "notice_unsubscribe": "unsubscribing",
    "editorial:feed": "shift_feed",
    "follow_up_csv": "figure",
    "editorial:tip_follow": "receipt_of_tip",
    "editorial:review_decide": "decision",
    "editorial:review_remarks": "remarked",
    "editorial:idea_picture": "illustrated",
    "editorial:idea_keep_picture": "illustrated",
    "calendar_app:post_again": "published",
    "editorial:tip_form": "tip_secret",
    "mfa_remove_webauthn": "key",
    "mfa_edit_webauthn": "key",
    "openid_connect_login": "directory",
    "openid_connect_callback": "directory",
    "consent:picture_place": "appearance",
    "consent:picture_unlist": "appearance",
    "signer:picture": "ask",
    "editorial:task_proof": "proof",
    "account_confirm_email": "letter",
    "account_reset_password_from_key": "letter",
}


def png(color: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24), color).save(out, "PNG")
    return out.getvalue()


class House:
    """The cast with one of everything, each made when it is first asked for."""

    def __init__(self, city: City, at: datetime) -> None:
        self.city, self.at = city, at
        self.made: dict[str, Any] = {}

    def __getitem__(self, noun: str) -> Any:
        if noun not in self.made:
            self.made[noun] = THINGS[noun](self)
        return self.made[noun]


def post(house: House) -> Post:
    made = Post(team=house.city.team)
    fields = {"title": "Swans", "base_text": "The swans are back."}
    save_post(
        made, actor=house.city.anna, at=house.at, fields=fields, texts={house.city.channel: ""}, links=[]
    )
    return made


def submitted(house: House) -> Post:
    made = post(house)
    perform(made, "submit", actor=house.city.anna, at=house.at)
    return made


def publication(house: House) -> Any:
    made = post(house)
    perform(made, "submit", actor=house.city.anna, at=house.at)
    perform(made, "approve", answers=ALL_YES, actor=house.city.erik, at=house.at)
    perform(made, "schedule", actor=house.city.anna, at=house.at, planned_at=house.at + timedelta(hours=1))
    perform(made, "fall_due", actor=None, at=house.at + timedelta(hours=1)) if "fall_due" in {
        move.name for move in made.MOVES
    } else None
    return made.publications.first()


def comment(house: House) -> Any:
    values = {"channel": house.city.channel, "kind": "illegal", "author_name": "K", "text": "A threat."}
    return register_comment(actor=house.city.anna, at=house.at, **values)


def case(house: House) -> Any:
    ground = Ground.objects.get(code="unlawful_threat")
    return open_case(house["comment"], ground=ground, actor=house.city.anna, at=house.at)


def evidence(house: House) -> Any:
    item = add_screenshot(
        house["case"],
        actor=house.city.anna,
        at=house.at,
        data=png(),
        name="shot.png",
        context="Below our post.",
    )
    make_masked_copy(item, actor=house.city.anna, at=house.at, boxes=[[0, 0, 50, 50]])
    return item


def picture(house: House) -> Any:
    values = {"title": "A pond", "alt_text": "A pond with swans.", "unit": house.city.unit}
    return add_picture(actor=house.city.anna, at=house.at, image=clean_image(png()), **values)


def notice(house: House) -> Notice:
    values = {"key": "k", "subject": "Look", "body": "x", "url": "/", "why": "x"}
    return Notice.objects.create(recipient=house.city.anna, created_at=house.at, try_at=house.at, **values)


def material(house: House) -> Material:
    values = {"kind": "other", "title": "A report", "reference": "2026-1", "unit": house.city.unit}
    return Material.objects.create(added_by=house.city.anna, added_at=house.at, **values)


def tip(house: House) -> Any:
    return make_tip_form(house.city.team, actor=house.city.erik, at=house.at)


def closing_channel(house: House) -> Closure:
    """A closure of a channel of its own, so that the team's channel stays as it is."""
    city = house.city
    channel = Channel.objects.create(
        platform=city.channel.platform,
        name="Old",
        handle="old",
        url="https://www.facebook.com/old",
        unit=city.unit,
    )
    TeamChannel.objects.create(team=city.team, channel=channel)
    return open_closure(channel, actor=city.anna, at=house.at, reason="goals", motive="Nobody reads it.")


def part_of_closure(house: House, **parts: Any) -> SimpleNamespace:
    return SimpleNamespace(
        pk=house["closing"].pk, parts={"step": "reason", "name": "cancel", "order": 1} | parts
    )


def archived(house: House) -> SimpleNamespace:
    shot = clean_image(png("maroon"))
    kept = {
        "sha": filestore.keep(ORIGINALS, shot.original),
        "clean_sha": filestore.keep(COPIES, shot.clean_bytes),
    }
    item = ArchiveItem.objects.create(
        closure=house["closing"],
        added_by=house.city.anna,
        added_at=house.at,
        kind="layout",
        name="shot.png",
        content_type=shot.content_type,
        size=shot.size,
        **kept,
    )
    return part_of_closure(house, item=item.pk)


def package(house: House) -> SimpleNamespace:
    sha, at = filestore.keep(PACKAGES, b"PK"), house.at
    ArchivePackage.objects.create(
        closure=house["closing"], wanted_at=at, try_at=at, built_at=at, sha=sha, size=2
    )
    return part_of_closure(house)


def look(house: House) -> SimpleNamespace:
    sha = filestore.keep(LOOKS, png("gold"))
    row = LookOver.objects.create(
        channel=house.city.channel,
        looked_by=house.city.anna,
        looked_on=local_day(house.at),
        follows_profile=True,
        profile_sha=sha,
    )
    return SimpleNamespace(pk=row.pk, parts={"kind": "profile"})


def named_editor(house: House) -> SimpleNamespace:
    row = house.city.channel.editors.create(user=house.city.erik)
    return SimpleNamespace(pk=house.city.channel.pk, parts={"editor": row.pk})


def upload(house: House) -> SimpleNamespace:
    made = Upload.objects.create(
        closure=house["closing"], name="e.zip", size=9, begun_by=house.city.anna, begun_at=house.at
    )
    return part_of_closure(house, uid=made.uid)


def opening(house: House) -> Any:
    values = {"name": "Parks", "purpose": "Why", "audience": "All", "watched_by": "We"}
    return ask_opening(
        actor=house.city.anna,
        at=house.at,
        unit=house.city.unit,
        owner=house.city.anna,
        platform=house.city.channel.platform,
        **values,
    )


def rest(house: House) -> Any:
    day = house.at.date()
    values = {"comments": "off", "why": "Winter", "told_how": "A post"}
    return plan_rest(
        house.city.channel,
        actor=house.city.anna,
        at=house.at,
        starts_on=day,
        ends_on=day + timedelta(days=30),
        **values,
    )


def deputy(house: House) -> Any:
    city, day = house.city, house.at.date()
    days = {"starts_on": day, "ends_on": day + timedelta(days=9)}
    return name_deputy(
        actor=city.ulf,
        at=house.at,
        unit=city.unit,
        role="communications",
        deputy=city.sara,
        why="Leave.",
        **days,
    )


def shift(house: House) -> Shift:
    start = house.at + timedelta(days=20)
    values = {"team": house.city.team, "user": house.city.anna, "duty": "watch"}
    return Shift.objects.create(starts_at=start, ends_at=start + timedelta(days=7), **values)


def absence(house: House) -> Absence:
    day = local_day(house.at) + timedelta(days=60)
    return Absence.objects.create(user=house.city.anna, starts_on=day, ends_on=day)


def handover(house: House) -> Handover:
    start = house.at + timedelta(days=1)
    return Handover.objects.create(team=house.city.team, at=start, taker=house.city.anna)


def order(house: House) -> SimpleNamespace:
    made = DeregistrationOrder.objects.create(
        closure=house["closing"],
        number=1,
        ordered_by=house.city.anna,
        ordered_at=house.at,
        try_at=house.at,
        to="register@avinge.example",
        subject="Deregister",
        body="Old",
        message_id="<old@avinge.example>",
    )
    return part_of_closure(house, order=made.pk)


def idea_of_a_stranger(house: House) -> SimpleNamespace:
    receipt = hand_in(team=house.city.team, at=house.at, actor=None, what="Swans")[1]
    return SimpleNamespace(pk=1, parts={"secret": receipt})


def illustrated(house: House) -> Any:
    values = {"what": "Frogs", "picture": clean_image(png("lime"))}
    return hand_in(team=house.city.team, at=house.at, actor=house.city.anna, **values)[0]


def fixed(**parts: Any) -> Callable[[House], Any]:
    return lambda house: SimpleNamespace(pk=1, parts=parts)


THINGS: dict[str, Callable[[House], Any]] = {
    "closing": closing_channel,
    "closure": part_of_closure,
    "deputy": deputy,
    "item": archived,
    "upload": upload,
    "package": package,
    "look": look,
    "named_editor": named_editor,
    "opening": opening,
    "rest": rest,
    "notice": notice,
    "account": lambda house: house.city.anna,
    "channel": lambda house: house.city.channel,
    "team": lambda house: house.city.team,
    "post": post,
    "review": submitted,
    "history": lambda house: house["post"],
    "rota": lambda house: house.city.team,
    "person": lambda house: add_person(
        actor=house.city.anna, at=house.at, unit=house.city.unit, name="Maja Lind"
    ),
    "publication": publication,
    "idea": lambda house: hand_in(team=house.city.team, at=house.at, actor=house.city.anna, what="Swans")[0],
    "tip": lambda house: tip(house)[0],
    "tip_team": lambda house: SimpleNamespace(pk=house["tip"].team.pk, parts={"name": "shut"}),
    "receipt_of_tip": idea_of_a_stranger,
    "illustrated": illustrated,
    "decision": lambda house: SimpleNamespace(pk=submitted(house).pk, parts={"name": "approve"}),
    "remarked": lambda house: SimpleNamespace(pk=house["remark"].post_id),
    "published": lambda house: published(house).post,
    "order": order,
    "tip_secret": lambda house: SimpleNamespace(pk=1, parts={"secret": tip(house)[1]}),
    "material": material,
    "follow": lambda house: FollowUp.objects.create(post=house["post"], due_at=house.at),
    "picture": picture,
    "comment": comment,
    "case": case,
    "evidence": evidence,
    "watch": lambda house: Watch.objects.get(channel=house.city.channel, day=house.at.date()),
    "shift": shift,
    "swap": lambda house: offer([house["shift"]], actor=house.city.anna, at=house.at, asked=None),
    "absence": absence,
    "handover": handover,
    "shift_feed": lambda house: SimpleNamespace(
        pk=1, parts={"secret": make_address(house.city.anna, house.at)}
    ),
    "unsubscribing": lambda house: SimpleNamespace(
        pk=1, parts={"token": signing.dumps([house.city.anna.pk, "editorial.team"], salt=SALT)}
    ),
    "figure": fixed(name="load"),
    "key": fixed(),
    "directory": fixed(provider_id="directory"),
    "letter": fixed(key="x", uidb36="x", uidb64="x"),
    "appearance": lambda house: house["someone"].appearances.get(),
} | MORE


def noun_of(name: str) -> str:
    """This will return the noun an address is about."""
    return AT.get(name) or name.rpartition(":")[2].partition("_")[0]


def forget_limits() -> None:
    """The table is asked faster than people ask."""
    cache.clear()
