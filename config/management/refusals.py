"""A refusal of the domain as the error of a command: it names the option that has to be corrected."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.management.base import CommandError

from tenants.refusal import Refusal


def as_error(refusal: Refusal, options: Mapping[str, str]) -> CommandError:
    """`options` says which option gave a field, where their names differ."""
    if refusal.field is None:
        return CommandError(str(refusal.message))
    option = options.get(refusal.field, f"--{refusal.field.replace('_', '-')}")
    return CommandError(f"{option}: {refusal.message}")
