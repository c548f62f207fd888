"""Settings: what wins, and what a wrong one says."""

import stat
from pathlib import Path

import pytest

from config.keys import load_keys
from config.settings import Settings, SettingsInvalid, environment, load, reference


def test_environment_wins_over_file(tmp_path: Path) -> None:
    (tmp_path / "parley.toml").write_text('http_port = 9000\nsite_name = "Desk"\n')
    settings = load({"PARLEY_HTTP_PORT": "9001"}, tmp_path)
    assert (settings.http_port, settings.site_name) == (9001, "Desk")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLEY_HTTP_PORT", "eighty"),
        ("PARLEY_HTTP_PORT", "70000"),
        ("PARLEY_PUBLIC_URL", "desk.example.com"),
        ("PARLEY_LOG_LEVEL", "loud"),
        ("PARLEY_SMTP_ENABLED", "perhaps"),
    ],
)
def test_wrong_value_names_the_setting_and_an_example(
    name: str, value: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        load({name: value}, tmp_path)
    assert name in str(raised.value)
    assert value in str(raised.value)
    assert "It means:" in str(raised.value)


def test_unknown_name_in_the_file_suggests_the_right_one(tmp_path: Path) -> None:
    (tmp_path / "parley.toml").write_text("http_prt = 9000\n")
    with pytest.raises(SettingsInvalid, match="did you mean 'http_port'"):
        load({}, tmp_path)


def test_file_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no such file"):
        load({"PARLEY_CONFIG": str(tmp_path / "none.toml")})


def test_children_get_the_same_settings(tmp_path: Path) -> None:
    settings = Settings(
        http_port=0, egress_allow=("127.0.0.1", "10.0.0.7"), smtp_enabled=False, data_dir="x"
    )
    assert load(environment(settings), tmp_path) == settings


def test_reference_has_every_setting_with_its_meaning() -> None:
    assert len(reference()) == len(Settings.__struct_fields__)
    assert all(meaning for _, _, meaning in reference())


def test_first_start_makes_keys_that_only_the_owner_reads(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "var"))
    keys = load_keys(settings)
    assert [len(key) for key in keys] == [32]
    assert load_keys(settings) == keys
    assert stat.S_IMODE((tmp_path / "var" / "keys.toml").stat().st_mode) == 0o600


def test_wrong_keys_are_never_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        load_keys(Settings(secret_keys=("c2hvcnQ=",)))
    assert "c2hvcnQ" not in str(raised.value)
    assert "openssl rand" in str(raised.value)
