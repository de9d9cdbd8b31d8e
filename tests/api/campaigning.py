"""A campaign as the tests of the API draft, send and read it."""

from __future__ import annotations

import datetime

from django.utils import timezone

from outreach import tasks
from tests.outreach.people import contact


def body(place, **changes):
    given = {"venue": str(place.venue.pk), "channel": "email", "template": "invite", **changes}
    return {name: value for name, value in given.items() if value is not None}


def drafted(key, place, **changes):
    answer = key.post("campaigns/", body(place, **changes))
    assert answer.status_code == 201, answer.json()
    return answer.json()


def work(place, campaign):
    ids = {"tenant_id": str(place.id), "campaign_id": campaign["id"]}
    tasks.send_campaign.apply(kwargs=ids, throw=True)


def read(key, campaign):
    return key.get(f"campaigns/{campaign['id']}/").json()


def actions(key, campaign):
    return [row["action"] for row in key.get(f"audit/?object_id={campaign['id']}").json()["results"]]


def contact_in(key, group, **guest):
    made = contact(key, **{"phone": "", **guest})
    key.post(f"groups/{group}/contacts/", {"contacts": [made]})
    return made


def reserve(key, place, contact_id, **changes):
    tomorrow = (timezone.now() + datetime.timedelta(days=60)).isoformat()
    given = {"venue": str(place.venue.pk), "channel": "phone", "starts_at": tomorrow, "party_size": 2}
    taken = key.post("bookings/", {**given, "contact": contact_id, **changes}).json()
    return taken["id"]
