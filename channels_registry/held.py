"""What of this room belongs to somebody with an account (core.extracts)."""

from django.utils.translation import gettext_lazy as _

from channels_registry.models import (
    ActivityProof,
    ArchiveDecision,
    ArchiveItem,
    Channel,
    Closure,
    Consultation,
    Decision,
    Deputyship,
    DeregistrationOrder,
    Dormancy,
    HandleHistory,
    LookOver,
    NamedEditor,
    Opening,
    PlatformClosure,
    Upload,
)
from channels_registry.models.closures import Role
from core.extracts import Page, Part, Row
from core.templatetags.parts import day

CHANNEL = Page(Channel, "channels_registry:channel_page")
OPENING = Page(Opening, "channels_registry:opening_page")
CLOSURE = Page(Closure, "channels_registry:closure_page")


def _deputy(row: Row) -> str:
    return f"{row['unit']}: {Role(row['role']).label}, {day(row['starts_on'])} – {day(row['ends_on'])}"


PARTS = [
    Part(Channel, "owner", _("Channels owned"), "", ("name",), CHANNEL, words=lambda row: row["name"]),
    Part(
        NamedEditor,
        "user",
        _("Channels of which one is a named editor"),
        "",
        ("channel__name", "holds_keys"),
        CHANNEL,
        "channel_id",
        words=lambda row: row["channel"],
    ),
    Part(
        HandleHistory,
        "noted_by",
        _("Changed user names of channels noted"),
        "until_on",
        ("note",),
        CHANNEL,
        "channel_id",
    ),
    Part(
        LookOver,
        "looked_by",
        _("Channels looked over"),
        "looked_on",
        ("remarks",),
        CHANNEL,
        "channel_id",
    ),
    Part(
        ActivityProof,
        "noted_by",
        _("Posts of channels proved"),
        "noted_at",
        ("posted_on",),
        CHANNEL,
        "channel_id",
    ),
    Part(Opening, "owner", _("New channels: named as their owner"), "asked_at", ("name", "state"), OPENING),
    Part(Opening, "asked_by", _("New channels asked for"), "asked_at", ("name", "state"), OPENING),
    Part(Opening, "decided_by", _("New channels decided about"), "decided_at", ("name", "state"), OPENING),
    Part(Dormancy, "asked_by", _("Rests asked for"), "asked_at", ("why", "state"), CHANNEL, "channel_id"),
    Part(
        Dormancy,
        "comments_checked_by",
        _("Rests whose comments were checked to be off"),
        "comments_checked_at",
        (),
        CHANNEL,
        "channel_id",
    ),
    Part(Closure, "handler", _("Closures handled"), "opened_at", ("state",), CLOSURE),
    Part(Closure, "opened_by", _("Closures begun"), "opened_at", ("state",), CLOSURE),
    Part(
        Deputyship,
        "deputy",
        _("Stood in for a chief"),
        "starts_on",
        ("ends_on", "unit__name", "role"),
        words=_deputy,
    ),
    Part(
        Consultation,
        "strategist",
        _("Advice given on closures"),
        "noted_at",
        ("advice",),
        CLOSURE,
        "closure_id",
    ),
    Part(Consultation, "noted_by", _("Advice on closures noted"), "noted_at", (), CLOSURE, "closure_id"),
    Part(
        Decision,
        "signer",
        _("Signatures on closures"),
        "decided_at",
        ("role", "said", "note", "voided_at"),
        CLOSURE,
        "closure_id",
    ),
    Part(
        Decision,
        "deputy_for",
        _("Signatures on closures by a deputy"),
        "decided_at",
        ("role", "said"),
        CLOSURE,
        "closure_id",
    ),
    Part(
        ArchiveDecision,
        "officer",
        _("Archive decisions answered for"),
        "noted_at",
        ("level", "officer_word"),
        CLOSURE,
        "closure_id",
    ),
    Part(
        ArchiveDecision,
        "noted_by",
        _("Archive decisions noted"),
        "noted_at",
        ("level",),
        CLOSURE,
        "closure_id",
    ),
    Part(
        ArchiveItem,
        "added_by",
        _("Files of closed channels added"),
        "added_at",
        ("name",),
        CLOSURE,
        "closure_id",
    ),
    Part(
        ArchiveItem,
        "opened_by",
        _("Files of closed channels opened"),
        "opened_at",
        ("name",),
        CLOSURE,
        "closure_id",
    ),
    Part(
        Upload, "begun_by", _("Large files sent"), "begun_at", ("name", "finished_at"), CLOSURE, "closure_id"
    ),
    Part(
        PlatformClosure,
        "closed_by",
        _("Channels closed on the platform"),
        "closed_at",
        ("how",),
        CLOSURE,
        "closure_id",
    ),
    Part(
        DeregistrationOrder,
        "ordered_by",
        _("Deregistrations ordered"),
        "ordered_at",
        ("state",),
        CLOSURE,
        "closure_id",
    ),
]

LEFT_OUT: dict[str, str] = {}
