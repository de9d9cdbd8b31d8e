"""Made-up guests, the same ones in every run: names as unevenly spread as real ones, phones, days and habits."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm.channel import Channel

SEED = 20261122
TODAY = datetime.date(2026, 11, 22)
FIRST_NAMES = [
    "Maria",
    "Anna",
    "Giulia",
    "Marco",
    "Luca",
    "Francesca",
    "Giuseppe",
    "Paolo",
    "Elena",
    "Chiara",
    "Sara",
    "Andrea",
    "Matteo",
    "Laura",
    "Alessandro",
    "Davide",
    "Élodie",
    "Sophie",
    "Pierre",
    "Jean",
    "Marie",
    "Claire",
    "Zoé",
    "Łukasz",
    "Agnieszka",
    "Małgorzata",
    "Piotr",
    "Paweł",
    "Katarzyna",
    "Emma",
    "Oliver",
    "Jack",
    "Amelia",
    "Noah",
    "Olivia",
    "Søren",
    "Björn",
    "Niccolò",
    "Nicolò",
    "Desirée",
    "Beatrice",
    "Tommaso",
    "Gaia",
    "Riccardo",
    "Ilaria",
    "Federico",
    "Martina",
    "Simone",
    "Giorgia",
]
SURNAMES = [
    "Rossi",
    "Russo",
    "Ferrari",
    "Esposito",
    "Bianchi",
    "Romano",
    "Colombo",
    "Ricci",
    "Marino",
    "Greco",
    "Bruno",
    "Gallo",
    "Conti",
    "Costa",
    "Giordano",
    "Mancini",
    "Rizzo",
    "Lombardi",
    "Moretti",
    "Barbieri",
    "Fontana",
    "Santoro",
    "Mariani",
    "Rinaldi",
    "Caruso",
    "Ferrara",
    "Galli",
    "Martini",
    "Leone",
    "Longo",
    "Gentile",
    "Martinelli",
    "Vitale",
    "Lombardo",
    "Serra",
    "Coppola",
    "Marchetti",
    "Parisi",
    "Villa",
    "Conte",
    "Ferraro",
    "Ferri",
    "Fabbri",
    "Bianco",
    "Marini",
    "Grasso",
    "Valentini",
    "Messina",
    "Sala",
    "D'Angelo",
    "Gatti",
    "Pellegrini",
    "Palumbo",
    "Sanna",
    "Farina",
    "Rizzi",
    "Monti",
    "Cattaneo",
    "Morelli",
    "Amato",
    "Silvestri",
    "Tremblay",
    "Gagnon",
    "Roy",
    "Côté",
    "Bouchard",
    "Gauthier",
    "Morin",
    "Lavoie",
    "Fortin",
    "Gagné",
    "Nowak",
    "Kowalski",
    "Wiśniewski",
    "Wójcik",
    "Kowalczyk",
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "Johnson",
    "Davies",
    "Patel",
    "Wright",
    "O'Brien",
    "Müller",
    "Schmidt",
    "Okonkwo",
    "Zwiebelfisch",
]
# The first of a list is borne by some 5 of 100, the last by one in 200.
FIRST_NAME_WEIGHTS = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(FIRST_NAMES))))
SURNAME_WEIGHTS = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(SURNAMES))))
COMPANIES = ("Barilla", "Studio Legale Verdi", "Politecnico", "Banca Etica", "3M Italia", "Ferrovie Nord")
DOMAINS = ("gmail.com", "libero.it", "hotmail.com", "yahoo.it", "outlook.com", "icloud.com", "example.org", "wp.pl")
LANGUAGES = ("it", "en", "fr", "de", "pl", "es")
LANGUAGE_WEIGHTS = (700, 150, 90, 30, 20, 2)
CHANNELS = (Channel.WEB, Channel.PHONE, Channel.STAFF, Channel.IMPORT, Channel.THIRD_PARTY, Channel.GOOGLE)
CHANNEL_WEIGHTS = (40, 15, 10, 20, 10, 5)
TAG_CHANCES = {
    "regular": 0.08,
    "local": 0.05,
    "vip": 0.02,
    "no_show": 0.02,
    "business": 0.02,
    "friends_family": 0.005,
    "influencer": 0.001,
    "problematic": 0.001,
    "journalist": 0.0002,
}
DAYS_OF_HISTORY = 1095


@dataclass(slots=True)
class Stay:
    """One booking: which of the tenant's venues, the day, and how it ended (a status of bookings)."""

    venue: int
    day: datetime.date
    status: str


@dataclass(slots=True)
class Person:
    number: int
    first_name: str
    last_name: str
    email: str
    phone: str
    language: str
    birthday: str
    company: str
    channel: str
    first_contact_on: datetime.date
    tags: list[str] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


def people(count: int, *, venues: int, seed: int = SEED) -> Iterator[Person]:
    """So many guests, in the order in which they first came, spread over the last three years."""
    dice = random.Random(seed)
    for number in range(count):
        days_ago = DAYS_OF_HISTORY - number * DAYS_OF_HISTORY // count
        yield _person(dice, number, TODAY - datetime.timedelta(days=days_ago), venues)


def _person(dice: random.Random, number: int, first_contact_on: datetime.date, venues: int) -> Person:
    first = dice.choices(FIRST_NAMES, cum_weights=FIRST_NAME_WEIGHTS)[0]
    last = dice.choices(SURNAMES, cum_weights=SURNAME_WEIGHTS)[0]
    luck = dice.random()
    return Person(
        number=number,
        first_name=first,
        last_name=last,
        email=email_of(number, first, last) if luck < 0.85 else "",
        phone=phone_of(number) if luck > 0.25 else "",
        language=dice.choices(LANGUAGES, LANGUAGE_WEIGHTS)[0] if dice.random() < 0.9 else "",
        birthday=_birthday(dice) if dice.random() < 0.3 else "",
        company=dice.choice(COMPANIES) if dice.random() < 0.05 else "",
        channel=dice.choices(CHANNELS, CHANNEL_WEIGHTS)[0],
        first_contact_on=first_contact_on,
        tags=[key for key, chance in TAG_CHANCES.items() if dice.random() < chance],
        stays=_stays(dice, first_contact_on, venues),
    )


def email_of(number: int, first_name: str, last_name: str) -> str:
    """An address in normal form, its own for each number."""
    letters = f"{first_name}.{last_name}".lower().encode("ascii", "ignore").decode().replace("'", "")
    return f"{letters}{number}@{DOMAINS[number % len(DOMAINS)]}"


def phone_of(number: int) -> str:
    """An Italian mobile number in normal form, its own for each number."""
    return f"+39347{number * 7919 % 10_000_000:07d}"


def _birthday(dice: random.Random) -> str:
    day = datetime.date(1940, 1, 1) + datetime.timedelta(days=int(dice.random() * 24_000))
    return day.isoformat() if dice.random() < 0.8 else f"--{day:%m-%d}"


def _stays(dice: random.Random, since: datetime.date, venues: int) -> list[Stay]:
    """Most came once or never, some many times; the last venue is visited by one guest in two hundred only."""
    count = min(int(dice.paretovariate(1.2)) - 1 + (dice.random() < 0.6), 60)
    room = (TODAY - since).days + 1
    return [
        Stay(
            venue=venues - 1 if dice.random() < 0.005 else int(dice.random() * max(venues - 1, 1)),
            day=since + datetime.timedelta(days=int(dice.random() * room)),
            status=dice.choices(("finished", "cancelled", "no_show"), (88, 8, 4))[0],
        )
        for _ in range(count)
    ]
