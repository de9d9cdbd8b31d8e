"""How the demo's guests reach the house without a table or an order: WiFi, promotions, the contact form, the app."""

from __future__ import annotations

import datetime

from config.demo.house import House, Patron
from crm.models import ContactKind
from outreach import app_messages, following, inquiring, registering, signing_up
from outreach.arrival import Sender
from wifi import connecting

PROMOTIONS = ("Autumn tasting", "Pizza on Mondays", "Christmas hamper")
INQUIRIES = (
    ("A birthday for twelve", "Would you have a long table on a Saturday, and could we bring the cake?"),
    ("Gluten", "Which of your dishes are safe for somebody with coeliac disease?"),
    ("Lost scarf", "I think I left a green scarf on the chair by the window."),
)
APP_MESSAGES = ("Are you open on 1 November?", "Do you have high chairs?", "The pizza on Friday was great!")


def logged_in(patron: Patron, day: datetime.date) -> None:
    at = patron.moment(day)
    login = connecting.Login(
        venue=patron.venue(),
        connected_at=at,
        guest=patron.guest,
        snapshot=patron.snapshot,
        opt_in=patron.box("wifi-2026"),
        provider="unifi",
        external_id=patron.paper(),
    )
    connecting.connect(login, at=at)


def signed_up(patron: Patron, day: datetime.date) -> None:
    signing_up.sign_up(
        _sender(patron, "promotion-2026"), promotion=patron.dice.choice(PROMOTIONS), at=patron.moment(day)
    )


def asked(patron: Patron, day: datetime.date) -> None:
    subject, message = patron.dice.choice(INQUIRIES)
    inquiry = inquiring.receive(
        _sender(patron, "form-2026"), subject=subject, message=message, at=patron.moment(day)
    ).sent
    if day < patron.house.today - datetime.timedelta(days=7):
        inquiring.set_handled(inquiry, True, at=patron.moment(day) + datetime.timedelta(days=1))


def followed(patron: Patron, day: datetime.date) -> None:
    """A guest follows in the app and registers there as who they are."""
    at = patron.moment(day)
    follower = following.follow(patron.venue(), _app_id(patron.house, patron.number), followed_at=at, at=at).follower
    if follower.contact.kind == ContactKind.ANONYMOUS:
        registering.register(follower, patron.guest, at=at + datetime.timedelta(minutes=5))


def follow_unnamed(house: House, number: int) -> None:
    """Somebody follows and stays a number; one in three writes, one in three follows all venues."""
    dice = house.dice(f"follower {number}")
    at = house.now - datetime.timedelta(days=dice.randint(1, house.days))
    app_id = _app_id(house, -1 - number)
    followed = [
        following.follow(venue, app_id, followed_at=at, at=at) for venue in house.venues[: dice.choice((1, 1, 2))]
    ]
    if dice.random() < 0.3:
        written_at = min(at + datetime.timedelta(days=2), house.now)
        app_messages.write(followed[0].follower, house.venues[0], dice.choice(APP_MESSAGES), at=written_at)


def _sender(patron: Patron, wording: str) -> Sender:
    return Sender(patron.venue(), patron.guest, patron.snapshot, patron.box(wording))


def _app_id(house: House, number: int) -> str:
    return f"app-{house.seed}-{number}"
