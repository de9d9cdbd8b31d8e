"""The demo's guests: invented people with addresses of the domains reserved for examples."""

from __future__ import annotations

import random
from collections.abc import Iterable

from config.demo.house import House, Patron
from crm import search_text
from crm.guest_data import Guest

FIRST_NAMES = tuple(
    """
    Giulia Marco Chiara Luca Francesca Alessandro Sara Matteo Elena Davide Martina Simone Anna Andrea Valentina Paolo
    Federica Stefano Silvia Roberto Laura Giovanni Elisa Antonio Camille Antoine Élodie Jean-Luc Marek Agnieszka Łukasz
    Zofia Emma Oliver Sophie James
    """.split()  # noqa: SIM905 - a list of names reads better as text
)
LAST_NAMES = tuple(
    """
    Moretti Rossi Bianchi Ferrari Esposito Romano Colombo Ricci Marino Greco Bruno Gallo Conti De-Luca Mancini Costa
    Giordano Rizzo Lombardi Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gagnon
    Tremblay Dupont Lefèvre Nowak Kowalska Wójcik Szymański Smith Taylor
    """.split()  # noqa: SIM905 - a list of names reads better as text
)
DOMAINS = ("example.net", "example.com", "example.org")
LANGUAGES = ("it", "it", "it", "it", "fr", "en", "pl")
COMPANIES = ("", "", "", "", "", "Studio Bellini", "Banca del Porto", "Officine Riva")


def patrons(house: House, numbers: Iterable[int], *, when: str = "past") -> list[Patron]:
    """These guests, all different: each is the same whoever else is asked for, and whenever."""
    return [
        Patron(number, _guest(number, house.dice(f"guest {number}")), house, house.dice(f"{when} {number}"), when)
        for number in numbers
    ]


def _guest(number: int, dice: random.Random) -> Guest:
    """Most have e-mail and phone, some only one of them."""
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES).replace("-", " ")
    keys = dice.choices(("both", "email", "phone"), (70, 15, 15))[0]
    words = [*search_text.words(first), *search_text.words(last)]
    return Guest(
        first_name=first,
        last_name=last,
        email=f"{'.'.join(words)}{number}@{dice.choice(DOMAINS)}" if keys != "phone" else "",
        phone=f"+3934{10_000_000 + number * 7_919 % 88_999_999}" if keys != "email" else "",
        language=dice.choice(LANGUAGES),
        birthday=_birthday(dice) if dice.random() < 0.4 else "",
        company=dice.choice(COMPANIES),
    )


def _birthday(dice: random.Random) -> str:
    day = f"{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    return f"{dice.randint(1950, 2004)}-{day}" if dice.random() < 0.7 else f"--{day}"
