"""A form acts once, however often it is sent: by a second touch, a reloaded page, a connection that lost the answer (ours).

The page gives each form a number (`{% form_number %}`). What it led to is written down in the transaction of its work, so
that there is never the one without the other; sent again, the form leads there and does nothing. A form that was refused
is sent again as often as it takes.
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import identity
from dashboard.models import SentForm

NAME = "form_number"
# A page is left open overnight, not for weeks.
KEPT = datetime.timedelta(days=3)


def earlier(request: HttpRequest) -> HttpResponse | None:
    """Where this form led when it was sent before; None the first time. One that is still at work is waited for."""
    number = _number(request)
    if number is None:
        return None
    identity.lock_keys([f"form:{number}"])
    sent = SentForm.objects.filter(number=number).first()
    if sent is None:
        return None
    messages.info(request, _("This was sent already, so nothing was done a second time."))
    return HttpResponseRedirect(sent.led_to)


def done(request: HttpRequest, answer: HttpResponseRedirect) -> HttpResponse:
    """Write down that the form has done its work, and where it leads."""
    number, now = _number(request), timezone.now()
    if number is not None:
        SentForm.objects.filter(created_at__lt=now - KEPT).delete()
        SentForm(number=number, led_to=answer.url, created_at=now).save(force_insert=True)
    return answer


def _number(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(NAME, ""))
    except ValueError:
        return None
