"""Makes the next item in another thread while the previous one is in use."""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Generator[Item]) -> Generator[Item]:
    """Yield the items of a generator in order, each made at most one step ahead.

    The first is begun at once. An error in the generator is raised here, in its turn. The generator is closed
    when this one is, if it had begun.
    """
    worker = ThreadPoolExecutor(max_workers=1)
    return _following(items, worker, worker.submit(next, items, None))


def _following(
    items: Generator[Item], worker: ThreadPoolExecutor, following: Future[Item | None]
) -> Generator[Item]:
    with worker:
        try:
            while (item := following.result()) is not None:
                following = worker.submit(next, items, None)
                yield item
                del item  # it may be large, while the next is waited for
        finally:
            worker.submit(items.close).result()
