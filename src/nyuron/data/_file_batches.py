"""Files as batches: read ahead by threads, with those left out that cannot be read."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError, NyuronError
from nyuron.data._batched import Batched
from nyuron.data._labelled import Labelled, encoded

_NAMED = 5


class BrokenFilesWarning(UserWarning):
    """Some files could not be read and are left out."""


def file_batches(
    who: str,
    chosen: Labelled,
    label_mode: str | None,
    batch_size: int,
    load: Callable[[bytes, str], Any],
    collate: Callable[[list[Any]], Any],
) -> Batched:
    """The chosen files in batches: `load` makes an example of a file's bytes, `collate` one array of examples.

    A file that cannot be read is left out; the first pass ends with one warning that counts and names them. With a
    seed each pass has an order of its own.
    """
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ArgumentError(
            "batch_size counts the examples of a batch", who=who, expected="1 or more", got=repr(batch_size), fix="32"
        )
    source = _Source(who, chosen, label_mode, batch_size, load, collate)
    paths = [chosen.files.full(name) for name in chosen.names]
    return Batched(source.begin, source.count, batch_size, chosen.class_names, paths)


class _Source:
    def __init__(
        self,
        who: str,
        chosen: Labelled,
        label_mode: str | None,
        batch_size: int,
        load: Callable[[bytes, str], Any],
        collate: Callable[[list[Any]], Any],
    ) -> None:
        self.who, self.chosen, self.label_mode, self.batch_size = who, chosen, label_mode, batch_size
        self.load, self.collate = load, collate
        self.broken: dict[int, str] = {}
        self.passes, self.reported = 0, 0

    def count(self) -> int:
        return -(-(len(self.chosen.names) - len(self.broken)) // self.batch_size)

    def begin(self) -> Iterator[Any]:
        order = np.arange(len(self.chosen.names))
        if self.chosen.seed is not None:
            order = np.random.default_rng((self.chosen.seed, self.passes)).permutation(order)
        self.passes += 1
        return self._batches([int(i) for i in order if i not in self.broken])

    def _batches(self, order: list[int]) -> Iterator[Any]:
        examples: list[Any] = []
        places: list[int] = []
        for place, example in self._examples(order):
            examples.append(example)
            places.append(place)
            if len(examples) == self.batch_size:
                yield self._batch(examples, places)
                examples, places = [], []
        if examples:
            yield self._batch(examples, places)
        self._report()

    def _batch(self, examples: list[Any], places: list[int]) -> Any:
        x = self.collate(examples)
        if self.chosen.labels is None:
            return x
        return x, encoded(self.chosen.labels[places], self.label_mode, len(self.chosen.class_names or ()))

    def _examples(self, order: list[int]) -> Iterator[tuple[int, Any]]:
        """Examples in order, some read ahead."""
        workers = min(os.cpu_count() or 1, 8)
        with self.chosen.files.reader() as read, ThreadPoolExecutor(workers, "nyuron-files") as pool:

            def one(place: int) -> Any:
                name = self.chosen.names[place]
                return self.load(read(name), name)

            waiting: deque[Any] = deque()
            ahead = iter(order)
            try:
                while True:
                    while len(waiting) < 4 * workers and (place := next(ahead, None)) is not None:
                        waiting.append((place, pool.submit(one, place)))
                    if not waiting:
                        return
                    place, future = waiting.popleft()
                    try:
                        yield place, future.result()
                    except NyuronError:
                        raise
                    except Exception as error:  # decoders raise errors of many kinds for damaged files
                        self.broken[place] = f"{type(error).__name__}: {error!s:.80}"
            finally:
                for _, future in waiting:
                    future.cancel()

    def _report(self) -> None:
        total = len(self.chosen.names)
        listed = [f"{self.chosen.files.full(self.chosen.names[i])} ({why})" for i, why in list(self.broken.items())]
        more = f"\n    and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
        shown = "\n    ".join(listed[:_NAMED]) + more
        if len(listed) == total:
            raise DataError(
                "none of the files can be read",
                who=self.who,
                expected="files that can be read",
                got=f"{total} broken ones:\n    {shown}",
                fix="open one of them in another program; copy or convert them again",
            )
        if len(listed) > self.reported:
            self.reported = len(listed)
            warnings.warn(
                f"{self.who}: {len(listed)} of {total} files cannot be read and are left out:\n    {shown}",
                BrokenFilesWarning,
                stacklevel=3,
            )
