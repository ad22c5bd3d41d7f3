"""Every page, for everybody: who is let in, who sees nothing, and how many queries it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver, reverse

from core.moves import perform
from moderation.models import Case, Comment, Watch

pytestmark = pytest.mark.django_db

PUBLIC = {
    "health",
    "ready",
    "metrics",
    "calendar_app:feed",
    "language",
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "editorial:feed",
    "notice_unsubscribe",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reauthenticate",
    "account_confirm_login_code",
    "account_request_login_code",
    "channels_registry:public_page",
    "channels_registry:public_json",
    "signer:ask",
    "signer:answer",
    "signer:receipt",
    "signer:withdraw",
    "signer:picture",
    "signer:step",
    "editorial:tip_form",
    "editorial:tip_follow",
}


def named(
    resolver: URLResolver, prefix: str = "", above: dict[str, Any] | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """Each address's name, with what its parts are made of."""
    found = []
    for entry in resolver.url_patterns:
        parts = (above or {}) | dict.fromkeys(entry.pattern.regex.groupindex) | entry.pattern.converters
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            found += named(entry, space, parts)
        elif entry.name:
            found.append((f"{prefix}{entry.name}", parts))
    return found


@pytest.mark.parametrize(
    "name",
    sorted(name for name, _ in named(get_resolver()) if not name.startswith("admin:") and name not in PUBLIC),
)
def test_every_page_needs_a_login(client, name):
    parts = dict(named(get_resolver()))[name]
    nobody = "00000000-0000-0000-0000-000000000000"
    samples = {"IntConverter": "1", "UUIDConverter": nobody}
    kwargs = {key: samples.get(type(kind).__name__, "x") for key, kind in parts.items()}
    for method in (client.get, client.post):
        response = method(reverse(name, kwargs=kwargs))
        assert response.status_code == 302, name
        assert reverse("account_login") in response["Location"]


PAGES = [
    "my_day",
    "notices_page",
    "notice_settings",
    "search_page",
    "follow_up_page",
    "help_page",
    "my_extract",
    "parts_page",
    "calendar_app:month_page",
    "calendar_app:week_page",
    "calendar_app:year_page",
    "calendar_app:list_page",
    "calendar_app:series_list",
    "calendar_app:series_new",
    "calendar_app:note_new",
    "calendar_app:feeds_page",
    "calendar_app:import_new",
    "editorial:posts_page",
    "editorial:post_new",
    "editorial:review_queue",
    "editorial:teams_page",
    "editorial:ideas_page",
    "editorial:idea_new",
    "editorial:materials_page",
    "editorial:follow_ups_page",
    "moderation:queue_page",
    "moderation:inbox_page",
    "moderation:comment_new",
    "moderation:saved_page",
    "moderation:watches_page",
    "moderation:coverage_page",
    "channels_registry:channels_page",
    "channels_registry:openings_page",
    "channels_registry:opening_new",
    "channels_registry:channel_new",
    "channels_registry:closures_page",
    "consent:pictures_page",
    "consent:picture_new",
    "consent:pictures_describe",
    "consent:people_page",
    "editorial:takedowns_page",
]


FOR_MEMBERS = {
    "editorial:post_new",
    "calendar_app:series_new",
    "calendar_app:note_new",
    "calendar_app:import_new",
}


@pytest.mark.rule("R38")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["anna", "erik", "karin", "rut", "admin"])
def test_page_opens_for_every_role(city, client_of, name, who):
    response = client_of(getattr(city, who)).get(reverse(name))
    assert response.status_code == (403 if name in FOR_MEMBERS and who not in {"anna", "erik"} else 200)


@pytest.mark.rule("R38")
def test_post_goes_from_draft_to_published_through_the_pages(city, at, client_of, sweep_at, time_machine):
    time_machine.move_to(at, tick=False)
    anna, erik = client_of(city.anna), client_of(city.erik)
    written = {
        "title": "Swans",
        "base_text": "The swans are back.",
        f"on_{city.channel.pk}": "on",
        "links": "",
    }
    response = anna.post(reverse("editorial:post_new"), written)
    page = response["Location"]
    pk = int(page.strip("/").split("/")[-1])

    def move(client, name, **data):
        return client.post(reverse("editorial:post_move", args=[pk, name]), data)

    assert move(anna, "submit").status_code == 302
    assert "Swans" in erik.get(reverse("editorial:review_queue")).content.decode()
    own = move(anna, "approve")
    assert own.status_code == 403
    assert "A second person has to approve it." in own.content.decode()
    unread = move(erik, "approve")
    assert unread.status_code == 422
    assert "Answer on the review page first: The tone feels right" in unread.content.decode()
    decide = reverse("editorial:review_decide", args=[pk, "approve"])
    assert erik.post(decide, dict.fromkeys(("tone", "wording", "profile"), "yes")).status_code == 302
    assert move(anna, "schedule", planned_at="not a time").status_code == 422
    assert move(anna, "schedule", planned_at="2026-11-24T12:30").status_code == 302
    sweep_at(at + timedelta(minutes=30))
    publication = city.team.posts.get().publications.get()
    confirm = reverse("editorial:publication_move", args=[publication.pk, "confirm"])
    assert anna.post(confirm, {"url": "https://x.com/1"}).status_code == 409
    assert anna.post(confirm, {"url": "https://www.facebook.com/parks/posts/1"}).status_code == 302
    assert city.team.posts.get().state == "published"
    assert anna.get(page).status_code == 200


@pytest.mark.rule("R20", "R38")
def test_comment_goes_from_registered_to_removed_through_the_pages(city, client_of, png):
    from io import BytesIO

    anna = client_of(city.anna)
    text = "I know where you work."
    comment = {
        "url": "https://www.facebook.com/parks/posts/1?c=2",
        "kind": "unsuitable",
        "author_name": "K",
        "text": text,
    }
    response = anna.post(reverse("moderation:comment_new"), comment)
    assert response.status_code == 302, response.content.decode()
    again = anna.post(reverse("moderation:comment_new"), comment)
    assert (again.status_code, text in again.content.decode()) == (409, True)
    pk = Comment.objects.get().pk
    ground = Case._meta.get_field("ground").related_model.objects.get(code="unlawful_threat")
    anna.post(reverse("moderation:case_open", args=[pk]), {"ground": ground.pk, "facts": "A threat."})
    case = Case.objects.get()

    def move(name, **data):
        case.refresh_from_db()
        data["seen"] = case.version
        return anna.post(reverse("moderation:case_move", args=[case.pk, name]), data)

    reasons = {"facts": "A threat.", "manifest": "yes", "found_by": "watch"}
    refused = move("order_removal", **reasons)
    assert refused.status_code == 403
    assert "Seal a screenshot" in refused.content.decode()
    add = reverse("moderation:evidence_add", args=[case.pk])
    bad = anna.post(add, {"context": "Below our post.", "screenshot": BytesIO(b"hello")})
    assert (bad.status_code, "Below our post." in bad.content.decode()) == (422, True)
    shot = BytesIO(png())
    shot.name = "shot.png"
    assert (
        anna.post(add, {"shows": "comment", "context": "Below our post.", "screenshot": shot}).status_code
        == 302
    )
    assert move("seal").status_code == 302
    item = case.evidence.get().items.get()
    copy = anna.get(reverse("moderation:evidence_copy", args=[item.pk]))
    assert (copy.status_code, copy["Content-Type"], copy["X-Content-Type-Options"]) == (
        200,
        "image/png",
        "nosniff",
    )
    original = client_of(city.rut).get(reverse("moderation:evidence_original", args=[item.pk]))
    assert (original.content, original["Content-Disposition"].split(";")[0]) == (png(), "attachment")
    assert client_of(city.olle).get(reverse("moderation:evidence_copy", args=[item.pk])).status_code == 404
    assert move("order_removal", **reasons).status_code == 302
    unseen = move("check_gone", note="Looked without logging in.")
    assert (unseen.status_code, "Looked without logging in." in unseen.content.decode()) == (422, True)
    gone = BytesIO(png("white"))
    gone.name = "gone.png"
    seen = {"result": "gone", "said": "It is gone.", "screenshot": gone}
    assert anna.post(reverse("moderation:case_seen", args=[case.pk]), seen).status_code == 302
    assert move("check_gone", note="Looked without logging in.").status_code == 302
    case.refresh_from_db()
    assert case.state == "removed"
    assert anna.get(reverse("moderation:case_page", args=[case.pk])).status_code == 200


def test_strangers_get_404(city, at, new_post, client_of):
    post = new_post()
    for who in (city.olle, city.stranger):
        client = client_of(who)
        assert client.get(reverse("editorial:post_page", args=[post.pk])).status_code == 404
        assert client.get(reverse("editorial:post_edit", args=[post.pk])).status_code == 404
        assert client.post(reverse("editorial:post_move", args=[post.pk, "submit"])).status_code == 404
    assert client_of(city.anna).get(reverse("editorial:post_page", args=[post.pk])).status_code == 200


def test_second_save_shows_both_texts(city, new_post, client_of):
    post = new_post()
    form = {
        "title": "Swans",
        "base_text": "Mine.",
        f"on_{city.channel.pk}": "on",
        "seen": post.version,
        "links": "",
    }
    url = reverse("editorial:post_edit", args=[post.pk])
    assert client_of(city.erik).post(url, form | {"base_text": "Erik's."}).status_code == 302
    response = client_of(city.anna).post(url, form)
    assert response.status_code == 409
    assert "Erik&#x27;s." in response.content.decode()
    assert "Mine." in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_however_many_rows(
    city, new_post, client_of, django_assert_num_queries, count, sweep_at, at
):
    for number in range(count):
        post = new_post(title=f"Post {number}")
        perform(post, "submit", actor=city.anna, at=at)
    erik = client_of(city.erik)
    for name, queries in {
        "editorial:posts_page": 10,
        "editorial:review_queue": 10,
        "moderation:queue_page": 8,
        "moderation:inbox_page": 8,
    }.items():
        with django_assert_num_queries(queries):
            erik.get(reverse(name))


@pytest.mark.rule("R37", "R38")
def test_watch_is_confirmed_with_one_click(city, at, client_of, sweep_at, time_machine):
    time_machine.move_to(at, tick=False)
    sweep_at(at)
    watch = Watch.objects.get(channel=city.channel)
    response = client_of(city.anna).post(reverse("moderation:watch_move", args=[watch.pk, "confirm"]))
    watch.refresh_from_db()
    assert (response.status_code, watch.state) == (302, "confirmed")


@pytest.mark.rule("R41")
def test_admin_opens_every_table_and_moves_only_through_perform(city, at, new_post, client_of):
    from django.apps import apps
    from django.contrib import admin

    post, client = new_post(), client_of(city.admin)
    ours = [
        app.label
        for app in apps.get_app_configs()
        if app.name in {"core", "channels_registry", "editorial", "moderation", "calendar_app"}
    ]
    for model in apps.get_models():
        if model._meta.app_label in ours:
            assert admin.site.is_registered(model), model
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            assert client.get(reverse(name), {"q": "x"}).status_code == 200, model
    moves = reverse("admin:editorial_post_moves", args=[post.pk])
    assert client.get(moves).status_code == 200
    refused = client.post(moves, {"move": "submit", "seen": post.version})
    assert (refused.status_code, "Only the post" in refused.content.decode()) == (403, True)
    assert client.get(reverse("admin:editorial_post_change", args=[post.pk])).status_code == 200
    assert client.get(reverse("admin:core_event_add")).status_code == 403
    assert client_of(city.anna).get(reverse("admin:index")).status_code == 302
