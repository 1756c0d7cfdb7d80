"""Intersection over union of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Scalar, State, module, static
from nyuron.losses import weights_like
from nyuron.metrics._accuracy import one_hot
from nyuron.metrics._metric import Metric


@module
class _Overlap(Metric):
    """What figures of a confusion matrix (true classes in rows, weighted) share."""

    num_classes: ClassVar[Any] = 2
    target_class_ids: ClassVar[Any] = ()
    ignore_class: int | None = static(None, kw_only=True)
    axis: int = static(-1, kw_only=True)
    sparse_y_true: ClassVar[Any] = True
    sparse_y_pred: ClassVar[Any] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.target_class_ids, list):
            object.__setattr__(self, "target_class_ids", tuple(self.target_class_ids))

    def targets(self) -> tuple[int, ...]:
        """The classes that are averaged."""
        return tuple(self.target_class_ids)

    def sized(self, y_shape: Sequence[int | None], pred_shape: Sequence[int | None]) -> Any:
        if max(self.targets()) >= self.num_classes or min(self.targets()) < 0:
            raise ArgumentError(
                "a target class does not exist",
                who=type(self).__name__,
                expected=f"0 … {self.num_classes - 1}",
                got=self.targets(),
                fix=f"num_classes={max(self.targets()) + 1}, or target_class_ids within 0 … {self.num_classes - 1}",
            )
        return self

    def init(self) -> State:
        return jnp.zeros((self.num_classes, self.num_classes), jnp.float32)

    def labels(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        """Integer classes of both."""
        y = y_true if self.sparse_y_true else jnp.argmax(y_true, axis=self.axis)
        p = y_pred if self.sparse_y_pred else jnp.argmax(y_pred, axis=self.axis)
        return y.astype(jnp.int32), p.astype(jnp.int32)

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None = None) -> State:
        y, p = self.labels(y_true, y_pred)
        w = jnp.ones(y.shape, jnp.float32)
        if weight is not None:
            w = jnp.broadcast_to(weights_like(w, weight), y.shape)
        if self.ignore_class is not None:
            w = jnp.where(y == self.ignore_class, 0.0, w)
        # A class out of range has a row of zeros.
        rows = one_hot(y.ravel(), self.num_classes) * w.ravel()[:, None]
        return state + jnp.matmul(rows.T, one_hot(p.ravel(), self.num_classes), precision="highest")

    def compute(self, state: State) -> Any:
        chosen = jnp.asarray(self.targets(), jnp.int32)
        hits = jnp.diag(state)[chosen]
        union = (jnp.sum(state, axis=0) + jnp.sum(state, axis=1))[chosen] - hits
        is_seen = union > 1e-9
        shares = jnp.where(is_seen, hits / jnp.where(is_seen, union, 1.0), 0.0)
        return jnp.sum(shares) / jnp.maximum(jnp.sum(is_seen.astype(jnp.float32)), 1.0)


@module
class IoU(_Overlap):
    """The mean over `target_class_ids` of ``tp / (tp + fp + fn)``; classes that never occur do not count.

    Targets and predictions are integer classes; with `sparse_y_true` or `sparse_y_pred` False, scores along `axis`.

    Differs from Keras: weights keep their fractions, for which Keras needs dtype='float32'.
    Raises: ArgumentError in compile, or with the first batch, for a target class that does not exist.
    Source: keras.metrics.IoU.
    Example:
        >>> IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1])
        Array(0.3333, dtype=float32)
    """

    num_classes: int = static()
    target_class_ids: tuple[int, ...] = static()
    sparse_y_true: bool = static(True, kw_only=True)
    sparse_y_pred: bool = static(True, kw_only=True)


@module
class MeanIoU(_Overlap):
    """`IoU` over all classes.

    Source: keras.metrics.MeanIoU.
    Example:
        >>> MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 1, 1])
        Array(0.5833, dtype=float32)
    """

    num_classes: int = static()
    sparse_y_true: bool = static(True, kw_only=True)
    sparse_y_pred: bool = static(True, kw_only=True)

    def targets(self) -> tuple[int, ...]:
        return tuple(range(self.num_classes))


@module
class BinaryIoU(_Overlap):
    """`IoU` of two classes, where a prediction ≥ `threshold` is class 1.

    Source: keras.metrics.BinaryIoU.
    Example:
        >>> BinaryIoU(target_class_ids=[0, 1], threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])
        Array(0.3333, dtype=float32)
    """

    target_class_ids: tuple[int, ...] = static((0, 1))
    threshold: Scalar = 0.5

    def labels(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        said = y_pred.astype(jnp.float32) >= jnp.asarray(self.threshold, jnp.float32)
        return y_true.astype(jnp.int32), said.astype(jnp.int32)


@module
class OneHotIoU(_Overlap):
    """`IoU` of one-hot targets; predictions are scores along `axis`, or classes with `sparse_y_pred`.

    Source: keras.metrics.OneHotIoU.
    Example:
        >>> OneHotIoU(2, [0])([[1, 0], [1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
        Array(0.5, dtype=float32)
    """

    num_classes: int = static()
    target_class_ids: tuple[int, ...] = static()
    sparse_y_pred: bool = static(False, kw_only=True)
    sparse_y_true: ClassVar[Any] = False


@module
class OneHotMeanIoU(_Overlap):
    """`OneHotIoU` over all classes.

    Source: keras.metrics.OneHotMeanIoU.
    Example:
        >>> OneHotMeanIoU(2)([[1, 0], [1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
        Array(0.5, dtype=float32)
    """

    num_classes: int = static()
    sparse_y_pred: bool = static(False, kw_only=True)
    sparse_y_true: ClassVar[Any] = False

    def targets(self) -> tuple[int, ...]:
        return tuple(range(self.num_classes))
