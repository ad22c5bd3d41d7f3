"""axe finds nothing on the pages of pictures, of takedowns and of signers, wide and narrow, in both languages."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from consent import links
from consent.asking import answer, ask_by_link
from consent.transitions import add_person, add_picture, blur, list_person, note_basis, note_consent
from core import clock
from core.moves import perform
from core.uploads import clean_image
from editorial.models import Post, Takedown
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post
from tests.stories.looking import faults_of_pages
from tests.stories.test_consent import photograph

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("R38")
def test_axe_finds_nothing_on_pictures(live_city, page_of):
    city, now = live_city, timezone.now()
    by = {"actor": city.erik, "at": now}
    picture = add_picture(
        **by, image=clean_image(photograph()), unit=city.unit, title="Parken", alt_text="Tre."
    )
    small = add_picture(
        **by, image=clean_image(photograph("#9fd3eb")), unit=city.unit, title="Parken igen", alt_text="Tre."
    )
    mia = add_person(**by, unit=city.unit, name="Mia Lind", email="mia@home.example")
    child = add_person(**by, unit=city.unit, name="Maja Lind", born_on=now.date(), guardians=[mia])
    nora = add_person(**by, unit=city.unit, name="Nora Ek")
    list_person(picture, **by, place="till vänster", person=nora)
    note_basis(picture, **by, basis="consent", motive="Vi frågade.")
    note_consent(picture, **by, person=nora, signer=nora, said="given", way="email")
    post = Post(team=city.team)
    save_post(
        post,
        actor=city.anna,
        at=now,
        fields={"title": "Parkdag", "base_text": "En dag i parken.", "kind": ""},
        texts={city.channel: ""},
        links=[],
        pictures=[(picture, "")],
    )
    perform(post, "submit", actor=city.anna, at=now)
    perform(post, "approve", answers=ALL_YES, **by)
    perform(post, "schedule", actor=city.anna, at=now, planned_at=now)
    clock.sweep(now)
    list_person(picture, **by, place="i mitten", person=child, box=(400, 200, 200, 300))
    far = list_person(picture, **by, place="längst bort", box=(700, 200, 200, 300))
    blur(picture, **by, places=[far])
    note_consent(picture, **by, person=nora, signer=nora, said="withdrawn", way="email")
    asked = ask_by_link(picture, **by, person=child, signer=mia, language="sv")
    again = ask_by_link(picture, **by, person=nora, signer=nora, language="sv")
    answer(again, at=now, seen=1, says_yes=True)
    open_link, answered = (links.url_of(request).split("/")[-2] for request in (asked, again))
    pages = [
        reverse("consent:pictures_page"),
        reverse("consent:picture_new"),
        reverse("consent:pictures_describe") + f"?pictures={picture.pk},{small.pk}",
        *[
            reverse(f"consent:{name}", args=[picture.pk])
            for name in ("picture_page", "picture_ask", "picture_links", "picture_facts")
        ],
        reverse("consent:picture_place", args=[picture.appearances.all()[0].pk]),
        reverse("consent:people_page") + "?name=lind",
        reverse("consent:person_page", args=[child.pk]),
        reverse("consent:person_extract", args=[nora.pk]),
        reverse("editorial:takedowns_page"),
        reverse("editorial:takedown_page", args=[Takedown.objects.get().pk]),
        *[
            reverse("signer:step", args=[open_link, step])
            for step in ("picture", "where", "rights", "answer", "some")
        ],
        reverse("signer:receipt", args=[answered]),
        reverse("signer:ask", args=["x" * 32]),
    ]
    unfold = "document.querySelectorAll('details').forEach(one => { one.open = true })"
    assert faults_of_pages(page_of(city.erik), pages, lambda page: page.evaluate(unfold)) == []
