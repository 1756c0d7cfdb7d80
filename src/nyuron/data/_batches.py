"""Sources that give data batch by batch, recognised by what they can do."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nyuron.core import DataError, KindError

Triple = tuple[Any, Any, Any]


def is_batched_source(x: Any) -> bool:
    """Whether `x` gives batches, rather than being an array itself.

    Generators and iterators, functions that return them, Keras's PyDataset, torch's DataLoader, tf.data.
    """
    if x is None or isinstance(x, np.ndarray | list | tuple | Mapping | str | bytes) or hasattr(x, "dtype"):
        return False
    if hasattr(x, "__next__") or hasattr(x, "as_numpy_iterator") or _is_loader(x) or _is_keras_dataset(x):
        return True
    return callable(x) and not hasattr(x, "__array__") and not hasattr(x, "shape")


def _is_loader(x: Any) -> bool:
    return hasattr(x, "batch_sampler") or (hasattr(x, "dataset") and hasattr(x, "batch_size"))


def _is_keras_dataset(x: Any) -> bool:
    return hasattr(x, "__getitem__") and hasattr(x, "__len__") and hasattr(x, "on_epoch_end")


def batches_of(source: Any) -> Iterator[Triple]:
    """(x, y, sample_weight) of each batch of one pass.

    Raises: KindError for something that gives no batches; DataError for a batch of another form.
    """
    if hasattr(source, "as_numpy_iterator"):
        iterator = source.as_numpy_iterator()
    elif _is_keras_dataset(source):
        iterator = _numbered(source)
    elif callable(source) and not hasattr(source, "__iter__"):
        iterator = iter(source())
    elif hasattr(source, "__iter__"):
        iterator = iter(source)
    else:
        raise KindError("this gives no batches", who="fit", expected="an iterable of (x, y)", got=type(source).__name__)
    for batch in iterator:
        yield _triple(batch)


def _numbered(source: Any) -> Iterator[Any]:
    for i in range(len(source)):
        yield source[i]
    source.on_epoch_end()


def _triple(batch: Any) -> Triple:
    if not isinstance(batch, tuple | list):
        return batch, None, None
    if len(batch) == 1:
        return batch[0], None, None
    if len(batch) == 2:
        return batch[0], batch[1], None
    if len(batch) == 3:
        return batch[0], batch[1], batch[2]
    raise DataError(
        "a batch has the wrong form", who="fit", expected="(x, y) or (x, y, sample_weight)", got=f"{len(batch)} entries",
        fix="group the inputs: ([x1, x2], y)",
    )  # fmt: skip


def prefetch(iterator: Iterator[Any], depth: int = 1) -> Iterator[Any]:
    """The same items, the next `depth` of them made in a thread while the current one is used.

    An exception in the thread is raised here; closing this iterator stops the thread.
    """
    waiting: queue.Queue[tuple[bool, Any]] = queue.Queue(maxsize=max(depth, 1))
    stopped = threading.Event()
    end = object()

    def offer(item: tuple[bool, Any]) -> None:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.05)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in iterator:
                offer((False, item))
                if stopped.is_set():
                    return
            offer((False, end))
        except BaseException as error:  # noqa: BLE001  (it is raised in the consumer)
            offer((True, error))

    thread = threading.Thread(target=work, daemon=True, name="nyuron-prefetch")
    thread.start()
    try:
        while True:
            failed, item = waiting.get()
            if failed:
                raise item
            if item is end:
                return
            yield item
    finally:
        stopped.set()
