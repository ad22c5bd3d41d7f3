"""What the machine answers about a post, each answer with its why. Links and consent block; the rest advises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_registry.models import Channel
from core.signs import unseen_in
from core.templatetags.parts import day, moment
from core.workdays import local_day
from editorial import plain_language
from editorial.models import LinkCheck
from editorial.proofs import ChannelText, Proof
from editorial.states import UNDER_WAY, PostState

OK, ADVICE, BLOCK, WAITING = "ok", "advice", "block", "waiting"
LEAST_WIDTH = 1080
MOST_NAMED = 10
LOOKED_OVER = timedelta(days=365)
# The narrowest and the widest picture a feed shows uncropped.
SHAPES = {"instagram": (0.8, 1.91), "x": (0.75, 2.0), "linkedin": (0.8, 1.91), "facebook": (0.8, 1.91)}


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what was asked, how it stands, why it is asked, and what was found."""

    code: str
    level: str
    title: str
    why: str
    details: tuple[str, ...] = ()

    def as_kept(self) -> dict[str, Any]:
        """This will return the line as it is kept with an approval."""
        return {"check": self.code, "level": self.level, "title": self.title, "details": list(self.details)}


def checklist(proof: Proof) -> list[Check]:
    """This will answer each of the machine's questions, those that block first, then advice. Reads nothing more."""
    lines = [answer(proof) for answer in QUESTIONS]
    return sorted(lines, key=lambda line: [BLOCK, WAITING, ADVICE, OK].index(line.level))


def links(proof: Proof) -> Check:
    why = _("Followers should come where the link says (R24).")
    if not proof.checks:
        return Check("links", OK, _("No links"), why)
    broken = [check for check in proof.checks if check.verdict == LinkCheck.Verdict.BROKEN]
    waiting = [check for check in proof.checks if not check.verdict]
    unsure = [check for check in proof.checks if check.verdict == LinkCheck.Verdict.UNSURE]
    if broken:
        words = ngettext("%(count)s link does not work", "%(count)s links do not work", len(broken))
        return Check("links", BLOCK, words % {"count": len(broken)}, why, _problems(broken))
    if waiting:
        return Check("links", WAITING, _("The links are being checked"), why)
    if unsure:
        words = ngettext("%(count)s link to open yourself", "%(count)s links to open yourself", len(unsure))
        return Check("links", ADVICE, words % {"count": len(unsure)}, why, _problems(unsure))
    return Check("links", OK, _("The links work"), why)


def _problems(checks: list[LinkCheck]) -> tuple[str, ...]:
    named = [f"{check.url}: {check.get_problem_display()}" for check in checks[:MOST_NAMED]]
    more = [_("… and %(count)s more") % {"count": len(checks) - MOST_NAMED}] if checks[MOST_NAMED:] else []
    return (*named, *more)


def consent(proof: Proof) -> Check:
    why = _("Whoever can be recognised has to have agreed, on the day it is published (R14–R16).")
    if not proof.pictures:
        return Check("consent", OK, _("No pictures"), why)
    stopped = [f"{row.picture}: {reason}" for row, light in proof.pictures for reason in light.reasons]
    if stopped:
        return Check("consent", BLOCK, _("A picture cannot be used"), why, tuple(stopped))
    return Check("consent", OK, _("The pictures can be used"), why)


def channels(proof: Proof) -> Check:
    why = _("A channel that rests or ends takes no posts, or soon takes no more.")
    told = [
        _("Nothing is published on %(channel)s now.") % {"channel": shown.channel}
        if not shown.channel.may_publish
        else _("%(channel)s is being closed.") % {"channel": shown.channel}
        for shown in proof.texts
        if not shown.channel.may_publish or shown.channel.state == Channel.State.CLOSING
    ]
    if told:
        return Check("channels", ADVICE, _("Look at where it is published"), why, tuple(told))
    return Check("channels", OK, _("The channels are open"), why)


def wanted_time(proof: Proof) -> Check:
    why = _("A post that waits past its time goes out late or not at all.")
    when = proof.post.planned_at or proof.post.wanted_at
    if when is None:
        return Check("time", OK, _("No time is wanted yet"), why)
    if when < proof.at and proof.post.state in UNDER_WAY and proof.post.state != PostState.DUE:
        told = _("It was to go out %(time)s. Agree on another time.") % {"time": moment(when)}
        return Check("time", ADVICE, _("The time has passed"), why, (told,))
    return Check("time", OK, _("There is time left"), why)


def alt_texts(proof: Proof) -> Check:
    why = _("Who cannot see the picture reads the alternative text.")
    bad = [
        _("%(picture)s: say what is in the picture.") % {"picture": row.picture}
        for row, _light in proof.pictures
        if len(row.alt_text.strip()) < 10 or row.alt_text.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))
    ]
    if bad:
        return Check("alt", ADVICE, _("An alternative text says too little"), why, tuple(bad))
    return Check("alt", OK, _("The pictures have alternative texts"), why)


def platforms(proof: Proof) -> Check:
    why = _("Each platform takes its own length, links, hashtags and pictures.")
    found = [f"{shown.channel}: {told.text}" for shown in proof.texts for told in shown.findings]
    if found:
        return Check("platforms", ADVICE, _("Something does not fit a platform"), why, tuple(found))
    return Check("platforms", OK, _("Text and pictures fit the platforms"), why)


def look(proof: Proof) -> Check:
    why = _("Everything follows the city's graphic profile (R1).")
    found = [told for shown in proof.texts for told in _shapes(proof, shown)]
    found += [told for shown in proof.texts if (told := _looked_over(shown.channel, proof))]
    if found:
        return Check("look", ADVICE, _("Look at the pictures and the channel"), why, tuple(found))
    return Check("look", OK, _("Sizes and the channel's look are in order"), why)


def _shapes(proof: Proof, shown: ChannelText) -> list[str]:
    told = []
    narrow, wide = SHAPES.get(shown.channel.platform.code, (0.0, 100.0))
    for row, _light in proof.pictures:
        values = {"picture": row.picture, "channel": shown.channel, "width": row.picture.width}
        if row.picture.width < LEAST_WIDTH:
            told.append(_("%(picture)s is %(width)s pixels wide and looks blurred on %(channel)s.") % values)
        if not narrow <= row.picture.width / max(row.picture.height, 1) <= wide:
            told.append(_("%(picture)s is cropped on %(channel)s.") % values)
    return told


def _looked_over(channel: Channel, proof: Proof) -> str:
    last = channel.looked_over_on
    if last is None:
        return _("Nobody has noted when the look of %(channel)s was last looked over.") % {"channel": channel}
    if local_day(proof.at) - last > LOOKED_OVER:
        return _("The look of %(channel)s was last looked over on %(day)s.") % {
            "channel": channel,
            "day": day(last),
        }
    return ""


def collaboration(proof: Proof) -> Check:
    why = _("Nothing should be seen as advertising, and a collaboration is explained (R27).")
    stated = str(proof.version.content["collaboration"]).strip()
    brand = str(proof.version.content.get("brand", "")).strip()
    words = [f"“{word}”" for word in plain_language.selling_words(proof.whole_text)[:MOST_NAMED]]
    said = [stated] if stated else []
    shown = [_("Logo or product: %(brand)s") % {"brand": brand}] if brand else []
    if stated and (silent := _silent_of(stated, proof)):
        title = _("The collaboration is not explained in the text")
        return Check("collaboration", ADVICE, title, why, (stated, *silent, *shown, *words))
    if brand:
        title = _("A logo or a product is shown")
        return Check("collaboration", ADVICE, title, why, (*said, *shown, *words))
    if words:
        title = _("Something may look like advertising")
        return Check("collaboration", ADVICE, title, why, (*said, *words))
    if stated:
        return Check("collaboration", OK, _("The collaboration is named in the text"), why, (stated,))
    return Check("collaboration", OK, _("Nothing looks like advertising"), why)


def _silent_of(stated: str, proof: Proof) -> list[str]:
    """Return the channels whose text names none of the words of the statement that could be a name."""
    named = _names_in(stated)
    return [
        str(shown.channel)
        for shown in proof.texts
        if not named & {word.lower() for word in plain_language.words_in(shown.published)}
    ]


def _names_in(stated: str) -> set[str]:
    """Return the words with a capital letter, or all longer ones where there are none.

    A word that only begins a sentence is no name when others are: in “The bus is paid by Volvo” only one is named.
    """
    sentences = [plain_language.words_in(sentence) for sentence in plain_language.sentences_in(stated)]
    names = {
        word.lower()
        for said in sentences
        for place, word in enumerate(said)
        if word[0].isupper() and (place or said[1:2] == [] or said[1][0].isupper())
    }
    return names or {word.lower() for said in sentences for word in said if len(word) > 3}


def readable(proof: Proof) -> Check:
    why = _("Plain language: short sentences and everyday words (R9).")
    index = plain_language.lix(proof.whole_text)
    long = plain_language.long_sentences(proof.whole_text)
    found = [
        _("Long sentence: “%(text)s”") % {"text": sentence if len(sentence) < 140 else f"{sentence[:139]}…"}
        for sentence in long[:5]
    ]
    if index is not None and index > plain_language.HARD_LIX:
        found.insert(0, _("LIX %(index)s: hard to read. Aim at 40 or lower.") % {"index": index})
    if found:
        return Check("readable", ADVICE, _("The text can be made easier"), why, tuple(found))
    title = (
        _("Easy to read (LIX %(index)s)") % {"index": index}
        if index is not None
        else _("Short enough to read")
    )
    return Check("readable", OK, title, why)


def heard(proof: Proof) -> Check:
    why = _("A screen reader says #LikeThis as words, and #likethis as one.")
    if tags := plain_language.hard_to_hear(proof.whole_text):
        title = _("Hashtags are hard to hear")
        return Check("heard", ADVICE, title, why, tuple(dict.fromkeys(tags)))
    return Check("heard", OK, _("Hashtags can be read aloud"), why)


def unseen(proof: Proof) -> Check:
    why = _("Signs that cannot be seen can turn a text round or hide where a link leads.")
    everything = "\n".join(
        [proof.whole_text, *proof.version.content["links"], proof.version.content["byline"]]
    )
    found = dict.fromkeys(f"{one.code} {one.name}" for one in unseen_in(everything))
    if found:
        return Check("unseen", ADVICE, _("There are signs that cannot be seen"), why, tuple(found))
    return Check("unseen", OK, _("Nothing is hidden in the text"), why)


def said_before(proof: Proof) -> Check:
    why = _("Followers soon tire of the same text.")
    found = [
        _("“%(title)s” on %(channel)s, %(time)s")
        % {"title": alike.title, "channel": alike.channel, "time": moment(alike.at)}
        for alike in proof.alike
    ]
    if found:
        title = _("The channel has nearly the same text within 90 days")
        return Check("said_before", ADVICE, title, why, tuple(found[:5]))
    return Check("said_before", OK, _("The text is new on the channel"), why)


QUESTIONS: tuple[Callable[[Proof], Check], ...] = (
    links,
    consent,
    channels,
    wanted_time,
    alt_texts,
    platforms,
    look,
    collaboration,
    readable,
    heard,
    unseen,
    said_before,
)
