"""The next item is made while one is used, and nothing else changes."""

import gc
import threading
from collections.abc import Generator

import pytest

from ehcp_timeline.cases.source import ahead


class Made:
    """A generator that remembers how far it has come."""

    def __init__(self, fail_at: int = -1) -> None:
        self.made: list[int] = []
        self.closed = False
        self._fail_at = fail_at

    def items(self) -> Generator[int]:
        """Yield 0, 1, 2 and 3, or fail on the way."""
        try:
            for number in range(4):
                if number == self._fail_at:
                    raise ValueError(number)
                self.made.append(number)
                yield number
        finally:
            self.closed = True


def test_items_come_in_order() -> None:
    """All of them, and the generator is closed behind them."""
    made = Made()

    assert list(ahead(made.items())) == [0, 1, 2, 3]
    assert made.closed


def test_one_item_is_made_ahead() -> None:
    """While the first is used the second is made, in another thread, and no more."""
    threads: list[int] = []
    ready = threading.Event()

    def items() -> Generator[int]:
        for number in range(3):
            threads.append(threading.get_ident())
            if number == 1:
                ready.set()
            yield number

    stream = ahead(items())

    assert next(stream) == 0
    assert ready.wait(timeout=10)
    assert len(threads) == 2
    assert threading.get_ident() not in threads
    stream.close()


def test_an_error_comes_in_its_turn() -> None:
    """What was made before it is still given."""
    stream = ahead(Made(fail_at=2).items())

    assert [next(stream), next(stream)] == [0, 1]
    with pytest.raises(ValueError, match="2"):
        next(stream)


def test_stopping_early_closes_the_generator() -> None:
    """A file behind it is not left open."""
    made = Made()
    stream = ahead(made.items())
    next(stream)

    stream.close()

    assert made.closed
    assert made.made in ([0], [0, 1])


@pytest.mark.parametrize("in_its_own_thread", [False, True])
def test_a_stream_that_nobody_closed_is_collected(in_its_own_thread: bool) -> None:
    """An error leaves it in a circle; to collect that neither waits for ever nor leaves the file open."""
    collected, let_go = threading.Event(), threading.Event()
    closed = threading.Event()

    def items() -> Generator[int]:
        try:
            yield 0
            if in_its_own_thread:
                assert let_go.wait(timeout=10)
                gc.collect()
                collected.set()
            yield 1
        finally:
            closed.set()

    def abandoned() -> None:
        stream = ahead(items())
        circle = [stream]
        circle.append(circle)  # type: ignore[arg-type]
        assert next(stream) == 0

    gc.collect()
    abandoned()
    let_go.set()
    thread = threading.Thread(target=collected.wait if in_its_own_thread else gc.collect, daemon=True)
    thread.start()
    thread.join(timeout=20)

    assert not thread.is_alive()
    assert closed.wait(timeout=10)
