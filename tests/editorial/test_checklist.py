"""What the machine answers on the checklist, each with its why: it points out and forbids nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.moves import perform
from editorial.checklist import checklist
from editorial.models import Post, PostText, PostVersion
from editorial.proofs import proof_of
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post

pytestmark = pytest.mark.django_db


def lines_of(post: Post, at: datetime) -> dict[str, str]:
    return {line.code: line.level for line in checklist(proof_of(post, at))}


@pytest.mark.rule("R9", "R27")
def test_machine_points_out_and_forbids_nothing(city, at, new_post):
    post = new_post(
        base_text="Köp biljett för 100 kr\u200b #åvingesommarlov " + "ord " * 26 + "slut.",
        collaboration="Kiosken AB",
    )
    lines = lines_of(post, at)
    assert {code for code, level in lines.items() if level == "advice"} == {
        "collaboration", "heard", "look", "readable", "unseen",
    }  # fmt: skip
    perform(post, "submit", actor=city.anna, at=at)
    perform(post, "approve", answers=ALL_YES, actor=city.erik, at=at)
    assert post.state == "approved"


@pytest.mark.rule("R27")
@pytest.mark.parametrize(
    ("stated", "text", "level"),
    [
        ("Utställningen görs med Volvo.", "Utställningen öppnar på lördag.", "advice"),
        ("Utställningen görs med Volvo.", "Utställningen görs tillsammans med Volvo.", "ok"),
        ("Svenska kyrkan", "Vi sjunger med Svenska kyrkan.", "ok"),
        ("med ortens bryggeri", "Ortens bryggeri visar runt.", "ok"),
        ("Kiosken AB", "Kiosken AB ger 20 % rabatt.", "advice"),
        ("Kiosken AB", "Kiosken AB har Glass®.", "advice"),
    ],
)
def test_collaboration_is_named_by_its_name_and_selling_words_are_pointed_out_beside_it(
    city, at, new_post, stated, text, level
):
    assert lines_of(new_post(collaboration=stated, base_text=text), at)["collaboration"] == level


@pytest.mark.rule("R27")
def test_collaboration_has_to_be_named_in_every_text(city, at, new_post):
    assert (
        lines_of(new_post(collaboration="Kiosken AB", base_text="Vi bjuder med Kiosken."), at)[
            "collaboration"
        ]
        == "ok"
    )
    assert lines_of(new_post(collaboration="Kiosken AB"), at)["collaboration"] == "advice"
    assert lines_of(new_post(base_text="Rabatt!"), at)["collaboration"] == "advice"
    assert lines_of(new_post(brand_shown="The kiosk's sign"), at)["collaboration"] == "advice"
    assert lines_of(new_post(), at)["collaboration"] == "ok"


def test_text_the_channel_had_within_90_days_is_pointed_out(city, at, new_post):
    old = new_post(wanted_at=at - timedelta(days=80))
    perform(old, "submit", actor=city.anna, at=at - timedelta(days=81))
    assert lines_of(new_post(wanted_at=at), at)["said_before"] == "advice"
    assert lines_of(new_post(wanted_at=at + timedelta(days=20)), at)["said_before"] == "ok"
    assert lines_of(new_post(wanted_at=at, base_text="Something else."), at)["said_before"] == "ok"


def test_text_of_long_ago_is_found_behind_hundreds_of_others(city, at, new_post):
    perform(
        new_post(wanted_at=at - timedelta(days=80)), "submit", actor=city.anna, at=at - timedelta(days=81)
    )
    others = Post.objects.bulk_create(
        Post(
            team=city.team,
            title=f"Ducks {n}",
            base_text=f"Ducks {n}.",
            wanted_at=at,
            created_by=city.anna,
            created_at=at,
        )
        for n in range(300)
    )
    PostText.objects.bulk_create(PostText(post=post, channel=city.channel) for post in others)
    versions = PostVersion.objects.bulk_create(
        PostVersion(post=post, number=1, sha="0" * 64, content={}, saved_by=city.anna, saved_at=at)
        for post in others
    )
    for post, version in zip(others, versions, strict=True):
        post.current, post.state = version, "in_review"
    Post.objects.bulk_update(others, ["current", "state"])
    assert lines_of(new_post(wanted_at=at), at)["said_before"] == "advice"


@pytest.mark.rule("R1", "R15")
def test_pictures_are_answered_for(city, at, new_picture, listed):
    picture = new_picture(alt_text="bild.jpg")
    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=at,
        fields={"title": "T", "base_text": "B"},
        texts={city.channel: ""},
        links=[],
        pictures=[(picture, "")],
    )
    lines = {line.code: line for line in checklist(proof_of(post, at))}
    assert (lines["consent"].level, lines["alt"].level, lines["look"].level) == ("block", "advice", "advice")
    assert any("32 pixels wide" in detail for detail in lines["look"].details)


@pytest.mark.rule("R1")
def test_look_of_the_channel_is_looked_over_once_a_year(city, at, new_post):
    post = new_post()
    type(city.channel).objects.filter(pk=city.channel.pk).update(
        looked_over_on=at.date() - timedelta(days=365)
    )
    assert lines_of(post, at)["look"] == "ok"
    assert lines_of(post, at + timedelta(days=1))["look"] == "advice"
