from django.urls import path

from calendar_app import views

app_name = "calendar_app"

urlpatterns = [
    path("", views.calendar_page, name="calendar_page"),
    path("month/", views.month_page, name="month_page"),
    path("week/", views.week_page, name="week_page"),
    path("year/", views.year_page, name="year_page"),
    path("list/", views.list_page, name="list_page"),
]
