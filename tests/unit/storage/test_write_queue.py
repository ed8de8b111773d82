"""Writers wait in a queue: one at a time, in the order they came, not for ever."""

import threading

import pytest

from server.domain.errors import Unavailable
from server.storage.write_queue import WriteQueue


def wait_for(queue: WriteQueue, number: int) -> None:
    """Gives other threads the processor until number of them wait; pytest's timeout ends it."""
    pause = threading.Event()
    while len(queue._waiting) < number:
        pause.wait(0.001)


def test_turns_come_in_the_order_of_arrival_even_against_one_who_comes_again():
    queue = WriteQueue(patience=60)
    turns = []

    def work(name):
        with queue.turn():
            turns.append(name)

    threads = []
    with queue.turn():
        for name in range(10):
            thread = threading.Thread(target=work, args=(name,))
            thread.start()
            threads.append(thread)
            wait_for(queue, name + 1)
    with queue.turn():
        turns.append("again")
    for thread in threads:
        thread.join()
    assert turns == [*range(10), "again"]


def test_only_one_has_its_turn():
    queue, inside, most = WriteQueue(patience=60), [], []

    def work():
        for _ in range(200):
            with queue.turn():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 1600
    assert max(most) == 1


def test_who_waits_too_long_gives_up_and_holds_up_nobody():
    queue = WriteQueue(patience=0.01)
    with queue.turn(), pytest.raises(Unavailable) as raised, queue.turn():
        pytest.fail("the turn was taken twice")
    assert raised.value.reason == "DATABASE_BUSY"
    with queue.turn():
        pass


def test_an_error_ends_the_turn():
    queue = WriteQueue(patience=0.01)
    with pytest.raises(KeyError), queue.turn():
        raise KeyError
    with queue.turn():
        pass


def test_a_turn_that_comes_to_one_who_has_just_left_is_passed_on():
    queue = WriteQueue(patience=0.01)
    late = threading.Lock()
    late.acquire()
    with queue.turn():
        queue._waiting.append(late)
    # Its turn has come, but it has stopped waiting.
    assert not queue._waiting
    queue._leave(late)
    with queue.turn():
        pass
