"""Instants keep their order and their zone in every database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from server.storage.columns import Timestamp

DIALECTS = [sqlite.dialect(), postgresql.dialect()]
HOURS = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=HOURS)  # noqa: DTZ001


def stored(instant: datetime) -> str:
    """Gives the text that SQLite keeps of an instant."""
    process = Timestamp().dialect_impl(DIALECTS[0]).bind_processor(DIALECTS[0])
    assert process
    return process(instant)


@given(INSTANTS, INSTANTS)
def test_text_sorts_as_the_instants_do(one, other):
    assert (stored(one) < stored(other)) is (one < other)
    assert (stored(one) == stored(other)) is (one == other)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(instant=INSTANTS)
def test_an_instant_comes_back_the_same_in_utc(dialect, instant):
    column = Timestamp()
    found = column.process_result_value(column.process_bind_param(instant, dialect), dialect)
    assert found == instant
    assert found.tzinfo is UTC


def test_no_time_is_no_time():
    for dialect in DIALECTS:
        assert Timestamp().process_bind_param(None, dialect) is None
        assert Timestamp().process_result_value(None, dialect) is None


def test_a_time_without_a_zone_is_a_bug():
    with pytest.raises(ValueError, match="no time zone"):
        Timestamp().process_bind_param(datetime(2025, 1, 1), DIALECTS[0])  # noqa: DTZ001
