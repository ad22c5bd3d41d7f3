from django.urls import path

from editorial.views import follow_ups, ideas, materials, posts, publications, teams, tips, writing

app_name = "editorial"

urlpatterns = [
    path("posts/", posts.posts_page, name="posts_page"),
    path("posts/new/", writing.post_new, name="post_new"),
    path("posts/<int:pk>/", posts.post_page, name="post_page"),
    path("posts/<int:pk>/edit/", writing.post_edit, name="post_edit"),
    path("posts/<int:pk>/presence/", writing.post_presence, name="post_presence"),
    path("posts/<int:pk>/reuse/", materials.post_reuse, name="post_reuse"),
    path("posts/<int:pk>/time/", posts.post_time, name="post_time"),
    path("posts/<int:pk>/move/<slug:name>/", posts.post_move, name="post_move"),
    path("review/", posts.review_queue, name="review_queue"),
    path("publications/<int:pk>/", publications.publication_page, name="publication_page"),
    path("publications/<int:pk>/move/<slug:name>/", publications.publication_move, name="publication_move"),
    path("teams/", teams.teams_page, name="teams_page"),
    path("teams/<int:pk>/tips/", tips.tip_settings, name="tip_settings"),
    path("teams/<int:pk>/tips/move/<slug:name>/", tips.tip_move, name="tip_move"),
    path("tip/<str:secret>/", tips.tip_form, name="tip_form"),
    path("tip/follow/<str:secret>/", tips.tip_follow, name="tip_follow"),
    path("ideas/", ideas.ideas_page, name="ideas_page"),
    path("ideas/new/", ideas.idea_new, name="idea_new"),
    path("ideas/<int:pk>/", ideas.idea_page, name="idea_page"),
    path("ideas/<int:pk>/move/<slug:name>/", ideas.idea_move, name="idea_move"),
    path("ideas/<int:pk>/picture/", ideas.idea_picture, name="idea_picture"),
    path("ideas/<int:pk>/keep-picture/", ideas.idea_keep_picture, name="idea_keep_picture"),
    path("material/", materials.materials_page, name="materials_page"),
    path("material/new/", materials.material_new, name="material_new"),
    path("material/<int:pk>/", materials.material_page, name="material_page"),
    path("material/<int:pk>/edit/", materials.material_edit, name="material_edit"),
    path("material/<int:pk>/reuse/", materials.material_reuse, name="material_reuse"),
    path("follow-ups/", follow_ups.follow_ups_page, name="follow_ups_page"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up_page, name="follow_up_page"),
    path("follow-ups/<int:pk>/move/<slug:name>/", follow_ups.follow_up_move, name="follow_up_move"),
]
