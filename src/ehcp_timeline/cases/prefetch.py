"""Makes the next item in another thread while the one before it is being used."""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Generator[Item]) -> Generator[Item]:
    """Yield the items of a generator in order, at most one of them made before it is asked for.

    The first is begun at once. What the generator raises is raised here, in its turn; it is closed when this
    generator is, if that has been asked for anything.
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
