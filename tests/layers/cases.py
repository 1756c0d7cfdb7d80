"""One entry a layer, or a variant of it: how to make it here and in Keras, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax.numpy as jnp
import keras
import numpy as np

from layers.attention_cases import ATTENTION
from layers.preprocessing_cases import PREPROCESSING
from layers.recurrent_cases import DROPPED, RECURRENT
from layers.spatial_cases import CONVOLUTIONS, POOLINGS, RANDOM, REARRANGED
from nyuron import layers as ours
from nyuron.core import register_custom

theirs = keras.layers


@register_custom()
def double(x: Any) -> Any:
    return x * 2


@dataclass(frozen=True)
class Case:
    id: str
    make: Callable[[], Any]
    keras: Callable[[], Any] | None
    shapes: tuple[tuple[int, ...], ...] = ((4, 6),)
    is_integer: bool = False
    is_random: bool = False
    is_smooth: bool = True
    """Whether finite differences can be taken: not at the kinks of a function with many of them."""
    gives_integers: bool = False

    def inputs(self, dtype: Any = np.float32, seed: int = 0) -> tuple[np.ndarray, ...]:
        rng = np.random.default_rng(seed)
        if self.is_integer:
            return tuple(rng.integers(0, 5, shape).astype(np.int32) for shape in self.shapes)
        # Away from 0, where rectifiers have their kink.
        drawn = [rng.normal(size=shape) for shape in self.shapes]
        return tuple((x + 0.05 * np.sign(x)).astype(dtype) for x in drawn)

    def built(self) -> Any:
        """Our layer with weights that are all drawn at random."""
        layer = self.make()
        layer.build_for(*((None, *shape[1:]) for shape in self.shapes))
        layer.set_weights(drawn_like(layer.get_weights()))
        return layer


def drawn_like(weights: list[np.ndarray], seed: int = 1) -> list[np.ndarray]:
    """Weights of the same shapes: positive, because variances are among them."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.2, 1.0, w.shape).astype(w.dtype) if w.dtype.kind == "f" else w for w in weights]


def _dense(room: Any, **options: Any) -> Any:
    return room.Dense(3, activation="tanh", kernel_regularizer="l2", **options)


def _in_both_rooms(name: str, make: Callable[[Any], Any], shape: tuple[int, ...], options: dict[str, Any]) -> Case:
    return Case(name, **{"make": lambda: make(ours), "keras": lambda: make(theirs), "shapes": (shape,), **options})


TWO = ((4, 6), (4, 6))
SEQUENCE = ((4, 5, 3),)
TABLE = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], np.float32)

CASES = [
    Case("Dense", lambda: _dense(ours), lambda: _dense(theirs)),
    Case("Dense-sequence", lambda: ours.Dense(2, use_bias=False), lambda: theirs.Dense(2, use_bias=False), SEQUENCE),
    Case("InputLayer", lambda: ours.InputLayer((6,)), None),
    Case("Identity", ours.Identity, theirs.Identity),
    Case("Activation", lambda: ours.Activation("gelu"), lambda: theirs.Activation("gelu")),
    Case("Activation-halving", lambda: ours.Activation("glu"), lambda: theirs.Activation("glu")),
    Case("Dense-halving", lambda: ours.Dense(4, "glu"), lambda: theirs.Dense(4, "glu")),
    Case("ReLU", ours.ReLU, theirs.ReLU),
    Case("ReLU-all", lambda: ours.ReLU(1.5, 0.1, 0.25), lambda: theirs.ReLU(1.5, 0.1, 0.25), is_smooth=False),
    Case("ReLU-six", lambda: ours.ReLU(6.0), lambda: theirs.ReLU(6.0)),
    Case("LeakyReLU", ours.LeakyReLU, theirs.LeakyReLU),
    Case("LeakyReLU-slope", lambda: ours.LeakyReLU(0.1), lambda: theirs.LeakyReLU(0.1)),
    Case("PReLU", ours.PReLU, theirs.PReLU),
    Case("PReLU-shared", lambda: ours.PReLU(shared_axes=[1]), lambda: theirs.PReLU(shared_axes=[1]), SEQUENCE),
    Case("ELU", lambda: ours.ELU(0.7), lambda: theirs.ELU(0.7)),
    Case("Softmax", ours.Softmax, theirs.Softmax),
    Case("Softmax-axes", lambda: ours.Softmax([1, 2]), lambda: theirs.Softmax([1, 2]), SEQUENCE),
    Case("Maxout", lambda: ours.Maxout(3, 4), None),
    Case("Flatten", ours.Flatten, theirs.Flatten, SEQUENCE),
    Case("Flatten-first", lambda: ours.Flatten("channels_first"), lambda: theirs.Flatten("channels_first"), SEQUENCE),
    Case("Reshape", lambda: ours.Reshape((2, 3)), lambda: theirs.Reshape((2, 3))),
    Case("Reshape-rest", lambda: ours.Reshape([3, -1, 1]), lambda: theirs.Reshape([3, -1, 1]), SEQUENCE),
    Case("Permute", lambda: ours.Permute((2, 1)), lambda: theirs.Permute((2, 1)), SEQUENCE),
    Case("RepeatVector", lambda: ours.RepeatVector(3), lambda: theirs.RepeatVector(3)),
    Case("Rescaling", lambda: ours.Rescaling(1 / 255, -0.5), lambda: theirs.Rescaling(1 / 255, -0.5)),
    Case("Rescaling-each", lambda: ours.Rescaling(list(TABLE)), lambda: theirs.Rescaling(TABLE)),
    Case("Normalization", ours.Normalization, theirs.Normalization),
    Case(
        "Normalization-given",
        lambda: ours.Normalization(mean=list(TABLE), variance=list(TABLE), invert=True),
        lambda: theirs.Normalization(mean=TABLE, variance=TABLE, invert=True),
    ),
    Case(
        "Normalization-axes",
        lambda: ours.Normalization(axis=(1, 2), mean=list(TABLE[:3]), variance=list(TABLE[:3])),
        lambda: theirs.Normalization(axis=(1, 2), mean=TABLE[:3], variance=TABLE[:3]),
        SEQUENCE,
    ),
    Case(
        "Normalization-whole",
        lambda: ours.Normalization(axis=None, mean=2.0, variance=4.0),
        lambda: theirs.Normalization(axis=None, mean=2.0, variance=4.0),
    ),
    Case("BatchNormalization", ours.BatchNormalization, theirs.BatchNormalization),
    Case(
        "BatchNormalization-axis",
        lambda: ours.BatchNormalization(axis=1, momentum=0.9, scale=False),
        lambda: theirs.BatchNormalization(axis=1, momentum=0.9, scale=False),
        SEQUENCE,
    ),
    Case("BatchNormalization-bare", lambda: ours.BatchNormalization(center=False, epsilon=0.1), lambda: theirs.BatchNormalization(center=False, epsilon=0.1)),
    Case("LayerNormalization", ours.LayerNormalization, theirs.LayerNormalization),
    Case(
        "LayerNormalization-axes",
        lambda: ours.LayerNormalization(axis=[1, 2], center=False),
        lambda: theirs.LayerNormalization(axis=[1, 2], center=False),
        SEQUENCE,
    ),
    Case("UnitNormalization", ours.UnitNormalization, theirs.UnitNormalization),
    Case("UnitNormalization-axes", lambda: ours.UnitNormalization([1, 2]), lambda: theirs.UnitNormalization([1, 2]), SEQUENCE),
    Case("Embedding", lambda: ours.Embedding(5, 3), lambda: theirs.Embedding(5, 3), ((4, 6),), is_integer=True),
    Case("Dropout", lambda: ours.Dropout(0.3), lambda: theirs.Dropout(0.3), is_random=True),
    Case(
        "Dropout-shared",
        lambda: ours.Dropout(0.3, (None, 1, None), seed=5),
        lambda: theirs.Dropout(0.3, (None, 1, None), seed=5),
        SEQUENCE,
        is_random=True,
    ),
    Case("GaussianNoise", lambda: ours.GaussianNoise(0.3), lambda: theirs.GaussianNoise(0.3), is_random=True),
    Case("GaussianDropout", lambda: ours.GaussianDropout(0.3), lambda: theirs.GaussianDropout(0.3), is_random=True),
    Case("AlphaDropout", lambda: ours.AlphaDropout(0.3), lambda: theirs.AlphaDropout(0.3), is_random=True),
    Case(
        "ActivityRegularization",
        lambda: ours.ActivityRegularization(0.1, 0.2),
        lambda: theirs.ActivityRegularization(0.1, 0.2),
    ),
    Case("Masking", ours.Masking, theirs.Masking, SEQUENCE),
    Case("Lambda", lambda: ours.Lambda(double), lambda: theirs.Lambda(double)),
    Case("PolynomialFeatures", lambda: ours.PolynomialFeatures(3), None, ((4, 3),)),
    Case("Add", ours.Add, theirs.Add, (*TWO, (4, 6))),
    Case("Add-ranks", ours.Add, theirs.Add, ((4, 5, 3), (4, 3))),
    Case("Subtract", ours.Subtract, theirs.Subtract, TWO),
    Case("Multiply", ours.Multiply, theirs.Multiply, (*TWO, (4, 6))),
    Case("Multiply-broadcast", ours.Multiply, theirs.Multiply, ((4, 6), (4, 1))),
    Case("Average", ours.Average, theirs.Average, (*TWO, (4, 6))),
    Case("Maximum", ours.Maximum, theirs.Maximum, (*TWO, (4, 6))),
    Case("Minimum", ours.Minimum, theirs.Minimum, (*TWO, (4, 6))),
    Case("Concatenate", ours.Concatenate, theirs.Concatenate, ((4, 6), (4, 2))),
    Case("Concatenate-axis", lambda: ours.Concatenate(1), lambda: theirs.Concatenate(1), ((4, 5, 3), (4, 2, 3))),
    Case("Dot", lambda: ours.Dot(1), lambda: theirs.Dot(1), TWO),
    Case("Dot-axes", lambda: ours.Dot((1, 2)), lambda: theirs.Dot((1, 2)), ((4, 3, 5), (4, 2, 3))),
    Case("Dot-mixed", lambda: ours.Dot((1, 2), True), lambda: theirs.Dot((1, 2), True), ((4, 3), (4, 2, 3))),
    Case("Dot-cosine", lambda: ours.Dot(-1, normalize=True), lambda: theirs.Dot(-1, normalize=True), TWO),
]  # fmt: skip

CASES += [
    Case(name, partial(make, ours), partial(make, theirs), (shape,), is_random=made is RANDOM)
    for made in (CONVOLUTIONS, POOLINGS, REARRANGED, RANDOM)
    for name, make, shape in made
]

CASES += [
    Case(name, partial(make, ours), partial(make, theirs), shapes, is_random=made is DROPPED)
    for made in (RECURRENT, DROPPED)
    for name, make, shapes in made
]

CASES += [
    Case(
        name,
        partial(make, ours),
        partial(make, theirs) if "keras" in marks else None,
        shapes,
        is_integer="is_integer" in marks,
        is_random="is_random" in marks,
    )
    for name, make, shapes, marks in ATTENTION
]

CASES += [_in_both_rooms(*made) for made in PREPROCESSING]


def as_inputs(case: Case, dtype: Any = np.float32) -> tuple[Any, ...]:
    return tuple(jnp.asarray(x) for x in case.inputs(dtype))
