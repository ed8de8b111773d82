"""Settings in their JSON form become values, or the error names what is wrong."""

import json
from pathlib import Path

import pytest

from server.domain.errors import InvalidInput
from server.rpc.settings_json import read_settings_json
from server.service.settings import CheckSettings
from tests.builders.settings import IDENTIFIERS

EXAMPLE = (Path(__file__).parents[3] / "examples/settings.json").read_bytes()
CHECK = CheckSettings(IDENTIFIERS)


def test_the_example_is_read_whole():
    settings = read_settings_json(EXAMPLE, CHECK)
    assert [site.code for site in settings.sites] == ["DE", "DE-B2B", "GrossSite", "CH", "JP"]
    assert settings.number_sequences[1].start_value == 1001
    assert settings.selection_rule
    assert settings.order_paths.language == "customer.mixins.preferences.language"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"{", "settings"),
        (b"null", "settings"),
        (b"\xff", "settings"),
        (b'{"sties": []}', "settings"),
        (b'{"sites": 7}', "settings"),
        (b"{}", "sites"),
    ],
)
def test_what_is_wrong_is_named(text, field):
    with pytest.raises(InvalidInput) as error:
        read_settings_json(text, CHECK)
    assert field in {violation.field for violation in error.value.violations}


def test_all_that_is_wrong_is_named_at_once():
    settings = json.loads(EXAMPLE)
    settings["sites"][0]["currency"] = "EURO"
    settings["sites"][1]["timeZone"] = "Europe/Kiel"
    with pytest.raises(InvalidInput) as error:
        read_settings_json(json.dumps(settings).encode(), CHECK)
    named = [violation.field for violation in error.value.violations]
    assert named == ["sites[0].currency", "sites[1].time_zone"]
