"""What a file says about itself, twice and alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from server.rendering.pdf.archive import About, information, metadata, printable, utc

ABOUT = About(
    title="Rechnung <7> & 8",
    author="Möwe & Söhne",
    subject="Rechnung (7)",
    language="de",
    moment=datetime(2025, 11, 3, 8, 15, 30, tzinfo=UTC),
)


def packet_of(stream):
    head, _, rest = stream.partition(b"\nstream\n")
    length = int(head.rpartition(b"/Length ")[2].removesuffix(b">>"))
    return etree.fromstring(rest[:length])


def test_the_metadata_are_xml_whatever_the_names_hold():
    texts = set(packet_of(metadata(ABOUT, has_xml=False)).itertext())
    assert {"Rechnung <7> & 8", "Möwe & Söhne", "Rechnung (7)"} <= texts
    assert "2025-11-03T08:15:30+00:00" in texts


def test_only_a_file_with_an_e_invoice_says_that_it_has_one():
    assert b"factur-x" in metadata(ABOUT, has_xml=True)
    assert b"factur-x" not in metadata(ABOUT, has_xml=False)


def test_the_information_says_the_same():
    written = information(replace(ABOUT, author="Nordlicht"))
    assert b"/Title(Rechnung <7> & 8)/Author(Nordlicht)" in written
    assert b"/CreationDate(D:20251103081530+00'00')/ModDate(D:20251103081530+00'00')" in written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe 🍵 אב 茶", "Größe 🍵 אב 茶"),
        ("Tee\x00und\tmehr\x9f", "Tee und mehr "),
        ("Tee\ud83d", "Tee "),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "می\N{ZERO WIDTH NON-JOINER}خواهم"),
        # Assigned by Unicode 15 only, which not every Python knows.
        ("\U0001fae8", "\U0001fae8"),
    ],
)
def test_what_metadata_cannot_hold_is_replaced(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2025, 11, 3, 8, 15, 30, tzinfo=UTC),
        datetime(2025, 11, 3, 8, 15, 30),  # noqa: DTZ001 - a database may give it without
        datetime(2025, 11, 3, 10, 15, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_moment_is_the_same_in_every_zone(moment):
    assert utc(moment) == ABOUT.moment
    assert utc(moment).utcoffset() == timedelta(0)
