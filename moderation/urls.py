from django.urls import path

from moderation.views import answers, archive, cases, claims, comments, evidence, watches

app_name = "moderation"

urlpatterns = [
    path("", cases.queue_page, name="queue_page"),
    path("inbox/", comments.inbox_page, name="inbox_page"),
    path("comments/new/", comments.comment_new, name="comment_new"),
    path("comments/<int:pk>/", comments.comment_page, name="comment_page"),
    path("comments/<int:pk>/revise/", comments.comment_revise, name="comment_revise"),
    path("comments/<int:pk>/kind/", comments.comment_kind, name="comment_kind"),
    path("comments/<int:pk>/move/<slug:name>/", comments.comment_move, name="comment_move"),
    path("comments/<int:pk>/case/", comments.case_open, name="case_open"),
    path("comments/<int:pk>/answer/", answers.reply_save, name="reply_save"),
    path("comments/<int:pk>/complaint/", answers.complaint_new, name="complaint_new"),
    path("answers/<int:pk>/move/<slug:name>/", answers.reply_move, name="reply_move"),
    path("complaints/<int:pk>/move/<slug:name>/", answers.complaint_move, name="complaint_move"),
    path("complaints/<int:pk>/correct/", answers.complaint_correct, name="complaint_correct"),
    path("saved/", answers.saved_page, name="saved_page"),
    path("saved/<int:pk>/", answers.saved_page, name="saved_edit"),
    path("saved/<int:pk>/drop/", answers.saved_drop, name="saved_drop"),
    *(
        path(f"{noun}s/<int:pk>/{name}/", door, {"noun": noun}, name=f"{noun}_{name}")
        for noun in ("comment", "case")
        for name, door in (
            ("claim", claims.claim_post),
            ("release", claims.release_post),
            ("assign", claims.assign_post),
            ("note", claims.note_post),
        )
    ),
    path("cases/<int:pk>/", cases.case_page, name="case_page"),
    path("cases/<int:pk>/move/<slug:name>/", cases.case_move, name="case_move"),
    path("cases/<int:pk>/hide/", cases.case_hide, name="case_hide"),
    path("cases/<int:pk>/check/", cases.case_check, name="case_check"),
    path("cases/<int:pk>/seen/", cases.case_seen, name="case_seen"),
    path("cases/<int:pk>/police/", cases.case_police, name="case_police"),
    path("cases/<int:pk>/author/", cases.case_author, name="case_author"),
    path("cases/<int:pk>/waiver/ask/", cases.waiver_ask, name="waiver_ask"),
    path("cases/<int:pk>/waiver/sign/", cases.waiver_sign, name="waiver_sign"),
    path("cases/<int:pk>/evidence/", evidence.evidence_add, name="evidence_add"),
    path("cases/<int:pk>/export/", archive.case_export, name="case_export"),
    path("cases/<int:pk>/masked/", archive.case_masked, name="case_masked"),
    path("checks/<int:pk>/", evidence.check_copy, name="check_copy"),
    path("evidence/<int:pk>/", evidence.evidence_copy, name="evidence_copy"),
    path("evidence/<int:pk>/mask/", evidence.evidence_mask, name="evidence_mask"),
    path("evidence/<int:pk>/masked/", evidence.evidence_masked, name="evidence_masked"),
    path("evidence/<int:pk>/original/", evidence.evidence_original, name="evidence_original"),
    path("archive/", archive.archive_page, name="archive_page"),
    path("archive/export/", archive.period_export, name="period_export"),
    path("archive/disposals/", archive.disposal_new, name="disposal_new"),
    path("archive/disposals/<int:pk>/move/<slug:name>/", archive.disposal_move, name="disposal_move"),
    path("watches/", watches.watches_page, name="watches_page"),
    path("watches/coverage/", watches.coverage_page, name="coverage_page"),
    path("watches/plan/", watches.holiday_plan, name="holiday_plan"),
    path("watches/plan/<int:pk>/cancel/", watches.holiday_cancel, name="holiday_cancel"),
    path("watches/<int:pk>/move/<slug:name>/", watches.watch_move, name="watch_move"),
]
