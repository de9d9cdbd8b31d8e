"""Every text of staff and guests comes in English, Italian, French and Polish (R-SERVICE-2)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client, TestCase
from django.utils import translation

from config import state, translations
from crm.models import Contact
from dashboard import texts
from dashboard.templatetags import coperto
from staff import invitations
from tenants.models import User
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.test_pages import PAGES, TABS, url
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("db")

OTHERS = translations.LANGUAGES
OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/invitation/void/")
OWN = ("/accounts/2fa/", "/accounts/password/change/", "/accounts/reauthenticate/", "/accounts/logout/", "/nowhere/")
SAID_IN_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-done", "data-label")
SPACE = "\u00a0"
GETTEXT = ("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext")

# What is the same in English and the other language, and no mistake.
NAMES = "EUR Europe Rome web Coperto Google WiFi SMS API VIP CSV XLSX Excel Ctrl English Italiano Français Polski"
SAME = {
    "it": "E-mail Password Account App Box Business File Influencer Marketing Newsletter No-show Privacy Staff Tag Walk-in Web"
    " min no online",
    "fr": "E-mail Actions Administration Communications Date Invitation Local Marketing Message Messages Newsletter Notes"
    " Occasion Pages Promotion Segments Table Total Type Visite Visites Web min visite visites",
    "pl": "E-mail Box Import Influencer Marketing Newsletter No-show Status Tag Voucher min no-show online",
}
# Countries, currencies and time zones have their names from elsewhere, often the same in several languages; templates of
# messages are shown in the guests' languages, whatever the reader's.
UNREAD = ("venue_new", "import_template", "message_templates", "message_template_new")


class _Said(HTMLParser):
    """What a page says to people: its texts, and the attributes that are read out or shown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_script = tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SAID_IN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if not self._is_script and data.strip():
            self.found.append(" ".join(data.split()))


@pytest.fixture(autouse=True, scope="module")
def compiled() -> None:
    translations.compile_changed()


@pytest.fixture
def tonight(trattoria: Place) -> Place:
    with trattoria.enter():
        evening.board_of(trattoria)
        invitations.invite("marta@example.com", Role.HOST)
    return trattoria


def _pages(place: Place, language: str) -> Iterator[tuple[str, str]]:
    User.objects.filter(pk=place.owner.pk).update(language=language)
    inside, stranger = place.signed_in(), Client(headers={"Accept-Language": language})
    addresses = [url(place, name) for name in PAGES if name not in UNREAD]
    with place.enter():
        moretti = Contact.objects.get(last_name="Moretti")
    card = url(place, "contact", moretti.pk)
    addresses += [card, f"{card}?notes=1", f"{card}edit/", *(f"{card}?tab={tab}" for tab in TABS), *OWN]
    for client, address in [*((inside, one) for one in addresses), *((stranger, one) for one in OUTSIDE)]:
        yield address, client.get(address).content.decode()


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*", text))


def _data(place: Place) -> set[str]:
    """The words that are the trattoria's own: names, notes, tags, addresses."""
    own = [place.tenant.name, str(place.owner), place.owner.email, "Allergy nuts marta Owner"]
    own += [venue.name for venue in place.venues]
    own += [str(value) for guest in evening.GUESTS for value in guest.values()]
    own += [text for pair in evening.NICKNAMES.values() for text in pair]
    own += ["one high chair", "the corner table", "Anniversary", "Bruno", "Sara De Luca Santis"]
    return {word for text in own for word in _words(text)}


def test_no_text_of_an_english_page_is_left(tonight: Place) -> None:
    own = _data(tonight) | _words(NAMES)
    english = {address: set(_Said(page).found) for address, page in _pages(tonight, "en")}
    left = set()

    for language in OTHERS:
        known = own | _words(SAME[language])
        for address, page in _pages(tonight, language):
            assert f'<html lang="{language}"' in page or "<html" not in page, address
            same = english[address].intersection(_Said(page).found)
            left |= {(language, text) for text in same if not _words(text) <= known}

    assert not left, "\n".join(f"{language}: {text}" for language, text in sorted(left))


@pytest.mark.parametrize("language", OTHERS)
def test_the_scripts_say_nothing_in_english(language: str) -> None:
    with translation.override("en"):
        english = texts.for_scripts()
    with translation.override(language):
        said = texts.for_scripts()

    assert {key for key in said if said[key] == english[key]} <= {"status_no_show", "no_show_rate"}
    for key, text in english.items():
        assert sorted(re.findall(r"{\w+}", said[key])) == sorted(re.findall(r"{\w+}", text)), key


def test_the_catalogues_are_complete() -> None:
    assert list(translations.faults()) == []


def test_no_text_hides_within_an_f_string_where_gettext_does_not_look() -> None:
    sources = [path for app in apps.get_app_configs() for path in Path(app.path).rglob("*.py")]
    own = [path for path in sources if path.is_relative_to(state.PROJECT_ROOT) and ".venv" not in path.parts]
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in own
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in GETTEXT
    ]

    assert own
    assert hidden == []


@pytest.mark.parametrize(
    ("count", "written"), [(1, "1 osoba"), (2, "2 osoby"), (5, "5 osób"), (12, "12 osób"), (22, "22 osoby")]
)
def test_polish_counts_in_its_own_forms(count: int, written: str) -> None:
    with translation.override("pl"):
        assert coperto.guests(count) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "18th visit"), ("it", "18ª visita"), ("fr", "18e visite"), ("pl", "18. wizyta")],
)
def test_visits_are_numbered_as_each_language_does(language: str, written: str) -> None:
    with translation.override(language):
        assert coperto.nth_visit(18) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "“as ever”"), ("it", "“as ever”"), ("fr", f"«{SPACE}as ever{SPACE}»"), ("pl", "„as ever”")],
)
def test_words_of_others_stand_in_the_languages_quotation_marks(language: str, written: str) -> None:
    with translation.override(language):
        assert coperto.quoted("as ever") == written


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "Sunday 22 November"),
        ("it", "Domenica 22 novembre"),
        ("fr", "Dimanche 22 novembre"),
        ("pl", "Niedziela, 22 listopada"),
    ],
)
def test_a_day_is_written_with_the_capitals_of_its_language(trattoria: Place, language: str, heading: str) -> None:
    User.objects.filter(pk=trattoria.owner.pk).update(language=language)

    page = trattoria.signed_in().get(url(trattoria, "booking_new"), {"date": "2026-11-22"}).content.decode()

    assert re.sub(r" 20\d\d", "", heading) in re.sub(r" 20\d\d", "", page)
    assert f" · {trattoria.venue.name}" in page


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        ("en", "Join Trattoria on Coperto", "The link is good for 7 days."),
        ("it", "Entra in Trattoria su Coperto", "Il link vale 7 giorni."),
        ("fr", "Rejoignez Trattoria sur Coperto", "Le lien est valable 7 jours."),
        ("pl", "Dołącz do Trattoria w Coperto", "Link jest ważny 7 dni."),
    ],
)
def test_an_invitation_speaks_the_language_it_is_given(
    trattoria: Place, language: str, subject: str, line: str
) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True), trattoria.enter():
        invitations.invite("luca@example.com", Role.HOST, language=language)

    assert mail.outbox[-1].subject == subject
    assert line in str(mail.outbox[-1].body)


def test_a_refusal_of_the_api_speaks_the_callers_language(trattoria: Place) -> None:
    answer = Client().get("/api/v1/contacts/", headers={"Accept-Language": "it", "Authorization": "Bearer cop_x"})

    assert answer.status_code == 401
    assert answer.json()["detail"] == "Questa chiave API è sconosciuta, scaduta o revocata."
