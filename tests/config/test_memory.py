"""How much memory the embedded PostgreSQL may use."""

from __future__ import annotations

import pytest

from config.embedded import memory
from config.embedded.memory import MEGABYTE

GIGABYTE = 1024 * MEGABYTE


def test_a_containers_limit_goes_before_the_machines_memory(tmp_path):
    (tmp_path / "memory.max").write_text("536870912\n")

    assert memory.available((tmp_path / "memory.max",)) == 512 * MEGABYTE


@pytest.mark.parametrize("said", ["max\n", "9223372036854771712\n"])
def test_no_limit_is_the_machines_memory(tmp_path, said):
    (tmp_path / "memory.max").write_text(said)

    assert memory.available((tmp_path / "memory.max", tmp_path / "missing")) == memory.available(()) > 0


@pytest.mark.parametrize(
    ("has", "cache", "expected"),
    [
        (512 * MEGABYTE, "128MB", "256MB"),
        (4 * GIGABYTE, "512MB", "2048MB"),
        (64 * GIGABYTE, "1024MB", "32768MB"),
    ],
)
def test_the_cache_grows_with_the_memory(monkeypatch, has, cache, expected):
    monkeypatch.setattr(memory, "available", lambda: has)

    assert memory.settings() == {"shared_buffers": cache, "effective_cache_size": expected}
