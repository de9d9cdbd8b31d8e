"""What is sealed opens with its key, for what it belongs to, and nowhere else (R-PRIV-3)."""

from __future__ import annotations

import pytest

from crm import sealing
from crm.sealing import Sealed
from tests.personas import Place


def test_a_text_opens_for_what_it_was_sealed_for(trattoria: Place) -> None:
    with trattoria.enter():
        sealed = sealing.seal("noci, crostacei", bound_to="contact:1")

        assert sealing.unseal(sealed, bound_to="contact:1") == "noci, crostacei"


def test_the_same_text_is_never_sealed_alike(trattoria: Place) -> None:
    with trattoria.enter():
        first, second = (sealing.seal("noci", bound_to="contact:1") for _time in range(2))

    assert first.content != second.content
    assert b"noci" not in first.content


def test_moved_to_another_row_it_does_not_open(trattoria: Place) -> None:
    with trattoria.enter():
        sealed = sealing.seal("noci", bound_to="contact:1")

        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, bound_to="contact:2")


def test_moved_to_another_tenant_it_does_not_open(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter():
        sealed = sealing.seal("noci", bound_to="contact:1")

    with bistro.enter(), pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed, bound_to="contact:1")


def test_changed_by_a_bit_it_does_not_open(trattoria: Place) -> None:
    with trattoria.enter():
        sealed = sealing.seal("noci", bound_to="contact:1")
        changed = sealed.content[:-1] + bytes([sealed.content[-1] ^ 1])

        with pytest.raises(sealing.Unreadable):
            sealing.unseal(Sealed(sealed.key_id, changed), bound_to="contact:1")


def test_an_older_key_still_opens_and_the_newest_seals(trattoria: Place, settings) -> None:
    settings.HEALTH_KEYS = ["old"]
    with trattoria.enter():
        sealed = sealing.seal("noci", bound_to="contact:1")

        settings.HEALTH_KEYS = ["new", "old"]
        assert sealing.unseal(sealed, bound_to="contact:1") == "noci"
        assert sealing.newest() != sealed.key_id

        settings.HEALTH_KEYS = ["new"]
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, bound_to="contact:1")


def test_the_name_of_a_key_tells_nothing_of_it(trattoria: Place, settings) -> None:
    settings.HEALTH_KEYS = ["secret-one"]
    with trattoria.enter():
        assert "secret" not in sealing.newest()
        assert len(sealing.newest()) == 16
