from django.http import HttpResponse
from django.urls import path

app_name = "moderation"
stub = lambda request, **kw: HttpResponse("")
urlpatterns = [
    path("", stub, name="queue_page"),
    path("c/new/", stub, name="comment_new"),
    path("cases/<int:pk>/", stub, name="case_page"),
    path("watches/", stub, name="watches_page"),
]
