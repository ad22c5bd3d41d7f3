"""The archive package of a closure: a BagIt bag with everything that was decided, told and kept (R34)."""

from __future__ import annotations

import json
import logging
import re
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import bagit
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy

from channels_registry import plans
from channels_registry.archiving import ORIGINALS
from channels_registry.models import ArchiveItem, ArchivePackage, Closure
from channels_registry.pieces import scratch
from core import filestore, trail
from core.clock import job

log = logging.getLogger(__name__)

PACKAGES = "channel-packages"
SUFFIXES = {
    "application/zip": "zip",
    "application/gzip": "gz",
    "application/x-tar": "tar",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}

trail.WORDS |= {
    "closure.package": gettext_lazy("Archive package built"),
    "closure.package_taken": gettext_lazy("Archive package taken out"),
}


@job("packages")
def build_packages(at: datetime) -> int:
    """This will build the archive packages that are wanted, and return how many. One that fails is tried again later."""
    built = 0
    for package in ArchivePackage.objects.filter(built_at=None, try_at__lte=at).select_related("closure")[:5]:
        claimed = ArchivePackage.objects.filter(pk=package.pk, built_at=None, try_at=package.try_at)
        if not claimed.update(try_at=at + timedelta(minutes=15)):
            continue
        try:
            build(package, at)
            built += 1
        except (OSError, filestore.FileProblem, bagit.BagError) as error:
            log.exception("the archive package of closure %s was not built", package.closure_id)
            ArchivePackage.objects.filter(pk=package.pk).update(error=repr(error))
    return built


def build(package: ArchivePackage, at: datetime) -> None:
    """This will write the bag, validate it, keep it as one ZIP file under its hash, and put its hashes in the trail."""
    closure = package.closure
    area = scratch()
    area.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=area) as folder:
        bag_folder = Path(folder) / f"avslut-{closure.pk}"
        bag_folder.mkdir()
        _fill(bag_folder, closure)
        bag = bagit.make_bag(
            str(bag_folder),
            {"External-Identifier": f"closure-{closure.pk}", "Bagging-Date": at.date().isoformat()},
            checksums=["sha256"],
        )
        bag.validate()
        manifest_sha = filestore.sha_of_file(bag_folder / "manifest-sha256.txt")
        zipped = Path(folder) / "package.zip"
        _zip(bag_folder, zipped)
        size, sha = zipped.stat().st_size, filestore.keep_file(PACKAGES, zipped)
    with transaction.atomic():
        ArchivePackage.objects.filter(pk=package.pk).update(
            built_at=at, sha=sha, size=size, manifest_sha=manifest_sha, error=""
        )
        data = {"sha": sha, "manifest": manifest_sha, "bytes": size}
        trail.record("closure.package", about=closure, actor=None, at=at, data=data)
    package.refresh_from_db()


def _fill(folder: Path, closure: Closure) -> None:
    items = list(closure.items.order_by("pk"))
    facts = story_of(closure, items)
    (folder / "closure.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1))
    with translation.override(settings.LANGUAGE_CODE):
        page = render_to_string("channels_registry/package.html", {"closure": closure, "facts": facts})
    (folder / "index.html").write_text(page)
    for item in items:
        filestore.copy_to(ORIGINALS, item.sha, folder / file_name(item))


def file_name(item: ArchiveItem) -> str:
    """This will name an archived file in ASCII; its own name stands in closure.json."""
    return f"{item.pk}-{re.sub('[^a-z]', '', item.kind)}.{SUFFIXES.get(item.content_type, 'bin')}"


def story_of(closure: Closure, items: list[ArchiveItem]) -> dict[str, Any]:
    """This will tell the whole closure as data: plan, decisions, notices, files and events."""
    events = trail.events_about(closure).order_by("id")
    end = getattr(closure, "platform_closure", None)
    return {
        "channel": {
            "name": closure.channel.name,
            "platform": closure.channel.platform.name,
            "address": closure.channel.url,
            "handle": closure.channel.handle,
            "earlier": [
                [row.handle, row.url, row.until_on.isoformat()] for row in closure.channel.handles.all()
            ],
        },
        "plan": plans.content_of(closure),
        "plan_sha256": closure.plan_sha,
        "decisions": [
            {
                "role": row.role,
                "by": row.signer.name,
                "in_place_of": row.deputy_for.name if row.deputy_for else "",
                "said": row.said,
                "note": row.note,
                "plan_sha256": row.plan_sha,
                "at": row.decided_at.isoformat(),
                "void_since": row.voided_at.isoformat() if row.voided_at else "",
            }
            for row in closure.decisions.select_related("signer", "deputy_for")
        ],
        "notices": [
            {
                "text": row.text,
                "address": row.url,
                "published": row.published_at and row.published_at.isoformat(),
            }
            for row in closure.notices.all()
        ],
        "end": {"how": end.how, "handle": end.handle_kept, "at": end.closed_at.isoformat()} if end else {},
        "files": [
            {
                "file": file_name(item),
                "name": item.name,
                "kind": item.kind,
                "sha256": item.sha,
                "bytes": item.size,
                "added_by": item.added_by.name,
                "opened_by": item.opened_by.name if item.opened_by else "",
            }
            for item in items
        ],
        "events": [
            {"at": event.at.isoformat(), "what": event.kind, "who": event.actor_name, "note": event.note}
            for event in events
        ],
    }


def _zip(folder: Path, target: Path) -> None:
    """Pack the bag without compressing it: exports are compressed already, and memory stays small."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED, allowZip64=True) as out:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                out.write(path, path.relative_to(folder.parent))
