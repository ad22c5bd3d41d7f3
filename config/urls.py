from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import extracts, follow_up, notices, search, views
from core import directory_views

handler400 = "config.views.unread"
handler500 = "config.views.broken"

# A directory that speaks SAML has doors only where it is set up: its packages are an extra.
saml = (
    [
        path("account/saml/<str:organization_slug>/acs/finish/", directory_views.saml_finish),
        path("account/saml/<str:organization_slug>/sls/", views.no_such_page),
        path("account/", include("allauth.socialaccount.providers.saml.urls")),
    ]
    if settings.SAML_ENTITY_ID
    else []
)
urlpatterns = [
    path("", views.my_day, name="my_day"),
    path("search/", search.search_page, name="search_page"),
    path("follow-up/", follow_up.follow_up_page, name="follow_up_page"),
    path("follow-up/<slug:name>.csv", follow_up.follow_up_csv, name="follow_up_csv"),
    path("help/", views.help_page, name="help_page"),
    path("healthz", views.health, name="health"),
    path("readyz", views.ready, name="ready"),
    path("language/", views.language, name="language"),
    path("notices/", views.notices_page, name="notices_page"),
    path("notices/settings/", notices.notice_settings, name="notice_settings"),
    path("notices/unsubscribe/<str:token>/", notices.notice_unsubscribe, name="notice_unsubscribe"),
    path("notices/<int:pk>/", views.notice_open, name="notice_open"),
    path("trail/", views.trail_page, name="trail_page"),
    path("looks/", views.looks_page, name="looks_page"),
    path("privacy/", views.privacy_page, name="privacy_page"),
    path("extracts/", extracts.extracts_page, name="extracts_page"),
    path("extracts/mine/", extracts.my_extract, name="my_extract"),
    path("extracts/accounts/<int:pk>/", extracts.account_extract, name="account_extract"),
    path("extracts/names/", extracts.extract_names, name="extract_names"),
    path("extracts/comments/", extracts.extract_comments, name="extract_comments"),
    path("parts/", views.parts_page, name="parts_page"),
    path("account/here/", views.still_here, name="still_here"),
    # Addresses are the administrators' to change: they are how the city knows who somebody is.
    path("account/email/", views.no_such_page),
    path("account/", include("allauth.account.urls")),
    path("account/second-step/", include("allauth.mfa.urls")),
    path("account/directory/", include("allauth.socialaccount.urls")),
    path("account/oidc/<slug:provider_id>/login/", directory_views.login, name="openid_connect_login"),
    path(
        "account/oidc/<slug:provider_id>/login/callback/",
        directory_views.callback,
        name="openid_connect_callback",
    ),
    *saml,
    path("metrics", views.metrics_page, name="metrics"),
    path("admin/login/", views.admin_login),
    path("admin/", admin.site.urls),
    path("channels/", include("channels_registry.urls")),
    path("calendar/", include("calendar_app.urls")),
    path("", include("editorial.urls")),
    path("pictures/", include("consent.urls")),
    path("s/", include("consent.signer_urls")),
    path("moderation/", include("moderation.urls")),
]
