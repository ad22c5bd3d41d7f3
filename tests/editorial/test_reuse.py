"""Material made elsewhere (R8): kept with its source, traced to every post, and saying where it was used before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.moves import MoveForbidden, MoveRefused, perform
from editorial.models import Material, Membership, Post, PostMaterial
from editorial.platforms import on_channels
from editorial.reuse import keep_material, material_of, start_post, trace, uses_of
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post

pytestmark = pytest.mark.django_db

URL = "https://avinge.example/press/swans"


@pytest.fixture
def material(city, at):
    """A press release that Anna kept."""
    kept = Material()
    fields = {
        "kind": "press_release",
        "title": "Swans counted",
        "url": URL,
        "text": "Five swans.",
        "unit": city.unit,
    }
    keep_material(kept, actor=city.anna, at=at, fields=fields)
    return kept


@pytest.fixture
def published(city, at, new_post, sweep_at):
    """A post of the park team that is out on Facebook."""
    post = new_post(kind="nature", theme="Spring")
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    perform(post, "schedule", actor=city.anna, at=at, planned_at=at)
    sweep_at(at)
    url = "https://www.facebook.com/parks/posts/5"
    perform(post.publications.get(), "confirm", actor=city.anna, at=at, url=url)
    post.refresh_from_db()
    return post


def words(response):
    return response.content.decode()


@pytest.mark.rule("R8")
def test_material_is_kept_with_its_source_and_begins_a_post_that_is_traced(city, client_of, at):
    anna = client_of(city.anna)
    form = {
        "kind": "news_page",
        "title": "Swans counted",
        "url": URL,
        "text": "Five swans.",
        "made_on": "2026-11-20",
    }
    response = anna.post(reverse("editorial:material_new"), form)
    material = Material.objects.get()
    assert response["Location"] == reverse("editorial:material_page", args=[material.pk])
    begun = anna.post(reverse("editorial:material_reuse", args=[material.pk]))
    post = Post.objects.get()
    assert begun["Location"] == reverse("editorial:post_edit", args=[post.pk])
    assert (post.title, post.base_text) == ("Swans counted", "Five swans.")
    assert [link.url for link in post.links.all()] == [URL]
    assert [row.material for row in post.materials.all()] == [material]
    page = words(anna.get(reverse("editorial:material_page", args=[material.pk])))
    assert reverse("editorial:post_page", args=[post.pk]) in page


@pytest.mark.rule("R8")
def test_earlier_post_is_used_again_and_says_where_and_when_it_was_out(city, at, published, client_of):
    anna = client_of(city.anna)
    response = anna.post(reverse("editorial:post_reuse", args=[published.pk]))
    material = Material.objects.get()
    assert (material.kind, material.earlier_post, material.made_on) == ("earlier_post", published, at.date())
    page = words(anna.get(response["Location"]))
    assert "Parks on Facebook (Facebook), Tue 24 Nov 2026" in page
    assert "Last used on Parks on Facebook (Facebook), Tue 24 Nov 2026." in page
    begun = anna.post(reverse("editorial:material_reuse", args=[material.pk]), follow=True)
    assert "Last used on Parks on Facebook (Facebook), Tue 24 Nov 2026." in words(begun)
    post = Post.objects.exclude(pk=published.pk).get()
    assert (post.base_text, post.kind, post.theme) == (published.base_text, "nature", "Spring")
    assert post.texts.get().channel == city.channel
    anna.post(reverse("editorial:post_reuse", args=[published.pk]))
    assert Material.objects.count() == 1
    assert [use.post for use in uses_of(material, city.anna)] == [post, published]


@pytest.mark.rule("R8")
def test_other_team_sees_what_is_out_and_not_what_is_being_written(city, at, published, material):
    trace(published, material, actor=city.anna, at=at)
    start_post(material, team=city.team, actor=city.anna, at=at)
    seen = uses_of(material, city.olle)
    assert [(use.post, use.title, use.team) for use in seen] == [
        (None, "", "Park team"),
        (None, "Swans", "Park team"),
    ]
    assert seen[1].out[0].channel == city.channel


def test_other_team_makes_its_own_post_of_it_on_its_own_channels(city, at, published):
    material = material_of(published, actor=city.olle, at=at)
    post = start_post(material, team=city.other_team, actor=city.olle, at=at)
    assert (post.team, post.base_text) == (city.other_team, published.base_text)
    assert not post.texts.exists()
    with pytest.raises(MoveForbidden):
        start_post(material, team=city.team, actor=city.olle, at=at)


def test_only_what_is_published_is_used_again(city, at, new_post, client_of):
    post = new_post()
    with pytest.raises(MoveRefused, match="Only what is published"):
        material_of(post, actor=city.anna, at=at)
    assert client_of(city.anna).post(reverse("editorial:post_reuse", args=[post.pk])).status_code == 409
    assert client_of(city.olle).post(reverse("editorial:post_reuse", args=[post.pk])).status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "report", "title": "No source"},
        {"kind": "report", "title": "", "url": URL},
        {"kind": "", "title": "No kind", "url": URL},
        {"kind": "report", "title": "Bad", "url": "javascript:alert(1)"},
        {"kind": "earlier_post", "title": "By hand", "url": URL},
        {"kind": "report", "title": "Bad day", "url": URL, "made_on": "2026-02-30"},
    ],
)
def test_material_with_a_fault_is_refused_with_what_was_typed(city, client_of, form):
    response = client_of(city.anna).post(reverse("editorial:material_new"), form)
    assert response.status_code == 422
    assert form["title"] in words(response)
    assert not Material.objects.exists()


def test_material_without_a_source_is_refused_by_the_database(city, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        Material.objects.create(kind="report", title="No source", added_by=city.anna, added_at=at)


@pytest.mark.parametrize(("who", "status"), [("anna", 302), ("erik", 403), ("olle", 403), ("rut", 403)])
def test_material_is_changed_by_whoever_added_it_or_its_unit(city, material, client_of, who, status):
    form = {"kind": "report", "title": "Changed", "url": URL}
    edit = reverse("editorial:material_edit", args=[material.pk])
    assert client_of(getattr(city, who)).post(edit, form).status_code == status
    material.refresh_from_db()
    assert (material.title == "Changed") == (status == 302)


def test_people_in_no_team_read_material_and_begin_nothing(city, material, client_of):
    rut = client_of(city.rut)
    assert rut.get(reverse("editorial:material_page", args=[material.pk])).status_code == 200
    assert rut.get(reverse("editorial:material_new")).status_code == 403
    assert rut.post(reverse("editorial:material_reuse", args=[material.pk])).status_code == 422
    assert not Post.objects.exists()


def test_whoever_is_in_two_teams_says_for_which(city, material, client_of):
    Membership.objects.create(team=city.other_team, user=city.anna)
    anna, reuse = client_of(city.anna), reverse("editorial:material_reuse", args=[material.pk])
    assert anna.post(reuse).status_code == 422
    assert anna.post(reuse, {"team": city.other_team.pk}).status_code == 302
    assert Post.objects.get().team == city.other_team


@pytest.mark.rule("R11")
def test_film_counts_as_media_where_the_platform_wants_some(city, at, new_post, material):
    city.channel.platform.code = "instagram"
    city.channel.platform.save()
    post = new_post()
    assert {found.code for found in on_channels(post)[0].findings} == {"media"}
    Material.objects.filter(pk=material.pk).update(kind="film")
    trace(post, material, actor=city.anna, at=at)
    assert on_channels(post)[0].findings == []


def test_trace_is_made_once(city, at, new_post, material):
    post = new_post()
    for _time in range(2):
        trace(post, material, actor=city.anna, at=at + timedelta(minutes=1))
    assert PostMaterial.objects.count() == 1


@pytest.mark.rule("R11")
def test_links_are_pasted_with_the_text_and_once_each(city, at, new_post):
    post = new_post()
    links = [URL, "https://avinge.example/2"]
    fields = {"base_text": f"Read {URL}"}
    save_post(post, actor=city.anna, at=at, fields=fields, texts={city.channel: ""}, links=links)
    assert on_channels(post)[0].text == f"Read {URL}\n\nhttps://avinge.example/2"


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_as_many_queries_for_one_as_for_three(
    city, at, published, client_of, django_assert_num_queries, count
):
    for number in range(count):
        material = Material()
        fields = {"kind": "report", "title": f"Report {number}", "reference": str(number)}
        keep_material(material, actor=city.anna, at=at, fields=fields)
        trace(published, material, actor=city.anna, at=at)
    anna = client_of(city.anna)
    with django_assert_num_queries(9):
        anna.get(reverse("editorial:materials_page"))
    with django_assert_num_queries(15):
        anna.get(reverse("editorial:material_page", args=[material.pk]))
