"""Cases that leave the house: a bag (BagIt 1.0) that others can read and check, and a masked one for public records."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core import filestore, trail
from core.models import Event, Seal, User
from core.moves import MoveIncomplete, MoveRefused
from core.workdays import instant
from moderation import bag_verify
from moderation.archive import MASKED
from moderation.capture import ORIGINALS
from moderation.masking import may_mask
from moderation.models import Case, DisposedCase, Waiver
from moderation.rules import may_keep_records, must
from moderation.statement import statement_of

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
STYLE = settings.BASE_DIR / "static" / "css" / "export.css"
MOST_CASES = 5000


class Bag:
    """A bag being written into a zip file: each file is hashed as it is put in."""

    def __init__(self, out: IO[bytes], name: str, at: datetime) -> None:
        self._zip, self._name = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED), name
        self._at = at.astimezone(UTC)
        self._payload: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._size = 0

    def put(self, path: str, data: bytes) -> None:
        """This will put a file of the payload into the bag, under an ASCII name."""
        path = f"data/{path}".encode("ascii").decode()
        if path in self._payload:
            return
        self._payload[path] = hashlib.sha256(data).hexdigest()
        self._size += len(data)
        self._write(path, data)

    def close(self, about: dict[str, str]) -> str:
        """This will write the manifests and return the SHA-256 of the tag manifest, which covers all of the bag."""
        info = {
            **about,
            "Bagging-Date": self._at.date().isoformat(),
            "Payload-Oxum": f"{self._size}.{len(self._payload)}",
        }
        self._tag("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        self._tag("bag-info.txt", "".join(f"{name}: {value}\n" for name, value in info.items()))
        self._tag("verify.py", Path(bag_verify.__file__).read_text(encoding="utf-8"))
        self._tag("manifest-sha256.txt", _lines(self._payload))
        manifest = _lines(self._tags)
        self._write("tagmanifest-sha256.txt", manifest.encode())
        self._zip.close()
        return hashlib.sha256(manifest.encode()).hexdigest()

    def _tag(self, path: str, text: str) -> None:
        self._tags[path] = hashlib.sha256(text.encode()).hexdigest()
        self._write(path, text.encode())

    def _write(self, path: str, data: bytes) -> None:
        moment = self._at.timetuple()[:6]
        self._zip.writestr(zipfile.ZipInfo(f"{self._name}/{path}", moment), data, zipfile.ZIP_DEFLATED)


def _lines(files: dict[str, str]) -> str:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items()))


def cases_of_period(user: User, first: date, last: date) -> list[Case]:
    """This will find the cases discovered from one day to another, both included. Raises MoveRefused: too many."""
    must(may_keep_records(user))
    if last < first:
        raise MoveRefused(_("The period ends before it begins."))
    until = instant(date.fromordinal(last.toordinal() + 1), "00:00")
    found = Case.objects.visible_to(user).filter(
        discovered_at__gte=instant(first, "00:00"), discovered_at__lt=until
    )
    cases = list(_whole(found)[: MOST_CASES + 1])
    if len(cases) > MOST_CASES:
        raise MoveRefused(_("More than %(count)s cases. Choose a shorter period.") % {"count": MOST_CASES})
    if not cases:
        raise MoveRefused(_("No case was discovered in that period."))
    return cases


def export_cases(cases: Sequence[Case], *, actor: User, at: datetime, out: IO[bytes], name: str) -> str:
    """This will write the cases as a zipped bag into `out`, note it in the trail, and return the hash of the bag.

    What happened so far is sealed first, so that the chain proves all of it. Raises MoveRefused for others than
    keepers of the records, FileProblem when a stored file is not what its hash says: no bag leaves half.
    """
    must(may_keep_records(actor))
    while trail.seal_events(at):
        pass
    bag = Bag(out, name, at)
    with translation.override("sv"):
        for case in cases:
            _put_case(bag, case)
        bag.put("index.html", _page("moderation/export_index.html", {"cases": cases}))
    bag.put("style.css", STYLE.read_bytes())
    bag.put("chain.json", _json(_chain_of(cases)))
    digest = bag.close(
        {
            "Source-Organization": settings.CITY_NAME,
            "External-Description": f"Modereringsärenden: {len(cases)}",
            "External-Identifier": name,
            "Bag-Software-Agent": "Redaktionen",
        }
    )
    for case in cases:
        trail.record("case.export", about=case, actor=actor, at=at, data={"bag": digest})
    return digest


def load(case: Case) -> Case:
    """This will read a case with all that an export shows of it."""
    return _whole(Case.objects.filter(pk=case.pk)).get()


def _whole(cases: Any) -> Any:
    return (
        cases.select_related(
            "ground",
            "comment__channel__platform",
            "comment__channel__unit",
            "opened_by",
            "waiver__asked_by",
            "waiver__signed_by",
        )
        .prefetch_related(
            "comment__revisions",
            "evidence__items__masked_copies",
            "evidence__sealed_by",
            "evidence__revision",
            "removals__ordered_by",
            "checks__checked_by",
            "police_reports",
            "author_notices",
        )
        .order_by("pk")
    )


def _folder(case: Case) -> str:
    return f"case-{case.pk:07}"


def _put_case(bag: Bag, case: Case) -> None:
    folder, files = _folder(case), []
    erased = DisposedCase.objects.filter(case=case, erased_at__isnull=False).exists()
    for evidence in case.evidence.all():
        if evidence.is_sealed and not erased:
            bag.put(f"{folder}/sealed-{evidence.pk}.json", evidence.manifest.encode())
        for item in evidence.items.all():
            name = f"{item.sha}.{SUFFIXES[item.content_type]}"
            if not erased:
                bag.put(f"{folder}/{name}", filestore.read(ORIGINALS, item.sha))
            files.append({"name": name, "item": item, "erased": erased})
    looks = []
    for check in case.checks.all():
        name = f"{check.sha}.{SUFFIXES[check.content_type]}" if check.sha else ""
        if name and not erased:
            bag.put(f"{folder}/{name}", filestore.read(ORIGINALS, check.sha))
        looks.append({"check": check, "name": name, "erased": erased})
    statements = [statement_of(removal) for removal in case.removals.all()]
    for number, statement in enumerate(statements, start=1):
        bag.put(f"{folder}/statement-{number}.json", _json(statement))
    events = list(_events_of(case))
    bag.put(f"{folder}/case.json", _json(_facts(case, events)))
    # Sealing is one step to whoever reads; the chain has it of the case and of its evidence.
    steps = [event for event in events if event.kind != "evidence.seal"]
    context = {
        "case": case,
        "waiver": _waiver_of(case),
        "about": _about(case),
        "files": files,
        "looks": looks,
        "events": steps,
    }
    bag.put(f"{folder}/case.html", _page("moderation/export_case.html", context))


def _waiver_of(case: Case) -> Waiver | None:
    return getattr(case, "waiver", None)


def _about(case: Case) -> str:
    """What the case is about: as it was opened, or else as it was decided."""
    return case.facts or next((removal.facts for removal in case.removals.all() if removal.facts), "")


def _facts(case: Case, events: list[Event]) -> dict[str, Any]:
    comment = case.comment
    return {
        "case": case.pk,
        "state": case.state,
        "ground": {"code": case.ground.code, "name": case.ground.name, "citation": case.ground.citation},
        "facts": case.facts,
        "channel": {"name": comment.channel.name, "address": comment.channel.url},
        "unit": comment.channel.unit.name,
        "discovered_at": case.discovered_at,
        "due_at": case.due_at,
        "hidden_at": case.hidden_at,
        "breached_at": case.breached_at,
        "closed_at": case.closed_at,
        "comment": {
            "address": comment.url,
            "kind": comment.kind,
            "revisions": [
                {"number": row.number, "author": row.author_name, "text": row.text, "seen_at": row.seen_at}
                for row in comment.revisions.all()
            ],
        },
        "evidence": [
            {
                "evidence": evidence.pk,
                "state": evidence.state,
                "context": evidence.context,
                "manifest_sha256": evidence.manifest_sha,
                "files": [
                    {"sha256": item.sha, "shows": item.shows, "taken_by": item.taken_by}
                    for item in evidence.items.all()
                ],
            }
            for evidence in case.evidence.all()
        ],
        "waiver": _waived(_waiver_of(case)),
        "decisions": [
            {
                "citation": row.citation,
                "facts": row.facts,
                "manifest": row.manifest,
                "found_by": row.found_by,
                "by": row.ordered_by.name,
                "at": row.ordered_at,
            }
            for row in case.removals.all()
        ],
        "checks": [
            {"way": row.way, "result": row.result, "said": row.said, "sha256": row.sha, "at": row.checked_at}
            for row in case.checks.all()
        ],
        "police_reports": [
            {"number": row.number, "reported_on": row.reported_on} for row in case.police_reports.all()
        ],
        "author_told": [
            {"way": row.way, "text": row.text, "at": row.told_at} for row in case.author_notices.all()
        ],
        "events": [
            {"at": event.at, "what": event.kind, "who": event.actor_name, "note": event.note}
            for event in events
        ],
    }


def _waived(waiver: Waiver | None) -> dict[str, Any] | None:
    if waiver is None:
        return None
    return {
        "description": waiver.description,
        "written_by": waiver.asked_by.name,
        "written_at": waiver.asked_at,
        "signed_by": waiver.signed_by.name if waiver.signed_by else "",
        "signed_at": waiver.signed_at,
    }


def _events_of(case: Case) -> Iterator[Event]:
    evidence = [row.pk for row in case.evidence.all()]
    about = Q(about_type="moderation.case", about_id=case.pk) | Q(
        about_type="moderation.evidence", about_id__in=evidence
    )
    yield from Event.objects.filter(about).order_by("pk")


def _chain_of(cases: Iterable[Case]) -> dict[str, Any]:
    """The links from the first that holds an event of these cases to the last. Events of others are hashes only."""
    ours: dict[int, set[int]] = {}
    for case in cases:
        for event in _events_of(case):
            if event.seal_id:
                ours.setdefault(event.seal_id, set()).add(event.pk)
    if not ours:
        return {"links": []}
    lines: dict[int | None, list[dict[str, str]]] = defaultdict(list)
    for event in Event.objects.filter(seal__in=list(ours)).order_by("pk").iterator():
        is_ours = event.pk in ours[event.seal_id or 0]
        shown = {"line": trail.event_line(event).decode()} if is_ours else {"sha256": trail.line_hash(event)}
        lines[event.seal_id].append(shown)
    links = []
    for seal in Seal.objects.filter(pk__gte=min(ours), pk__lte=max(ours)).order_by("pk").iterator():
        link = {
            "id": seal.pk,
            "prev": seal.prev,
            "digest": seal.digest,
            "events": seal.event_count,
            "sealed_at": seal.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "hash": seal.hash,
        }
        if seal.pk in lines:
            link["lines"] = lines[seal.pk]
        links.append(link)
    return {"links": links}


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False, default=_as_text).encode()


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _page(template: str, context: dict[str, Any]) -> bytes:
    return render_to_string(template, context).encode()


def masked_case(case: Case, *, actor: User, at: datetime, out: IO[bytes], words: Sequence[str] = ()) -> None:
    """This will write a case with names and faces covered as a zip into `out`: a page, and the masked pictures.

    The author's name and `words` are covered wherever they stand; each picture needs a masked copy first.
    Raises MoveRefused for others than the team and the keepers of records, MoveIncomplete for what is not masked.
    """
    must(may_mask(actor, case))
    if DisposedCase.objects.filter(case=case, erased_at__isnull=False).exists():
        raise MoveRefused(_("The case was disposed of. There is nothing left to hand out."))
    pictures: list[dict[str, Any]] = []
    for evidence in case.evidence.all():
        for item in evidence.items.all():
            copy = next(iter(item.masked_copies.all()), None)
            if copy is None:
                raise MoveIncomplete(_("Make a masked copy of each picture first."))
            pictures.append({"name": f"{copy.sha}.png", "sha": copy.sha, "covered": bool(copy.boxes)})
    names = {row.author_name for row in case.comment.revisions.all()} | {word.strip() for word in words}
    facts = {
        "case": case,
        "facts": cover(_about(case), names),
        "decisions": [
            {"removal": removal, "facts": cover(removal.facts, names)} for removal in case.removals.all()
        ],
        "waived": cover(waiver.description, names) if (waiver := _waiver_of(case)) else "",
        "text": cover(case.comment.current.text if case.comment.current else "", names),
        "contexts": [cover(evidence.context, names) for evidence in case.evidence.all()],
        "pictures": pictures,
        "bare": any(not picture["covered"] for picture in pictures),
    }
    name = f"{_folder(case)}-masked"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, translation.override("sv"):
        for picture in pictures:
            archive.writestr(f"{name}/{picture['name']}", filestore.read(MASKED, picture["sha"]))
        archive.writestr(f"{name}/style.css", STYLE.read_bytes())
        archive.writestr(f"{name}/case.html", _page("moderation/export_masked.html", facts))
    trail.record("case.export", about=case, actor=actor, at=at, data={"masked": "yes"})


def cover(text: str, names: Iterable[str]) -> str:
    """This will return the text with each name, and each part of it, covered."""
    parts = {part for name in names for part in [name, *name.split()] if len(part) > 1}
    if not parts:
        return text
    longest_first = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    return re.sub(longest_first, "█████", text, flags=re.IGNORECASE)
