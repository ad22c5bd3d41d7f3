from django.urls import path

from editorial.views import posts, publications, reviews, teams

app_name = "editorial"

urlpatterns = [
    path("posts/", posts.posts_page, name="posts_page"),
    path("posts/new/", posts.post_new, name="post_new"),
    path("posts/<int:pk>/", posts.post_page, name="post_page"),
    path("posts/<int:pk>/edit/", posts.post_edit, name="post_edit"),
    path("posts/<int:pk>/time/", posts.post_time, name="post_time"),
    path("posts/<int:pk>/move/<slug:name>/", posts.post_move, name="post_move"),
    path("posts/<int:pk>/history/", reviews.history_page, name="history_page"),
    path("review/", reviews.review_queue, name="review_queue"),
    path("review/<int:pk>/", reviews.review_page, name="review_page"),
    path("review/<int:pk>/decide/<slug:name>/", reviews.review_decide, name="review_decide"),
    path("review/<int:pk>/claim/", reviews.review_claim, name="review_claim"),
    path("review/<int:pk>/ask/", reviews.review_ask, name="review_ask"),
    path("review/<int:pk>/links/", reviews.review_links, name="review_links"),
    path("review/<int:pk>/remark/", reviews.review_remark, name="review_remark"),
    path("review/remarks/<int:pk>/answer/", reviews.remark_answer, name="remark_answer"),
    path("review/remarks/<int:pk>/move/<slug:name>/", reviews.remark_move, name="remark_move"),
    path("publications/<int:pk>/", publications.publication_page, name="publication_page"),
    path("publications/<int:pk>/move/<slug:name>/", publications.publication_move, name="publication_move"),
    path("teams/", teams.teams_page, name="teams_page"),
]
