"""Settings, read from the environment and safe when nothing is set. Each variable is described in docs/settings.md."""

from pathlib import Path
from urllib.parse import quote, urlsplit

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if env.str("ENV_FILE", default=""):
    environ.Env.read_env(env.str("ENV_FILE"))

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
BASE_URL = env.str("BASE_URL", default="https://localhost").rstrip("/")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
FILES_DIR = Path(env.str("FILES_DIR", default=str(VAR_DIR / "files")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
CITY_NAME = env.str("CITY_NAME", default="Staden")

HTTPS = urlsplit(BASE_URL).scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(BASE_URL).hostname])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "config",
    "calendar_app",
    "moderation",
    "editorial",
    "consent",
    "channels_registry",
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "template_partials",
    "lucide",
]

MIDDLEWARE = [
    "core.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.SharedCachesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.LoginEndsMiddleware",
    "core.middleware.LoginNeededMiddleware",
    "core.middleware.LanguageMiddleware",
    "core.middleware.WayBackMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.SecondFactorMiddleware",
    "core.middleware.FirstPasswordMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "core.forms.FormRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page",
            ],
            "builtins": ["core.templatetags.parts", "core.templatetags.signs"],
        },
    }
]

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{quote(f'{VAR_DIR}/redaktionen.sqlite3')}")
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Without recursive_triggers INSERT OR REPLACE would slip past the delete guards.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
    # Threads of the browser tests share one file; an in-memory database would be a private one each.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# It takes a time of day that somebody chose for “now” when it is asked in that very minute.
SILENCED_SYSTEM_CHECKS = ["fields.W161"]

# The throttles of the login must be shared by all web processes; a table is, a process's memory is not.
CACHES = {"default": env.cache("CACHE_URL", default="dbcache://core_cache")}
if CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
    # Django's 300 rows would let whoever guesses at many accounts wash out the count of wrong passwords for one. What has
    # run out is deleted in each round of the clock (core/forgetting.py).
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 1_000_000)

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "core.late_forms.sent_too_late"
LOGIN_REDIRECT_URL = "my_day"
ACCOUNT_ADAPTER = "core.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# One city hall is often one address: the limit on failures is per account, the one per address is wide.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "10/5m/key,200/5m/ip",
    "reset_password": "60/m/ip,5/h/key",
    "reset_password_from_key": "300/m/ip",
    # Ideas through a tip form, from one place and to one form.
    "tip": "30/h/ip,120/h/key",
}
# Which roles have to log in with a second step: chiefs, records_officers, administrators.
SECOND_FACTOR_FOR = env.list("SECOND_FACTOR_FOR", default=["chiefs", "records_officers", "administrators"])
MFA_ADAPTER = "core.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A code that changed while it was being typed still counts, as RFC 6238 advises: one step of 30 seconds, either way.
MFA_TOTP_TOLERANCE = 1
# Administrators make the accounts; whose address it is has been asked there.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_FORMS = {
    "login": "core.login_forms.LoginForm",
    "change_password": "core.login_forms.ChangePasswordForm",
}
MFA_FORMS = {
    "activate_totp": "core.login_forms.ActivateTOTPForm",
    "authenticate": "core.login_forms.AuthenticateForm",
    "reauthenticate": "core.login_forms.ReauthenticateForm",
    "add_webauthn": "core.login_forms.AddWebAuthnForm",
    "edit_webauthn": "core.login_forms.EditWebAuthnForm",
}
# Many people behind one address may use passkeys in the same minute.
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}

# The city's directory (Entra ID, Keycloak). A person is their `sub`, never their e-mail address.
SOCIALACCOUNT_ADAPTER = "core.directory.DirectoryAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
OIDC_ROLE_GROUPS = env.dict("OIDC_ROLE_GROUPS", default={})
OIDC_SECOND_FACTOR = env.bool("OIDC_SECOND_FACTOR", default=False)
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "directory",
                "name": env.str("OIDC_NAME", default="katalogen"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                # What is signed is enough; the userinfo page lacks the groups in Entra ID.
                "settings": {"server_url": OIDC_ISSUER, "fetch_userinfo": False, "uid_field": "sub"},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
# The same by SAML, for directories that speak nothing newer; needs requirements/saml.txt.
SAML_ENTITY_ID = env.str("SAML_ENTITY_ID", default="")
SAML_GROUPS_ATTRIBUTE = env.str("SAML_GROUPS_ATTRIBUTE", default="groups")
if SAML_ENTITY_ID:
    INSTALLED_APPS += ["allauth.socialaccount.providers.saml"]
    SOCIALACCOUNT_PROVIDERS["saml"] = {
        "APPS": [
            {
                "name": env.str("SAML_NAME", default="katalogen"),
                "provider_id": SAML_ENTITY_ID,
                "client_id": "directory",
                "settings": {
                    "idp": {
                        "entity_id": SAML_ENTITY_ID,
                        "sso_url": env.str("SAML_LOGIN_URL"),
                        "x509cert": env.str("SAML_CERTIFICATE"),
                    },
                    "attribute_mapping": {
                        "uid": env.list(
                            "SAML_ID_ATTRIBUTE", default=["urn:oasis:names:tc:SAML:attribute:subject-id"]
                        ),
                        "email": env.list("SAML_EMAIL_ATTRIBUTE", default=["email", "mail"]),
                        "first_name": env.list("SAML_FIRST_NAME_ATTRIBUTE", default=["givenName"]),
                        "last_name": env.list("SAML_LAST_NAME_ATTRIBUTE", default=["sn"]),
                    },
                    # What nobody asked for, or nobody signed, lets nobody in.
                    "advanced": {
                        "strict": True,
                        "want_assertion_signed": True,
                        "reject_idp_initiated_sso": True,
                        "reject_deprecated_algorithm": True,
                        "want_name_id": True,
                    },
                },
            }
        ]
    }
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60
LOGIN_IDLE_MINUTES = env.int("LOGIN_IDLE_MINUTES", default=60)
FIRST_PASSWORD_DAYS = env.int("FIRST_PASSWORD_DAYS", default=7)
SESSION_COOKIE_NAME = "redaktionen_session"
LANGUAGE_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
# A load balancer asks each machine by itself, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "sv"
# Each in its own words: whoever looks for theirs may not read the other.
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_DIR", default=str(VAR_DIR / "static")))
# Evidence and pictures lie in FILES_DIR, or in this bucket of an S3-compatible store (core/filestore.py).
FILES_BUCKET = env.str("FILES_BUCKET", default="")
FILES_BUCKET_URL = env.str("FILES_BUCKET_URL", default="") or None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "kept": {
        "BACKEND": "core.bucket.Store",
        "OPTIONS": {
            "bucket_name": FILES_BUCKET,
            "endpoint_url": FILES_BUCKET_URL,
            "region_name": env.str("FILES_BUCKET_REGION", default="us-east-1"),
            "access_key": env.str("FILES_BUCKET_KEY", default="") or None,
            "secret_key": env.str("FILES_BUCKET_SECRET", default="") or None,
        },
    },
    "staticfiles": {
        "BACKEND": env.str(
            "STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "core.upload_handlers.StrangersSendLittle",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

vars().update(env.email("EMAIL_URL", default=f"filemail:///{quote(f'{VAR_DIR}/mail')}"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("SENDER", default="redaktionen@localhost")

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=30.0)
REDIS_URL = env.str("REDIS_URL", default="")
BROKER_DIR = Path(env.str("BROKER_DIR", default=str(VAR_DIR / "broker")))

# Clocks, in hours and local times of day, as the city's guidance reads (docs/rules.md).
CASE_RUNG_HOURS = {"duty": 0, "moderators": 4, "editors": 12, "chiefs": 20, "breach": 24}
ARCHIVE_CHECKED_AT = "02:00"
WATCH_OPENS, WATCH_REMINDERS, WATCH_MISSED = "08:00", ["11:00", "14:30"], "17:00"
# A question is answered the same working day when it came in early enough, else the next (R13).
ANSWER_SAME_DAY_BEFORE = env.str("ANSWER_SAME_DAY_BEFORE", default="15:00")
ANSWER_SAME_DAY_BY = env.str("ANSWER_SAME_DAY_BY", default="17:00")
ANSWER_NEXT_DAY_BY = env.str("ANSWER_NEXT_DAY_BY", default="12:00")
CLAIM_MINUTES = env.int("CLAIM_MINUTES", default=30)
PUBLICATION_REMINDER_MINUTES = {"duty": 60, "editors": 90}
# A question asked in a post is followed up within so many working days (R12).
FOLLOW_UP_REMINDER_DAYS = {"duty": 1, "editors": 3}
# Hours on working days after which a reading is asked for again: who was asked by name, and at last all editors.
REVIEW_REMINDER_HOURS = {"first": 24, "second": 48, "editors": 72}
REVIEW_CLAIM_MINUTES = 30

# Links (R24): how long one may take, how often the worker looks for new ones, how long before the time they are
# opened again, and hosts that work for followers but cannot be opened from here.
LINK_SECONDS = env.float("LINK_SECONDS", default=6.0)
LINK_SWEEP_SECONDS = env.float("LINK_SWEEP_SECONDS", default=5.0)
LINK_BEFORE_MINUTES = 30
LINK_TRUSTED_HOSTS = env.list("LINK_TRUSTED_HOSTS", default=[])
SLOT_REMINDER_DAYS, SLOT_REMINDER_AT = [10, 3], "08:00"

# Up to this age, the whole of its year included, guardians consent for a child (R16).
CHILD_AGE = env.int("CHILD_AGE", default=15)
# From this age the child is asked too; above CHILD_AGE that is never.
CHILD_ASKED_AGE = env.int("CHILD_ASKED_AGE", default=13)
# How long a signer's link can be answered. What was answered with it can be taken back for as long as it stands.
REQUEST_DAYS = env.int("REQUEST_DAYS", default=30)
CONSENT_ENDING_DAYS = [60, 30, 7, 1]
# Wrong links from one address in ten minutes, and answers through one link in an hour, before both have to wait.
LINK_GUESSES, LINK_ANSWERS = 30, 20

# Where deregistration is ordered (R35), and whether the register of the city's true channels is open to everybody.
DEREGISTRATION_EMAIL = env.str("DEREGISTRATION_EMAIL", default="support.digitalakanaler@goteborg.se")
PUBLIC_REGISTER = env.bool("PUBLIC_REGISTER", default=False)
EXPORT_MAX_BYTES = env.int("EXPORT_MAX_BYTES", default=2 * 1024**3)
# The life of a channel, in days unless said otherwise (R1, R29, R30, R33, R35).
QUIET_DAYS = {"amber": 90, "review": 180}
LOOK_OVER_DAYS = 365
REST_MOST_MONTHS, REST_WARNING_DAYS = 12, 14
NOTICE_DAYS_BEFORE, NOTICES_NEEDED, NOTICE_AHEAD_DAYS, NO_NOTICE_MONTHS = [30, 14, 2], 3, 30, 6
SIGN_REMINDER_DAYS = [3, 7]
ORDER_AGAIN_WORKING_DAYS = 5
# After how many days what is kept for a time is removed by manage.py dispose.
RETENTION_DAYS = {"sessions": 1, "notices": 730, "absences": 365, "tip_names": 730} | env.dict(
    "RETENTION_DAYS", cast={"value": int}, default={}
)

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=15 * 1024 * 1024)
UPLOAD_MAX_PIXELS = env.int("UPLOAD_MAX_PIXELS", default=40_000_000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line"}},
    "filters": {"secrets": {"()": "core.logs.MaskSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Django's own handler for the development server would print whole addresses.
    "loggers": {"django.server": {"handlers": ["console"], "propagate": False}},
}
