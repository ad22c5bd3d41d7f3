"""Every table that can hold something of people is named on the page that says what is stored, and goes when it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.urls import get_resolver, reverse
from django.utils import timezone

from core import privacy, trail
from core.workdays import local_day
from editorial.ideas import hand_in
from editorial.models import Absence, Idea
from tests.doors import House
from tests.test_doors import parts_of
from tests.test_pages import named

# What holds nothing of people: the machine's own rows, and words that are about nobody.
ABOUT_NOBODY = {
    "auth.Group",
    "auth.Permission",
    "calendar_app.LayingOut",
    "channels_registry.FollowerNotice",
    "channels_registry.Platform",
    "contenttypes.ContentType",
    "core.Pulse",
    "core.Rung",
    "editorial.FarewellPost",
    "editorial.LinkCheck",
    "editorial.PostLink",
    "editorial.TeamChannel",
    "moderation.ArchiveCheck",
    "moderation.Ground",
    "socialaccount.SocialApp",
}


def test_every_table_is_named_or_holds_nothing_of_people():
    """A new model belongs to a kind in config/kept.py, or in the list above when nothing in it is about anybody."""
    named = {model._meta.label for kind in privacy.KINDS.values() for model in kind.models}
    assert {model._meta.label for model in apps.get_models()} - named == ABOUT_NOBODY
    assert not named & ABOUT_NOBODY


@pytest.mark.django_db
def test_old_absences_and_names_in_old_tips_go_and_the_idea_stays(city, at):
    today = local_day(timezone.now())
    for days in (400, 300):
        day = today - timedelta(days=days)
        Absence.objects.create(user=city.anna, starts_on=day, ends_on=day)
    named = {"what": "Swans", "giver_name": "Kim", "ask_whom": "Lo at the pond"}
    for days in (800, 700):
        hand_in(team=city.team, actor=None, at=timezone.now() - timedelta(days=days), **named)
    counts = {kind.name: count for kind, count in privacy.dispose(timezone.now(), really=False)}
    assert (counts["absences"], counts["tip_names"]) == (1, 1)
    assert (Absence.objects.count(), Idea.objects.filter(giver_name="Kim").count()) == (2, 2)
    privacy.dispose(timezone.now(), really=True)
    assert Absence.objects.get().starts_on == today - timedelta(days=300)
    rows = Idea.objects.order_by("given_at").values_list("what", "giver_name", "ask_whom")
    assert list(rows) == [("Swans", "", ""), ("Swans", "Kim", "Lo at the pond")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "noun", "kind"),
    [
        ("moderation:evidence_original", "evidence", "evidence.open"),
        ("moderation:case_export", "case", "case.export"),
        ("moderation:case_masked", "case", "case.export"),
        ("channels_registry:item_original", "item", "closure.item_taken"),
        ("channels_registry:package_download", "package", "closure.package_taken"),
    ],
)
def test_whoever_takes_out_what_was_stored_has_looked(city, at, client_of, name, noun, kind):
    house = House(city, at)
    thing = house["evidence"] and house[noun]
    kwargs = parts_of(name, dict(named(get_resolver()))[name], thing)
    client = client_of(city.rut)
    taken = (client.post if noun == "case" else client.get)(reverse(name, kwargs=kwargs))
    assert taken.status_code == 200
    assert [event.kind for event in privacy.looks()] == [kind]
    assert kind in trail.WORDS


@pytest.mark.parametrize("days", [{"evidence": 3650}, {"notice": 30}, {"notices": 0}])
def test_days_for_what_is_not_removed_by_time_are_refused(settings, days):
    settings.RETENTION_DAYS = {"sessions": 1} | days
    with pytest.raises(SystemCheckError, match=r"core\.E010"):
        call_command("check")
