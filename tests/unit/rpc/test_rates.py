"""How often somebody may ask."""

from hypothesis import given
from hypothesis import strategies as st

from server.rpc.rates import Rates


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_a_burst_may_come_at_once_and_then_the_rate():
    clock = Clock()
    rates = Rates(10, burst=2, clock=clock)
    assert [rates.take("a") for _ in range(20)] == [0.0] * 20
    wait = rates.take("a")
    assert 0 < wait <= 0.1001
    clock.now += wait
    assert rates.take("a") == 0
    assert rates.take("a") > 0


def test_one_does_not_pay_for_another():
    rates = Rates(1, burst=1, clock=Clock())
    assert rates.take("a") == 0
    assert rates.take("a") > 0
    assert rates.take("b") == 0


def test_who_is_refused_is_not_kept_out_for_longer_by_asking_again():
    rates = Rates(1, burst=1, clock=Clock())
    rates.take("a")
    assert len({rates.take("a") for _ in range(100)}) == 1


def test_who_was_quiet_has_the_whole_burst_again_and_no_more():
    clock = Clock()
    rates = Rates(10, burst=1, clock=clock)
    for _ in range(10):
        rates.take("a")
    clock.now += 1000
    assert [rates.take("a") > 0 for _ in range(11)] == [False] * 10 + [True]


def test_a_low_rate_still_lets_one_call_through():
    assert Rates(0.01, burst=2, clock=Clock()).take("a") == 0


def test_no_more_are_kept_apart_than_there_is_room_for_and_the_known_keep_their_own_rate():
    clock = Clock()
    rates = Rates(1, burst=2, most=100, clock=clock)
    for number in range(100):
        rates.take(f"known {number}")
    newcomers = [rates.take(f"new {number}") == 0 for number in range(1000)]
    assert newcomers.count(True) <= 3
    assert len(rates._whole_at) <= 101
    assert rates.take("known 5") == 0
    clock.now += 10
    assert rates.take("later") == 0


@given(st.lists(st.floats(0, 0.3), max_size=200))
def test_in_no_stretch_of_time_more_are_let_through_than_burst_and_rate(pauses):
    clock = Clock()
    rates = Rates(10, burst=0.5, clock=clock)
    let_through = []
    for pause in pauses:
        clock.now += pause
        if not rates.take("a"):
            let_through.append(clock.now)
    for first, start in enumerate(let_through):
        for last in range(first, len(let_through)):
            assert last - first + 1 <= 5 + 1 + (let_through[last] - start) * 10
