"""One box over all rooms: what one may see, in Swedish, kept by the database whichever door wrote."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from config.search import found, scopes_of
from consent.models import Person
from consent.transitions import add_person, add_picture
from core.models import SearchEntry
from core.moves import perform
from core.search import install, matches
from core.uploads import clean_image
from editorial.models import Post
from moderation.models import Ground
from moderation.transitions import open_case, register_comment

pytestmark = pytest.mark.django_db


def titles(user, text):
    return {str(label): [hit.title for hit in hits] for label, hits in found(user, text)}


@pytest.fixture
def filled(city, at, new_post):
    """A post, a comment and a case of the park team, and a person its unit keeps."""
    new_post(title="Swans in the pond", base_text="They came back across the ice.")
    comment = register_comment(
        actor=city.anna,
        at=at,
        channel=city.channel,
        kind="illegal",
        author_name="Kurt",
        text="A threat about ducks.",
    )
    open_case(
        comment,
        ground=Ground.objects.get(code="unlawful_threat"),
        actor=city.anna,
        at=at,
        facts="Ducks again.",
    )
    city.anna.unit = city.unit
    city.anna.save()
    add_person(actor=city.anna, at=at, unit=city.unit, name="Maja Lind")
    return city


def test_posts_of_one_title_are_told_apart_by_state_and_time(city, at, new_post, client_of):
    new_post(title="Swans")
    perform(new_post(title="Swans", wanted_at=at), "submit", actor=city.anna, at=at)
    ((_label, hits),) = found(city.anna, "swans")
    assert {(hit.state, hit.at) for hit in hits} == {("draft", None), ("in_review", at)}
    page = client_of(city.anna).get(reverse("search_page"), {"q": "swans"}).content.decode()
    assert all(words in page for words in ("Draft", "In review", "24 Nov"))


def test_each_room_is_found_in_one_box(filled):
    assert titles(filled.anna, "swan") == {"Posts": ["Swans in the pond"]}
    assert set(titles(filled.anna, "duck")) == {"Cases", "Comments"}
    assert titles(filled.anna, "maja") == {"People": ["Maja Lind"]}
    ((_label, (hit,)),) = found(filled.anna, "maja")
    assert hit.url == reverse("consent:person_page", args=[Person.objects.get().pk])
    assert titles(filled.anna, "library") == {"Channels": ["Library on X"]}
    assert titles(filled.anna, "swan pond") == {"Posts": ["Swans in the pond"]}
    assert titles(filled.anna, "swan elephant") == {}


def test_nobody_finds_what_they_may_not_see(filled):
    city = filled
    for word in ("swan", "duck", "maja"):
        assert titles(city.olle, word) == {}
        assert titles(city.stranger, word) == {}
    assert set(titles(city.rut, "duck")) == {"Cases", "Comments"}
    assert titles(city.rut, "maja") == {}
    assert titles(city.rut, "swan") == {}
    assert set(titles(city.karin, "duck")) == {"Cases", "Comments"}
    assert set(titles(city.admin, "maja")) == {"People"}


def test_right_that_ended_ends_in_the_search_at_once(filled):
    filled.team.memberships.filter(user=filled.anna).delete()
    assert titles(filled.anna, "swan") == {}
    # Even for somebody who asks the index with another's scopes, each room is asked again.
    from config.search import seen_by

    ids = matches("swan", scopes_of(filled.erik))
    assert len(ids) == 1
    assert list(seen_by(filled.anna, ids)) == []


def test_index_follows_every_door(filled, at, new_post):
    post = Post.objects.get()
    Post.objects.filter(pk=post.pk).update(title="Cranes")
    assert titles(filled.anna, "swan") == {}
    assert titles(filled.anna, "crane") == {"Posts": ["Cranes"]}
    perform(post, "submit", actor=filled.anna, at=at)
    assert SearchEntry.objects.filter(kind="post").count() == 1
    Post.objects.bulk_create([Post(team=filled.team, title="Herons", created_by=filled.anna, created_at=at)])
    assert titles(filled.anna, "heron") == {"Posts": ["Herons"]}


def test_trigger_that_is_missing_is_made_and_the_source_taken_in_again(filled):
    before = sorted(SearchEntry.objects.values_list("kind", "object_id", "title"))
    with connection.cursor() as cursor:
        from core.search import _installed

        for trigger, table in _installed(connection).items():
            cursor.execute(
                f"DROP TRIGGER {trigger}" + (f" ON {table}" if connection.vendor == "postgresql" else "")
            )
    Post.objects.update(title="Unseen")
    install(connection)
    assert titles(filled.anna, "unseen") == {"Posts": ["Unseen"]}
    assert len(SearchEntry.objects.all()) == len(before)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        '"',
        "*",
        "(",
        "swan)",
        "swan OR 1=1",
        "NEAR(",
        "a:b",
        "'; DROP TABLE x; --",
        "å" * 5000,
        "& | !",
        "\x00",
        "title:swan",
    ],
)
def test_no_text_breaks_the_search(filled, client_of, text):
    assert client_of(filled.anna).get(reverse("search_page"), {"q": text}).status_code == 200


def test_swedish_words_and_letters(city, new_post):
    new_post(title="Båtar vid ån", base_text="Den röda båten ligger kvar.")
    assert titles(city.anna, "båt") == {"Posts": ["Båtar vid ån"]}
    assert titles(city.anna, "BÅTAR") == {"Posts": ["Båtar vid ån"]}
    assert titles(city.anna, "bat") == {}


@pytest.mark.parametrize("count", [1, 30])
def test_the_same_queries_however_much_is_found(city, new_post, django_assert_num_queries, count):
    for number in range(count):
        new_post(title=f"Swan {number}")
    with django_assert_num_queries(3):
        assert len(found(city.anna, "swan")[0][1]) == count


def test_markup_in_what_is_found_is_shown_as_text(city, new_post, client_of):
    new_post(title="<script>swan</script>")
    page = client_of(city.anna).get(reverse("search_page"), {"q": "swan"}).content.decode()
    assert "&lt;script&gt;swan" in page
    assert "<script>swan" not in page


def test_of_a_word_that_many_have_the_newest_of_ones_own_is_found(
    city, new_post, at, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("core.search.FEW", 20)
    monkeypatch.setattr("core.search.MOST_HITS", 20)
    for number in range(25):
        new_post(title=f"Swan {number}")
    Post.objects.bulk_create(
        Post(team=city.other_team, title=f"Swan of others {n}", created_by=city.olle, created_at=at)
        for n in range(25)
    )
    newest = [f"Swan {number}" for number in range(24, 4, -1)]
    with django_assert_num_queries(4):
        assert titles(city.olle, "swan")["Posts"] == [f"Swan of others {n}" for n in range(24, 4, -1)]
    # What is one's own lies further back than what is looked through.
    monkeypatch.setattr("core.search.NEWEST", 25)
    with django_assert_num_queries(5 if connection.vendor == "postgresql" else 4):
        assert titles(city.anna, "swan")["Posts"] == newest


def test_each_kind_is_found_however_many_newer_things_of_another_mention_it(
    city, at, new_post, monkeypatch, client_of, png, django_assert_max_num_queries
):
    monkeypatch.setattr("core.search.MOST_HITS", 6)
    monkeypatch.setattr("config.search.MOST", 9)
    city.anna.unit = city.unit
    city.anna.save()
    add_person(actor=city.anna, at=at, unit=city.unit, name="Library Lind")
    add_picture(
        actor=city.anna,
        at=at,
        image=clean_image(png("teal")),
        title="The library by night",
        alt_text="A house.",
        unit=city.unit,
    )
    new_post(title="In the library", base_text="The library is open.")

    def said(count):
        return [
            register_comment(
                actor=city.anna,
                at=at,
                channel=city.channel,
                kind="illegal",
                author_name="Kurt",
                text=f"Library {number}",
            )
            for number in range(count)
        ]

    ground = Ground.objects.get(code="unlawful_threat")
    open_case(said(1)[0], ground=ground, actor=city.anna, at=at, facts="In the library.")
    said(12)
    for few in (2000, 5):  # as a seldom word, and as a common one, found among the newest of its kind
        monkeypatch.setattr("core.search.FEW", few)
        with django_assert_max_num_queries(5):
            groups = titles(city.anna, "library")
        assert {label: len(hits) for label, hits in groups.items()} == {
            "Posts": 1,
            "Cases": 1,
            "Comments": 4,
            "Pictures": 1,
            "People": 1,
            "Channels": 1,
        }
        assert groups["Channels"] == ["Library on X"]
        texts = [
            hit.text for label, hits in found(city.anna, "library") if label == "Comments" for hit in hits
        ]
        assert texts == ["Library 11", "Library 10", "Library 9", "Library 8"]
    assert titles(city.anna, "library elephant") == {}
    page = client_of(city.anna).get(reverse("search_page"), {"q": "library"}).content.decode()
    assert "These are the newest." in page
