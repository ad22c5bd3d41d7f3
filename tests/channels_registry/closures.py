"""Closures as far as a test needs them, brought there through the same moves that people use."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels_registry import archiving, closing, packages
from channels_registry.models import Channel, Closure
from channels_registry.orders import send_orders
from core.moves import perform
from core.uploads import clean_image
from core.workdays import local_day
from editorial.models import FarewellPost, Publication
from editorial.reviewing import ALL_YES
from tests.conftest import City, make_user

WHERE = "https://www.instagram.com/parks"
WHY = "Few of you read us here."
PROMISED = timedelta(days=4)  # from the last notice to the day on which the account is closed


def zip_bytes(text: str = "All our posts.") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("posts.txt", text)
    return out.getvalue()


@pytest.fixture
def tove(city: City) -> Any:
    return make_user("Tove", is_web_strategist=True)


class Journey:
    """A closure on its way. Each step does what is missing before it and returns the closure."""

    def __init__(self, city: City, tove: Any, at: datetime, png: Callable[..., bytes], tmp_path: Any) -> None:
        self.city, self.tove, self.at, self.png, self.tmp_path = city, tove, at, png, tmp_path

    def fresh(self, closure: Closure) -> Closure:
        return Closure.objects.get(pk=closure.pk)

    def opened(self, channel: Channel | None = None, **facts: Any) -> Closure:
        values = {"reason": "results", "motive": "Too little for the work."} | facts
        return closing.open_closure(channel or self.city.channel, actor=self.city.anna, at=self.at, **values)

    def planned(self, **plan: Any) -> Closure:
        city, closure = self.city, self.opened()
        values = {
            "closes_on": local_day(self.at) + timedelta(days=40),
            "public_reason": WHY,
            "followers_go_to": WHERE,
            "no_merger_why": "Nobody else does parks.",
        } | plan
        closing.save_plan(closure, actor=city.anna, at=self.at, seen=closure.version, values=values)
        closing.note_advice(closure, actor=self.tove, at=self.at, advice="Send them to Instagram.")
        closing.decide_archive(
            closure,
            actor=city.rut,
            at=self.at,
            level="all",
            keeps_content=True,
            keeps_layout=True,
            motive="Of interest later.",
            officer_word="Keep everything.",
        )
        return self.fresh(closure)

    def awaiting(self, **plan: Any) -> Closure:
        closure = self.planned(**plan)
        perform(closure, "ask_decision", actor=self.city.anna, at=self.at)
        return self.fresh(closure)

    def sign(self, closure: Closure, who: Any, at: datetime | None = None) -> None:
        fresh = self.fresh(closure)
        perform(fresh, "sign", actor=who, at=at or self.at, plan_sha=fresh.plan_sha)

    def telling(self, **plan: Any) -> Closure:
        closure = self.awaiting(**plan)
        self.sign(closure, self.city.karin)
        self.sign(closure, self.city.ulf)
        return self.fresh(closure)

    def fall_due(self, farewell: FarewellPost, *, days_late: int = 0) -> datetime:
        """Have the notice's post read and planned, and its time come; returns when."""
        post, when = farewell.post, farewell.notice.planned_at + timedelta(days=days_late)
        reader = self.city.erik if not post.is_author(self.city.erik) else self.city.sara
        perform(post, "approve", answers=ALL_YES, actor=reader, at=self.at)
        perform(post, "schedule", actor=self.city.anna, at=self.at, planned_at=when)
        perform(post, "fall_due", actor=None, at=when)
        return when

    def publish(self, farewell: FarewellPost, *, days_late: int = 0) -> datetime:
        """Have the notice's post gone out and confirmed; returns when."""
        when = self.fall_due(farewell, days_late=days_late)
        publication = Publication.objects.get(post=farewell.post)
        url = f"{self.city.channel.url}/posts/{farewell.post.pk}"
        perform(publication, "confirm", actor=self.city.anna, at=when, url=url)
        return when

    def archiving(self, **plan: Any) -> Closure:
        closure = self.telling(**plan)
        for farewell in FarewellPost.objects.order_by("notice__planned_at"):
            self.at = max(self.at, self.publish(farewell))
        return self.fresh(closure)

    def keep(self, closure: Closure) -> None:
        city = self.city
        shot = clean_image(self.png(), name="shot.png")
        archiving.keep_screenshot(closure, actor=city.anna, at=self.at, image=shot)
        source = self.tmp_path / "export.zip"
        source.write_bytes(zip_bytes())
        archiving.keep_export(closure, actor=city.anna, at=self.at, source=source, name="export.zip")
        for item in closure.items.all():
            archiving.note_opened(item, actor=city.rut, at=self.at)

    def ready(self, **plan: Any) -> Closure:
        closure = self.archiving(**plan)
        self.keep(closure)
        perform(closure, "make_ready", actor=self.city.anna, at=self.at)
        return self.fresh(closure)

    def closed(self, **plan: Any) -> Closure:
        closure = self.ready(**plan)
        self.at += PROMISED
        perform(closure, "close", actor=self.city.anna, at=self.at, how="deleted", handle_kept="The vault")
        packages.build_packages(self.at)
        return self.fresh(closure)

    def ordered(self, **plan: Any) -> Closure:
        closure = self.closed(**plan)
        perform(closure, "order", actor=self.city.anna, at=self.at)
        send_orders(self.at)
        return self.fresh(closure)

    def deregistered(self, **plan: Any) -> Closure:
        closure = self.ordered(**plan)
        perform(closure, "acknowledge", actor=self.city.anna, at=self.at, answer="Done.")
        return self.fresh(closure)

    def at_state(self, state: str) -> Closure:
        ways = {
            "preparing": self.planned,
            "awaiting_decision": self.awaiting,
            "telling": self.telling,
            "archiving": self.archiving,
            "ready": self.ready,
            "closed": self.closed,
            "ordered": self.ordered,
            "deregistered": self.deregistered,
        }
        if state in ways:
            return ways[state]()
        closure = self.planned()
        actor = self.city.karin if state == "rejected" else self.city.anna
        perform(
            closure, {"rejected": "reject", "cancelled": "cancel"}[state], actor=actor, at=self.at, note="No."
        )
        return self.fresh(closure)


@pytest.fixture
def journey(
    city: City, tove: Any, at: datetime, png: Callable[..., bytes], tmp_path: Any, settings: Any
) -> Journey:
    settings.LINK_TRUSTED_HOSTS = ["www.instagram.com"]
    return Journey(city, tove, at, png, tmp_path)
