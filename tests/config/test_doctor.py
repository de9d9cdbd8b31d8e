"""`manage.py doctor` says where the secrets come from, and never what they are (R-PRIV-1)."""

from __future__ import annotations

import pytest

from config import state
from config.embedded import doctor
from config.embedded.installation import Installation

SECRETS = ("SECRET_KEY", "PRIVACY_PEPPER", "HEALTH_KEYS")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COPERTO_HOME", str(tmp_path / "home"))
    for name in (*SECRETS, "SECRET_KEY_FALLBACKS"):
        monkeypatch.delenv(name, raising=False)
    return state.home()


def found():
    return {one.subject: one for one in doctor.examine()}


def test_before_the_first_start_none_is_made(home):
    assert [found()[name.lower()].choice for name in SECRETS] == ["not made yet"] * 3
    assert not home.exists()


def test_those_of_the_state_folder_and_those_of_the_environment(home, monkeypatch, capsys):
    kept = Installation(home).secret("privacy_pepper")
    monkeypatch.setenv("SECRET_KEY", "very-secret")

    assert {name: found()[name.lower()].choice for name in SECRETS} == {
        "SECRET_KEY": "the environment",
        "PRIVACY_PEPPER": "the state folder",
        "HEALTH_KEYS": "not made yet",
    }
    doctor.report(as_json=False)
    said = capsys.readouterr().out
    assert kept not in said
    assert "very-secret" not in said


def test_former_keys_are_counted(home, monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "one,two")

    assert found()["older keys"].choice == "2"
