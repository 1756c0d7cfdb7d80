"""Batches that can be gone through again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any


class Batched:
    """Batches x, or (x, y), one pass after another: what the loaders of `nyuron.utils` give and `fit` takes.

    `batch_size`, `class_names` and `file_paths` say what is known of them; `len` is the number of batches.

    Source: the part of tf.data.Dataset that Keras's examples use.
    Example:
        >>> pairs = Batched(lambda: iter([(np.ones((2, 3)), np.zeros(2))] * 4), 4, 2)
        >>> [x.shape for x, y in pairs.take(2)]
        [(2, 3), (2, 3)]
    """

    def __init__(
        self,
        begin: Callable[[], Iterator[Any]],
        count: int | Callable[[], int],
        batch_size: int,
        class_names: list[str] | None = None,
        file_paths: list[str] | None = None,
    ) -> None:
        self._begin, self._count = begin, count
        self.batch_size = batch_size
        self.class_names = class_names
        self.file_paths = file_paths

    def __iter__(self) -> Iterator[Any]:
        return self._begin()

    def __len__(self) -> int:
        return self._count() if callable(self._count) else self._count

    def _changed(self, begin: Callable[[], Iterator[Any]], count: int | Callable[[], int]) -> Batched:
        return Batched(begin, count, self.batch_size, self.class_names, self.file_paths)

    def take(self, count: int) -> Batched:
        """The first batches of each pass."""
        return self._changed(lambda: islice(iter(self), count), lambda: min(count, len(self)))

    def skip(self, count: int) -> Batched:
        """All but the first batches of each pass."""
        return self._changed(lambda: islice(iter(self), count, None), lambda: max(len(self) - count, 0))

    def map(self, function: Callable[..., Any]) -> Batched:
        """Each batch as the function makes it, of x or of x and y."""

        def begin() -> Iterator[Any]:
            for batch in self:
                yield function(*batch) if isinstance(batch, tuple) else function(batch)

        return self._changed(begin, lambda: len(self))

    def cache(self) -> Batched:
        """The same batches, in the same order, kept in memory once they have all been read."""
        kept: list[Any] = []
        is_whole = [False]

        def begin() -> Iterator[Any]:
            if is_whole[0]:
                yield from kept
                return
            fresh = []
            for batch in self:
                fresh.append(batch)
                yield batch
            kept[:] = fresh
            is_whole[0] = True

        return self._changed(begin, lambda: len(kept) if is_whole[0] else len(self))

    def prefetch(self, buffer_size: int | None = None) -> Batched:
        """The batches themselves: `fit` reads ahead anyhow."""
        del buffer_size
        return self

    def __repr__(self) -> str:
        known = f", classes={self.class_names}" if self.class_names else ""
        return f"<Batched: {len(self)} batches of {self.batch_size}{known}>"
