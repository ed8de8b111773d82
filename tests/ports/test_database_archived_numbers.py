"""What every database promises to those who check that numbers are without gap and double."""

from sqlalchemy import delete

from server.ports.archive_stores import Counter, DrawnNumber
from server.storage.archive_tables import drawn_series
from server.storage.engine import open_engines
from server.storage.tables import number_counters
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, OTHER, make_series, write


def draw(unit, count, **series):
    opened = make_series(**series)
    return [opened.number(value) for value in unit.numbers.draw(ACME, opened, count)]


def issue(unit, numbers):
    invoices = [make_invoice(1, number=n, order_id=f"order of {n}") for n in numbers]
    unit.invoices.add(ACME, "job-1", invoices)


def test_every_number_is_noted_with_what_bears_it(database):
    def work(unit):
        issue(unit, draw(unit, 2, start_value=5))
        draw(unit, 1)

    write(database, work)
    with database.read() as unit:
        (counter,) = unit.archive.counters(ACME)
        assert counter == Counter("invoices", "R-", 5, 8)
        expected = [
            DrawnNumber(5, "R-00005", True),
            DrawnNumber(6, "R-00006", True),
            DrawnNumber(7, "R-00007", False),
        ]
        assert list(unit.archive.drawn(ACME, counter, None, 10)) == expected
        assert list(unit.archive.drawn(ACME, counter, 5, 1)) == expected[1:2]
        assert list(unit.archive.counters(OTHER)) == []


def test_a_draw_that_is_rolled_back_was_never_there(database):
    with database.write() as unit:
        draw(unit, 3)
    with database.read() as unit:
        assert list(unit.archive.counters(ACME)) == []


def test_what_lies_past_the_end_of_a_series_is_not_noted(database):
    write(database, lambda unit: draw(unit, 5, max_value=2))
    with database.read() as unit:
        (counter,) = unit.archive.counters(ACME)
        drawn = unit.archive.drawn(ACME, counter, None, 10)
        assert [number.value for number in drawn] == [1, 2]


def test_a_number_that_no_counter_gave_is_found(database):
    write(database, lambda unit: issue(unit, [*draw(unit, 1), "X-1"]))
    with database.read() as unit:
        assert list(unit.archive.never_drawn(ACME, 10)) == ["X-1"]
        assert list(unit.archive.never_drawn(OTHER, 10)) == []


def test_a_counter_that_got_lost_is_listed_and_goes_on_behind_its_last_number(
    database, database_url
):
    write(database, lambda unit: issue(unit, draw(unit, 3, start_value=5)))
    engines = open_engines(database_url)
    with engines.writer.begin() as connection:
        connection.execute(delete(number_counters))
    engines.close()
    with database.read() as unit:
        assert list(unit.archive.counters(ACME)) == [Counter("invoices", "R-", 5, None)]
    # Its start value was raised meanwhile, which made no gap either while it was there.
    with database.write() as unit:
        assert draw(unit, 1, start_value=100) == ["R-00008"]
        unit.commit()
    with database.read() as unit:
        assert list(unit.archive.counters(ACME)) == [Counter("invoices", "R-", 5, 9)]


def test_counters_are_found_by_their_numbers_alone(database, database_url):
    def work(unit):
        for sequence in ("invoices", "notes"):
            for text in ("A-", "B-"):
                draw(unit, 2, key=text, sequence=sequence)

    write(database, work)
    engines = open_engines(database_url)
    with engines.writer.begin() as connection:
        connection.execute(delete(number_counters))
        connection.execute(delete(drawn_series))
    engines.close()
    with database.read() as unit:
        assert list(unit.archive.counters(ACME)) == [
            *(Counter("invoices", "A-", None, None), Counter("invoices", "B-", None, None)),
            *(Counter("notes", "A-", None, None), Counter("notes", "B-", None, None)),
        ]
        assert list(unit.archive.counters(OTHER)) == []


def test_beside_an_old_counter_only_what_fits_another_is_missing(database, database_url):
    def work(unit):
        issue(unit, ["A-1-Z", "A-x-Z", "A-9-Z", "A-Z", "B-1", "Z"])
        draw(unit, 0, key="mine")
        draw(unit, 0, key="A-\x1f-Z", start_value=5)

    write(database, work)
    engines = open_engines(database_url)
    with engines.writer.begin() as connection:
        connection.execute(delete(drawn_series).where(drawn_series.c.key == "mine"))
    engines.close()
    with database.read() as unit:
        assert list(unit.archive.never_drawn(ACME, 10)) == ["A-1-Z"]
        assert list(unit.archive.never_drawn(ACME, 0)) == []
