"""Two sequences of a tenant must never give the same number."""

import time
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.domain.numbering import NumberSequence, Placeholder, open_series
from server.domain.sequence_check import overlap, sequence_problems
from tests.builders.order_strategies import thorough

DECLARED = {"__x__": Placeholder(site_path="x", default="D")}


def sequence(pre_text: str = "", post_text: str = "", **changes: Any) -> NumberSequence:
    return NumberSequence("s", pre_text, post_text, placeholders=DECLARED, **changes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (sequence("RE-"), sequence("RE-")),
        (sequence("RE-"), sequence("RE-", number_of_digits=9)),
        (sequence("RE-", number_of_digits=1), sequence("RE-2026", number_of_digits=3)),
        (sequence("__year__"), sequence("2026")),
        (sequence("__year__-"), sequence("2026-")),
        (sequence("__country__"), sequence("DE")),
        (sequence("__x__"), sequence("anything-")),
        (sequence("A__x__"), sequence("AB-")),
        (sequence("__x__-"), sequence("__country__-")),
        (sequence("R", "1", number_of_digits=2), sequence("R", number_of_digits=3)),
        (sequence("1", number_of_digits=2), sequence("", number_of_digits=3)),
        (sequence("__month____day__"), sequence("__hour____minute__")),
        (sequence(""), sequence("__year__", number_of_digits=1)),
        (sequence("R", "-__x__"), sequence("R", "-A")),
    ],
)
def test_sequences_that_can_give_the_same_number_overlap(one, other):
    assert overlap(one, other)
    assert overlap(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (sequence("A-"), sequence("B-")),
        (sequence("RE-"), sequence("RE-X")),
        (sequence("__year__-"), sequence("__year__/")),
        (sequence("__country__-"), sequence("D-")),
        (sequence("de-"), sequence("__country__-")),
        (sequence("R", "-A"), sequence("R", "-B")),
        (sequence("R", "A"), sequence("R")),
        (sequence("A-__x__"), sequence("B-__x__")),
    ],
)
def test_sequences_that_differ_in_every_number_do_not_overlap(one, other):
    assert not overlap(one, other)
    assert not overlap(other, one)


TEXTS = st.lists(
    st.sampled_from(
        ["A", "-", "1", "20", "DE", "__year__", "__month__", "__second__", "__country__", "__x__"]
    ),
    max_size=3,
).map("".join)
SEQUENCES = st.builds(
    sequence, TEXTS, TEXTS, number_of_digits=st.integers(1, 4), start_value=st.integers(0, 3)
)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
COUNTERS = st.integers(0, 999_999)
SITES = st.builds(
    lambda x, country: {"x": x, "homeBase": {"address": {"country": country}}},
    st.text("A-1D20E", max_size=6),
    st.sampled_from(["DE", "FR", ""]),
)
USES = st.tuples(SITES, TIMES, COUNTERS)


@thorough
@given(SEQUENCES, SEQUENCES, st.lists(USES, min_size=1, max_size=8))
def test_numbers_of_sequences_that_do_not_overlap_never_meet(one, other, uses):
    assume(not overlap(one, other))
    given_by_one, given_by_other = (
        {open_series(s, site, time).number(counter) for site, time, counter in uses}
        for s in (one, other)
    )
    assert not given_by_one & given_by_other


@thorough
@given(SEQUENCES, USES, st.data())
def test_sequences_that_give_the_same_number_overlap(one, use, data):
    site, time, counter = use
    made = open_series(one, site, time).number(counter)
    # Another sequence that takes some other digits of the number for its counter.
    runs = [
        (start, end)
        for start in range(len(made))
        for end in range(start + 1, len(made) + 1)
        if made[start:end].isdecimal()
    ]
    start, end = data.draw(st.sampled_from(runs))
    digits = end - start if made[start] == "0" else data.draw(st.integers(1, end - start))
    other = sequence(made[:start], made[end:], number_of_digits=digits)
    assert open_series(other, site, time).number(int(made[start:end])) == made
    assert overlap(one, other)
    assert overlap(other, one)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"number_of_digits": 0}, "number_of_digits"),
        ({"number_of_digits": 19}, "number_of_digits"),
        ({"start_value": -1}, "start_value"),
        ({"start_value": 10**18}, "start_value"),
        ({"start_value": 5, "max_value": 4}, "max_value"),
        ({"max_value": 10**18}, "max_value"),
        ({"pre_text": "x" * 201}, "pre_text"),
        ({"pre_text": "a\nb"}, "pre_text"),
        ({"post_text": "__what__"}, "post_text"),
        ({"post_text": "\u2028"}, "post_text"),
        ({"sequence_key": "__year__"}, "sequence_key"),
        ({"sequence_key": "__nope__", "pre_text": "__year__"}, "sequence_key"),
        ({"placeholders": {"branch": Placeholder()}}, "placeholders[branch]"),
        (
            {"placeholders": {"__b__": Placeholder(array_limit=0)}},
            "placeholders[__b__].array_limit",
        ),
        ({"placeholders": {"__b__": Placeholder(default="a\rb")}}, "placeholders[__b__].default"),
        ({"placeholders": {"__b__": Placeholder(delimiter="\n")}}, "placeholders[__b__].delimiter"),
        ({"placeholders": {"__b__": Placeholder(site_path="\0")}}, "placeholders[__b__].site_path"),
        (
            {"placeholders": {"__b__": Placeholder(default="x" * 201)}},
            "placeholders[__b__].default",
        ),
    ],
)
def test_a_wrong_field_of_a_sequence_is_named(changes, field):
    wrong = NumberSequence(**{"name": "good", **changes})
    fields = [name for name, _ in sequence_problems([wrong])]
    assert f"number_sequences[0].{field}" in fields


def test_good_sequences_have_no_problems():
    good = [
        NumberSequence("yearly", "RE-__year__-", sequence_key="RE-__year__"),
        NumberSequence(
            "branch", "B__x__-", start_value=1001, max_value=1001, placeholders=DECLARED
        ),
    ]
    assert not list(sequence_problems(good))


def test_no_sequence_at_all_is_a_problem():
    assert [field for field, _ in sequence_problems([])] == ["number_sequences"]


def test_sequences_must_differ_in_name_and_in_numbers():
    one = NumberSequence("one", "RE-")
    assert [field for field, _ in sequence_problems([one, one])] == ["number_sequences[1].name"]
    problems = list(sequence_problems([one, NumberSequence("other", "RE-", number_of_digits=7)]))
    assert problems == [
        (
            "number_sequences[1].pre_text",
            "could give the same number as 'one': begin it differently",
        )
    ]


@pytest.mark.parametrize(
    "endless",
    [
        NumberSequence("endless", "RE-", number_of_digits=2**31 - 1),
        NumberSequence("endless", "RE-" * 1_000_000),
        NumberSequence("endless", placeholders=dict.fromkeys(map(str, range(101)), Placeholder())),
    ],
    ids=["digits", "text", "placeholders"],
)
def test_a_sequence_that_is_wrong_in_itself_is_not_compared_with_others(endless):
    tracemalloc.start()
    try:
        problems = list(sequence_problems([NumberSequence("one", "RE-"), endless]))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(problems) == 1
    assert most < 1_000_000


def test_many_sequences_are_compared_soon_however_alike_they_are():
    alike = [
        NumberSequence(f"s{n}", f"__x__{'a' * 190}{n:03}", placeholders=DECLARED) for n in range(60)
    ]
    begin = time.process_time()
    assert not list(sequence_problems(alike))
    assert time.process_time() - begin < 20


def test_there_may_be_so_many_sequences_and_no_more():
    many = [NumberSequence(f"s{n}", f"{n}-") for n in range(201)]
    assert not list(sequence_problems(many[:200]))
    assert [field for field, _ in sequence_problems(many)] == ["number_sequences"]
