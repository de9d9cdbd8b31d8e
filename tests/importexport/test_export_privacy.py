"""A file of those who may be written to holds no one else, and nobody who was erased is in any (R-IO-4, R-CONSENT-3, R-PRIV-1)."""

from __future__ import annotations

import datetime
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from consent import links
from consent.status import ConsentChannel
from crm import erasure
from crm.models import Contact
from importexport.exporting import erasing, handing_out, making, parts, running
from importexport.models import ExportJob, ExportRow
from tenants.permissions import Role
from tests.importexport.exports import asked, emails_of, fetched, made, records, sheet, worked
from tests.outreach.people import agree, book, contact, leave

# As long as somebody who waits for a lock is given to show that they do.
MEANWHILE = 0.5
ANNA, BEN = "anna@example.com", "ben@example.com"


@pytest.fixture
def both(key, trattoria):
    """Anna and Ben, who agreed to e-mail and SMS of Centro."""
    guests = {ANNA: contact(key, phone="+393331234567"), BEN: contact(key, email=BEN, phone="+393331234568")}
    for one in guests.values():
        for channel in ("email", "sms"):
            agree(key, one, trattoria, channel=channel)
    return guests


def only(place, channel="email"):
    return {"venue": str(place.venue.pk), "channel": channel}


def emails(key, pk):
    return [row["Email address"] for row in records(key, pk)]


def on_disk():
    """All that is said in the files, within workbooks too."""
    return "".join(_said(path) for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file())


def _said(path):
    if not zipfile.is_zipfile(path):
        return path.read_text(errors="replace")
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode(errors="replace") for name in book.namelist())


def test_only_who_may_be_written_to_is_in_it(key, trattoria, both):
    contact(key, email="none@example.com", phone="")
    implied = contact(key, email="implied@example.com", phone="")
    book(key, implied, trattoria)
    left = contact(key, email="left@example.com", phone="")
    agree(key, left, trattoria)
    leave(key, left, trattoria)
    elsewhere = contact(key, email="elsewhere@example.com", phone="")
    agree(key, elsewhere, trattoria, venue=trattoria.venues[1])
    by_phone = contact(key, email="phone@example.com", phone="+393331234569")
    agree(key, by_phone, trattoria, channel="sms")

    assert emails(key, made(trattoria, key, marketable=only(trattoria))) == [ANNA, BEN]
    assert emails(key, made(trattoria, key, marketable=only(trattoria, "sms"))) == [ANNA, BEN, "phone@example.com"]
    assert len(emails(key, made(trattoria, key))) == 7
    assert key.get("exports/").json()["results"][2]["row_count"] == 2


def by_staff(key, place, anna):
    leave(key, anna, place)


def by_link(key, place, anna):
    token = links.token_of(place.venue, ConsentChannel.EMAIL, ANNA)
    answer = Client().post(f"/unsubscribe/{token}", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200


def by_complaint(key, place, anna):
    report = {
        "provider": "mailer",
        "external_id": "1",
        "kind": "complaint",
        "email": ANNA,
        "venue": str(place.venue.pk),
    }
    assert key.post("mail-events/", report).json()["result"] in ("unsubscribed", "done")


def by_bounce(key, place, anna):
    report = {"provider": "mailer", "external_id": "2", "kind": "hard_bounce", "email": ANNA}
    assert key.post("mail-events/", report).json()["result"] == "done"


def by_asking_to_be_erased(key, place, anna):
    book(key, anna, place, status="confirmed", starts_at=timezone.now() + datetime.timedelta(days=3))
    answer = key.post(f"contacts/{anna}/erase/", {"confirm": ANNA, "upcoming": "erase_after"})
    assert answer.json()["status"] == "scheduled", answer.json()


def by_another_address(key, place, anna):
    assert key.patch(f"contacts/{anna}/", {"email": "new@example.com"}).status_code == 200


def by_another_address_that_agrees(key, place, anna):
    leave(key, anna, place)
    by_another_address(key, place, anna)
    agree(key, anna, place)


def by_going_to_the_bin(key, place, anna):
    assert key.delete(f"contacts/{anna}/").status_code == 204


WAYS = [
    *(by_staff, by_link, by_complaint, by_bounce, by_asking_to_be_erased),
    *(by_another_address, by_another_address_that_agrees, by_going_to_the_bin),
]


def doubtful(place, pk):
    """Whom the gate is asked about again; what was written before the last quarter of an hour is out of the question."""
    with place.enter():
        job = ExportJob.objects.select_related("venue").get(pk=pk)
        found = handing_out._doubtful(job, job.venue, ConsentChannel(job.channel))
        return {str(contact_id) for contact_id, _address in found}


@pytest.mark.parametrize("leaves", WAYS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_leaves_after_the_file_was_made_is_not_in_what_is_fetched(key, trattoria, both, leaves, kind, monkeypatch):
    pk = made(trattoria, key, marketable=only(trattoria), format=kind)
    monkeypatch.setattr("consent.changes.MARGIN", datetime.timedelta(0))
    assert doubtful(trattoria, pk) == set()

    leaves(key, trattoria, both[ANNA])

    assert doubtful(trattoria, pk) == {both[ANNA]}

    found = emails(key, pk) if kind == "csv" else [row[2] for row in sheet(key, pk)[1:]]
    assert found == [BEN]
    assert ANNA not in on_disk()
    assert key.get(f"exports/{pk}/").json()["row_count"] == 1


@pytest.mark.parametrize("leaves", WAYS)
def test_who_leaves_while_the_file_is_made_is_not_in_it(key, trattoria, both, leaves, monkeypatch):
    """Between two chunks, after the own one was written."""
    monkeypatch.setattr("importexport.exporting.running.CHUNK", 1)
    next_chunk, has_left = running._next_chunk, list[bool]()

    def leave_after_the_first(*given, **named):
        has_more = next_chunk(*given, **named)
        if not has_left:
            has_left.append(True)
            leaves(key, trattoria, both[ANNA])
        return has_more

    monkeypatch.setattr(running, "_next_chunk", leave_after_the_first)

    assert emails(key, made(trattoria, key, marketable=only(trattoria))) == [BEN]


def test_whose_time_is_up_is_not_in_what_is_fetched(bistro, bearer, commits):
    """Under casl nobody need do anything: a booking that did not arrive is over after six months."""
    key = bearer(bistro)
    guest = contact(key, phone="")
    soon = timezone.now() + datetime.timedelta(days=3)
    book(key, None, bistro, status="confirmed", starts_at=soon, guest={"email": ANNA})
    pk = made(bistro, key, marketable=only(bistro))
    with bistro.enter():
        job = ExportJob.objects.select_related("venue").get(pk=pk)
        assert handing_out._closed(job, timezone.now() + datetime.timedelta(days=170)) == set()
        assert handing_out._closed(job, timezone.now() + datetime.timedelta(days=200)) == {UUID(guest)}

    assert emails(key, pk) == [ANNA]


def test_a_venue_that_changes_its_regime_is_asked_about_everybody(bistro, bearer, commits):
    """Implied was enough under casl."""
    key = bearer(bistro)
    contact(key, phone="")
    soon = timezone.now() + datetime.timedelta(days=3)
    book(key, None, bistro, status="confirmed", starts_at=soon, guest={"email": ANNA})
    pk = made(bistro, key, marketable=only(bistro))
    key.patch(f"venues/{bistro.venue.pk}/", {"consent_regime": "gdpr"})

    assert emails(key, pk) == []


class TestLongFiles:
    """Nobody waits in a request for a long file to be made again: the worker does it."""

    @pytest.fixture(autouse=True)
    def _one_is_many(self, monkeypatch):
        monkeypatch.setattr(handing_out, "MOST_AT_ONCE", 1)

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_it_is_made_again_without_those_who_left(self, key, trattoria, both, kind):
        pk = made(trattoria, key, marketable=only(trattoria), format=kind)
        until = key.get(f"exports/{pk}/").json()["expires_at"]
        leave(key, both[ANNA], trattoria)

        refused = key.get(f"exports/{pk}/download/")

        assert (refused.status_code, refused.json()["code"]) == (409, "export_not_ready")
        assert key.get(f"exports/{pk}/").json()["status"] == "running"
        assert ANNA not in on_disk()
        assert worked(trattoria, pk).row_count == 1
        assert emails_of(key, pk, kind) == [BEN]
        assert key.get(f"exports/{pk}/").json()["expires_at"] == until

    def test_staff_are_led_to_its_progress(self, key, trattoria, both):
        pk = made(trattoria, key, marketable=only(trattoria))
        leave(key, both[ANNA], trattoria)
        page = f"/t/{trattoria.tenant.slug}/exports/{pk}/"

        led = trattoria.signed_in().get(f"{page}download/")

        assert (led.status_code, led["Location"]) == (302, page)
        assert worked(trattoria, pk).row_count == 1

    def test_so_it_is_when_a_guest_of_it_was_erased(self, key, trattoria, both):
        contact(key, email="cleo@example.com", phone="", first_name="Cleo")
        pk = made(trattoria, key)
        with trattoria.enter():
            erasure.erase(Contact.objects.get(pk=both[ANNA]), confirm=ANNA, at=timezone.now())

        assert key.get(f"exports/{pk}/download/").status_code == 409
        assert worked(trattoria, pk).row_count == 2
        assert sorted(emails(key, pk)) == [BEN, "cleo@example.com"]


def test_the_second_fetch_is_as_good_as_the_first(key, trattoria, both):
    pk = made(trattoria, key, marketable=only(trattoria))
    assert fetched(key, pk) == fetched(key, pk)

    leave(key, both[ANNA], trattoria)

    assert emails(key, pk) == emails(key, pk) == [BEN]


def test_a_file_of_all_says_what_was_agreed_to_when_it_was_made(key, trattoria, both):
    leave(key, both[ANNA], trattoria)

    rows = records(key, made(trattoria, key, venue=str(trattoria.venue.pk)))

    assert [(row["Email consent"], row["SMS consent"]) for row in rows] == [
        ("unsubscribed", "subscribed"),
        ("subscribed", "subscribed"),
    ]


class TestErasing:
    def erase(self, place, pk):
        with place.enter():
            one = Contact.objects.get(pk=pk)
            erasure.erase(one, confirm=one.email, at=timezone.now())

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_a_finished_file_is_one_without_the_guest(self, key, trattoria, both, kind):
        pk = made(trattoria, key, format=kind)

        self.erase(trattoria, both[ANNA])

        assert ANNA not in on_disk()
        with trattoria.enter():
            assert list(ExportRow.objects.values_list("contact", flat=True)) == [Contact.objects.get(email=BEN).pk]
        assert emails_of(key, pk, kind) == [BEN]

    def test_a_search_that_waits_may_name_the_guest_and_ends(self, key, trattoria, both):
        pk = asked(key, filters={"q": ANNA})

        self.erase(trattoria, both[ANNA])

        job = worked(trattoria, pk)
        assert (job.status, job.failure, job.filters) == ("failed", erasing.PERSON_ERASED, {})

    def test_between_two_chunks_the_part_is_written_anew(self, key, trattoria, both, monkeypatch):
        monkeypatch.setattr("importexport.exporting.running.CHUNK", 1)
        pk = asked(key)
        next_chunk, calls = running._next_chunk, []

        def erase_after_the_first(*given, **named):
            has_more = next_chunk(*given, **named)
            calls.append(has_more)
            if len(calls) == 1:
                self.erase(trattoria, both[ANNA])
            return has_more

        monkeypatch.setattr(running, "_next_chunk", erase_after_the_first)

        assert worked(trattoria, pk).row_count == 1
        assert emails(key, pk) == [BEN]
        assert ANNA not in on_disk()

    def test_while_the_file_is_written_it_is_written_anew(self, key, trattoria, both, monkeypatch):
        pk = asked(key)
        make, calls = making.make, []

        def erase_after_writing(*given, **named):
            make(*given, **named)
            calls.append(1)
            if len(calls) == 1:
                self.erase(trattoria, both[ANNA])

        monkeypatch.setattr(making, "make", erase_after_writing)

        assert (worked(trattoria, pk).row_count, len(calls)) == (1, 2)
        assert emails(key, pk) == [BEN]
        assert ANNA not in on_disk()

    def test_who_is_being_erased_while_the_rows_are_fixed_is_in_no_part(self, key, trattoria, both):
        pk = asked(key)

        with ThreadPoolExecutor(1) as pool:
            with trattoria.enter():
                one = Contact.objects.get(pk=both[ANNA])
                erasure.erase(one, confirm=ANNA, at=timezone.now())
                work = pool.submit(_and_close, worked, trattoria, pk)
                time.sleep(MEANWHILE)
                assert not work.done()
            work.result(timeout=20)

        assert emails(key, pk) == [BEN]
        assert ANNA not in on_disk()

    def test_who_is_erased_while_a_chunk_is_read_waits_for_it(self, key, trattoria, both, monkeypatch):
        pk = asked(key)
        write, erased = parts.write, []

        with ThreadPoolExecutor(1) as pool:

            def write_meanwhile(*given):
                erased.append(pool.submit(_and_close, self.erase, trattoria, both[ANNA]))
                time.sleep(MEANWHILE)
                assert not erased[0].done()
                write(*given)

            monkeypatch.setattr(parts, "write", write_meanwhile)
            worked(trattoria, pk)
            erased[0].result(timeout=20)

        assert emails(key, pk) == [BEN]
        assert ANNA not in on_disk()

    def test_the_guest_is_told_in_which_files_they_are(self, key, trattoria, both):
        made(trattoria, key)

        (told,) = key.get(f"contacts/{both[ANNA]}/data/").json()["exports"]

        assert (told["kind"], told["format"]) == ("contacts", "csv")


def _and_close(work, *given):
    try:
        return work(*given)
    finally:
        connections.close_all()


@pytest.mark.parametrize("role", [Role.HOST])
def test_hosts_export_nothing(key, trattoria, both, role):
    pk = made(trattoria, key)
    browser = trattoria.signed_in(role)

    asking = browser.post("/api/v1/exports/", {"kind": "contacts"}, content_type="application/json")
    assert asking.status_code == 403
    assert browser.get(f"/api/v1/exports/{pk}/").status_code == 403
    assert browser.get(f"/api/v1/exports/{pk}/download/").status_code == 403
    with trattoria.enter():
        assert ExportJob.objects.count() == 1
