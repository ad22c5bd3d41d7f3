"""Where posts are written: the form, a draft that saves itself, ideas, material and questions, and a long text counted."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.measure import Figure, Work, page, queries, ratio
from channels_registry.platform_rules import RULES
from channels_registry.platform_texts import length
from core.models import User
from editorial.models import Idea, Material, Post
from editorial.states import PostState

OTHERS = 20_000


def figures() -> Iterator[Figure]:
    """This will measure the writing pages of the invented city, and the form again among 20 000 more posts of the team."""
    call_command("demo_data", verbosity=0)
    user = User.objects.get(email="erik.sund@avinge.example")
    client = Client()
    client.force_login(user)
    post = Post.objects.visible_to(user).filter(state=PostState.DRAFT, materials=None).latest("pk")
    edit = reverse("editorial:post_edit", args=[post.pk])
    for name, address, rows in (
        ("write a post", edit, 40),
        ("ideas", reverse("editorial:ideas_page"), 25),
        ("an idea", reverse("editorial:idea_page", args=[Idea.objects.latest("pk").pk]), 25),
        ("material", reverse("editorial:materials_page"), 25),
        ("one material", reverse("editorial:material_page", args=[Material.objects.latest("pk").pk]), 25),
        ("questions", reverse("editorial:follow_ups_page"), 25),
    ):
        yield from page(client, name, address, rows=rows)
    yield Figure("a draft saves itself: queries", queries(lambda: save(client, edit, post)), "queries", 45)
    yield Figure("a draft saves itself: time", seconds(lambda: save(client, edit, post)) * 1000, "ms", 250)
    yield from among_others(client, edit, post, user)
    text = "Svanarna är tillbaka i dammen 👨‍👩‍👧‍👦 goteborg.se/park #svan " * 1_000
    slowest = max(seconds(lambda rules=rules: length(text, rules)) for rules in RULES.values())
    yield Figure(f"{len(text)} signs counted, slowest platform: time", round(slowest * 1000, 1), "ms", 200)


def save(client: Client, edit: str, post: Post) -> None:
    """This will save the draft as the page does while one types."""
    seen = Post.objects.values_list("version", flat=True).get(pk=post.pk)
    form = {"title": post.title, "base_text": post.base_text, "by_itself": "1", "seen": seen}
    answer = client.post(edit, form)
    if answer.status_code != 200:
        raise AssertionError(f"{edit} answered {answer.status_code}")


def among_others(client: Client, edit: str, post: Post, user: User) -> Iterator[Figure]:
    """This will compare the form's time before and after many more posts of the same team."""
    before = ratio(lambda: client.get(edit), lambda: client.get("/bare/40/"))
    Post.objects.bulk_create(
        [
            Post(
                team=post.team,
                title=f"Post {number}",
                kind=f"kind {number % 40}",
                created_by=user,
                created_at=timezone.now(),
            )
            for number in range(OTHERS)
        ],
        batch_size=2_000,
    )
    after = ratio(lambda: client.get(edit), lambda: client.get("/bare/40/"))
    yield Figure(f"write a post among {OTHERS} more: time", round(after / before, 2), "times", 1.2)


def seconds(work: Work) -> float:
    """This will return how long `work` takes, the best of five."""
    taken = []
    for _turn in range(5):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return round(min(taken), 4)
