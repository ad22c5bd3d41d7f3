"""Days and numbers that nobody means: years that cannot be counted with, terms past a century, numbers no row has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.forms import DayField, PastMomentField
from core.request import number_in
from moderation.models import Case, Comment, Ground, PoliceReport
from tests.moderation.typed import NEW, pasted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

YEARS = "Choose a year between 2000 and 2100."
NOBODYS_DAYS = ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"]
HUGE = ["9" * 30, "9" * 5000, "²"]


@pytest.mark.parametrize("day", NOBODYS_DAYS)
def test_day_that_nobody_means_is_refused_with_a_sentence_wherever_one_is_typed(
    city, new_case, anna, client_of, day
):
    case, rut = new_case(), client_of(city.rut)
    bare = Comment.objects.exclude(pk=case.comment_id)
    ground = Ground.objects.get(code="spam").pk
    anna.post(reverse(NEW), pasted(kind="unsuitable"))
    for browser, door, data in (
        (rut, reverse("moderation:period_export"), {"first": day, "last": day}),
        (anna, reverse("moderation:case_police", args=[case.pk]), {"number": "5000-K1", "reported_on": day}),
        (
            anna,
            reverse("moderation:case_open", args=[bare.get().pk]),
            {"ground": ground, "facts": "Typed.", "discovered_at": f"{day}T10:00"},
        ),
        (anna, reverse(NEW), pasted(url="https://facebook.com/parks/2", asked_at=f"{day}T10:00")),
    ):
        answer = browser.post(door, data)
        assert (answer.status_code, YEARS in answer.content.decode()) == (422, True), door
        assert day in answer.content.decode(), door
    assert (Case.objects.count(), bare.count(), PoliceReport.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize("month", ["0001-01", "1999-12", "9999-12", "2026-13", "x"])
def test_month_that_nobody_means_is_this_one(anna, month):
    page = anna.get(reverse("moderation:coverage_page"), {"month": month})
    assert (page.status_code, page.context["first"].isoformat()) == (200, "2026-11-01")


@pytest.mark.rule("R36")
@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-06-01T10:00", datetime(2026, 6, 1, 8, 0, tzinfo=UTC)),
    ],
)
def test_time_of_the_nights_in_which_the_clock_changes_can_be_typed(typed, instant):
    assert PastMomentField().clean(typed) == instant


def test_other_mistakes_in_days_and_times_keep_their_sentence():
    for field in (DayField(), PastMomentField()):
        for typed in ("x", "", "2026-02-30"):
            with pytest.raises(ValidationError):
                field.clean(typed)
    assert DayField(required=False).clean("") is None


@pytest.mark.parametrize("number", HUGE)
def test_number_that_no_row_has_is_answered_and_not_an_error(city, new_case, anna, client_of, number):
    case, rut = new_case(), client_of(city.rut)
    assert number_in(number) is None
    move = reverse("moderation:case_move", args=[case.pk, "keep"])
    assert anna.post(move, {"seen": number, "note": "Harsh."}).status_code == 422
    assert rut.post(reverse("moderation:disposal_new"), {"case": number}).status_code == 422
    assign = reverse("moderation:case_assign", args=[case.pk])
    assert anna.post(assign, {"user": number}).status_code == 302
    save = reverse("moderation:reply_save", args=[case.comment_id])
    assert anna.post(save, {"text": "Thank you.", "seen": number}).status_code == 302
    handle = reverse("moderation:comment_move", args=[case.comment_id, "handle"])
    assert anna.post(handle, {"seen": number, "note": "Done."}).status_code == 302


def test_term_past_a_century_is_refused_in_the_admin_and_in_the_database(city, client_of):
    ground = Ground.objects.get(code="spam")
    with pytest.raises(IntegrityError), transaction.atomic():
        Ground.objects.filter(pk=ground.pk).update(keep_years=101)
    admin = client_of(city.admin)
    form = admin.get(reverse("admin:moderation_ground_change", args=[ground.pk])).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value not in (None, False)}
    for years, status in (("9999", 200), ("100", 302)):
        answer = admin.post(
            reverse("admin:moderation_ground_change", args=[ground.pk]), values | {"keep_years": years}
        )
        assert answer.status_code == status, years
    assert client_of(city.rut).get(reverse("moderation:archive_page")).status_code == 200


@pytest.mark.rule("R25")
def test_number_of_a_complaint_is_never_cut_short(new_comment, anna):
    comment = new_comment(kind="criticism")
    door = reverse("moderation:complaint_new", args=[comment.pk])
    answer = anna.post(door, {"reference": "SYN " + "7" * 60})
    page = answer.content.decode()
    assert (answer.status_code, "at most 60 characters" in page, "7" * 60 in page) == (422, True, True)
    assert anna.post(door, {"reference": "SYN 2026-7"}).status_code == 302
    assert comment.complaint.reference == "SYN 2026-7"
