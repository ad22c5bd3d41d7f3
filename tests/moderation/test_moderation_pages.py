"""The room's pages: the inbox, registering in one go, answering, the case, the archive, and what is refused on them."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta
from io import BytesIO

import bagit
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import Event, Notice
from core.moves import perform
from core.workdays import instant
from moderation.answering import keep_answer, save_reply
from moderation.models import Case, Comment, Disposal, Ground, HolidayWatch, Reply, Watch
from moderation.queries import coverage
from moderation.transitions import ask_waiver, sign_waiver
from moderation.watching import long_closures, plan_holiday_watch
from tests.moderation.test_case_moves import walk

pytestmark = pytest.mark.django_db

NEW = "moderation:comment_new"


@pytest.fixture(autouse=True)
def _noon(at: datetime, time_machine) -> None:
    time_machine.move_to(at, tick=False)


@pytest.fixture
def anna(city, client_of):
    return client_of(city.anna)


def named(data: bytes, name: str = "shot.png") -> BytesIO:
    file = BytesIO(data)
    file.name = name
    return file


def pasted(**fields: object) -> dict[str, object]:
    return {
        "url": "https://m.facebook.com/parks/posts/1?c=2",
        "kind": "question",
        "author_name": "K",
        "text": "When do you open?",
    } | fields


@pytest.mark.rule("R13", "R38")
def test_question_is_registered_from_its_address_alone_and_waits_in_the_inbox(city, anna):
    response = anna.post(reverse(NEW), pasted())
    assert response.status_code == 302, response.content.decode()
    comment = Comment.objects.get()
    assert (comment.channel, comment.questions.get().is_open) == (city.channel, True)
    page = anna.get(reverse("moderation:inbox_page")).content.decode()
    assert "When do you open?" in page
    assert "5 h left" in page


@pytest.mark.rule("R19", "R20", "R38")
def test_illegal_comment_its_case_and_its_screenshot_are_registered_in_one_go(city, anna, png):
    ground = Ground.objects.get(code="unlawful_threat")
    fields = {"kind": "illegal", "ground": ground.pk, "context": "Below our post."}
    response = anna.post(reverse(NEW), pasted(**fields, screenshot=named(png())))
    case = Case.objects.get()
    assert response["Location"] == reverse("moderation:case_page", args=[case.pk])
    assert (case.state, case.evidence.get().items.get().name) == ("gathering", "shot.png")
    assert case.due_at == case.discovered_at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "illegal"}, "The 24 hours begin now"),
        ({"url": "https://example.com/1"}, "The address does not tell"),
        ({"kind": "unsuitable", "screenshot": "png"}, "Choose its ground"),
        ({"kind": "illegal", "ground": "child_abuse", "screenshot": "png"}, "A copy of this may be a crime"),
        ({"kind": "illegal", "screenshot": b"GIF89a"}, "GIF pictures cannot be used"),
        ({"text": "x" * 60_001}, "at most 60000 characters"),
        ({"kind": "poem"}, "Select a valid choice"),
        ({"asked_at": "2027-01-01T10:00"}, "lies in the future"),
        ({"author_name": ""}, "required"),
    ],
)
def test_what_cannot_be_registered_is_refused_whole_and_what_was_typed_stays(anna, png, fields, says):
    fields = dict(fields)
    if "screenshot" in fields:
        picture = fields["screenshot"]
        fields["screenshot"] = named(png() if picture == "png" else picture)
    if fields.get("ground"):
        fields["ground"] = Ground.objects.get(code=fields["ground"]).pk
    response = anna.post(reverse(NEW), pasted(**fields))
    page = response.content.decode()
    assert response.status_code in {409, 422}
    assert says in page
    assert fields.get("text", "When do you open?")[:40] in page
    assert not Comment.objects.exists()


@pytest.mark.parametrize("picture", ["png", b"GIF89a"])
@pytest.mark.parametrize("kind", ["question", "praise", "criticism"])
def test_screenshot_without_a_case_stops_nobody_and_is_said_not_to_be_kept(anna, png, kind, picture):
    shot = named(png() if picture == "png" else picture)
    response = anna.post(reverse(NEW), pasted(kind=kind, screenshot=shot), follow=True)
    comment = Comment.objects.get()
    assert response.redirect_chain == [(reverse("moderation:comment_page", args=[comment.pk]), 302)]
    assert "The screenshot was not kept: it belongs to a case." in response.content.decode()
    assert not comment.cases.exists()


@pytest.mark.parametrize(
    ("fields", "ground", "screenshot"),
    [
        ({"kind": "illegal"}, ["Choose the ground. The 24 hours begin now."], "Choose the screenshot again."),
        ({"kind": "illegal", "ground": "999999"}, None, "Choose the screenshot again."),
        ({"kind": "illegal", "ground": "unlawful_threat", "text": ""}, [], "Choose the screenshot again."),
        ({"kind": "poem"}, [], "Choose the screenshot again."),
        (
            {"kind": "unsuitable"},
            ["A screenshot is kept as evidence of a case. Choose its ground."],
            "Choose the screenshot again.",
        ),
        ({"kind": "praise", "text": ""}, [], "The screenshot was not kept: it belongs to a case."),
        (
            {"kind": "illegal", "ground": "child_abuse", "text": ""},
            [],
            "A copy of this may be a crime. Register it without a screenshot.",
        ),
    ],
)
def test_lost_screenshot_is_asked_for_again_and_each_field_says_one_thing(
    anna, png, fields, ground, screenshot
):
    fields = dict(fields)
    if found := Ground.objects.filter(code=fields.get("ground", "")).first():
        fields["ground"] = found.pk
    response = anna.post(reverse(NEW), pasted(**fields, screenshot=named(png())))
    form = response.context["form"]
    assert (response.status_code, form.errors["screenshot"]) == (422, [screenshot])
    assert f"<p>{screenshot}</p>" in response.content.decode()
    said = form.errors.get("ground", [])
    assert len(said) == 1 if ground is None else said == ground
    assert not Comment.objects.exists()


def test_screenshot_is_asked_for_again_when_the_address_is_registered_already(anna, png):
    ground = Ground.objects.get(code="unlawful_threat").pk
    anna.post(reverse(NEW), pasted())
    response = anna.post(reverse(NEW), pasted(kind="illegal", ground=ground, screenshot=named(png())))
    assert response.status_code == 409
    assert response.context["form"].errors == {"screenshot": ["Choose the screenshot again."]}


def test_same_address_leads_to_the_comment_that_is_there(anna):
    anna.post(reverse(NEW), pasted())
    response = anna.post(reverse(NEW), pasted(text="Again."))
    assert response.status_code == 409
    assert reverse("moderation:comment_page", args=[Comment.objects.get().pk]) in response.content.decode()


def test_bookmark_fills_the_form_in_and_marks_nothing_safe(anna):
    page = anna.get(
        reverse(NEW), {"url": "https://facebook.com/parks/1", "text": "<b>Hi</b>"}
    ).content.decode()
    assert 'value="https://facebook.com/parks/1"' in page
    assert "&lt;b&gt;Hi&lt;/b&gt;" in page
    assert "javascript:(()=&gt;{window.open(" in page


@pytest.mark.rule("R26")
def test_criticism_has_the_advice_beside_its_box_and_goes_out_through_two_people(
    city, anna, client_of, new_comment
):
    comment = new_comment(kind="criticism", text="You are slow.")
    page = reverse("moderation:comment_page", args=[comment.pk])
    assert "Never answer while you are upset." in anna.get(page).content.decode()
    save = reverse("moderation:reply_save", args=[comment.pk])
    assert anna.post(save, {"text": "We are sorry.", "seen": 0}).status_code == 302
    reply = Reply.objects.get()

    def move(client, name, **data):
        reply.refresh_from_db()
        url = reverse("moderation:reply_move", args=[reply.pk, name])
        return client.post(url, {"seen": reply.version, **data})

    refused = move(anna, "send")
    assert (refused.status_code, "read by a second person" in refused.content.decode()) == (403, True)
    assert move(anna, "ask_reading").status_code == 302
    assert move(anna, "agree").status_code == 403
    assert move(client_of(city.erik), "agree").status_code == 302
    assert move(anna, "send").status_code == 302
    assert "read by Erik" in anna.get(page).content.decode()


def test_second_save_is_met_with_the_others_text_beside_ones_own(city, anna, client_of, new_comment):
    comment = new_comment(kind="question")
    save = reverse("moderation:reply_save", args=[comment.pk])
    client_of(city.erik).post(save, {"text": "At ten.", "seen": 0})
    response = anna.post(save, {"text": "At eleven.", "seen": 0})
    page = response.content.decode()
    assert (response.status_code, "At ten." in page, "At eleven." in page) == (409, True, True)


def test_saved_answer_is_kept_and_filled_into_the_box(city, anna, new_comment):
    form = {"team": city.team.pk, "title": "Hello", "text": "Hello {name}!"}
    assert anna.post(reverse("moderation:saved_page"), form).status_code == 302
    bad = anna.post(reverse("moderation:saved_page"), form | {"title": "B", "text": "{who}"})
    assert (bad.status_code, "{who} cannot be filled in" in bad.content.decode()) == (422, True)
    comment = new_comment(kind="question", author_name="Kalle K")
    saved = city.team.saved_answers.get()
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk]), {"saved": saved.pk})
    assert "Hello Kalle!" in page.content.decode()


@pytest.mark.rule("R25")
def test_complaint_gets_its_number_and_outcome_on_the_page(anna, new_comment):
    comment = new_comment(kind="criticism")
    page = reverse("moderation:comment_page", args=[comment.pk])
    new = reverse("moderation:complaint_new", args=[comment.pk])
    assert anna.post(new, {"reference": " "}).status_code == 422
    assert anna.post(new, {"reference": "SYN-1"}).status_code == 302
    move = reverse("moderation:complaint_move", args=[comment.complaint.pk, "conclude"])
    assert anna.post(move, {"outcome": ""}).status_code == 422
    assert anna.post(move, {"outcome": "The bench was mended."}).status_code == 302
    assert "The bench was mended." in anna.get(page).content.decode()


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
    assert "Removal ordered" in page.split("The comment</h2>")[0]


def test_claim_assign_note_and_kind_are_posted_and_lead_back(city, anna, client_of, new_comment):
    comment = new_comment(kind="praise")
    inbox = reverse("moderation:inbox_page")
    response = anna.post(reverse("moderation:comment_claim", args=[comment.pk]), {"next": inbox})
    assert response["Location"] == inbox
    taken = client_of(city.erik).post(reverse("moderation:comment_claim", args=[comment.pk]))
    assert (taken.status_code, "Anna works on this until 12:30" in taken.content.decode()) == (409, True)
    assign = reverse("moderation:comment_assign", args=[comment.pk])
    assert anna.post(assign, {"user": city.olle.pk}).status_code == 403
    assert anna.post(assign, {"user": city.erik.pk}).status_code == 302
    assert "Erik sees to it" in anna.get(inbox).content.decode()
    assert (
        anna.post(reverse("moderation:comment_note", args=[comment.pk]), {"note": "Hi."}).status_code == 302
    )
    assert (
        anna.post(reverse("moderation:comment_kind", args=[comment.pk]), {"kind": "poem"}).status_code == 422
    )
    off = {"kind": "question", "next": "https://evil.example/"}
    response = anna.post(reverse("moderation:comment_kind", args=[comment.pk]), off)
    assert response["Location"] == reverse("moderation:comment_page", args=[comment.pk])


def test_inbox_filters_by_state_kind_channel_and_person(city, at, anna, new_comment):
    question = new_comment(kind="question", text="Open when?")
    new_comment(kind="praise", text="Well done.")
    done = new_comment(kind="praise", text="Old news.")
    perform(done, "handle", actor=city.anna, at=at, note="Read.")
    reading = new_comment(kind="criticism", text="So slow.")
    perform(save_reply(reading, actor=city.anna, at=at, text="Sorry."), "ask_reading", actor=city.anna, at=at)

    def shown(**filters):
        page = anna.get(reverse("moderation:inbox_page"), filters).content.decode()
        texts = ("Open when?", "Well done.", "Old news.", "So slow.")
        return [text for text in texts if text in page]

    assert shown() == ["Open when?", "Well done.", "So slow."]
    assert shown(kind="praise") == ["Well done."]
    assert shown(state="waiting") == ["Open when?"]
    assert shown(state="reading") == ["So slow."]
    assert shown(state="late") == []
    assert shown(state="handled") == ["Old news."]
    assert shown(state="all", kind="praise") == ["Well done.", "Old news."]
    assert shown(channel=city.channel.pk, whose="free") == ["Open when?", "Well done.", "So slow."]
    assert shown(channel=city.other_channel.pk, state="nonsense", page="x") == shown()
    anna.post(reverse("moderation:comment_claim", args=[question.pk]))
    assert shown(whose="mine") == ["Open when?"]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_however_many_rows(
    city, at, anna, png, new_case, new_comment, client_of, django_assert_num_queries, count, sweep_at
):
    for number in range(count):
        comment = new_comment(kind="criticism")
        reply = save_reply(comment, actor=city.anna, at=at, text="Sorry.")
        keep_answer(team=city.team, actor=city.anna, at=at, title=f"A{number}", text="Hi {name}.")
        case = walk(new_case(), city, at, lambda color="teal": png(color), "removal_ordered")
    perform(reply, "ask_reading", actor=city.anna, at=at)
    sweep_at(at)
    for name, args, queries in (
        ("inbox_page", [], 9),
        ("queue_page", [], 9),
        ("comment_page", [comment.pk], 15),
        ("case_page", [case.pk], 15),
        ("saved_page", [], 9),
        ("watches_page", [], 13),
        ("coverage_page", [], 10),
    ):
        with django_assert_num_queries(queries, info=name):
            anna.get(reverse(f"moderation:{name}", args=args))


def test_strangers_get_404_and_chiefs_only_look(city, at, png, new_case, client_of, new_comment):
    case = walk(new_case(), city, at, png, "removed")
    comment = new_comment(kind="criticism")
    reply = save_reply(comment, actor=city.anna, at=at, text="Sorry.")
    doors = [
        ("get", "comment_page", [comment.pk]),
        ("post", "reply_save", [comment.pk]),
        ("post", "comment_kind", [comment.pk]),
        ("post", "complaint_new", [comment.pk]),
        ("post", "comment_claim", [comment.pk]),
        ("post", "reply_move", [reply.pk, "drop"]),
        ("get", "case_page", [case.pk]),
        ("post", "case_check", [case.pk]),
        ("post", "case_police", [case.pk]),
        ("post", "case_export", [case.pk]),
        ("post", "case_masked", [case.pk]),
        ("get", "check_copy", [case.checks.get().pk]),
        ("get", "evidence_mask", [case.evidence.get().items.get().pk]),
    ]
    for who in (city.olle, city.stranger):
        client = client_of(who)
        for method, name, args in doors:
            url = reverse(f"moderation:{name}", args=args)
            assert getattr(client, method)(url).status_code == 404, name
    karin = client_of(city.karin)
    assert karin.get(reverse("moderation:comment_page", args=[comment.pk])).status_code == 200
    refused = karin.post(reverse("moderation:reply_save", args=[comment.pk]), {"text": "Mine.", "seen": 1})
    assert refused.status_code == 403
    assert not Reply.objects.filter(texts__text="Mine.").exists()


def test_records_officer_exports_a_case_and_a_period_and_others_do_not(
    city, at, png, new_case, client_of, tmp_path
):
    case = walk(new_case(), city, at, png, "removed")
    rut = client_of(city.rut)
    period = {"first": "2026-11-24", "last": "2026-11-24"}
    for url, data in (
        (reverse("moderation:case_export", args=[case.pk]), {}),
        (reverse("moderation:period_export"), period),
    ):
        response = rut.post(url, data)
        assert response["Content-Disposition"].startswith("attachment")
        zipfile.ZipFile(BytesIO(b"".join(response))).extractall(tmp_path / "bags")
    assert len(list((tmp_path / "bags").iterdir())) == 2
    assert all(bagit.Bag(str(bag)).validate() for bag in (tmp_path / "bags").iterdir())
    assert Event.objects.filter(kind="case.export").count() == 2
    empty = rut.post(reverse("moderation:period_export"), {"first": "2020-01-01", "last": "2020-01-02"})
    assert (empty.status_code, "No case was discovered" in empty.content.decode()) == (409, True)
    assert rut.post(reverse("moderation:period_export"), {"first": "x"}).status_code == 422
    anna = client_of(city.anna)
    assert anna.post(reverse("moderation:case_export", args=[case.pk])).status_code == 403
    assert anna.get(reverse("moderation:archive_page")).status_code == 403
    assert rut.get(reverse("moderation:archive_page")).status_code == 200


def test_masked_copy_is_made_and_handed_out_on_the_page(city, at, png, new_case, anna):
    case = walk(new_case(), city, at, png, "removed")
    item = case.evidence.get().items.get()
    hand_out = reverse("moderation:case_masked", args=[case.pk])
    assert anna.post(hand_out).status_code == 422
    mask = reverse("moderation:evidence_mask", args=[item.pk])
    assert anna.get(reverse("moderation:evidence_masked", args=[item.pk])).status_code == 404
    for bad in ("a b c d", "1 2 3", "nan 0 5 5", "0 0 inf 9", "-1 0 5 5"):
        response = anna.post(mask, {"boxes": bad})
        assert (response.status_code, bad in response.content.decode()) == (422, True), bad
    assert anna.post(mask, {"boxes": "10 10 20,5 30"}).status_code == 302
    assert ">10 10 20.5 30</textarea>" in anna.get(mask).content.decode()
    empty = anna.post(mask, {"boxes": ""})
    assert (empty.status_code, "Mark what is to be covered" in empty.content.decode()) == (422, True)
    assert item.masked_copies.get().boxes == [[10, 10, 20.5, 30]]
    assert anna.post(mask, {"boxes": "", "nothing": "on"}).status_code == 302
    assert item.masked_copies.first().boxes == []
    assert anna.get(reverse("moderation:evidence_masked", args=[item.pk]))["Content-Type"] == "image/png"
    response = anna.post(hand_out, {"words": "K, Anna"})
    pages = zipfile.ZipFile(BytesIO(b"".join(response)))
    assert pages.testzip() is None
    assert "<dt>Avslutat</dt>" in pages.read(f"case-{case.pk:07}-masked/case.html").decode()


def test_answered_question_says_so_in_the_singular_in_swedish(city, at, new_comment, anna):
    comment = new_comment(kind="question", text="When do you open?")
    perform(save_reply(comment, actor=city.anna, at=at, text="At nine."), "send", actor=city.anna, at=at)
    city.anna.language = "sv"
    city.anna.save()
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert ("Besvarad <time" in page, "Besvarade" in page) == (True, False)


def test_disposal_is_proposed_and_signed_on_the_page(city, at, png, new_case, client_of, time_machine):
    case = walk(new_case(), city, at, png, "removed")
    time_machine.move_to(at + timedelta(days=5 * 366), tick=False)
    rut, admin = client_of(city.rut), client_of(city.admin)
    assert rut.post(reverse("moderation:disposal_new"), {"case": ["x"]}).status_code == 422
    assert rut.post(reverse("moderation:disposal_new"), {"case": [case.pk]}).status_code == 302
    sign = reverse("moderation:disposal_move", args=[Disposal.objects.get().pk, "sign"])
    assert rut.post(sign).status_code == 403
    assert client_of(city.anna).post(sign).status_code == 404
    assert admin.post(sign).status_code == 302


@pytest.mark.rule("R18", "R21")
def test_coverage_counts_each_unit_and_shows_gaps_and_what_was_filled_in(city, sweep_at, anna):
    for day in (23, 24):
        sweep_at(instant(date(2026, 11, day), "08:00"))
        for watch in Watch.objects.filter(day=date(2026, 11, day), channel=city.channel):
            if day == 23:
                perform(watch, "confirm", actor=city.anna, at=instant(watch.day, "14:05"))
    sweep_at(instant(date(2026, 11, 24), "17:00"))
    late = Watch.objects.get(day=date(2026, 11, 24), channel=city.channel)
    perform(late, "fill_in", actor=city.anna, at=instant(date(2026, 11, 25), "09:00"), note="I was ill.")
    [row] = coverage(city.anna, date(2026, 11, 1), date(2026, 11, 27))
    assert (row.unit, row.confirmed, row.filled, row.missed, row.absent) == (city.unit, 1, 1, 0, 2)
    assert row.percent == 25
    [early] = coverage(city.anna, date(2026, 11, 1), date(2026, 11, 25))
    assert early.absent == 0
    page = anna.get(reverse("moderation:coverage_page"), {"month": "2026-11"}).content.decode()
    assert "Parks" in page
    assert "Library" not in page
    assert anna.get(reverse("moderation:coverage_page"), {"month": "x'"}).status_code == 200


@pytest.mark.rule("R21")
def test_long_closures_are_found_planned_watched_and_announced(city, at, anna, sweep_at):
    christmas = [date(2026, 12, day) for day in (24, 25, 26, 27)]
    assert long_closures(date(2026, 12, 1), date(2026, 12, 30))[0] == tuple(christmas)
    form = {"team": city.team.pk, "day": "2026-12-25", "user": city.anna.pk}
    assert anna.post(reverse("moderation:holiday_plan"), form).status_code == 302
    assert anna.post(reverse("moderation:holiday_plan"), form).status_code == 409
    assert anna.post(reverse("moderation:holiday_plan"), form | {"day": "2026-12-28"}).status_code == 422
    sweep_at(instant(date(2026, 12, 24), "12:00"))
    assert not Watch.objects.filter(day=date(2026, 12, 24)).exists()
    sweep_at(instant(date(2026, 12, 25), "11:00"))
    watch = Watch.objects.get(day=date(2026, 12, 25))
    assert watch.channel == city.channel

    told = Notice.objects.filter(about_type="moderation.watch", about_id=watch.pk)
    assert [notice.recipient for notice in told] == [city.anna]
    # The library team has planned nothing: its editor was told two weeks before.
    announced = Notice.objects.filter(
        about_type="editorial.team", subject__contains="from Thursday 24 December"
    )
    assert [notice.recipient for notice in announced] == [city.olle]
    plan = HolidayWatch.objects.get()
    late = anna.post(reverse("moderation:holiday_cancel", args=[plan.pk]))
    assert late.status_code == 302
    plan_holiday_watch(team=city.team, day=date(2026, 12, 26), user=city.erik, actor=city.anna, at=at)


def test_comment_on_a_channel_without_a_team_is_looked_at_by_its_chiefs(city, at, client_of, new_comment):
    comment = new_comment()
    city.channel.care.delete()
    page = client_of(city.karin).get(reverse("moderation:comment_page", args=[comment.pk]))
    assert page.status_code == 200


def test_edited_comment_is_a_new_revision_on_the_page(city, anna, client_of, new_comment):
    comment = new_comment(kind="praise")
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    address = reverse("moderation:comment_revise", args=[comment.pk])
    assert address in page
    answer = anna.post(address, {"author_name": "Kalle K", "text": "No threat at all."})
    assert answer.status_code == 302
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert "Earlier texts" in page
    assert "A threat." in page
    karin = client_of(city.karin).get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    assert address not in karin


def test_sealing_stands_once_in_the_history(city, at, png, new_case, anna):
    case = walk(new_case(), city, at, png, "sealed")
    page = anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()
    assert page.count('<p class="timeline__text">Evidence sealed</p>') == 1


def test_history_of_a_comment_tells_the_steps_of_its_answer(city, at, anna, client_of, new_comment):
    comment = new_comment(kind="criticism")
    reply = save_reply(comment, actor=city.anna, at=at, text="We mend it.")
    perform(reply, "ask_reading", actor=city.anna, at=at)
    perform(reply, "agree", actor=city.erik, at=at)
    perform(reply, "send", actor=city.anna, at=at)
    page = anna.get(reverse("moderation:comment_page", args=[comment.pk])).content.decode()
    steps = ["Answer written", "Reading asked for", "Read by a second person", "Answer sent"]
    counts = [page.count(f'<p class="timeline__text">{step}</p>') for step in steps]
    assert counts == [1, 1, 1, 1]


def test_case_opened_straight_from_registration_has_its_facts(anna):
    ground = Ground.objects.get(code="unlawful_threat").pk
    values = {
        "url": "https://www.facebook.com/parks/posts/9",
        "kind": "illegal",
        "author_name": "K",
        "text": "x",
    }
    with_facts = values | {"ground": ground, "facts": "It names a place and a day."}
    anna.post(reverse("moderation:comment_new"), with_facts)
    case = Case.objects.get()
    page = anna.get(reverse("moderation:case_page", args=[case.pk])).content.decode()
    assert "It names a place and a day." in page
    anna.post(reverse("moderation:comment_new"), with_facts | {"url": values["url"] + "0", "facts": ""})
    bare = Case.objects.exclude(pk=case.pk).get()
    assert "Not described yet" in anna.get(reverse("moderation:case_page", args=[bare.pk])).content.decode()


@pytest.mark.rule("R20")
def test_nobody_is_asked_for_a_copy_that_may_be_a_crime(anna, png):
    ground = Ground.objects.get(code="child_abuse").pk
    page = anna.get(reverse("moderation:comment_new")).content.decode()
    assert f'data-never-copied="{ground}"' in page
    values = {
        "url": "https://www.facebook.com/parks/posts/9",
        "kind": "illegal",
        "author_name": "K",
        "text": "x",
    }
    shot = SimpleUploadedFile("shot.png", png(), "image/png")
    refused = anna.post(
        reverse("moderation:comment_new"), values | {"ground": ground, "screenshot": shot, "context": "x"}
    )
    assert refused.status_code == 422
    assert "Register it without a screenshot." in refused.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.rule("R20")
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
