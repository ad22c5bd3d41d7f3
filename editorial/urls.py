from django.http import HttpResponse
from django.urls import path

app_name = "editorial"
stub = lambda request, **kw: HttpResponse("")
urlpatterns = [
    path("posts/", stub, name="posts_page"),
    path("posts/new/", stub, name="post_new"),
    path("posts/<int:pk>/", stub, name="post_page"),
    path("review/", stub, name="review_queue"),
    path("teams/", stub, name="teams_page"),
]
