"""Campaigns: the list, a new one, its preview and test, its progress and its results (R-CRM-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard import campaign_forms, context, pages, sent_forms
from dashboard.campaign_forms import CampaignForm
from dashboard.templatetags.coperto import amount, clock, language_name
from outreach import campaign_results, campaigns, sender
from outreach.campaign_preview import Preview
from outreach.campaign_results import Results
from outreach.models import Campaign, CampaignStatus, Exclusion, MessageChannel
from tenants import keyset
from tenants.permissions import Permission
from tenants.refusal import Refusal

BOTH = ("GET", "HEAD", "POST")
PAGE_SIZE = 20
ORDERINGS = keyset.orderings(created_at=("created_at", "id"))
TONES = {CampaignStatus.SENDING: "blue", CampaignStatus.SENT: "green", CampaignStatus.FAILED: "red"}
FAILURES = {
    "server_away": gettext_lazy(
        "The mail server or the SMS provider was not reached for a day, or took nothing. Who waits was not written to yet: "
        "send again when it works, and it goes on from here."
    ),
    "server_refuses": gettext_lazy(
        "The mail server or the SMS provider refused one message after the other. Who waits was not written to yet: "
        "send again when it works, and it goes on from here."
    ),
    "internal_error": gettext_lazy("Something went wrong on our side. Send again, and it goes on from here."),
    "sender_incomplete": gettext_lazy(
        "The venue's settings do not say any more whom marketing is from: legal name, postal address, contact. Who waits was "
        "not written to yet: add them and send again, and it goes on from here."
    ),
}


WAITS = {
    "server_away": gettext_lazy(
        "The mail server or the SMS provider was not reached, or asked us to come later: trying again at %(time)s. Nobody "
        "is forgotten, and nobody is written to twice."
    ),
    "server_refuses": gettext_lazy(
        "The mail server or the SMS provider refused one message after the other: trying again at %(time)s."
    ),
    "internal_error": gettext_lazy("Something went wrong on our side: trying again at %(time)s."),
}


@pages.page(Permission.MESSAGES_SEND)
def listing(request: HttpRequest) -> HttpResponse:
    found = keyset.page_or_first(
        campaigns.visible(), cursor=request.GET.get("cursor"), by="-created_at", table=ORDERINGS, limit=PAGE_SIZE
    )
    results = campaign_results.of(found.rows)
    address = reverse("dashboard:campaigns", args=[context.of(request).tenant.slug])
    content = {
        "section": "campaigns",
        "rows": [_row(one, results[one.pk]) for one in found.rows],
        "older_url": found.next and f"{address}?cursor={found.next}",
        "newer_url": found.previous and f"{address}?cursor={found.previous}",
        "has_audience": bool(campaign_forms.audiences()),
    }
    return render(request, "dashboard/campaigns/list.html", content)


@pages.page(Permission.MESSAGES_SEND, methods=BOTH)
def add(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and (answer := sent_forms.earlier(request)):
        return answer
    initial = {"audience": campaign_forms.chosen_audience(request.GET), "venue": context.of(request).venue.pk}
    form = CampaignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            try:
                created = campaigns.create(form.new())
                return sent_forms.done(request, pages.to(request, "campaign", created.pk))
            except ValidationError as error:
                form.add_error(None, error)
    content = {"section": "campaigns", "form": form, "has_audience": bool(campaign_forms.audiences())}
    return render(request, "dashboard/campaigns/new.html", content, status=400 if form.errors else 200)


@pages.page(Permission.MESSAGES_SEND)
def campaign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft with what it would do; one that was sent with what became of it."""
    found = campaigns.visible().get(pk=pk)
    content: dict[str, Any] = {"section": "campaigns", "campaign": _row(found, campaign_results.of([found])[pk])}
    if found.status == CampaignStatus.DRAFT:
        content |= _preview(request, found)
    else:
        texts = campaigns.texts_of(found)
        content["texts"] = [
            {"language": language_name(language), "subject": words.subject, "text": words.text}
            for language, words in texts.by_language.items()
        ]
    return render(request, "dashboard/campaigns/campaign.html", content)


@pages.act(Permission.MESSAGES_SEND)
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    address = campaigns.send_test(campaigns.visible().get(pk=pk), language=request.POST.get("language", ""))
    messages.success(request, _("A test is on its way to %(address)s.") % {"address": address})
    return pages.to(request, "campaign", pk)


@pages.act(Permission.MESSAGES_SEND)
def send(request: HttpRequest, pk: UUID) -> HttpResponse:
    campaigns.send(campaigns.visible().get(pk=pk), at=timezone.now())
    return pages.to(request, "campaign", pk)


@pages.act(Permission.MESSAGES_SEND)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    campaigns.cancel(campaigns.visible().get(pk=pk), at=timezone.now())
    messages.success(request, _("The campaign is stopped. What has left has left."))
    return pages.to(request, "campaign", pk)


@pages.act(Permission.MESSAGES_SEND)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    campaigns.delete(campaigns.visible().get(pk=pk))
    messages.success(request, _("The draft is gone; nobody was written to."))
    return pages.to(request, "campaigns")


def _preview(request: HttpRequest, found: Campaign) -> dict[str, Any]:
    """What sending now would do, or why it cannot be sent at all."""
    try:
        preview = campaigns.preview(found, at=timezone.now())
    except Refusal as refusal:
        return {"hindrance": refusal.message}
    return {
        "preview": {
            "contacts": preview.contacts,
            "count": preview.count,
            "reached_label": _reached(found, preview),
            "excluded": _reasons(preview.excluded),
            "samples": [
                {
                    "code": one.language,
                    "language": language_name(one.language),
                    "count": one.count,
                    "subject": one.words.subject,
                    "text": one.words.text,
                }
                for one in preview.samples
            ],
        },
        "tester": "" if request.user.is_anonymous else request.user.email,
        "sender_warning": _sender_warning(found),
    }


def _sender_warning(found: Campaign) -> str:
    try:
        sender.check(found.venue)
    except sender.SenderIncomplete as refusal:
        return str(refusal.message)
    return ""


def _reached(found: Campaign, preview: Preview) -> str:
    about = {"count": amount(preview.count), "venue": found.venue.name}
    if found.channel == MessageChannel.SMS:
        said = ngettext(
            "%(count)s guest gets an SMS from %(venue)s.", "%(count)s guests get an SMS from %(venue)s.", preview.count
        )
    else:
        said = ngettext(
            "%(count)s guest gets an e-mail from %(venue)s.",
            "%(count)s guests get an e-mail from %(venue)s.",
            preview.count,
        )
    return said % about


def _row(found: Campaign, results: Results) -> dict[str, Any]:
    status, zone = CampaignStatus(found.status), found.venue.zone
    return {
        "id": found.pk,
        "name": found.text_name,
        "audience": found.audience_name,
        "audience_query": _audience_query(found),
        "venue": found.venue.name,
        "venue_id": found.venue_id,
        "channel": found.channel,
        "channel_label": capfirst(str(MessageChannel(found.channel).label)),
        "status": status.value,
        "status_label": status.label,
        "tone": TONES.get(status, ""),
        "at": (found.started_at or found.created_at).astimezone(zone),
        "by": found.actor_label or found.created_by,
        "results": results,
        "done": results.recipients - results.waiting,
        "excluded": _reasons(results.excluded),
        "excluded_count": sum(results.excluded.values()),
        "failure": "" if status is CampaignStatus.SENDING else FAILURES.get(found.failure, found.failure),
        "waits": _waits(found),
        "retry_at": found.retry_at and found.retry_at.astimezone(zone),
    }


def _waits(found: Campaign) -> str:
    """Why nothing leaves just now, and when it goes on; empty when it is at work."""
    if found.retry_at is None:
        return ""
    about = {"time": clock(found.retry_at.astimezone(found.venue.zone))}
    return str(WAITS.get(found.failure, WAITS["internal_error"])) % about


def _audience_query(found: Campaign) -> str:
    """Its group or segment in the list of contacts; empty when it is gone."""
    if found.segment_id:
        return f"segment={found.segment_id}"
    return f"group={found.group_id}" if found.group_id else ""


def _reasons(excluded: Mapping[str, int]) -> list[dict[str, Any]]:
    """Who is left out, the most frequent reason first."""
    labels = dict(Exclusion.choices)
    ordered = sorted(excluded.items(), key=lambda one: (-one[1], one[0]))
    return [{"code": code, "label": labels.get(code, code), "count": count} for code, count in ordered]
