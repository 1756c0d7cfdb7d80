"""What the recurrent layers with gates share: their weights, and one step through time."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import ArgumentError, Array, Key, Params, Shape
from nyuron.layers._call import Call
from nyuron.layers._noise import keeps
from nyuron.layers._rate import Never, as_rate, check_rate

States = tuple[Array, ...]


class Drops(NamedTuple):
    """What the inputs and the previous outputs are multiplied by, the same at every step; None: nothing is dropped.

    Shapes: (1 or one a gate, batch, …).
    """

    inputs: Array | None = None
    recurrent: Array | None = None


class Gates:
    """Weights `kernel`, `recurrent_kernel` and `bias`, each with one block of `units` columns a gate.

    A step has two parts: `project` what comes in, for all steps at once where that can be, and `advance` the states.
    """

    gates: ClassVar[int] = 1
    state_count: ClassVar[int] = 1

    units: int
    use_bias: bool
    kernel_initializer: Any
    recurrent_initializer: Any
    bias_initializer: Any
    dropout: Any
    recurrent_dropout: Any
    seed: Any

    @property
    def state_size(self) -> Any:
        """Sizes of the states, as Keras has them: one number, or a list."""
        return self.units if self.state_count == 1 else [self.units] * self.state_count

    @property
    def output_size(self) -> int:
        """Size of the output."""
        return self.units

    def state_shapes(self, step: Shape) -> tuple[Shape, ...]:
        """Shapes of the states for one step's input, batch first."""
        return ((step[0], self.units),) * self.state_count

    # Weights.

    def kernel_shapes(self, step: Shape) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Shapes of kernel and recurrent kernel."""
        return (step[-1] or 0, self.gates * self.units), (self.units, self.gates * self.units)

    def first_bias(self, key: Key) -> Array:
        """The bias before training."""
        return self.bias_initializer((self.gates * self.units,), key=key)

    def first_params(self, key: Key, step: Shape) -> Params:
        """Weights before training."""
        kernel_key, recurrent_key, bias_key = jax.random.split(key, 3)
        kernel, recurrent = self.kernel_shapes(step)
        params = {
            "kernel": self.kernel_initializer(kernel, key=kernel_key),
            "recurrent_kernel": self.recurrent_initializer(recurrent, key=recurrent_key),
        }
        if self.use_bias:
            params["bias"] = self.first_bias(bias_key)
        return params

    # One step.

    def input_bias(self, params: Params) -> Array | None:
        """The part of the bias that is added to the projected inputs."""
        return params["bias"] if self.use_bias else None

    def project(self, params: Params, x: Array, dropped: Array | None) -> Array:
        """``x W + b`` for x (…, batch, features)."""
        z = by_gate(self.product, x, params["kernel"], dropped, self.gates)
        bias = self.input_bias(params)
        return z if bias is None else z + bias

    def product(self, x: Array, kernel: Array) -> Array:
        """How inputs meet their kernel."""
        return jnp.matmul(x, kernel)

    def recurrent_product(self, h: Array, kernel: Array) -> Array:
        """How a previous output meets the recurrent kernel."""
        return jnp.matmul(h, kernel)

    def advance(self, params: Params, z: Array, states: States, dropped: Array | None) -> tuple[Array, States]:
        """The output and the next states, from a projected input and the states before."""
        raise NotImplementedError

    # Dropout.

    def tidy(self) -> None:
        """Rates of 0 cost nothing; to be called from `__post_init__`."""
        for name in ("dropout", "recurrent_dropout"):
            object.__setattr__(self, name, as_rate(self.__dict__[name]))
        if isinstance(self.seed, int) and not -(2**31) <= self.seed < 2**31:
            object.__setattr__(self, "seed", np.uint32(self.seed % 2**32))

    def check_numbers(self) -> None:
        """Raise ArgumentError for a rate that is no probability, and for a number of units that is none."""
        for name in ("dropout", "recurrent_dropout"):
            check_rate(self, name)
        who = self.described()  # type: ignore[attr-defined]
        units = self.__dict__.get("units", 1)
        if not isinstance(units, int) or units <= 0:
            raise ArgumentError("units must be positive", who=who, expected="1, 2, …", got=units, fix="units=64")

    def draw(self, call: Call, inputs: Shape, state: Shape, dtype: Any) -> Drops:
        """What training drops, for one step's inputs and first state of these shapes."""
        is_wanted = not (isinstance(self.dropout, Never) and isinstance(self.recurrent_dropout, Never))
        if not (call.training and is_wanted):
            return Drops()
        key = call.need_key(repr(self))
        key = key if self.seed is None else jax.random.fold_in(key, self.seed)
        count = 1 if isinstance(self.recurrent_dropout, Never) else self.gates

        def drawn(rate: Any, shape: Shape, number: int) -> Array | None:
            if isinstance(rate, Never):
                return None
            share = 1.0 - jnp.asarray(rate, dtype)
            kept = keeps(jax.random.fold_in(key, number), rate, (count, *shape))  # type: ignore[arg-type]
            return jnp.where(kept, 1.0 / jnp.where(share > 0, share, 1), jnp.zeros((), dtype))

        return Drops(drawn(self.dropout, inputs, 0), drawn(self.recurrent_dropout, state, 1))


def by_gate(product: Any, x: Array, kernel: Array, dropped: Array | None, gates: int) -> Array:
    """x times its kernel; where each gate drops values of its own, gate by gate."""
    if dropped is None:
        return product(x, kernel)
    if dropped.shape[0] == 1:
        return product(x * dropped[0], kernel)
    parts = jnp.split(kernel, gates, axis=-1)
    return jnp.concatenate([product(x * dropped[i], part) for i, part in enumerate(parts)], axis=-1)
