"""A staff page speaks the person's language, else the one chosen in this browser, else the browser's (R-SERVICE-2)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tenants.models import User
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("db")


def _language(client: Client, path: str = "/accounts/login/", **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert f'<html lang="{answer.headers["Content-Language"]}"' in answer.content.decode()
    return answer.headers["Content-Language"]


def _own(place: Place, language: str) -> Client:
    User.objects.filter(pk=place.owner.pk).update(language=language)
    return place.signed_in()


def test_there_are_four_of_them() -> None:
    assert [code for code, _name in settings.LANGUAGES] == ["en", "it", "fr", "pl"]


@pytest.mark.parametrize("language", ["en", "it", "fr", "pl"])
def test_the_persons_own_wins_over_cookie_and_browser(trattoria: Place, language: str) -> None:
    client = _own(trattoria, language)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pl" if language != "pl" else "it"

    assert _language(client, "/t/trattoria/", **{"Accept-Language": "fr"}) == language


def test_without_one_of_ones_own_the_cookie_wins_over_the_browser(trattoria: Place) -> None:
    client = _own(trattoria, "")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pl"

    assert _language(client, "/t/trattoria/", **{"Accept-Language": "fr"}) == "pl"


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("it-CH,it;q=0.9,en;q=0.8", "it"),
        ("fr-CA", "fr"),
        ("de,pl;q=0.5", "pl"),
        ("de", "en"),
        ("", "en"),
        ("*", "en"),
        ("x" * 5000, "en"),
        ("it;q=abc,\x00", "en"),
    ],
)
def test_a_stranger_is_spoken_to_as_the_browser_asks(asked: str, spoken: str) -> None:
    assert _language(Client(), **{"Accept-Language": asked}) == spoken


@pytest.mark.parametrize("odd", ["de", "../../etc", "", "IT'--"])
def test_an_odd_cookie_is_ignored(odd: str) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = odd

    assert _language(client, **{"Accept-Language": "it"}) == "it"


def test_what_the_person_chooses_stays_with_the_account(trattoria: Place) -> None:
    client = _own(trattoria, "")

    client.post("/language/", {"language": "fr", "next": "/t/trattoria/"})

    assert User.objects.get(pk=trattoria.owner.pk).language == "fr"
    assert _language(trattoria.signed_in(), "/t/trattoria/") == "fr"
