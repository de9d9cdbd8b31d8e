"""A guest with words of their own who goes through every channel, and a look into everything that is kept (R-PRIV-1).

Every text that tells of the guest holds `quokka`; so do the e-mail and the name. The phone has digits of its own.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from uuid_utils.compat import uuid7

from config.embedded import binaries
from crm.models import Contact, LiftedTag, Tag
from importexport import jobs, running
from importexport.exporting import running as export_running
from importexport.models import ImportJob
from tests.personas import Bearer, Place

WORD, DIGITS = "quokka", "9876543"
EMAIL, PHONE = "quokka.rossi@example.net", "+393339876543"
GUEST = {
    "first_name": "Quokkina",
    "last_name": "Quokkarossi",
    "email": "Quokka.Rossi@example.net",
    "phone": "333 987 6543",
    "address": "Via Quokka 77",
    "postcode": "20121",
    "city": "Quokkate",
    "company": "Quokka srl",
    "birthday": "1980-02-01",
}
YES = {"email": True, "sms": True, "wording": "I want the news."}
# How the guest writes the e-mail, and its normal form; beyond ASCII, before the @ and after it.
SPELLINGS = [
    ("Quokka.Rossi@example.net", EMAIL),
    ("Quokka@B\u00fccher.de", "quokka@xn--bcher-kva.de"),
    ("R\u00f6ssi.Quokka\u00e9@example.net", "r\u00f6ssi.quokka\u00e9@example.net"),
]
# One is taken in, the others wait: they name the guest by the e-mail alone, and by the phone.
LISTS = {
    "one.csv": "Nome;Cognome;E-mail;Cellulare;Note\nQuokkina;Quokkarossi;{email};333 987 6543;quokka in the list\n",
    "two.csv": "Nome;E-mail\nQuokkina;{email}\n",
    "three.csv": "Nome;Cellulare\nQuokkina;333 987 6543\n",
}


class Journey:
    """The guest's way through the house; `contact` is who it is in the list."""

    def __init__(self, place: Place, email: str = GUEST["email"]) -> None:
        self.place, self.email, self.guest = place, email, {**GUEST, "email": email}
        self.key, self.widget = Bearer.of(place), Bearer.of(place, "widget")
        self.wifi = Bearer.of(place, "wifi", venue=place.venue)
        self._count = 0
        self.contact = ""

    def go(self) -> None:
        taken = self._post(
            "bookings/", starts_at="2026-10-01T20:00:00+02:00", party_size=2, guest=self.guest,
            notes="quokka likes the window", table="quokka 7", occasion="quokka day", channel="phone",
        )  # fmt: skip
        self.contact = taken["contact"]
        self._post_to(f"bookings/{taken['id']}/status/", {"status": "arrived", "at": "2026-10-01T20:05:00+02:00"})
        self.key.patch(
            f"bookings/{taken['id']}/", {"notes": "quokka moved", "guest": {**self.guest, "city": "Quokkopoli"}}
        )
        self._order()
        self._post(
            "receipts/", provider="till", external_id="R1", closed_at="2026-10-03T22:00:00+02:00", guest=self.guest, lines=[],
            total_minor=3300, net_minor=3000, taxes=[{"name": "IVA", "amount_minor": 300}], currency="EUR",
        )  # fmt: skip
        self._send(
            self.wifi, "wifi-sessions/", connected_at="2026-10-04T21:00:00+02:00", guest=self.guest, provider="unifi"
        )
        self._send(self.widget, "promotion-signups/", promotion="Truffles", guest=self.guest, marketing_opt_in=YES)
        self._send(
            self.widget, "inquiries/", subject="quokka asks", message="Has the quokka a table?", guest=self.guest
        )
        self._post("reviews/", source="private", rating=4, text="Said the quokka: lovely.", booking=taken["id"],
                   reviewed_at="2026-10-02T12:00:00+02:00")  # fmt: skip
        self._follow()
        self._know()
        self._write()
        self._import()
        self._export()

    def erase(self, **more: Any) -> Any:
        return self._post_to(f"contacts/{self.contact}/erase/", {"confirm": f" {self.email.upper()} ", **more})

    def _order(self) -> None:
        ordered = self._post(
            "orders/", kind="delivery", channel="order_phone", placed_at="2026-10-02T19:00:00+02:00", guest=self.guest,
            items=[{"name": "Pizza", "quantity": 2, "unit_price_minor": 1000, "category": "Pizza"}],
            total_minor=2000, currency="EUR", notes="ring at quokka",
        )  # fmt: skip
        self._post_to(f"orders/{ordered['id']}/status/", {"status": "fulfilled", "at": "2026-10-02T20:00:00+02:00"})
        self._post_to(f"orders/{ordered['id']}/refunds/", {"amount_minor": 500, "reason": "the quokka was cold"})

    def _follow(self) -> None:
        """The app's user turns out to be the guest, and is merged into the contact."""
        follower = self._post("followers/", external_id="quokka-app-1", followed_at="2026-09-01T10:00:00+02:00")
        self._post_to(
            f"followers/{follower['id']}/messages/", {"text": "Here is the quokka.", "venue": str(self.place.venue.pk)}
        )
        known = {"guest": {"first_name": "Quokkina", "email": self.email}}
        self._post_to(f"followers/{follower['id']}/login/", {**known, "verified": False})
        self._post_to(f"followers/{follower['id']}/login/", {**known, "verified": True})

    def _know(self) -> None:
        """What staff write down."""
        path = f"contacts/{self.contact}/"
        self.key.patch(path, {"nickname": "Quokkola", "notes": "quokka pays cash", "anniversary": "2001-05-05"})
        self.key.patch(path, {"nickname": "Quokketta", "address": "Piazza Quokka 1"})
        self._post_to(f"{path}tags/", {"tag": "vip"})
        group = self._post_to("groups/", {"name": "Regulars"})["id"]
        self._post_to(f"groups/{group}/contacts/", {"contacts": [self.contact]})
        evidence = {"source": "quokka on paper", "date": "2026-01-10", "wording": "quokka agrees"}
        consent = {
            "venue": str(self.place.venues[1].pk),
            "channel": "email",
            "status": "explicit",
            "evidence": evidence,
        }
        self._post_to(f"{path}consents/", consent)
        with self.place.enter():
            contact, tag = Contact.objects.get(pk=self.contact), Tag.objects.get(key="regular")
            LiftedTag(contact=contact, tag=tag, reason="the quokka moved away", lifted_at=contact.created_at).save()

    def _write(self) -> None:
        venue = str(self.place.venues[1].pk)
        body = {"channel": "email", "text": "Dear quokka, come back.", "subject": "quokka!", "venue": venue}
        self._post_to(f"contacts/{self.contact}/messages/", body)

    def _import(self) -> None:
        for name, text in LISTS.items():
            said = f"{text.format(email=self.email)}Bruno;;;;\n"
            file = SimpleUploadedFile(name, said.encode(), content_type="text/csv")
            headers = {"Authorization": f"Bearer {self.key.token}", "Idempotency-Key": name}
            fields = {"file": file, "venue": str(self.place.venue.pk)}
            answer = self.key.client.post("/api/v1/imports/", fields, headers=headers).json()
            if name == "one.csv":
                with self.place.enter():
                    jobs.start(ImportJob.objects.get(pk=answer["id"]))
                while running.work(self.place.id, answer["id"], holder=str(uuid7())):
                    pass

    def _export(self) -> None:
        """One file is made and has been fetched, one is being made, one waits for a search that names the guest."""
        done, begun, _waits = (
            self._post_to("exports/", {"kind": "contacts", "format": kind, "filters": filters})["id"]
            for kind, filters in (("csv", {}), ("xlsx", {}), ("csv", {"q": "Quokkarossi"}))
        )
        export_running.work(self.place.id, UUID(done), holder="one")
        self.key.get(f"exports/{done}/download/")
        export_running.work(self.place.id, UUID(begun), holder="two")

    def _post(self, path: str, **body: Any) -> Any:
        return self._send(self.key, path, **body)

    def _send(self, sender: Bearer, path: str, **body: Any) -> Any:
        return self._post_to(path, {"venue": str(self.place.venue.pk), **body}, sender=sender)

    def _post_to(self, path: str, body: dict[str, Any], *, sender: Bearer | None = None) -> Any:
        """Every request carries a key, so that its answer is kept."""
        self._count += 1
        answer = (sender or self.key).post(path, body, **{"Idempotency-Key": f"canary-{self._count}"})
        assert answer.status_code < 300, (path, answer.content)
        return answer.json() if answer.content else None


def dumped(folder: Path) -> str:
    """All rows of the database, as its owner sees them, in small letters."""
    owner, target = settings.DATABASES["owner"], folder / "dump.sql"
    environment = {
        "PATH": os.environ["PATH"],
        "PGHOST": str(owner["HOST"]),
        "PGPORT": str(owner["PORT"]),
        "PGUSER": str(owner["USER"]),
        "PGPASSWORD": str(owner["PASSWORD"]),
    }
    program = binaries.find_postgres().folder / "pg_dump"
    subprocess.run([program, "--data-only", "--file", target, owner["NAME"]], env=environment, check=True)
    text = target.read_text(encoding="utf-8", errors="replace").lower()
    target.unlink()
    return text + _opened_bytes(text)


def _opened_bytes(text: str) -> str:
    """What stands in columns of bytes, which a dump writes in hexadecimal digits."""
    found = [word[3:] for line in text.splitlines() for word in line.split("\t") if word.startswith("\\\\x")]
    return "".join(bytes.fromhex(word).decode("utf-8", "replace").lower() for word in found if len(word) % 2 == 0)


def in_broker() -> str:
    """What waits in the broker and lies in the cache, in small letters."""
    broker = redis.Redis.from_url(settings.REDIS_URL)
    said: list[Any] = []
    for key in broker.scan_iter():
        kind = broker.type(key)
        said.append(key)
        if kind == b"string":
            said.append(broker.get(key) or b"")
        elif kind == b"list":
            said += broker.lrange(key, 0, -1)
        elif kind == b"hash":
            said += [part for pair in broker.hgetall(key).items() for part in pair]
    return " ".join(_with_body(one.decode("utf-8", "replace")) for one in said).lower()


def _with_body(message: str) -> str:
    """A task's message, whose body lies in Base64."""
    try:
        return message + base64.b64decode(json.loads(message)["body"]).decode()
    except (ValueError, KeyError, TypeError):
        return message


def in_files(*folders: Path) -> str:
    """Names and contents of all files below, in small letters."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return " ".join(f"{path} {path.read_bytes().decode('utf-8', 'replace')}" for path in files).lower()
