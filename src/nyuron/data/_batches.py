"""Sources that give batches: generators, Keras PyDatasets, PyTorch DataLoaders, tf.data and their like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nyuron.core import DataError, KindError, ShapeError
from nyuron.data._arrays import as_arrays
from nyuron.data._foreign import is_frame, is_hugging_face, is_torch
from nyuron.data._rows import rows_of

Batch = tuple[Any, Any, Any]


def is_batched_source(x: Any) -> bool:
    """Whether `x` gives batches one after another, and is not itself an array or a tree of arrays.

    Example:
        >>> is_batched_source(np.zeros(3)), is_batched_source(iter([np.zeros(3)]))
        (False, True)
    """
    if x is None or isinstance(x, np.ndarray | list | tuple | Mapping | str | bytes | set | frozenset):
        return False
    if is_frame(x) or is_hugging_face(x) or is_torch(x) or hasattr(x, "__array__"):
        return False
    if hasattr(x, "__next__") or hasattr(x, "as_numpy_iterator") or callable(x):
        return True
    return _is_py_dataset(x) or (hasattr(x, "batch_size") and hasattr(x, "__iter__"))


def batch_count(source: Any) -> int | None:
    """How many batches one pass through `source` gives, or None where it cannot tell."""
    if _is_py_dataset(source):
        return _py_dataset_length(source)
    if hasattr(source, "cardinality"):  # tf.data: negative when infinite or unknown
        count = int(np.asarray(source.cardinality()))
        return count if count >= 0 else None
    try:
        return len(source)
    except (TypeError, NotImplementedError):
        return None


def batches_of(source: Any, who: str = "x") -> Iterator[Batch]:
    """One pass through a source of batches, each as (x, y, sample_weight) of NumPy arrays; what is absent is None.

    A batch is x, (x,), (x, y) or (x, y, sample_weight), where each is anything that `as_arrays` takes; x may also be
    texts, which stay an object array. Sources that can begin again do so at every call: callables that return an
    iterator, PyDatasets (their `on_epoch_begin` and `on_epoch_end` are called), DataLoaders, tf.data. A generator goes
    on where it stopped.

    Raises: KindError for a batch of another form; ShapeError where its arrays differ in rows; DataError if a source
        that can begin again gives nothing.
    Example:
        >>> x, y, weight = next(batches_of(iter([([[1.0]], [0])])))
        >>> x.shape, y.tolist(), weight
        ((1, 1), [0], None)
    """
    if not is_batched_source(source):
        raise KindError(
            "this gives no batches",
            who=who,
            expected="a generator, a function that returns one, a PyDataset, a DataLoader or a tf.data dataset",
            got=type(source).__name__,
            fix="pass arrays to fit as they are",
        )
    number = -1
    for number, batch in enumerate(_raw_batches(source)):
        yield _as_batch(batch, f"{who}, batch {number}")
    if number < 0 and not hasattr(source, "__next__"):
        raise DataError(
            "the source gives no batches",
            who=who,
            expected="at least one",
            got=type(source).__name__,
            fix="yield (x, y) at least once; pass a new generator where this one has run out",
        )


def _raw_batches(source: Any) -> Iterator[Any]:
    if _is_py_dataset(source):
        yield from _py_dataset_pass(source)
    elif hasattr(source, "as_numpy_iterator"):
        yield from source.as_numpy_iterator()
    elif hasattr(source, "__next__"):
        # Not `yield from`: closing this pass must leave the caller's generator open for the next one.
        for batch in source:  # noqa: UP028
            yield batch
    elif hasattr(source, "__iter__"):
        yield from source
    else:
        made = source()
        yield from _raw_batches(made) if is_batched_source(made) else iter(made)


def _is_py_dataset(x: Any) -> bool:
    return hasattr(x, "__getitem__") and (hasattr(x, "on_epoch_end") or hasattr(x, "num_batches"))


def _py_dataset_length(source: Any) -> int | None:
    return source.num_batches if hasattr(source, "num_batches") else len(source)


def _py_dataset_pass(source: Any) -> Iterator[Any]:
    if hasattr(source, "on_epoch_begin"):
        source.on_epoch_begin()
    count, index = _py_dataset_length(source), 0
    while count is None or index < count:
        yield source[index]
        index += 1
    if hasattr(source, "on_epoch_end"):
        source.on_epoch_end()


def _as_batch(batch: Any, who: str) -> Batch:
    parts = tuple(batch) if isinstance(batch, list | tuple) else (batch,)
    if not 1 <= len(parts) <= 3:
        raise KindError(
            f"a batch has {len(parts)} parts",
            who=who,
            expected="x, (x, y) or (x, y, sample_weight)",
            got=f"a {type(batch).__name__} of {len(parts)}",
            fix="several inputs go into a tuple of their own: ((x1, x2), y)",
        )
    names = ("x", "y", "sample_weight")
    arrays = [
        None
        if part is None
        else _on_host(part if name == "x" and _is_text(part) else as_arrays(part, f"{who}, {name}"))
        for part, name in zip(parts, names, strict=False)
    ]
    arrays += [None] * (3 - len(arrays))
    if arrays[0] is None:
        raise KindError(
            "a batch without x",
            who=who,
            expected="x, (x, y) or (x, y, sample_weight)",
            got="None",
            fix="yield x, y with the inputs first, as arrays with one example a row",
        )
    present = {name: array for name, array in zip(names, arrays, strict=True) if array is not None}
    try:
        rows_of(present, who)
    except DataError as error:
        raise ShapeError(
            "an empty batch", who=who, expected="at least one row", got="0 rows", fix="leave it out"
        ) from error
    return arrays[0], arrays[1], arrays[2]


def _is_text(part: Any) -> bool:
    array = part if isinstance(part, np.ndarray) else np.array(part[:1], object) if isinstance(part, list) else None
    if array is None or array.dtype.kind not in "UO":
        return False
    return array.dtype.kind == "U" or (array.size > 0 and isinstance(array.flat[0], str))


def _on_host(tree: Any) -> Any:
    if isinstance(tree, tuple):
        return tuple(map(_on_host, tree))
    if isinstance(tree, list):
        return np.array(tree, object)
    return {name: _on_host(value) for name, value in tree.items()} if isinstance(tree, dict) else np.asarray(tree)
