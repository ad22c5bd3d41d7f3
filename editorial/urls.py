from django.urls import path

from editorial.views import posts, publications, takedowns, teams

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
    path("takedowns/", takedowns.takedowns_page, name="takedowns_page"),
    path("takedowns/<int:pk>/", takedowns.takedown_page, name="takedown_page"),
    path("takedowns/tasks/<int:pk>/done/", takedowns.task_done, name="task_done"),
    path("takedowns/tasks/<int:pk>/move/<slug:name>/", takedowns.task_move, name="task_move"),
    path("takedowns/tasks/<int:pk>/proof/", takedowns.task_proof, name="task_proof"),
    path("teams/", teams.teams_page, name="teams_page"),
]
