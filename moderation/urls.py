from django.urls import path

from moderation.views import cases, comments, evidence, watches

app_name = "moderation"

urlpatterns = [
    path("", cases.queue_page, name="queue_page"),
    path("comments/new/", comments.comment_new, name="comment_new"),
    path("comments/<int:pk>/", comments.comment_page, name="comment_page"),
    path("comments/<int:pk>/revise/", comments.comment_revise, name="comment_revise"),
    path("comments/<int:pk>/move/<slug:name>/", comments.comment_move, name="comment_move"),
    path("comments/<int:pk>/case/", comments.case_open, name="case_open"),
    path("cases/<int:pk>/", cases.case_page, name="case_page"),
    path("cases/<int:pk>/move/<slug:name>/", cases.case_move, name="case_move"),
    path("cases/<int:pk>/hide/", cases.case_hide, name="case_hide"),
    path("cases/<int:pk>/waiver/ask/", cases.waiver_ask, name="waiver_ask"),
    path("cases/<int:pk>/waiver/sign/", cases.waiver_sign, name="waiver_sign"),
    path("cases/<int:pk>/evidence/", evidence.evidence_add, name="evidence_add"),
    path("evidence/<int:pk>/", evidence.evidence_copy, name="evidence_copy"),
    path("evidence/<int:pk>/original/", evidence.evidence_original, name="evidence_original"),
    path("watches/", watches.watches_page, name="watches_page"),
    path("watches/<int:pk>/move/<slug:name>/", watches.watch_move, name="watch_move"),
]
