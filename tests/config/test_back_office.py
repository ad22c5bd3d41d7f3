"""The administrators' door: every table can be found through, and what is typed there is taken or refused in words."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from channels_registry.models import Platform
from core.models import NoticeSettings
from editorial.models import Membership

pytestmark = [pytest.mark.django_db, pytest.mark.rule(41)]


def test_every_table_of_ours_is_searched_and_filtered(rf):
    missing = []
    for model in apps.get_models():
        if model.__module__.startswith(("django.", "allauth.")):
            continue
        shown = admin.site._registry.get(model)
        if not (
            shown and shown.search_fields and (shown.get_list_filter(rf.get("/")) or shown.date_hierarchy)
        ):
            missing.append(model._meta.label)
    assert missing == []


def test_a_member_can_be_left_without_duties_and_with_known_ones_only(city, client_of):
    """An emptied box of JSON was an error of ours."""
    client, member = client_of(city.admin), Membership.objects.get(team=city.team, user=city.anna)
    page = reverse("admin:editorial_membership_change", args=[member.pk])
    facts = {"team": city.team.pk, "user": city.anna.pk, "role": member.role, "share": 100}
    for duties, kept in (([], []), (["watch"], ["watch"]), (["{}"], ["watch"])):
        client.post(page, facts | {"duties": duties})
        member.refresh_from_db()
        assert member.duties == kept


def test_hosts_of_a_platform_are_names_one_a_line(city, client_of):
    client, platform = client_of(city.admin), city.channel.platform
    page = reverse("admin:channels_registry_platform_change", args=[platform.pk])
    facts = {"code": platform.code, "name": platform.name, "text_limit": 500}
    for typed, kept in (
        ("Example.org\nåäö.example", ["example.org", "åäö.example"]),
        ("", []),
        ("https://example.org/x", []),
        ("5", []),
    ):
        client.post(page, facts | {"hosts": typed})
        assert Platform.objects.get(pk=platform.pk).hosts == kept


def test_what_reaches_somebody_in_which_way_is_theirs_to_say(city, client_of):
    """Anything else than an object there would stop whoever tells this person something."""
    page = reverse("admin:core_noticesettings_add")
    client_of(city.admin).post(page, {"user": city.anna.pk, "digest_at": "08:00", "ways": "[]"})
    assert NoticeSettings.objects.get(user=city.anna).ways == {}


@pytest.mark.parametrize("sent", ["x", "\x00", "9" * 400, "-1"])
def test_a_choice_that_is_no_row_is_refused_by_its_field(city, client_of, sent):
    page = reverse("admin:core_unit_change", args=[city.unit.pk])
    answer = client_of(city.admin).post(page, {"name": "Parks", "responsible_chief": sent})
    assert answer.status_code == 200
    assert "responsible_chief" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("sent", ["x", "\x00", "9" * 400, "-1", "²"])
@pytest.mark.parametrize("action", ["reset_second_step", "delete_selected"])
def test_an_action_for_what_is_no_row_does_nothing_and_says_so(city, client_of, sent, action):
    model = "user" if action == "reset_second_step" else "unit"
    page = reverse(f"admin:core_{model}_changelist") + "?q=a"
    marked = {"action": action, "_selected_action": [sent, city.anna.pk], "post": "yes"}
    answer = client_of(city.admin).post(page, marked, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert [str(one) for one in answer.context["messages"]] == ["Choose rows of the list. Nothing was done."]
