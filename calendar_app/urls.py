from django.urls import path

from calendar_app.views import calendar, exchange, notes, series

app_name = "calendar_app"

urlpatterns = [
    path("", calendar.calendar_page, name="calendar_page"),
    path("month/", calendar.month_page, name="month_page"),
    path("week/", calendar.week_page, name="week_page"),
    path("year/", calendar.year_page, name="year_page"),
    path("list/", calendar.list_page, name="list_page"),
    path("series/", series.series_list, name="series_list"),
    path("series/new/", series.series_new, name="series_new"),
    path("series/<int:pk>/", series.series_page, name="series_page"),
    path("series/<int:pk>/edit/", series.series_edit, name="series_edit"),
    path("series/<int:pk>/rule/", series.rule_edit, name="rule_edit"),
    path("series/<int:pk>/rule/<int:slot>/", series.rule_edit, name="rule_edit_from"),
    path("series/<int:pk>/move/<slug:name>/", series.series_move, name="series_move"),
    path("places/<int:pk>/", series.slot_page, name="slot_page"),
    path("places/<int:pk>/write/", series.slot_write, name="slot_write"),
    path("places/<int:pk>/move/<slug:name>/", series.slot_move, name="slot_move"),
    path("posts/<int:pk>/again/", notes.post_again, name="post_again"),
    path("notes/new/", notes.note_new, name="note_new"),
    path("notes/<int:pk>/", notes.note_edit, name="note_edit"),
    path("notes/<int:pk>/remove/", notes.note_remove, name="note_remove"),
    path("saved/", notes.view_save, name="view_save"),
    path("saved/<int:pk>/remove/", notes.view_remove, name="view_remove"),
    path("feeds/", exchange.feeds_page, name="feeds_page"),
    path("feeds/<int:pk>/revoke/", exchange.feed_revoke, name="feed_revoke"),
    path("feeds/<str:secret>.ics", exchange.feed, name="feed"),
    path("export.csv", exchange.export, name="export"),
    path("import/", exchange.import_new, name="import_new"),
    path("import/<int:pk>/", exchange.import_page, name="import_page"),
]
