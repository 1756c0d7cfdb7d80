"""A chain of dense layers trained for many steps by one call of our own machine code.

The computation is `train_step` of the compiled run over Dense, activation and Dropout layers; that is also its plain
reference. `native/dense_run.cpp` reads these forms as 32-bit integers in the order of their fields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from nyuron.core import Array

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "elu", "selu", "softplus", "silu", "leaky_relu")
LOSSES = ("squared", "absolute", "binary", "categorical", "sparse", "huber")
OPTIMIZERS = ("sgd", "rmsprop", "adam", "adagrad")
CLIPS = ("none", "clipnorm", "global_clipnorm", "clipvalue")


@dataclass(frozen=True)
class DenseStage:
    """``dropout(φ(x W + b))``. `place` tells this dropout's random numbers from another's."""

    inputs: int
    units: int
    has_bias: bool = True
    activation: str = "linear"
    has_dropout: bool = False
    place: int = 0
    is_kernel_penalised: bool = False
    is_bias_penalised: bool = False


@dataclass(frozen=True)
class DenseOptimizer:
    """What shapes an optimizer's step; its numbers come with each call."""

    kind: str
    has_momentum: bool = False
    is_nesterov: bool = False
    has_decay: bool = False
    clip: str = "none"


@dataclass(frozen=True)
class DenseForm:
    """Stages one after another, a loss, and the optimizers of which a number chooses one."""

    stages: tuple[DenseStage, ...]
    loss: str
    options: tuple[DenseOptimizer, ...] = ()

    @property
    def units(self) -> int:
        """Values in an output."""
        return self.stages[-1].units

    @property
    def size(self) -> int:
        """Weights in all stages' kernels."""
        return sum(stage.inputs * stage.units for stage in self.stages)

    def encoded(self, batch: int, has_weights: bool) -> list[int]:
        """As the machine code reads it."""
        words = [batch, len(self.stages), LOSSES.index(self.loss), has_weights, len(self.options)]
        for part in (*self.stages, *self.options):
            for field in dataclasses.fields(part):
                value = getattr(part, field.name)
                words.append(_CODES[field.name].index(value) if field.name in _CODES else int(value))
        return words


_CODES = {"activation": ACTIVATIONS, "kind": OPTIMIZERS, "clip": CLIPS}


def dense_train(
    form: Array,
    numbers: Array,
    units: int,
    data: tuple[Array, Array, Array | None],
    order: Array,
    key: Array,
    counters: Array,
    rates: Array,
    sums: Array,
    weights: Array,
    slots: Sequence[Array],
) -> tuple[Array, Array, Array, Array, Array, list[Array]]:
    """Train from step `counters[1]` to `counters[2]` of an epoch, or until a loss is not finite.

    `form` is `DenseForm.encoded`, which may be traced: one program serves networks of any widths with so many outputs.
    `data` are x (rows, features), y (rows, units) or labels (rows,), and weights (rows,) or None. `order` are the rows
    of the steps from `counters[3]` on. `counters` are the epoch, first step, end, that step, the optimizer's iterations
    and which optimizer. `rates` are the learning rates from step `counters[3]` on. `sums` (2,) are rows and Σ loss · rows. `numbers` are the loss's weight
    and option, six a stage (slope, dropout rate, L1 and L2 of kernel and bias), six an optimizer (β₁ or ρ, β₂, ε,
    momentum, weight decay, bound of the clipping). `weights` hold all kernels and biases one after another, and then
    zeros; `slots` have their shape, each option's m, v, s or momentum.

    Returns the outputs (len(order), units), the sums with these steps, the step after the last one, whether the loss was
    finite to the end, the weights, and the slots. Outputs that were not computed are 0.
    """
    x, y, w = data
    w = jnp.zeros((0,), jnp.float32) if w is None else w
    results = [
        jax.ShapeDtypeStruct((order.shape[0], units), jnp.float32),
        jax.ShapeDtypeStruct((2,), jnp.float32),
        jax.ShapeDtypeStruct((2,), jnp.int32),
        *(jax.ShapeDtypeStruct(a.shape, jnp.float32) for a in (weights, *slots)),
    ]
    call = jax.ffi.ffi_call("nyuron_dense_train", results, vmap_method="sequential")
    found: Any = call(form, numbers, x, y, w, order, key, counters, rates, sums, weights, *slots)
    outputs, totals, done, moved, *kept = found
    return outputs, totals, done[0], done[1] != 0, moved, kept


def dense_apply(form: Array, numbers: Array, units: int, x: Array, order: Array, weights: Array) -> tuple[Array, Array]:
    """The outputs (len(order), units) of these rows of x at inference, and the sum of the penalties."""
    results = [jax.ShapeDtypeStruct((order.shape[0], units), jnp.float32), jax.ShapeDtypeStruct((1,), jnp.float32)]
    call = jax.ffi.ffi_call("nyuron_dense_apply", results, vmap_method="sequential")
    found: Any = call(form, numbers, x, order, weights)
    return found[0], found[1][0]
