"""Every table that refers to a contact is claimed by the facet of its app, or is crm's own (ARCHITECTURE, crm/facets.py)."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from crm import facets
from crm.models import Contact


def _tables_on_contacts() -> set[type[models.Model]]:
    return {
        model
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.related_model is Contact
    }


def test_the_walk_finds_relations_of_every_kind() -> None:
    assert {"ContactStats", "SearchToken", "DuplicatePair", "Booking"} <= {
        model.__name__ for model in _tables_on_contacts()
    }


def test_every_table_of_another_app_is_claimed_once_by_its_own_facet() -> None:
    claimed = [(type(facet).__module__, model) for facet in facets.registered() for model in facet.tables()]
    others = {model for model in _tables_on_contacts() if model._meta.app_label != "crm"}

    assert sorted(model.__name__ for _module, model in claimed) == sorted(model.__name__ for model in others)
    assert [module for module, model in claimed if module != f"{model._meta.app_label}.facet"] == []


def test_a_table_that_no_facet_claims_is_found() -> None:
    """The check itself: with the bookings' facet away, their table is what is left over."""
    claimed = {model for facet in facets.registered() if facet.name != "bookings" for model in facet.tables()}
    left = {model for model in _tables_on_contacts() if model._meta.app_label != "crm"} - claimed

    assert {model.__name__ for model in left} == {"Booking"}


def test_every_fact_that_keeps_what_a_guest_said_is_looked_through_when_the_guest_is_erased() -> None:
    """R-PRIV-1: by then it may be nobody's, or another contact's (crm.mentions)."""
    with_snapshot = {
        model
        for facet in facets.registered()
        for model in facet.tables()
        if {"guest", "contact"} <= {field.name for field in model._meta.get_fields()}
    }

    looked_through = [table.model for facet in facets.registered() for table in facet.snapshots()]
    assert set(looked_through) == with_snapshot
    assert len(looked_through) == len(with_snapshot) >= 6
