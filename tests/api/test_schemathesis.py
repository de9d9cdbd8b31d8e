"""Generated requests, right and wrong, against the description: never a 5xx, never an answer it does not name."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.test_bookings import booking
from tests.personas import Bearer

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name.lower())
def test_the_api_keeps_its_description(commits, trattoria, settings, mode):
    settings.API_RATE_BURST = settings.API_RATE_PER_SECOND = 1_000_000
    load_all_checks()
    key = Bearer.of(trattoria)
    key.post("bookings/", booking(trattoria))
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())

    for found in description.get_all_operations():
        assert isinstance(found, Ok), found
        _try(found.ok(), mode, {"Authorization": f"Bearer {key.token}"})


def _try(operation, mode, headers):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def holds(case):
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    holds()
