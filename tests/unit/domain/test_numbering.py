"""Invoice numbers: text, counter, text, with the placeholders of the platform's schema."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.domain.errors import NotReady
from server.domain.numbering import NumberSequence, Placeholder, open_series
from tests.builders.settings import make_seller, make_site

NEW_YEAR = datetime(2026, 12, 31, 23, 30, 5, tzinfo=UTC)


def number(
    pre_text: str, counter: int = 7, site_data: dict[str, Any] | None = None, **changes: Any
) -> str:
    sequence = NumberSequence("s", pre_text, **changes)
    return open_series(sequence, site_data or {}, NEW_YEAR).number(counter)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("UTC", "2026-12-31"), ("Europe/Berlin", "2027-01-01"), ("America/New_York", "2026-12-31")],
)
def test_time_placeholders_show_the_time_at_the_site(zone, expected):
    sequence = NumberSequence("s", "__year__-__month__-__day__/", number_of_digits=1)
    series = open_series(sequence, {}, NEW_YEAR.astimezone(ZoneInfo(zone)))
    assert series.number(1) == f"{expected}/1"


def test_hours_minutes_and_seconds_have_two_digits():
    assert number("__hour____minute____second__-") == "233005-00007"


def test_an_order_of_text_counter_text():
    assert number("A", post_text="Z", number_of_digits=3) == "A007Z"


def test_a_counter_may_outgrow_its_digits():
    assert number("R", counter=123_456, number_of_digits=5) == "R123456"
    assert number("R", counter=0, number_of_digits=1) == "R0"


def test_the_country_is_that_of_the_site_or_germany():
    site = make_site(seller=make_seller())
    assert number("__country__-", site_data=site.data()) == "DE-00007"
    abroad = {"homeBase": {"address": {"country": "FR"}}}
    assert number("__country__-", site_data=abroad) == "FR-00007"
    for nothing in ({}, {"homeBase": None}, {"homeBase": {"address": {"country": ""}}}):
        assert number("__country__-", site_data=nothing) == "DE-00007"


@pytest.mark.parametrize(
    ("placeholder", "expected"),
    [
        (Placeholder(site_path="code"), "main"),
        (Placeholder(site_path="homeBase.address.city"), "Kiel"),
        (Placeholder(site_path="languages"), "de-en-fr"),
        (Placeholder(site_path="languages", array_limit=2, delimiter="+"), "de+en"),
        (Placeholder(site_path="languages", array_limit=9, delimiter=""), "deenfrnl"),
        (Placeholder(site_path="includesTax"), "true"),
        (Placeholder(site_path="level"), "3"),
        (Placeholder(site_path="missing", default="x"), "x"),
        (Placeholder(site_path="homeBase", default="x"), "x"),
        (Placeholder(site_path="code.more", default="x"), "x"),
        (Placeholder(site_path="nothing", default="x"), "x"),
        (Placeholder(default="x"), "x"),
        (Placeholder(), ""),
        (Placeholder(required=True, default="x"), "x"),
    ],
)
def test_own_placeholders_are_filled_from_the_site(placeholder, expected):
    site_data = {
        "code": "main",
        "homeBase": {"address": {"city": "Kiel"}},
        "languages": ["de", "en", "", "fr", "nl"]
        if placeholder.array_limit > 3
        else ["de", "en", "fr", "nl"],
        "includesTax": True,
        "level": 3,
        "nothing": None,
    }
    made = number("<__x__>", site_data=site_data, placeholders={"__x__": placeholder})
    assert made == f"<{expected}>00007"


def test_a_value_is_cut_at_100_characters():
    placeholders = {"__x__": Placeholder(default="a" * 99 + "bc")}
    assert number("__x__", placeholders=placeholders) == "a" * 99 + "b" + "00007"


def test_a_value_is_text_whatever_it_looks_like():
    placeholders = {"__x__": Placeholder(default="__year__\\1")}
    assert number("__x__", placeholders=placeholders) == "__year__\\100007"


def test_an_own_placeholder_goes_before_a_built_in_one():
    placeholders = {"__year__": Placeholder(default="MMXXVI")}
    assert number("__year__-", placeholders=placeholders) == "MMXXVI-00007"


@pytest.mark.parametrize(
    "placeholder", [Placeholder(required=True), Placeholder(required=True, site_path="a.b")]
)
def test_a_required_placeholder_without_a_value_stops_the_job(placeholder):
    with pytest.raises(NotReady, match="__x__") as caught:
        number("__x__", placeholders={"__x__": placeholder}, site_data={"a": {"b": ""}})
    assert caught.value.reason == "PLACEHOLDER_EMPTY"
    assert (placeholder.site_path or "its sitePath") in caught.value.message


def test_a_placeholder_that_nobody_declared_stops_the_job():
    with pytest.raises(NotReady, match="needs a value for __x__"):
        number("R__x__-")


def test_the_counter_begins_anew_where_the_text_changes():
    sequence = NumberSequence("s", "RE-__year__-", post_text="-__month__")
    january, december = (
        open_series(sequence, {}, NEW_YEAR.astimezone(ZoneInfo(zone)))
        for zone in ("Europe/Berlin", "UTC")
    )
    assert january.key != december.key
    assert open_series(sequence, {}, NEW_YEAR).key == december.key


def test_text_before_and_after_the_counter_are_told_apart_in_its_key():
    one, other = (
        open_series(NumberSequence("s", *texts), {}, NEW_YEAR) for texts in (("AB", ""), ("A", "B"))
    )
    assert one.key != other.key


def test_a_sequence_key_names_the_counter():
    sequence = NumberSequence("s", "RE-__month__-", sequence_key="shop-__year__")
    assert open_series(sequence, {}, NEW_YEAR).key == "shop-2026"


def test_a_sequence_that_is_used_up_says_what_to_do():
    sequence = NumberSequence("yearly", "RE-", max_value=9_999, number_of_digits=4)
    error = open_series(sequence, {}, NEW_YEAR).exhausted()
    assert error.reason == "NUMBER_SEQUENCE_EXHAUSTED"
    assert "'yearly' is used up: its last number is RE-9999. Raise its maxValue" in error.message
