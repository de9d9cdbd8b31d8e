"""What the tests of orders, receipts and standing look up, read and send through the pages."""

from __future__ import annotations

import html
import re
from typing import Any

from crm.models import Contact
from orders.models import Order
from tenants.permissions import Role
from tests.dashboard.test_pages import url
from tests.personas import Place

PLAIN = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{MULTIPLICATION SIGN}": "x", "\N{MINUS SIGN}": "-"})


def contact(place: Place, last_name: str) -> Contact:
    with place.enter():
        found: Contact = Contact.objects.select_related("stats").get(last_name=last_name)
        return found


def order(place: Place, last_name: str) -> Order:
    """The guest's latest order."""
    with place.enter():
        found: Order = Order.objects.filter(contact__last_name=last_name).latest("created_at")
        return found


def text_of(answer: Any) -> str:
    """What a page says, without its tags, and with the signs for "times" and "minus" as a keyboard has them."""
    bare = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).translate(PLAIN).split())


def see(place: Place, name: str, /, *args: object, role: str = Role.OWNER, **query: str) -> str:
    answer = place.signed_in(role).get(url(place, name, *args), query)
    assert answer.status_code == 200
    return text_of(answer)


def send(place: Place, name: str, /, *args: object, role: str = Role.OWNER, **values: Any) -> Any:
    return place.signed_in(role).post(url(place, name, *args), values)
