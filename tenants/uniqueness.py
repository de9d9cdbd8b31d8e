"""A unique constraint that was lost to somebody else in the same moment becomes the refusal it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError, transaction

from tenants.refusal import Refusal


@contextmanager
def refuse(constraint: str, refusal: Refusal) -> Iterator[None]:
    """Run the block in a savepoint; raise `refusal` when it violates the constraint of this name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error) and cause.diag.constraint_name == constraint:
            raise refusal from error
        raise
