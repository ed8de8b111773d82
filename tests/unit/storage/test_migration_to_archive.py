"""Numbers that were drawn before they were noted are noted when the release changes."""

from sqlalchemy import text

from server.storage import migrate, open_database
from server.storage.engine import open_engines
from tests.builders.storage_values import ACME, make_series, write

NUMBERS = ("RE-7/A", "RE-8/A", "RE-10/A", "RE-99/A", "RE-x/A", "RE-9", "Q-00001", "Q-00002")


def test_numbers_are_noted_where_the_counter_tells_the_text_around_them(at_revision):
    url = at_revision("0005")
    engines = open_engines(url)
    with engines.writer.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO invoices (tenant, number, order_id, job_id, type_code, live, snapshot)"
                " VALUES ('acme', :number, :number, '', '380', :live, '{}')"
            ),
            [{"number": number, "live": True} for number in NUMBERS],
        )
        connection.execute(
            text(
                'INSERT INTO number_counters (tenant, sequence, "key", next_value) '
                "VALUES ('acme', 'invoices', :key, :next)"
            ),
            [{"key": "RE-\x1f/A", "next": 11}, {"key": "2025", "next": 3}],
        )
    engines.close()
    migrate(url)
    database = open_database(url)
    with database.read() as unit:
        plain, named = sorted(unit.archive.counters(ACME), key=lambda counter: counter.key)
        drawn = unit.archive.drawn(ACME, named, None, 10)
        assert named.first_value == 7
        assert [(d.value, d.number, d.borne) for d in drawn] == [
            *((7, "RE-7/A", True), (8, "RE-8/A", True), (10, "RE-10/A", True)),
        ]
        assert plain.first_value is None, "nobody knows what it gave"
        assert list(unit.archive.drawn(ACME, plain, None, 10)) == []
        assert list(unit.archive.never_drawn(ACME, 10)) == []
    series = make_series("2025", pre_text="Q-")
    write(database, lambda unit: unit.numbers.draw(ACME, series, 1))
    with database.read() as unit:
        drawn = unit.archive.drawn(ACME, plain, None, 10)
        assert [d.number for d in drawn] == ["Q-00003"]
    database.close()
