"""What changes the register: channels in and out of it, who is named for them, and the yearly look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Greatest
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry import rules
from channels_registry.addresses import (
    KNOWN,
    MASTODON_LIMIT,
    UNKNOWN,
    Address,
    NotRecognised,
    elsewhere,
    recognise,
)
from channels_registry.models import (
    ActivityProof,
    Channel,
    HandleHistory,
    LookOver,
    NamedEditor,
    Opening,
    Platform,
)
from channels_registry.states import CHANNEL_MOVES, ENDED, OPENING_MOVES, ChannelState, ClosureState
from core import filestore, trail
from core.models import Unit, User
from core.moves import ChangedMeanwhile, MoveForbidden, MoveIncomplete, MoveRefused, perform
from core.notices import Message, say, tell
from core.rules import Answer, Refusal
from core.uploads import CleanImage
from core.workdays import local_day

LOOKS = "channel-looks"
FACTS = (
    "name",
    "unit",
    "owner",
    "purpose",
    "audience",
    "keys_kept",
    "two_factor",
    "comment_mode",
    "platform_ref",
)

trail.WORDS |= {
    "channel.register": gettext_lazy("Put into the register"),
    "channel.edit": gettext_lazy("Facts changed"),
    "channel.handle": gettext_lazy("Handle changed"),
    "channel.editors": gettext_lazy("Named editors changed"),
    "channel.look_over": gettext_lazy("Looked over"),
    "channel.proof": gettext_lazy("Own post noted, with proof"),
    "opening.ask": gettext_lazy("Asked for"),
}


def read_address(text: str) -> Address:
    """This will recognise a pasted address, also on platforms the administrators added. Raises NotRecognised."""
    own = {known.code for known in KNOWN} | {"mastodon"}
    others = {row.code: row.hosts for row in Platform.objects.exclude(code__in=own)}
    return recognise(text, others)


def read_address_on(text: str, platform: str) -> tuple[Address, str]:
    """This will read an address on a platform given by its name; returns it with the host. Raises NotRecognised."""
    host, path = elsewhere(text)
    url = f"https://{host}/{'/'.join(path)}".rstrip("/")
    return Address(slugify(platform) or host, "/".join(path) or host, url), host


def new_platform(name: str, host: str) -> Platform:
    """This will return the platform of that name, or make one whose addresses lie on the host."""
    known = Platform.objects.filter(models.Q(name__iexact=name) | models.Q(code=slugify(name))).first()
    if known is None:
        return Platform.objects.create(code=slugify(name) or host, name=name, hosts=[host])
    if host not in known.hosts:
        Platform.objects.filter(pk=known.pk).update(hosts=[*known.hosts, host])
    return known


def platform_of(code: str) -> Platform:
    """This will return the platform, put into the register the first time it is needed."""
    known = next((known for known in KNOWN if known.code == code), None)
    defaults: dict[str, Any] = {"name": "Mastodon", "hosts": [], "text_limit": MASTODON_LIMIT}
    if known:
        defaults = {"name": known.name, "hosts": list(known.hosts), "text_limit": known.text_limit}
    return Platform.objects.get_or_create(code=code, defaults=defaults)[0]


def wanted_platforms() -> list[tuple[str, str]]:
    """This will list every platform one may ask for a channel on, as code and name, in the order of their names."""
    names = {known.code: known.name for known in KNOWN} | {"mastodon": "Mastodon"}
    names |= dict(Platform.objects.values_list("code", "name"))
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


def wanted_platform(code: str, name: str) -> Platform:
    """This will return the platform of a wish: by its code, or by a name that the register has or learns now."""
    if code:
        return platform_of(code)
    named = next((code for code, known in wanted_platforms() if known.casefold() == name.casefold()), "")
    if named:
        return platform_of(named)
    return Platform.objects.create(code=slugify(name) or slugify(name, allow_unicode=True), name=name)


def read_address_for(text: str, platform: Platform) -> Address:
    """This will read the address of a channel on the platform a chief agreed to, also one known only by its name.

    Raises NotRecognised.
    """
    try:
        return read_address(text)
    except NotRecognised as unknown:
        if unknown.reason is not UNKNOWN or not _is_only_a_name(platform):
            raise
    return replace(read_address_on(text, platform.name)[0], platform=platform.code)


def _is_only_a_name(platform: Platform) -> bool:
    return not platform.hosts and platform.code not in {"mastodon", *(known.code for known in KNOWN)}


def known_already(address: Address) -> Channel | None:
    """This will find the channel in the register that has this address or handle, now or earlier."""
    same_handle = models.Q(platform__code=address.platform, handle__iexact=address.handle)
    channels = Channel.objects.select_related("platform", "unit")
    return (
        channels.filter(models.Q(url__iexact=address.url) | same_handle).first()
        or channels.filter(handles__url__iexact=address.url).first()
    )


def find(text: str) -> list[Channel]:
    """This will find the channels that an address, a name, or a name with its platform leads to."""
    try:
        twin = known_already(read_address(text))
    except NotRecognised:
        twin = None
    if twin:
        return [twin]
    channels = Channel.objects.select_related("platform", "unit")
    named = list(channels.filter(name__iexact=text)[:10])
    bare = text.rpartition(" (")[0]
    return named or [
        row for row in channels.filter(name__iexact=bare)[:10] if str(row).casefold() == text.casefold()
    ]


def register(
    *,
    actor: User,
    at: datetime,
    address: Address,
    unit: Unit,
    platform: tuple[str, str] | None = None,
    **facts: Any,
) -> Channel:
    """This will put a channel that exists into the register. Raises MoveRefused for a duplicate and for who may not.

    `platform` is name and host of one that is not known yet.
    """
    if not (rules.keeps_the_register(actor) or rules.is_chief(actor, unit)):
        raise MoveForbidden(
            _("Web strategists and the unit's chiefs register channels. Ask for a new one instead.")
        )
    with transaction.atomic():
        if platform:
            address = replace(address, platform=new_platform(*platform).code)
        return _create(actor=actor, at=at, address=address, unit=unit, state=ChannelState.ACTIVE, **facts)


def _create(*, actor: User, at: datetime, address: Address, **facts: Any) -> Channel:
    if twin := known_already(address):
        raise MoveRefused(
            _("%(channel)s has this address or handle already. It is %(state)s.")
            % {"channel": twin, "state": twin.state_label}
        )
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                platform=platform_of(address.platform),
                handle=address.handle,
                url=address.url,
                registered_on=local_day(at),
                quiet_since=local_day(at),
                looked_over_on=local_day(at),
                **facts,
            )
            trail.record("channel.register", about=channel, actor=actor, at=at, data={"url": address.url})
    except IntegrityError as error:
        raise MoveRefused(_("Another channel has this address already.")) from error
    return channel


def edit(channel: Channel, *, actor: User, at: datetime, seen: int, facts: Mapping[str, Any]) -> None:
    """This will store changed facts. Raises MoveRefused outside the channel's people, ChangedMeanwhile after another."""
    _ask(rules.may_tend(actor, channel))
    changed = {name: facts[name] for name in FACTS if name in facts and facts[name] != getattr(channel, name)}
    if not changed:
        return
    if reason := why_fixed(channel, changed):
        raise MoveRefused(reason)
    with transaction.atomic():
        _bump(channel, seen, **changed)
        before = {name: str(getattr(channel, name) or "") for name in changed}
        after = {name: str(value or "") for name, value in changed.items()}
        trail.record(
            "channel.edit", about=channel, actor=actor, at=at, data={"before": before, "after": after}
        )
    channel.refresh_from_db()


def why_fixed(channel: Channel, changed: Iterable[str]) -> str:
    """This will say why one of these facts cannot be changed now, or nothing (R29, R32)."""
    if "comment_mode" in changed and channel.state == ChannelState.DORMANT:
        return _("While the channel rests, its comments stay as the rest says. Wake it to change them.")
    if "unit" in changed and channel.closures.filter(state=ClosureState.AWAITING).exists():
        return _(
            "The unit's two chiefs are deciding about the channel's closure. Change the unit afterwards."
        )
    return ""


def change_handle(
    channel: Channel, *, actor: User, at: datetime, seen: int, address: Address, note: str
) -> None:
    """This will give the channel its new handle and address and keep the ones it had."""
    _ask(rules.may_tend(actor, channel))
    if address.platform != channel.platform.code:
        raise MoveRefused(_("The address leads to another platform."))
    twin = known_already(address)
    if twin and twin.pk != channel.pk:
        raise MoveRefused(_("%(channel)s has this address or handle already.") % {"channel": twin})
    if address.url == channel.url:
        raise MoveRefused(_("The channel has this address already."))
    with transaction.atomic():
        _ask_alive(channel)
        HandleHistory.objects.create(
            channel=channel,
            handle=channel.handle,
            url=channel.url,
            until_on=local_day(at),
            note=note,
            noted_by=actor,
        )
        data = {"from": channel.url, "to": address.url}
        _bump(channel, seen, handle=address.handle, url=address.url)
        trail.record("channel.handle", about=channel, actor=actor, at=at, note=note, data=data)
    channel.refresh_from_db()


def name_editor(channel: Channel, *, actor: User, at: datetime, user: User, holds_keys: bool) -> None:
    """This will name an editor for the channel, or change whether they hold the keys."""
    _ask(rules.may_tend(actor, channel))
    with transaction.atomic():
        _ask_alive(channel)
        NamedEditor.objects.update_or_create(channel=channel, user=user, defaults={"holds_keys": holds_keys})
        data = {"added": user.pk, "keys": int(holds_keys)}
        trail.record("channel.editors", about=channel, actor=actor, at=at, data=data)


def unname_editor(editor: NamedEditor, *, actor: User, at: datetime) -> None:
    _ask(rules.may_tend(actor, editor.channel))
    with transaction.atomic():
        _ask_alive(editor.channel)
        data = {"removed": editor.user_id}
        trail.record("channel.editors", about=editor.channel, actor=actor, at=at, data=data)
        editor.delete()


def look_over(
    channel: Channel,
    *,
    actor: User,
    at: datetime,
    follows_profile: bool,
    purpose_holds: bool = True,
    people_right: bool = True,
    comments_right: bool = True,
    remarks: str = "",
    profile: CleanImage | None = None,
    cover: CleanImage | None = None,
) -> LookOver:
    """This will note that somebody looked the channel over (R1); pictures not given are those of the look before."""
    _ask(rules.may_tend(actor, channel))
    answers = {
        "follows_profile": follows_profile,
        "purpose_holds": purpose_holds,
        "people_right": people_right,
        "comments_right": comments_right,
    }
    if not all(answers.values()) and not remarks.strip():
        raise MoveIncomplete(_("Say what is not as it should be, and who changes it."))
    _ask_alive(channel)
    before = channel.look_overs.first()
    shas = {
        f"{name}_sha": filestore.keep(LOOKS, image.clean_bytes)
        if image
        else (getattr(before, f"{name}_sha") if before else "")
        for name, image in (("profile", profile), ("cover", cover))
    }
    with transaction.atomic():
        row = LookOver.objects.create(
            channel=channel,
            looked_on=local_day(at),
            looked_by=actor,
            **answers,
            remarks=remarks,
            **shas,
        )
        Channel.objects.filter(pk=channel.pk).update(looked_over_on=local_day(at))
        trail.record("channel.look_over", about=channel, actor=actor, at=at, note=remarks, data=shas)
    return row


def note_own_post(channel_id: int, day: date) -> None:
    """This will note that the channel had a post of its own that day. An older one changes nothing."""
    Channel.objects.filter(pk=channel_id).exclude(state=ChannelState.DEREGISTERED).filter(
        models.Q(last_post_on=None) | models.Q(last_post_on__lt=day)
    ).update(last_post_on=day, quiet_since=Greatest("quiet_since", models.Value(day)))


def prove_post(channel: Channel, *, actor: User, at: datetime, posted_on: date, proof: str) -> ActivityProof:
    """This will note a post of the channel's own that did not go out from here. Raises MoveRefused for days to come."""
    _ask(rules.may_tend(actor, channel))
    if posted_on > local_day(at):
        raise MoveRefused(_("The day is in the future."))
    with transaction.atomic():
        _ask_alive(channel)
        row = ActivityProof.objects.create(
            channel=channel, posted_on=posted_on, proof=proof, noted_by=actor, noted_at=at
        )
        note_own_post(channel.pk, posted_on)
        data = {"posted_on": posted_on.isoformat(), "proof": proof}
        trail.record("channel.proof", about=channel, actor=actor, at=at, data=data)
    channel.refresh_from_db()
    return row


@CHANNEL_MOVES.before("keep")
def count_anew(channel: Channel, *, at: datetime, **details: Any) -> dict[str, Any]:
    """This will count the silence from today: the question was answered."""
    return {"quiet_since": local_day(at)}


def ask_opening(*, actor: User, at: datetime, **facts: Any) -> Opening:
    """This will ask the unit's chiefs for a new channel and tell them. Raises MoveRefused where no chief could answer."""
    if not any(chief.is_active and chief != actor for chief in facts["unit"].chiefs):
        raise MoveRefused(
            _("%(unit)s has no chief who can answer you. Ask an administrator to name one.")
            % {"unit": facts["unit"].name}
        )
    with transaction.atomic():
        opening = Opening.objects.create(asked_by=actor, asked_at=at, **facts)
        trail.record("opening.ask", about=opening, actor=actor, at=at)
        tell(
            (
                Message(
                    recipient=chief,
                    key=f"opening:{opening.pk}:ask",
                    subject=say(gettext_lazy("A new channel is wanted: %(name)s"), name=str(opening)),
                    body=opening.purpose,
                    url=opening_url(opening),
                    why=gettext_lazy("you are a chief of the unit"),
                    about=opening,
                )
                for chief in opening.unit.chiefs
                if chief != actor
            ),
            at,
        )
    return opening


def opening_url(opening: Opening) -> str:
    from django.urls import reverse

    return reverse("channels_registry:opening_page", args=[opening.pk])


@OPENING_MOVES.before("approve")
@OPENING_MOVES.before("refuse")
def who_decided(opening: Opening, *, actor: User, at: datetime, **details: Any) -> dict[str, Any]:
    return {"decided_by": actor, "decided_at": at}


@OPENING_MOVES.effect("approve")
@OPENING_MOVES.effect("refuse")
def tell_who_asked(opening: Opening, *, at: datetime, note: str, **details: Any) -> None:
    said = opening.state_label
    tell(
        [
            Message(
                recipient=opening.asked_by,
                key=f"opening:{opening.pk}:{opening.state}",
                subject=say(gettext_lazy("%(name)s: a chief has answered"), name=str(opening)),
                body=note or said,
                url=opening_url(opening),
                why=gettext_lazy("you asked for the channel"),
                about=opening,
            )
        ],
        at,
    )


@OPENING_MOVES.before("open")
def put_into_register(
    opening: Opening, *, actor: User, at: datetime, address: Address | str, **details: Any
) -> dict[str, Any]:
    """This will put the channel into the register under the address it got. Raises MoveRefused for a duplicate."""
    if isinstance(address, str):
        try:
            address = read_address_for(address, opening.platform)
        except NotRecognised as unknown:
            raise MoveRefused(str(unknown.reason)) from unknown
    if address.platform != opening.platform.code:
        raise MoveRefused(_("The address leads to another platform than the chief agreed to."))
    if _is_only_a_name(opening.platform):
        new_platform(opening.platform.name, elsewhere(address.url)[0])
    channel = _create(
        actor=actor,
        at=at,
        address=address,
        unit=opening.unit,
        state=ChannelState.PROPOSED,
        name=opening.name,
        purpose=opening.purpose,
        audience=opening.audience,
        owner=opening.owner,
    )
    perform(channel, "open", actor=None, at=at)
    return {"channel": channel, "address": address}


def _bump(channel: Channel, seen: int, **columns: Any) -> None:
    """Change the channel only if it is as it was seen. Raises MoveRefused once it has ended, else ChangedMeanwhile."""
    _ask_alive(channel)
    rows = Channel.objects.filter(pk=channel.pk, version=seen, state=channel.state)
    try:
        with transaction.atomic():
            if not rows.update(version=seen + 1, **columns):
                raise ChangedMeanwhile
    except IntegrityError as error:
        if "url" not in columns:  # a rest or a decision began a moment ago
            raise ChangedMeanwhile from error
        raise MoveRefused(_("Another channel has this address already.")) from error


def _ask_alive(channel: Channel) -> None:
    """This will refuse to change what is kept of a channel that has ended, also when it did so a moment ago (R35)."""
    if Channel.objects.filter(pk=channel.pk, state__in=ENDED).exists():
        raise MoveRefused(_("The channel has ended and is kept as it was."))


def _ask(answer: Answer) -> None:
    if isinstance(answer, Refusal):
        raise MoveForbidden(answer)
