"""Settings, from the environment only; an installation started by `manage.py up` is found through its state folder.

Every value that an operator may change is read here and named in the README.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import state

BASE_DIR = Path(__file__).resolve().parent.parent
COPERTO_HOME = state.home()

env = environ.Env()
_running = state.load()


def _value(name: str, default: str | None = None) -> str | None:
    """The environment wins, even with an empty value: `up` takes the owner's rights from the web process that way."""
    given = env.str(name, default=None)
    return given if given is not None else _running.get(name, default)


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = _value("SECRET_KEY", "") or ""
# Older ones, for links that guests still have: an unsubscribe link is good for ever.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# What makes personal data unreadable to whoever holds a dump of the database: the pepper of the hashes by which erased
# addresses are known, and the keys of health data, the newest first. Losing them loses what they guard. They are for ever,
# and SECRET_KEY is not: without them nothing serves (config.checks).
PRIVACY_PEPPER = _value("PRIVACY_PEPPER") or ""
HEALTH_KEYS = [key for key in (_value("HEALTH_KEYS") or f"health:{SECRET_KEY}").split(",") if key]
MISSING_SECRETS = [name for name in ("PRIVACY_PEPPER", "HEALTH_KEYS") if not _value(name)]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = _value("PUBLIC_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "api.apps.ApiConfig",
    "dashboard.apps.DashboardConfig",
    "importexport.apps.ImportexportConfig",
    "bookings.apps.BookingsConfig",
    "orders.apps.OrdersConfig",
    "wifi.apps.WifiConfig",
    "outreach.apps.OutreachConfig",
    "consent.apps.ConsentConfig",
    "crm.apps.CrmConfig",
    "staff.apps.StaffConfig",
    "audit.apps.AuditConfig",
    "tenants.apps.TenantsConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "config.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.page_middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.language.StaffLanguageMiddleware",
    "config.page_middleware.messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.page_middleware.htmx",
    "config.middleware.tenant_scope",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.staff",
            ],
        },
    }
]

# The web process keeps a pool, which must not cross a fork: the worker and commands hold one connection each.
USES_POOL = env.bool("DATABASE_POOL", default=False)


def _database(url: str, *, pool: bool) -> dict[str, Any]:
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    settings["ENGINE"] = "django.db.backends.postgresql"
    settings["CONN_HEALTH_CHECKS"] = True
    # Statements of tenants.rows are prepared by the server at their second use; the ORM's never are.
    settings["OPTIONS"] = {"prepare_threshold": env.int("DATABASE_PREPARE_THRESHOLD", default=1)}
    if pool:
        settings["CONN_MAX_AGE"] = 0
        settings["OPTIONS"]["pool"] = {
            "min_size": 2,
            "max_size": env.int("DATABASE_POOL_SIZE", default=8),
            "timeout": 10,
        }
    else:
        settings["CONN_MAX_AGE"] = 60
    return settings


_database_url = _value("DATABASE_URL", "postgres://coperto_app@127.0.0.1:5432/coperto") or ""
DATABASES = {"default": _database(_database_url, pool=USES_POOL)}
_owner_url = _value("DATABASE_OWNER_URL")
if _owner_url:
    DATABASES["owner"] = _database(_owner_url, pool=False)
DATABASE_ROUTERS = ["config.database.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _value("REDIS_URL", "redis://127.0.0.1:6379/0") or ""
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "coperto",
    }
}

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "dashboard.accounts.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Coperto: "
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Coperto"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian")), ("fr", _("French")), ("pl", _("Polish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = COPERTO_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG and env.bool("STATIC_MANIFEST", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not env.bool("STATIC_MANIFEST", default=False)
FILES_ROOT = COPERTO_HOME / "files"
# Outside the database, so that a restored backup can be erased once more: keep it beside the backups.
ERASURE_LOG = COPERTO_HOME / "erasures.jsonl"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.failures.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
IS_HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
if IS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
if EMAIL_CONFIG["EMAIL_BACKEND"].endswith("console.EmailBackend"):
    EMAIL_BACKEND = "config.mail.TerminalMail"
elif EMAIL_CONFIG["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
    EMAIL_BACKEND = "outreach.smtp.SmtpMail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Coperto <no-reply@localhost>")
# Seconds; a worker that waits for ever for a mail server sends nothing else.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
SMS_PROVIDER = env.str("SMS_PROVIDER", default="outreach.sms.LogSmsProvider")

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.ScopeAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.HoldsPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJsonParser"],
    "EXCEPTION_HANDLER": "api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Coperto",
    "DESCRIPTION": (BASE_DIR / "api" / "description.md").read_text(encoding="utf-8"),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Requests and answers are described by classes of their own.
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_NAME_OVERRIDES": {
        "Action": "audit.actions.Action",
        "ActorKind": "tenants.scope.ActorKind",
        "BookingChannel": "api.bookings.CHANNEL_CHOICES",
        "BookingKind": "bookings.models.BookingKind",
        "BookingStatus": "bookings.models.BookingStatus",
        "Channel": "crm.channel.Channel",
        "ConsentChannel": "consent.status.ConsentChannel",
        "ConsentStatus": "consent.status.Status",
        "ConsentSource": "consent.models.Source",
        "ContactKind": "crm.models.ContactKind",
        "DiscountKind": "orders.models.DiscountKind",
        "ExportKind": "importexport.models.ExportKind",
        "ExportStatus": "importexport.models.ExportStatus",
        "OrderChannel": "api.orders.CHANNEL_CHOICES",
        "OrderKind": "orders.models.OrderKind",
        "OrderStatus": "orders.models.OrderStatus",
        "OrderStatusToGive": "api.orders.STATUS_CHOICES",
        "MessageChannel": "outreach.models.MessageChannel",
        "MessageKind": "outreach.models.MessageKind",
        "MessageStatus": "outreach.models.MessageStatus",
        "Permission": "tenants.permissions.Permission",
        "Preset": "tenants.permissions.Preset",
        "PrivacyRequestKind": "crm.models.PrivacyRequestKind",
        "RegistrationStatus": "outreach.registering.RegistrationStatus",
        "ReviewSource": "crm.models.ReviewSource",
        "Role": "tenants.permissions.Role",
        "TemplateKind": "api.message_templates.KIND_CHOICES",
    },
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A killed worker's task must come back in seconds; the defaults give it back after an hour.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", default=30),
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "timeout": 2},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep-imports": {"task": "importexport.sweep", "schedule": 10.0},
    "sweep-exports": {"task": "importexport.sweep_exports", "schedule": 10.0},
    "forget-exports": {"task": "importexport.forget_exports", "schedule": crontab(minute="*/10")},
    "forget-confirmations": {"task": "outreach.forget_confirmations", "schedule": crontab(minute="37")},
    "sweep-messages": {"task": "outreach.sweep", "schedule": 30.0},
    "sweep-campaigns": {"task": "outreach.sweep_campaigns", "schedule": 10.0},
    "sweep-opt-ins": {"task": "outreach.sweep_opt_ins", "schedule": 60.0},
    "compare-consents": {"task": "consent.compare_with_ledger", "schedule": crontab(hour="3", minute="11")},
    "forget-idempotency-keys": {"task": "api.forget_idempotency_keys", "schedule": crontab(minute="17")},
    "erase-due": {"task": "crm.erase_due", "schedule": crontab(hour="3", minute="11")},
    "forget-quiet-contacts": {"task": "crm.forget_quiet_contacts", "schedule": crontab(hour="4", minute="11")},
    "review-automatic-tags": {"task": "crm.review_automatic_tags", "schedule": crontab(hour="3", minute="41")},
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # The sweepers come every ten seconds: of a task only its failure is worth a line.
    "loggers": {name: {"level": "WARNING"} for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")},
}

# How many proxies of ours stand in front and write X-Forwarded-For; 0 believes nobody's.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
API_RATE_PER_SECOND = env.int("API_RATE_PER_SECOND", default=200)
API_RATE_BURST = env.int("API_RATE_BURST", default=1000)
API_WIDGET_RATE_PER_MINUTE = env.int("API_WIDGET_RATE_PER_MINUTE", default=60)

if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set and no running installation was found. Start one with `python manage.py up`, "
        "or set SECRET_KEY, DATABASE_URL and REDIS_URL."
    )
