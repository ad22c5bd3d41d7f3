from django.urls import path

from channels_registry import views

app_name = "channels_registry"

urlpatterns = [
    path("", views.channels_page, name="channels_page"),
    path("<int:pk>/", views.channel_page, name="channel_page"),
]
