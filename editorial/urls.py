from django.urls import path

from editorial.views import posts, publications, rota, swaps, teams

app_name = "editorial"

urlpatterns = [
    path("posts/", posts.posts_page, name="posts_page"),
    path("posts/new/", posts.post_new, name="post_new"),
    path("posts/<int:pk>/", posts.post_page, name="post_page"),
    path("posts/<int:pk>/edit/", posts.post_edit, name="post_edit"),
    path("posts/<int:pk>/time/", posts.post_time, name="post_time"),
    path("posts/<int:pk>/move/<slug:name>/", posts.post_move, name="post_move"),
    path("review/", posts.review_queue, name="review_queue"),
    path("publications/<int:pk>/", publications.publication_page, name="publication_page"),
    path("publications/<int:pk>/move/<slug:name>/", publications.publication_move, name="publication_move"),
    path("teams/", teams.teams_page, name="teams_page"),
    path("teams/<int:pk>/", teams.team_page, name="team_page"),
    path("teams/<int:pk>/rota/", rota.rota_page, name="rota_page"),
    path("teams/<int:pk>/rota/propose/", rota.rota_propose, name="rota_propose"),
    path("teams/<int:pk>/rota/publish/", rota.rota_publish, name="rota_publish"),
    path("shifts/<int:pk>/", rota.shift_page, name="shift_page"),
    path("shifts/<int:pk>/give/", rota.shift_give, name="shift_give"),
    path("shifts/<int:pk>/offer/", rota.shift_offer, name="shift_offer"),
    path("swaps/<int:pk>/", swaps.swap_page, name="swap_page"),
    path("swaps/<int:pk>/move/<slug:name>/", swaps.swap_move, name="swap_move"),
    path("handovers/<int:pk>/", swaps.handover_page, name="handover_page"),
    path("handovers/<int:pk>/note/", swaps.handover_note, name="handover_note"),
    path("handovers/<int:pk>/move/<slug:name>/", swaps.handover_move, name="handover_move"),
    path("absences/new/", teams.absence_new, name="absence_new"),
    path("absences/<int:pk>/end/", teams.absence_end, name="absence_end"),
    path("feeds/new/", teams.feed_new, name="feed_new"),
    path("feeds/revoke/", teams.feed_revoke, name="feed_revoke"),
    path("feeds/<str:secret>.ics", teams.feed, name="feed"),
]
