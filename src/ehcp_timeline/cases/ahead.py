"""Makes the next item in another thread while the one before it is being used."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Generator[Item]) -> Generator[Item]:
    """Yield the items of a generator in order, at most one of them made before it is asked for.

    What the generator raises is raised here, in its turn; it is closed when this generator is.
    """
    with ThreadPoolExecutor(max_workers=1) as worker:
        following = worker.submit(next, items, None)
        try:
            while (item := following.result()) is not None:
                following = worker.submit(next, items, None)
                yield item
        finally:
            worker.submit(items.close).result()
