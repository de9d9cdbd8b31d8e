"""What staff ask the guest list for, as parameters of the API, beside the best raw SQL for the same rows.

The raw statements run as the owner, without row level security, and name the tenant themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench.people import TODAY, email_of, phone_of
from bench.tenant import GROUPS, SEGMENT, Filled
from crm import listing, search_text
from crm.models import Contact, ContactGroup, Segment, Tag
from tenants import keyset, scope

BY_NAME = "c.sort_name, c.id"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of the list; `where` and `order` are what the raw statement says for it."""

    kind: str
    name: str
    parameters: dict[str, str]
    where: str = "true"
    values: tuple[Any, ...] = ()
    order: str = BY_NAME


def statement(ask: Ask) -> str:
    """The raw statement of an ask: a page of contacts with statistics and tags; the tenant is its first value."""
    return f"""
        SELECT c.*, s.*,
            ARRAY(SELECT t.key FROM crm_contacttag h JOIN crm_tag t ON t.id = h.tag_id
                  WHERE h.tenant_id = c.tenant_id AND h.contact_id = c.id)
        FROM crm_contact c JOIN crm_contactstats s ON s.contact_id = c.id AND s.tenant_id = c.tenant_id
        WHERE c.tenant_id = %s AND c.state = 'active' AND {ask.where}
        ORDER BY {ask.order} LIMIT 51
    """


def all_asks(filled: Filled) -> list[Ask]:
    with scope.enter(UUID(filled.tenant), scope.SYSTEM):
        return [*_searches(filled), *_lists(filled), *_purchases(), *_belonging(filled), *_pages()]


def _searches(filled: Filled) -> list[Ask]:
    some = filled.contacts // 3
    known = filled.known[len(filled.known) // 2]
    texts = {
        "first name, prefix": "giul",
        "common surname": "rossi",
        "two words": "giulia ross",
        "three words": "maria rossi gmail",
        "accents": "elodie cote",
        "phone, last four digits": phone_of(some)[-4:],
        "phone, three digits": "347",
        "phone as dialled": f"347 {phone_of(some)[6:]}",
        "two letters, nothing": "xq",
        "two letters, a lot": "ma",
        "one letter, a lot": "m",
        "two words, a lot each": "ma ro",
        "a word and a rare one": "maria zwie",
        "quoted phrase": '"rossi giulia"',
        "quoted phrase, common words": '"maria russo"',
        "e-mail": known["email"],
        "part of an e-mail": "gmail.com",
        "company": "barilla",
        "unknown e-mail": email_of(filled.contacts + 77, "Nobody", "Nowhere"),
    }
    return [_search(name, text) for name, text in texts.items()]


def _search(name: str, text: str) -> Ask:
    query = search_text.parse(text, "IT")
    conditions: list[str] = []
    values: list[str] = []
    for needle in query.needles:
        prefixes = [needle.prefix, *([f"#{needle.digits}"] if needle.digits else [])]
        ranges = " OR ".join(["(t.token >= %s AND t.token < %s)"] * len(prefixes))
        values += [edge for prefix in prefixes for edge in (prefix, search_text.upper_bound(prefix))]
        own = "t.tenant_id = c.tenant_id AND t.contact_id = c.id"
        conditions.append(f"EXISTS (SELECT FROM crm_searchtoken t WHERE {own} AND ({ranges}))")
    for phrase in query.phrases:
        conditions.append("c.phrase_text LIKE %s")
        values.append(f"%{search_text.phrase_pattern(phrase)}%")
    return Ask("search", name, {"q": text}, " AND ".join(conditions), tuple(values), _order(listing.USUAL_OF_A_SEARCH))


def _lists(filled: Filled) -> list[Ask]:
    day = f"{TODAY.replace(year=TODAY.year - 1)}"
    tag = {key: str(pk) for key, pk in Tag.objects.values_list("key", "pk")}
    tagged = "EXISTS (SELECT FROM crm_contacttag x WHERE x.tenant_id = c.tenant_id AND x.contact_id = c.id AND x.tag_id = %s)"
    rare_venue = filled.venues[-1]
    return [
        Ask("list", "no filter", {}),
        *(_ordered(name) for name in listing.ORDERINGS if name != "last_name"),
        Ask("list", "language, common", {"language": "it"}, "c.language = 'it'"),
        Ask("list", "language, rare", {"language": "es"}, "c.language = 'es'"),
        Ask("list", "language nobody speaks", {"language": "ja"}, "c.language = 'ja'"),
        Ask("list", "tag, common", {"tag": "regular"}, tagged, (tag["regular"],)),
        Ask("list", "tag, rare", {"tag": "journalist"}, tagged, (tag["journalist"],)),
        Ask("list", "visits at least", {"visits_min": "5"}, "s.visit_count >= 5"),
        Ask("list", "visits at least, by visits", {"visits_min": "20", "ordering": "-visit_count"}, "s.visit_count >= 20",
            order="s.visit_count DESC, c.id DESC"),
        Ask("list", "last visit before", {"last_visit_before": day}, f"s.last_visit_on <= '{day}' AND s.visit_count > 0"),
        Ask("list", "last visit before, by last visit", {"last_visit_before": day, "ordering": "-last_visit_on"},
            f"s.last_visit_on <= '{day}' AND s.visit_count > 0", order="s.last_visit_on DESC, c.id DESC"),
        Ask("list", "venue", {"venue": filled.venues[0]}, "s.by_venue ? %s", (filled.venues[0],)),
        Ask("list", "venue, rare", {"venue": rare_venue}, "s.by_venue ? %s", (rare_venue,)),
        Ask("list", "birthday month", {"birthday_month": "3"}, "c.birth_month = 3"),
        Ask("list", "birthday within a week", {"birthday_within": "7"}, "(c.birth_month, c.birth_day) IN (SELECT "
            f"extract(month FROM d), extract(day FROM d) FROM generate_series('{TODAY}'::date, '{TODAY}'::date + 7, '1 day') d)"),
        Ask("list", "first contact in a week", {"first_contact_after": "2025-03-03", "first_contact_before": "2025-03-09"},
            "c.first_contact_on BETWEEN '2025-03-03' AND '2025-03-09'"),
        Ask("list", "channel", {"channel": "google"}, "c.first_channel = 'google'"),
        Ask("list", "no-shows", {"no_shows_min": "3"}, "s.no_show_count >= 3"),
        Ask("list", "no-shows, any", {"no_shows_min": "1"}, "s.no_show_count >= 1"),
        Ask("list", "visits at least, few", {"visits_min": "40"}, "s.visit_count >= 40"),
        Ask("list", "last visit today", {"last_visit_after": f"{TODAY}"}, f"s.last_visit_on >= '{TODAY}'"),
        Ask("list", "suspect keys", {"suspect_key": "true"}, "c.has_suspect_key"),
        Ask("list", "possible duplicates", {"duplicates": "true"}, "EXISTS (SELECT FROM crm_duplicatepair d WHERE "
            "d.tenant_id = c.tenant_id AND (d.first_id = c.id OR d.second_id = c.id) AND d.dismissed_at IS NULL)"),
        Ask("list", "rare combination", {"language": "pl", "tag": "influencer", "visits_min": "2"},
            f"c.language = 'pl' AND s.visit_count >= 2 AND {tagged}", (tag["influencer"],)),
        Ask("list", "combination nobody fits", {"language": "es", "birthday_month": "2", "no_shows_min": "4"},
            "c.language = 'es' AND c.birth_month = 2 AND s.no_show_count >= 4"),
        Ask("list", "two tags", {"tag": "vip", "language": "fr", "channel": "web"},
            f"c.language = 'fr' AND c.first_channel = 'web' AND {tagged}", (tag["vip"],)),
        Ask("list", "search and filter", {"q": "ma", "language": "es"}, "c.language = 'es' AND EXISTS (SELECT FROM "
            "crm_searchtoken t WHERE t.tenant_id = c.tenant_id AND t.contact_id = c.id AND t.token >= 'ma' AND t.token < 'mb')"),
    ]  # fmt: skip


def _purchases() -> list[Ask]:
    """What guests spent, bought and thought."""
    return [
        Ask("list", "spend at least", {"spend_min": "10000"}, "s.spend_minor >= 10000"),
        Ask("list", "spend at least, by spend", {"spend_min": "50000", "ordering": "-spend_total_minor"},
            "s.spend_minor >= 50000", order="s.spend_minor DESC, c.id DESC"),
        Ask("list", "orders at least", {"orders_min": "3"}, "s.order_count >= 3"),
        Ask("list", "orders at least, few", {"orders_min": "20"}, "s.order_count >= 20"),
        Ask("list", "spend between, few", {"spend_min": "5000", "spend_max": "5050"}, "s.spend_minor BETWEEN 5000 AND 5050"),
        Ask("list", "orders and average ticket", {"orders_min": "3", "average_ticket_min": "6000"},
            "s.order_count >= 3 AND s.purchase_count > 0 AND s.average_ticket_minor >= 6000"),
        Ask("list", "average ticket at least", {"average_ticket_min": "8000"},
            "s.purchase_count > 0 AND s.average_ticket_minor >= 8000"),
        Ask("list", "average ticket between", {"average_ticket_min": "1000", "average_ticket_max": "2000"},
            "s.purchase_count > 0 AND s.average_ticket_minor BETWEEN 1000 AND 2000"),
        Ask("list", "bought an item, common", {"bought_item": "margherita"}, *_bought("item_key", "margherita")),
        Ask("list", "bought an item, rare", {"bought_item": "Tartufo bianco"}, *_bought("item_key", "tartufo bianco")),
        Ask("list", "bought of a category", {"bought_category": "Vini"}, *_bought("category_key", "vini")),
        Ask("list", "bought in a month", {"bought_category": "Pizze", "bought_after": "2026-10-01", "bought_before": "2026-10-31"},
            *_bought("category_key", "pizze", "2026-10-01", "2026-10-31")),
        Ask("list", "bought in three days",
            {"bought_after": "2026-10-10", "bought_before": "2026-10-12", "bought_category": "Vini"},
            *_bought("category_key", "vini", "2026-10-10", "2026-10-12")),
        Ask("list", "bought and came often", {"bought_item": "Margherita", "visits_min": "10"}, *_and(
            "s.visit_count >= 10", _bought("item_key", "margherita"))),
        Ask("list", "bought two things in one line", {"bought_item": "Margherita", "bought_category": "Vini"}, "false"),
        Ask("list", "rating fell", {"rating_dropped": "true"}, "s.is_rating_falling"),
        Ask("list", "average of reviews at most", {"review_average_max": "2"},
            "s.review_count > 0 AND s.review_average <= 2"),
    ]  # fmt: skip


def _bought(column: str, key: str, since: str = "0001-01-01", until: str = "9999-12-31") -> tuple[str, tuple[str, ...]]:
    """The condition of who bought it in a period, and its values."""
    line = f"line.tenant_id = c.tenant_id AND line.{column} = %s"
    order = "o.tenant_id = c.tenant_id AND o.contact_id = c.id AND o.status = 'fulfilled' AND o.service_date BETWEEN %s AND %s"
    receipt = (
        "r.tenant_id = c.tenant_id AND r.contact_id = c.id AND r.order_id IS NULL AND r.voided_at IS NULL "
        "AND r.business_date BETWEEN %s AND %s"
    )
    ordered = f"SELECT o.contact_id FROM orders_orderline line JOIN orders_order o ON o.id = line.order_id WHERE {line}"
    paid = (
        f"SELECT r.contact_id FROM orders_receiptline line JOIN orders_receipt r ON r.id = line.receipt_id WHERE {line}"
    )
    return (
        f"(c.id IN ({ordered} AND {order}) OR c.id IN ({paid} AND {receipt}))",
        (key, since, until, key, since, until),
    )


def _and(condition: str, other: tuple[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    return f"{condition} AND {other[0]}", other[1]


def _belonging(filled: Filled) -> list[Ask]:
    """Which lists guests are in, which venue they follow, who may not order."""
    group = {one.name: str(one.pk) for one in ContactGroup.objects.all()}
    segment = str(Segment.objects.get(name=SEGMENT).pk)
    member = "EXISTS (SELECT FROM crm_groupmember x WHERE x.tenant_id = c.tenant_id AND x.contact_id = c.id AND x.group_id = %s)"
    large, small = (group[name] for name in GROUPS)
    held = "EXISTS (SELECT FROM orders_orderingblock x WHERE x.tenant_id = c.tenant_id AND x.contact_id = c.id)"
    follows = (
        "EXISTS (SELECT FROM outreach_follower x JOIN outreach_follow y ON y.follower_id = x.id "
        "WHERE x.tenant_id = c.tenant_id AND y.tenant_id = c.tenant_id AND x.contact_id = c.id AND y.venue_id = %s)"
    )
    return [
        Ask("list", "group, large", {"group": large}, member, (large,)),
        Ask("list", "group, small", {"group": small}, member, (small,)),
        Ask("list", "segment", {"segment": segment}, "s.spend_minor >= 20000 AND s.visit_count >= 4"),
        Ask("list", "blocked from ordering", {"blocked": "true"}, held),
        Ask("list", "follows a venue", {"following": filled.venues[0]}, follows, (filled.venues[0],)),
        Ask("list", "follows a venue nobody does", {"following": filled.venues[1]}, follows, (filled.venues[1],)),
    ]


def _ordered(name: str) -> Ask:
    return Ask("list", f"by {name}", {"ordering": name}, order=_order(name))


def _order(name: str) -> str:
    ordering = listing.ORDERINGS[name]
    columns = [_column(path) for path in ordering.columns]
    return ", ".join(f"{column} DESC" if ordering.is_descending else column for column in columns)


def _column(path: str) -> str:
    own = path.removeprefix("stats__")
    return f"s.{own}" if own != path else f"c.{own}"


def _pages() -> list[Ask]:
    """Deep pages, amid thousands of ties."""
    middle = Contact.objects.order_by("pk").values_list("pk", flat=True)[Contact.objects.count() // 2]
    return [_deep(name, middle) for name in ("last_name", "visit_count", "last_visit_on", "-first_contact_on")]


def _deep(name: str, middle: UUID) -> Ask:
    """The page after a row in the middle of the list: among those who never came, where the ordering is by visits."""
    rows = listing.active().select_related("stats")
    rows = rows.filter(pk__gte=middle) if "visit" in name else rows.filter(sort_name__gte="m", pk__gte=middle)
    edge = keyset.page(rows, cursor=None, by=name, table=listing.ORDERINGS, limit=1)
    ordering = listing.ORDERINGS[name]
    columns = [_column(path) for path in ordering.columns]
    sign = "<" if ordering.is_descending else ">"
    values = _values(edge.rows[0], ordering.columns)
    where = f"({', '.join(columns)}) {sign} ({', '.join(['%s'] * len(columns))})"
    return Ask(
        "list", f"deep page, by {name}", {"ordering": name, "cursor": edge.next or ""}, where, values, _order(name)
    )


def _values(row: Contact, paths: Sequence[str]) -> tuple[Any, ...]:
    return tuple(
        getattr(row.stats, path.removeprefix("stats__")) if path.startswith("stats__") else getattr(row, path)
        for path in paths
    )
