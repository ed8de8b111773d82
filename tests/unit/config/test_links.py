"""What the environment says about download links."""

from __future__ import annotations

import pytest

from server.config import Config, ConfigError, read_config

SECRET, OTHER = "s" * 32, "o" * 40


def _read(**variables: str) -> Config:
    return read_config({f"INVOICEJOBS_{name}": value for name, value in variables.items()})


def test_links_hold_a_week_with_keys_of_the_database_by_default() -> None:
    assert (_read().link_days, _read().link_keys) == (7, ())


def test_keys_come_in_their_order_and_are_shown_to_nobody() -> None:
    config = _read(LINK_KEYS=f"b:{SECRET}, a:{OTHER}")
    assert config.link_keys == (("b", SECRET.encode()), ("a", OTHER.encode()))
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        f":{SECRET}",
        "a:short",
        f"a b:{SECRET}",
        f"a.b:{SECRET}",
        f"a:{SECRET},",
        f"a:{SECRET},a:{OTHER}",
        f"{'a' * 33}:{SECRET}",
    ],
)
def test_keys_of_another_form_are_refused_without_telling_them(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _read(LINK_KEYS=text)
    assert "INVOICEJOBS_LINK_KEYS" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("text", ["0", "366", "1.5", "-1"])
def test_links_hold_between_a_day_and_a_year(text: str) -> None:
    with pytest.raises(ConfigError, match="INVOICEJOBS_LINK_DAYS"):
        _read(LINK_DAYS=text)
