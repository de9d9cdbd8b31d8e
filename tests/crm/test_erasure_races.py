"""Erasing at the same moment as intakes, edits and itself leaves one consistent state (R-MERGE-4, R-PRIV-1)."""

from __future__ import annotations

from collections import Counter

from bookings.models import Booking
from crm import rebuilding
from crm.models import Contact, ContactIdentifier, Erasure
from tests import parallel
from tests.crm import racing
from tests.personas import Bearer, Place

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.net", "phone": "333 104 2217"}


def test_intakes_of_the_same_guest_and_erasures_leave_no_half_erased_one(
    commits: None, trattoria: Place, settings, tmp_path
) -> None:
    Bearer.of(trattoria).post("contacts/", ANNA)
    calls = [(str(trattoria.id), str(trattoria.venue.pk), ANNA, which % 2 == 0) for which in range(8)]

    done = parallel.together(racing.take_or_erase, calls, timeout=120)

    assert Counter(one for own in done for one in own)["failed"] == 0
    with trattoria.enter():
        states = Counter(Contact.objects.values_list("state", flat=True))
        assert states["active"] <= 1
        assert states["erased"] == Erasure.objects.count() >= 1
        _check_erased()
        assert ContactIdentifier.objects.filter(is_key=True).count() == states["active"]
        assert Booking.objects.count() == 4 * 10
    assert [one for part in rebuilding.rebuild(trattoria.id) for one in part.differences] == []


def _check_erased() -> None:
    """Nothing is left on those who were erased, neither theirs nor what came in meanwhile."""
    for contact in Contact.objects.filter(state="erased"):
        assert (contact.email, contact.phone, contact.last_name, contact.sort_name) == ("", "", "", "")
        assert ContactIdentifier.objects.filter(contact=contact).count() == 0
        own = Booking.objects.filter(contact=contact).values_list("guest", flat=True)
        assert [guest for guest in own if guest] == []


def test_a_guest_is_erased_once_however_many_ask(commits: None, trattoria: Place) -> None:
    contact = Bearer.of(trattoria).post("contacts/", ANNA).json()["id"]

    answers = parallel.together(racing.erase_by_id, [(str(trattoria.id), contact, ANNA["email"])] * 8)

    assert Counter(answers) == {"erased": 1, "contact_erased": 7}
    with trattoria.enter():
        assert Erasure.objects.count() == 1
