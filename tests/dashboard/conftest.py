"""A browser on a real server: Debian's Chromium, driven by Playwright, on pages that a thread of this process serves."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.template import Context, Template
from django.test.utils import instrumented_test_render  # type: ignore[attr-defined]
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tenants.permissions import Role
from tests.personas import Place

# The same engine without the window around the page, which nobody sees: less than half the work. Else the whole browser.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
# Playwright's own list of features to leave out, which ours replaces; three of the window around the page, drawn anew for
# every visitor; and the processes that a browser starts ahead or apart for sites that know nothing of each other.
FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI", "IsolateOrigins",
    "site-per-process", "SpareRendererForSitePerProcess", "MultipleSpareRPHs", "BackForwardCache",
)  # fmt: skip
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--disable-background-networking"),
    "--disable-site-isolation-trials",
    f"--disable-features={','.join(FEATURES_OFF)}",
]
MOST_THREADS = 16
SERVING = "serving"
DESK, PHONE = (1440, 900), (390, 844)


class _Server(WSGIServer):
    """Threads that stay, and with them their connections to the database: each new one would sign in and warm up."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._opened: list[BaseDatabaseWrapper] = []
        self._answering = ThreadPoolExecutor(MOST_THREADS, SERVING, initializer=self._begin)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._answering.submit(self._answer, request, client_address)

    def server_close(self) -> None:
        super().server_close()
        self._answering.shutdown()
        for opened in self._opened:
            opened.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves in the middle of an answer is no error of ours."""

    def _begin(self) -> None:
        opened = connections["default"]
        opened.inc_thread_sharing()
        self._opened.append(opened)

    def _answer(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:  # noqa: BLE001 - as the servers of the standard library do
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)


class _InFlight:
    """Requests being answered. A page asks on its own, and the next test must not meet what it asked last."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def counted(self, application: Any) -> Any:
        def answer(environ: Any, start_response: Any) -> Any:
            self._add(1)
            try:
                return application(environ, start_response)
            finally:
                self._add(-1)

        return answer

    def wait_for_none(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._count == 0, timeout=10)

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()


_in_flight = _InFlight()


class _Quiet(WSGIRequestHandler):
    # A browser opens connections ahead, which may never bring a request.
    timeout = 5

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        pass


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code that must not use a database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def site(commits: None, served: str) -> str:
    """The address of a running server over what the test commits."""
    return served


def _render(template: Template, context: Context) -> str:
    """As Django's test client has it render, but for a browser: what is drawn late for one is no test's answer."""
    if threading.current_thread().name.startswith(SERVING):
        return template.nodelist.render(context)
    return instrumented_test_render(template, context)


@pytest.fixture(scope="session")
def served(django_db_setup: None) -> Iterator[str]:
    Template._render = _render  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, _in_flight.counted(get_wsgi_application()), _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@dataclass
class Visitor:
    """Somebody at a screen. `complaints` gathers what the browser's console had to say."""

    page: Page
    context: BrowserContext
    site: str
    place: Place
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str = "") -> Page:
        """Open a page of the tenant: `contacts/`."""
        self.page.goto(f"{self.site}/t/{self.place.tenant.slug}/{path}")
        return self.page


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Let a member of staff in, at a desk or with a phone: `visit(trattoria, Role.HOST, PHONE)`."""
    opened: list[BrowserContext] = []

    def let_in(place: Place, role: str = Role.OWNER, size: tuple[int, int] = DESK, *, language: str = "en") -> Visitor:
        is_phone = size[0] < 600
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=is_phone, is_mobile=is_phone, locale=language
        )
        opened.append(context)
        cookie = place.signed_in(role).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
        visitor = Visitor(context.new_page(), context, site, place)
        visitor.page.on("console", lambda message: _note(visitor, message))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    yield let_in
    for context in opened:
        context.close()
    _in_flight.wait_for_none()


def _note(visitor: Visitor, message: Any) -> None:
    if message.type in ("error", "warning"):
        visitor.complaints.append(message.text)
