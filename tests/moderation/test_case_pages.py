"""The page of a case: the decision, the evidence, the waiver, and what another did meanwhile."""

from __future__ import annotations

import hashlib

import pytest
from django.urls import reverse

from core.models import Event
from core.moves import perform
from moderation.models import Case, Waiver
from moderation.transitions import ask_waiver, sign_waiver
from tests.moderation.test_case_moves import see_gone, walk
from tests.moderation.typed import named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_second_decision_is_409_with_what_the_other_did_and_ones_own_words(
    city, at, anna, client_of, png, new_case
):
    case = walk(new_case(), city, at, png, "sealed")
    move = lambda name: reverse("moderation:case_move", args=[case.pk, name])  # noqa: E731
    seen = {"seen": case.version}
    assert anna.post(move("keep"), {"note": "No version."}).status_code == 422
    order = seen | {"facts": "A threat.", "manifest": "yes", "found_by": "watch"}
    assert client_of(city.erik).post(move("order_removal"), order).status_code == 302
    response = anna.post(move("keep"), seen | {"note": "It is not that bad."})
    page = response.content.decode()
    assert response.status_code == 409
    assert "What the others did meanwhile" in page
    above = page.split("The comment</h2>")[0]
    assert ("Removal ordered" in above, page.count("It is not that bad.")) == (True, 1)
    late = anna.post(move("order_removal"), order | {"facts": "It names the street."})
    page = late.content.decode()
    assert (late.status_code, page.count("It names the street.")) == (409, 1)


@pytest.mark.rule("R20")
def test_screenshot_outlives_a_form_of_evidence_without_its_context(city, at, png, new_case, anna):
    case = new_case()
    add = reverse("moderation:evidence_add", args=[case.pk])
    refused = anna.post(add, {"screenshot": named(png()), "shows": "author", "context": " "})
    assert (refused.status_code, case.evidence.count()) == (422, 0)
    page = refused.content.decode()
    assert "shot.png is kept until you send the form again." in page
    key = refused.context["form"].fields["screenshot"].held.key
    done = anna.post(add, {"screenshot-held": key, "shows": "author", "context": "Below our post."})
    assert done.status_code == 302
    item = case.evidence.get().items.get()
    assert (item.name, item.shows, item.evidence.context) == ("shot.png", "author", "Below our post.")


@pytest.mark.rule("R20")
def test_second_screenshot_outlives_a_form_without_words(city, at, png, new_case, anna):
    case = walk(new_case(), city, at, png, "removal_ordered")
    seen = reverse("moderation:case_seen", args=[case.pk])
    refused = anna.post(seen, {"screenshot": named(png("white")), "result": "gone", "said": ""})
    key = refused.context["seen_form"].fields["screenshot"].held.key
    assert f'value="{key}"' in refused.content.decode()
    assert anna.post(seen, {"screenshot-held": key, "result": "gone", "said": "Gone."}).status_code == 302
    assert case.checks.get().sha == hashlib.sha256(png("white")).hexdigest()


@pytest.mark.rule("R20")
def test_whoever_wrote_the_waiver_is_not_offered_to_sign_it_and_is_told_why(
    city, at, new_case, anna, client_of
):
    case = new_case("child_abuse")
    ask_waiver(case, actor=city.anna, at=at, description="A picture below our post.")
    address = reverse("moderation:case_page", args=[case.pk])
    sign = reverse("moderation:waiver_sign", args=[case.pk])
    page = anna.get(address).content.decode()
    assert ("You wrote the waiver. A second person has to sign it." in page, sign in page) == (True, False)
    assert anna.post(sign).status_code == 403
    erik = client_of(city.erik)
    assert sign in erik.get(address).content.decode()
    assert erik.post(sign).status_code == 302
    assert Waiver.objects.get().signed_by == city.erik


def test_sealing_stands_once_in_the_history(city, at, png, new_case, anna):
    case = walk(new_case(), city, at, png, "sealed")
    page = anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()
    assert page.count('<p class="timeline__text">Evidence sealed</p>') == 1


@pytest.mark.rule("R20")
def test_page_says_why_there_is_no_evidence_to_seal_where_a_copy_may_be_a_crime(
    png, city, at, new_case, anna
):
    page = anna.get(reverse("moderation:case_page", args=[new_case("child_abuse").pk])).content.decode()
    assert ("Seal the evidence" in page, "So there is no evidence to seal." in page) == (False, True)
    other = walk(new_case(), city, at, png, "gathering")
    page = anna.get(reverse("moderation:case_page", args=[other.pk])).content.decode()
    assert ("Seal the evidence" in page, "So there is no evidence to seal." in page) == (True, False)


def test_new_evidence_is_not_offered_where_a_copy_may_be_a_crime(city, at, png, new_case, anna):
    case = new_case("child_abuse")
    ask_waiver(case, actor=city.anna, at=at, description="A picture below our post.")
    sign_waiver(case, actor=city.erik, at=at)
    case = Case.objects.get(pk=case.pk)
    perform(case, "order_removal", actor=city.anna, at=at, manifest="yes")
    page = anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()
    assert ("The removal failed" in page, "Gather new evidence" in page) == (True, False)
    again = reverse("moderation:case_move", args=[case.pk, "gather_again"])
    assert anna.post(again, {"seen": case.version, "note": "Edited."}).status_code == 403
    case.refresh_from_db()
    assert case.state == "removal_ordered"
    other = walk(new_case(), city, at, png, "removal_ordered")
    assert (
        "Gather new evidence" in anna.get(reverse("moderation:case_page", args=[other.pk])).content.decode()
    )


def test_failed_removal_is_told_as_a_failure(city, at, png, new_case, anna):
    case = walk(new_case(), city, at, png, "removal_ordered")
    failed = reverse("moderation:case_move", args=[case.pk, "fail_removal"])
    page = anna.post(
        failed, {"seen": case.version, "note": "It is still there."}, follow=True
    ).content.decode()
    assert "callout--warning" in page
    assert "Done: " not in page


def test_what_is_needed_is_not_marked_as_optional(city, at, png, new_case, anna):
    case = walk(new_case(), city, at, png, "sealed")
    page = anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()
    assert "How clear is it?" in page
    assert "How clear is it? <span" not in page


@pytest.mark.rule("R19", "R20")
def test_case_says_what_remains_after_the_order(city, at, png, new_case, anna, client_of):
    case = walk(new_case(), city, at, png, "removal_ordered")
    page = reverse("moderation:case_page", args=[case.pk])
    shown = anna.get(page).content.decode()
    assert "Remove the comment on Facebook now." in shown
    assert "Remove the comment on Facebook now." not in client_of(city.karin).get(page).content.decode()
    see_gone(case, city, at, png)
    shown = anna.get(page).content.decode()
    assert "Remove the comment on Facebook now." not in shown
    assert "It is gone. Close the case" in shown
    steps = shown.split('id="decide"')[1]
    assert steps.index("/move/check_gone/") < steps.index("/move/gather_again/")
    assert "Note that it is hidden" not in steps
    perform(case, "check_gone", actor=city.anna, at=at)
    assert "It is gone. Close the case" not in anna.get(page).content.decode()
    assert Event.objects.get(kind="comment.handle").typed == "It is gone."


def test_a_closed_case_asks_nobody_to_take_it_and_still_takes_notes(city, at, anna, new_case):
    case = new_case(facts="")
    doors = [reverse(f"moderation:case_{name}", args=[case.pk]) for name in ("claim", "assign", "note")]
    shown = [anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()]
    perform(case, "keep", actor=city.anna, at=at, note="Not illegal.")
    shown.append(anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode())
    assert [[f'action="{door}"' in page for door in doors] for page in shown] == [
        [True, True, True],
        [False, False, True],
    ]
    words = ("The decision asks for it.", "Nothing is archived.")
    assert [[one in page for one in words] for page in shown] == [[True, False], [False, True]]
