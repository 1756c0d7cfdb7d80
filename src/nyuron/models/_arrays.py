"""What users hand to fit, evaluate and predict, turned into arrays that fit the model, or into a clear error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, DataError, KindError, ShapeError
from nyuron.data import as_arrays
from nyuron.train import Batch


def listed(value: Any, names: Sequence[str], what: str, who: str) -> list[Any]:
    """One entry per name, from a single value, a list, or a mapping by name."""
    if isinstance(value, Mapping):
        missing = [name for name in names if name not in value]
        if missing:
            raise ArgumentError(
                f"{what} lacks {missing}",
                who=who,
                expected=f"the keys {list(names)}",
                got=list(value),
                fix="name every one",
            )
        return [value[name] for name in names]
    if len(names) == 1:
        is_wrapped = isinstance(value, list | tuple) and len(value) == 1 and hasattr(value[0], "shape")
        return [value[0] if is_wrapped else value]
    if not isinstance(value, list | tuple) or len(value) != len(names):
        got = f"{len(value)} entries" if isinstance(value, list | tuple) else type(value).__name__
        raise ArgumentError(
            f"{what} must have one entry each for {list(names)}",
            who=who,
            expected=f"a list of {len(names)}",
            got=got,
            fix=f"[{', '.join(names)}] in this order, or a dict {{{', '.join(f'{name!r}: …' for name in names)}}}",
        )
    return list(value)


def input_arrays(x: Any, names: Sequence[str], shapes: Sequence[Any] | None, who: str) -> tuple[Any, ...]:
    """Inputs as arrays, checked against the shapes that the model was built for (None: not built yet)."""
    arrays = [as_arrays(entry) for entry in listed(x, names, "x", who)]
    checked = []
    for i, (array, name) in enumerate(zip(arrays, names, strict=True)):
        shape = None if shapes is None else shapes[i]
        checked.append(fit_shape(array, shape, name, who))
    same_length(checked, names, "x", who)
    return tuple(checked)


def fit_shape(array: Any, shape: Any, name: str, who: str) -> Any:
    """The array with a missing last axis added, or ShapeError."""
    if array.ndim == 0:
        raise ShapeError(
            "an input needs a batch axis",
            who=who,
            expected="(*batch, …)",
            got="a single number",
            fix="x.reshape(1, -1)",
        )
    wants_column = shape is None or (len(shape) == 2 and shape[-1] == 1)
    if array.ndim == 1 and wants_column:
        array = array.reshape(-1, 1)
    if shape is None:
        return array
    is_fitting = array.ndim == len(shape) and all(
        m is None or n == m for n, m in zip(array.shape[1:], shape[1:], strict=True)
    )
    if not is_fitting:
        expected = f"(*batch, {', '.join('any' if n is None else str(n) for n in shape[1:])})"
        raise ShapeError(
            f"the input {name!r} has the wrong shape",
            who=who,
            expected=expected,
            got=f"{tuple(array.shape)} {array.dtype}",
            fix=_shape_fix(array, shape),
        )
    return array


def _shape_fix(array: Any, shape: Any) -> str:
    wanted = tuple(shape[1:])
    if None not in wanted and array.ndim and array.shape == wanted:
        return "one example needs a batch axis: x[None]"
    if None not in wanted and np.prod(array.shape[1:]) == np.prod(wanted):
        return f"x.reshape(-1, {', '.join(map(str, wanted))})"
    return "give the model's first layer the shape of your data, or change the data"


def target_arrays(y: Any, names: Sequence[str], who: str) -> tuple[Any, ...]:
    """Targets as arrays, one per output."""
    if y is None:
        raise ArgumentError("there are no targets", who=who, expected="y", got="None", fix="pass y=…")
    arrays = tuple(as_arrays(entry) for entry in listed(y, names, "y", who))
    same_length(arrays, names, "y", who)
    return arrays


def same_length(arrays: Sequence[Any], names: Sequence[str], what: str, who: str) -> None:
    lengths = {name: len(a) for name, a in zip(names, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise ShapeError(
            f"the arrays of {what} differ in length",
            who=who,
            expected="one length",
            got=lengths,
            fix="pass arrays with a row for each example",
        )


def make_batch(xs: tuple[Any, ...], ys: tuple[Any, ...], ws: tuple[Any, ...], who: str) -> Batch:
    """Inputs, targets and weights together; their lengths must agree and there must be at least one row."""
    rows = len(xs[0])
    if rows == 0:
        raise DataError(
            "the data are empty",
            who=who,
            expected="at least one row",
            got="0 rows",
            fix="look at what the filter or the file before left",
        )
    for what, group in (("y", ys), ("sample_weight", ws)):
        for array in group:
            if array is not None and len(array) != rows:
                raise ShapeError(
                    f"x and {what} differ in length",
                    who=who,
                    expected=f"{rows} rows in {what}, as in x",
                    got=f"{len(array)}",
                    fix="check how the two were split or filtered",
                )
    return xs, ys, ws


def check_finite(batch: Batch, who: str) -> None:
    """Raise DataError when inputs or targets hold NaN or infinity, saying where the first one is."""
    for what, group in (("x", batch[0]), ("y", batch[1])):
        for array in group:
            if not jnp.issubdtype(array.dtype, jnp.inexact) or np.isfinite(float(array.sum(dtype=array.dtype))):
                continue
            bad = ~np.isfinite(np.asarray(array))
            if not bad.any():
                continue
            where = tuple(int(i) for i in np.argwhere(bad)[0])
            raise DataError(
                f"{what} holds {int(bad.sum())} values that are not finite",
                who=who,
                expected="numbers",
                got=f"{np.asarray(array)[where]} at {what}[{', '.join(map(str, where))}]",
                fix="drop or fill them first, for example numpy.nan_to_num or pandas dropna()",
            )


def check_labels(
    ys: tuple[Any, ...], losses: Sequence[Any], outputs: Sequence[Any], names: Sequence[str], who: str
) -> None:
    """Raise DataError when an integer label is outside the classes that the output has."""
    for y, loss, shape, name in zip(ys, losses, outputs, names, strict=True):
        if type(loss).__name__ != "SparseCategoricalCrossentropy":
            continue
        classes, ignored = shape[-1], loss.ignore_class
        labels = np.asarray(y)
        if ignored is not None:
            labels = labels[labels != ignored]
        if labels.size and (labels.min() < 0 or labels.max() >= classes):
            raise DataError(
                f"a label of output {name!r} is outside the classes",
                who=who,
                expected=f"integers 0 … {classes - 1}, as the output has {classes} units",
                got=f"labels from {labels.min()} to {labels.max()}",
                fix=f"give the last layer {int(labels.max()) + 1} units"
                if labels.min() >= 0
                else "count classes from 0",
            )


def weight_arrays(
    sample_weight: Any, class_weight: Any, ys: tuple[Any, ...], names: Sequence[str], who: str
) -> tuple[Any, ...]:
    """Sample weights, one per output or None; class weights become sample weights."""
    if class_weight is not None and sample_weight is not None:
        raise ArgumentError(
            "class_weight and sample_weight exclude each other", who=who, fix="multiply them into sample_weight"
        )
    if class_weight is not None:
        if len(names) > 1:
            raise ArgumentError(
                "class_weight works for one output only", who=who, got=f"{len(names)} outputs", fix="sample_weight="
            )
        return (_class_weights(class_weight, np.asarray(ys[0]), who),)
    if sample_weight is None:
        return (None,) * len(names)
    if not isinstance(sample_weight, list | tuple | dict):
        sample_weight = [sample_weight] * len(names)
    chosen = [sample_weight.get(n) for n in names] if isinstance(sample_weight, dict) else list(sample_weight)
    return tuple(None if w is None else as_float_weight(w) for w in chosen)


def as_float_weight(w: Any) -> Any:
    array = as_arrays(w)
    return array if jnp.issubdtype(array.dtype, jnp.inexact) else array.astype(np.float32)


def _class_weights(class_weight: Mapping[Any, float], y: np.ndarray, who: str) -> np.ndarray:
    classes = y.argmax(-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    if not isinstance(class_weight, Mapping):
        raise KindError(
            "class_weight must be a dictionary",
            who=who,
            expected="{class: weight}",
            got=type(class_weight).__name__,
            fix="class_weight=dict(enumerate(weights)) for a list with the weights of class 0, 1, …",
        )
    weights = np.ones(len(classes), np.float32)
    for label, weight in class_weight.items():
        weights[classes == label] = weight
    return weights


def split_rows(batch: Batch, at: int) -> tuple[Batch, Batch]:
    """The first `at` rows and the rest."""
    return jax.tree.map(lambda a: a[:at], batch), jax.tree.map(lambda a: a[at:], batch)
