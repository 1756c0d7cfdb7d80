"""LSTMs whose products are convolutions: for films, radar pictures, and other sequences of pictures."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nyuron.core import ArgumentError, Array, Params, Shape, ShapeError, State, module, static
from nyuron.kernels import Window
from nyuron.layers._call import Call
from nyuron.layers._gates import States
from nyuron.layers._lstm_cell import LSTMGates
from nyuron.layers._recurrent import GatedRecurrent, Recurrent
from nyuron.layers._spatial import check_window


@module
class ConvLSTM(LSTMGates, GatedRecurrent):
    """What the ConvLSTM layers share."""

    rank: ClassVar[int]

    filters: int = static()
    kernel_size: Any = static()
    strides: Any = static(1)
    padding: str = static("valid")
    data_format: Any = static(None)
    dilation_rate: Any = static(1)
    activation: Any = static("tanh")
    recurrent_activation: Any = static("sigmoid")
    use_bias: bool = static(True)
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    unit_forget_bias: bool = static(True)
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: Any = 0.0
    recurrent_dropout: Any = 0.0
    seed: Any = None
    return_sequences: bool = static(False)
    return_state: bool = static(False)
    go_backwards: bool = static(False)
    stateful: bool = static(False)
    unroll: bool = static(False, kw_only=True)
    zero_output_for_mask: bool = static(False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("kernel_size", "strides", "dilation_rate"):
            value = self.__dict__[name]
            value = (value,) * self.rank if isinstance(value, int) else tuple(value)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "padding", self.padding.lower())

    @property
    def units(self) -> int:  # type: ignore[override]
        return self.filters

    @property
    def is_channels_first(self) -> bool:
        """Whether the channels come before height and width."""
        return self.data_format == "channels_first"

    def check_shapes(self, *shapes: Shape) -> None:
        self.check_numbers()
        for name in ("kernel_size", "strides", "dilation_rate"):
            value = self.__dict__[name]
            if len(value) != self.rank or min(value) < 1:
                raise ArgumentError(
                    f"{name} does not fit",
                    who=self.described(),
                    expected=f"{self.rank} positive numbers",
                    got=value,
                    fix=f"{name}={3 if name == 'kernel_size' else 1}",
                )
        allowed = {"padding": ("valid", "same"), "data_format": (None, "channels_last", "channels_first")}
        for name, values in allowed.items():
            if self.__dict__[name] not in values:
                raise ArgumentError(
                    f"{name} is unknown", who=self.described(), expected=values, got=self.__dict__[name], fix=values[1]
                )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "strides and dilation cannot be combined",
                who=self.described(),
                expected="one of them 1",
                fix="strides=1",
            )
        Recurrent.check_shapes(self, *shapes)
        channels = shapes[0][2 if self.is_channels_first else -1]
        built = self.slot.shapes[0][2 if self.is_channels_first else -1] if self.slot.shapes else channels
        if channels is None or channels != built:
            raise ShapeError(
                "the input has the wrong number of channels",
                who=self.described(),
                expected=built or "a fixed number",
                got=shapes[0],
                fix="use a new layer for inputs of another size",
            )

        self.state_shapes((shapes[0][0], *shapes[0][2:]))

    def kernel_shapes(self, step: Shape) -> tuple[tuple[int, ...], tuple[int, ...]]:
        channels = step[1 if self.is_channels_first else -1] or 0
        return (*self.kernel_size, channels, 4 * self.filters), (*self.kernel_size, self.filters, 4 * self.filters)

    def state_shapes(self, step: Shape) -> tuple[Shape, ...]:
        sizes = step[2:] if self.is_channels_first else step[1:-1]
        check_window(
            self, Window(self.kernel_size, self.strides, self.padding, self.dilation_rate), step, sizes, "kernel"
        )
        reached = tuple(
            n if n is None else -(-n // s) if self.padding == "same" else (n - d * (k - 1) - 1) // s + 1
            for n, k, s, d in zip(sizes, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        )
        one = (step[0], self.filters, *reached) if self.is_channels_first else (step[0], *reached, self.filters)
        return one, one

    def product(self, x: Array, kernel: Array) -> Array:
        flat = x.reshape(-1, *x.shape[-self.rank - 1 :])
        z = self._convolved(flat, kernel, self.strides, self.padding, self.dilation_rate)
        return z.reshape(*x.shape[: -self.rank - 1], *z.shape[1:])

    def recurrent_product(self, h: Array, kernel: Array) -> Array:
        ones = (1,) * self.rank
        return self._convolved(h, kernel, ones, "same", ones)

    def _convolved(self, x: Array, kernel: Array, strides: Any, padding: str, dilation: Any) -> Array:
        space = "DHW"[-self.rank :]
        form = (f"N{space}C", f"{space}IO", f"N{space}C")
        return jax.lax.conv_general_dilated(
            x, kernel, strides, padding.upper(), rhs_dilation=dilation, dimension_numbers=form
        )

    def go(
        self, params: Params, state: State, xs: Array, states: States, mask: Array | None, call: Call
    ) -> tuple[Array, States, State]:
        if not self.is_channels_first:
            return super().go(params, state, xs, states, mask, call)
        last = tuple(jnp.moveaxis(s, 1, -1) for s in states)
        outputs, last, state = super().go(params, state, jnp.moveaxis(xs, 2, -1), last, mask, call)
        outputs = jnp.moveaxis(outputs, -1, 2 if self.return_sequences else 1)
        return outputs, tuple(jnp.moveaxis(s, -1, 1) for s in last), state


@module
class ConvLSTM1D(ConvLSTM):
    """LSTM over rows: ``c_t = f ⊙ c_{t−1} + i ⊙ g``, ``h_t = o ⊙ φ(c_t)``, with convolutions for products.

    Gates ``i, f, o = σ(W ∗ x_t + b + R ∗ h_{t−1})``, candidate ``g = φ(…)``, each with its own filters, in the order
    i, f, g, o. The convolution with R pads, so that h keeps its size. All else is as in LSTM.

    Shapes: x (batch, time, length, channels) -> (batch, length, filters), with time where return_sequences;
        with return_state also the last h and c. "channels_first" has the channels before length.
    Raises: ArgumentError for sizes, rates or a padding that cannot be; ShapeError for inputs of another size than at
        first, or initial states that do not fit.
    Source: Shi et al. 2015; keras.layers.ConvLSTM1D.
    Example:
        >>> ConvLSTM1D(4, 3)(jnp.ones((1, 2, 8, 1))).shape
        (1, 6, 4)
    """

    rank = 1
    input_ndim = 4


@module
class ConvLSTM2D(ConvLSTM):
    """LSTM over pictures: ``c_t = f ⊙ c_{t−1} + i ⊙ g``, ``h_t = o ⊙ φ(c_t)``, with convolutions for products.

    Gates ``i, f, o = σ(W ∗ x_t + b + R ∗ h_{t−1})``, candidate ``g = φ(…)``, each with its own filters, in the order
    i, f, g, o. The convolution with R pads, so that h keeps its size. All else is as in LSTM.

    Shapes: x (batch, time, height, width, channels) -> (batch, height, width, filters), with time where return_sequences;
        with return_state also the last h and c. "channels_first" has the channels before height.
    Raises: ArgumentError for sizes, rates or a padding that cannot be; ShapeError for inputs of another size than at
        first, or initial states that do not fit.
    Source: Shi et al. 2015; keras.layers.ConvLSTM2D.
    Example:
        >>> ConvLSTM2D(4, 3)(jnp.ones((1, 2, 8, 8, 1))).shape
        (1, 6, 6, 4)
    """

    rank = 2
    input_ndim = 5


@module
class ConvLSTM3D(ConvLSTM):
    """LSTM over volumes: ``c_t = f ⊙ c_{t−1} + i ⊙ g``, ``h_t = o ⊙ φ(c_t)``, with convolutions for products.

    Gates ``i, f, o = σ(W ∗ x_t + b + R ∗ h_{t−1})``, candidate ``g = φ(…)``, each with its own filters, in the order
    i, f, g, o. The convolution with R pads, so that h keeps its size. All else is as in LSTM.

    Shapes: x (batch, time, depth, height, width, channels) -> (batch, depth, height, width, filters), with time where return_sequences;
        with return_state also the last h and c. "channels_first" has the channels before depth.
    Raises: ArgumentError for sizes, rates or a padding that cannot be; ShapeError for inputs of another size than at
        first, or initial states that do not fit.
    Source: Shi et al. 2015; keras.layers.ConvLSTM3D.
    Example:
        >>> ConvLSTM3D(4, 3)(jnp.ones((1, 2, 4, 4, 4, 1))).shape
        (1, 2, 2, 2, 4)
    """

    rank = 3
    input_ndim = 6
