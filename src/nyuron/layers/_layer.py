"""The contract that every layer keeps."""

from __future__ import annotations

import dataclasses
import functools
import types
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import (
    Array,
    Configurable,
    Key,
    KindError,
    Params,
    Shape,
    ShapeError,
    State,
    StateError,
    Weight,
    fields_by_role,
    is_module,
    key_from,
    label,
    module,
    next_seed,
    snake_case,
    unique_name,
)
from nyuron.layers._add_weight import add_loss, add_weight
from nyuron.layers._call import Call, Forward, spec
from nyuron.layers._context import Context, current
from nyuron.layers._keywords import as_positional
from nyuron.layers._resolve import is_default
from nyuron.layers._slot import Slot, Wanted
from nyuron.layers._symbolic import SymbolicTensor, connect


@module
class Layer(Configurable):
    """A map from arrays to arrays with parameters (trained) and state (carried along).

    Our layers are frozen dataclasses with two pure functions::

        init(key, *shapes) -> (params, state)
        apply(params, state, *inputs, call) -> (output, state)

    `shapes` have the batch first, as None. A user's own layer may instead be written as in Keras: a subclass with
    `build(input_shape)`, `call(inputs)` and `add_weight`.

    An instance may be called: on arrays it computes with its own weights (built on the first call), on symbolic
    tensors it extends a functional model's graph.

    Source: keras.layers.Layer.
    """

    name: Any = label(default=None, kw_only=True)
    trainable: bool = label(default=True, kw_only=True)
    input_shape: Shape | None = label(default=None, kw_only=True)
    dtype: Any = label(default=None, kw_only=True)
    slot: Slot = label(init=False, default_factory=Slot, repr=False)

    mutable_attributes: ClassVar[tuple[str, ...]] = ("trainable", "name")
    takes_integers: ClassVar[bool] = False
    """Whether integer inputs are indices, to be kept; else they are converted to floating point."""
    passes_mask: ClassVar[bool] = True
    """Whether the first input's mask is handed on unchanged."""
    keeps_shape: ClassVar[bool] = False
    """Whether the output always has the first input's shape."""
    input_ndim: ClassVar[int | None] = None
    """Required number of axes, batch included."""
    call_inputs: ClassVar[tuple[str, ...]] = ()
    """Names under which a call may be given its inputs, in order."""
    shaped_by: ClassVar[tuple[str, ...]] = ()
    """Keyword arguments of a call, not arrays, on which the output's shape depends."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "build" in cls.__dict__:
            cls.build = _building(cls.__dict__["build"])  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        if self.name is None:
            object.__setattr__(self, "name", unique_name(snake_case(type(self).__name__)))
        if isinstance(self.input_shape, int):
            object.__setattr__(self, "input_shape", (self.input_shape,))

    # The contract.

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        """Initial parameters and state for inputs of these shapes. Default: none of either."""
        return {}, {}

    def init_on_host(self, key: np.ndarray, *shapes: Shape) -> tuple[Params, State] | None:
        """What `init` gives with this key (its two words), to the bit and without compiling; None where that cannot be."""
        return ({}, {}) if type(self).init is Layer.init else None

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Array, State]:
        """The output and the next state."""
        raise KindError(
            "the layer does not say what it computes",
            who=repr(self),
            fix="define call(self, inputs), or apply(self, params, state, *inputs, call)",
        )

    def compute_mask(self, inputs: tuple[Array, ...], call: Call) -> Array | None:
        """The output's mask."""
        return call.mask if self.passes_mask else None

    # Shapes.

    def check_shapes(self, *shapes: Shape) -> None:
        """Raise ShapeError for inputs that this layer cannot take; called where a layer is built or connected."""
        if self.input_ndim is not None and len(shapes[0]) != self.input_ndim:
            raise ShapeError(
                "the input has the wrong number of axes",
                who=self.described(),
                expected=f"{self.input_ndim} axes, batch first",
                got=f"{len(shapes[0])} axes: {shapes[0]}",
                fix="put Reshape or Flatten before this layer",
            )

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        """The output's shape, None where it follows an unknown axis of the input."""
        if self.keeps_shape:
            return shapes[0]
        return self.measure_output_shape("int32" if self.takes_integers else "float32", *shapes)

    def measure_output_shape(self, dtype: str, *shapes: Shape) -> Shape:
        """The output's shape, found by tracing `apply` on stand-ins of this dtype."""

        def measure(batch: int) -> Any:
            # Unknown axes take two sizes; what differs between the two answers is unknown too.
            sizes = [spec(shape, dtype, batch) for shape in shapes]
            params, state = jax.eval_shape(lambda key: self.init(key, *shapes), jax.random.key(0))
            call = Call(masks=(None,) * len(shapes))
            return jax.eval_shape(lambda p, s, *x: self.apply(p, s, *x, call=call)[0], params, state, *sizes)

        def unite(a: Any, b: Any) -> Shape:
            return tuple(n if n == m else None for n, m in zip(a.shape, b.shape, strict=True))

        a, b = measure(4), measure(6)
        return tuple(map(unite, a, b)) if isinstance(a, tuple | list) else unite(a, b)  # type: ignore[return-value]

    # The face.

    def __call__(self, *inputs: Any, training: bool | None = None, mask: Any = None, **named: Any) -> Any:
        inputs, named = as_positional(self, inputs, named)
        if any(isinstance(x, SymbolicTensor) for x in inputs):
            said = {"training": training, "mask": mask}
            return connect(
                self, inputs, {**named, **{name: value for name, value in said.items() if value is not None}}
            )
        arrays = tuple(x if isinstance(x, jax.Array) else jnp.asarray(x) for x in inputs)
        context = current.get()
        if context is not None:
            return call_inside(self, context, arrays, training, mask, **named)
        shapes = tuple((None, *x.shape[1:]) for x in arrays)
        if self.slot.is_built:
            self.check_shapes(*shapes)
        else:
            self.build_for(*shapes)
        masks = mask if isinstance(mask, tuple | list) else (mask,) * len(arrays)
        key = key_from(next_seed()) if training else None
        call = Call(key, bool(training), self.trainable, tuple(masks))
        description = self.description
        arrays = tuple(x if description.takes_integers else as_float(x) for x in arrays)
        params, state = _boxes().read_weights(self)
        output, new_state = description.apply(params, state, *arrays, call=call, **named)
        if training or description is not self or getattr(self, "stateful", False):
            _boxes().write_weights(self, params, new_state)
        return output

    def build(self, input_shape: Any) -> None:
        """Give this instance its initial weights for inputs of this shape, batch first; a list of shapes for several.

        A Keras-style layer's own `build` makes its weights, by `add_weight`.
        """
        if is_module(type(self)):
            self.build_for(*_as_shapes(input_shape))

    def build_for(self, *shapes: Shape, key: Key | None = None) -> None:
        """Give this instance its initial weights for inputs of these shapes (batch first, as None)."""
        self.check_shapes(*shapes)
        if key is None and is_module(type(self)):
            self.slot.shapes, self.slot.wanted = tuple(shapes), Wanted(self, tuple(shapes), next_seed())
            return
        with jax.ensure_compile_time_eval():
            params, state = self.description.init(key_from(next_seed()) if key is None else key, *shapes)
        self.slot.shapes = tuple(shapes)
        self.slot.fill(params, state)
        _boxes().write_weights(self, params, state)

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self.slot.is_built

    @built.setter
    def built(self, value: bool) -> None:
        # Keras-style layers say `self.built = True` at the end of `build`; the slot knows it by itself.
        del value

    @property
    def description(self) -> Layer:
        """What a compiled run is given for this layer: itself, or an adapter around a Keras-style one."""
        if is_module(type(self)):
            return self
        from nyuron.layers._custom import CustomLayer

        return CustomLayer.around(self)

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's first application in a model: where a part of it can be cut out.

        Raises: StateError for a layer that is in no model.
        """
        found = getattr(self.slot, "output", None)
        if found is None:
            raise StateError(
                "the layer is in no model, so it has no symbolic output",
                who=self.described(),
                expected="a layer of a functional model, or of a Sequential that knows its input",
                fix="apply it to an Input(…), or to the output of a layer",
            )
        return found() if callable(found) else found

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's first application in a model; a list of several.

        Raises: StateError for a layer that is in no model.
        """
        output = self.output
        node = (output[0] if isinstance(output, tuple) else output).node
        inputs = node.inputs[: len(node.inputs) - len(node.keywords)]
        return inputs[0] if len(inputs) == 1 else list(inputs)

    @property
    def trainable_weights(self) -> list[Array]:
        """Arrays that training changes, in Keras's order; none of a frozen layer."""
        return [place.read() for place in _boxes().places(self) if place.is_trained]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """Arrays that training does not change by gradients."""
        return [place.read() for place in _boxes().places(self) if not place.is_trained]

    @property
    def weights(self) -> list[Array]:
        """All arrays in Keras's order: trained ones, then the others; those of inner layers last, layer by layer."""
        return [place.read() for place in _boxes().places(self)]

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all arrays, in Keras's order."""
        return [np.array(w) for w in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Replace all arrays, given in the order of `get_weights`.

        Raises: ShapeError when their number or a shape differs; then nothing is replaced.
        """
        places = list(_boxes().places(self))
        if len(weights) != len(places):
            raise ShapeError(
                "the wrong number of weights",
                who=self.described(),
                expected=f"{len(places)} arrays",
                got=f"{len(weights)}",
                fix="build the layer first, and pass what get_weights() of an equal layer returned",
            )
        old, new = [place.read() for place in places], [np.asarray(w) for w in weights]
        for number, (a, b) in enumerate(zip(old, new, strict=True)):
            if a.shape != b.shape:
                raise ShapeError(
                    f"weight {number} has the wrong shape",
                    who=self.described(),
                    expected=a.shape,
                    got=b.shape,
                    fix="pass what get_weights() of an equal layer returned",
                )
        for place, a, b in zip(places, old, new, strict=True):
            place.write(jnp.array(b, a.dtype))

    def __getattr__(self, name: str) -> Any:
        """A weight by its name, such as `layer.kernel`, once the layer is built."""
        slot = self.__dict__.get("slot")
        if slot is not None and not name.startswith("_") and slot.is_built:
            for tree in (slot.params, slot.state):
                if isinstance(tree, dict) and isinstance(tree.get(name), jax.Array):
                    return tree[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def add_weight(self, *args: Any, **options: Any) -> Weight:
        """A weight of a Keras-style layer: `add_weight(shape, initializer, dtype, trainable, regularizer, …)`."""
        return add_weight(self, *args, **options)

    def add_loss(self, loss: Any) -> None:
        """Add to the loss of the batch at hand, from inside `call` of a Keras-style layer."""
        add_loss(self, loss)

    def count_params(self) -> int:
        """The number of numbers in all weights."""
        return sum(int(np.prod(w.shape)) for w in self.weights)

    def __repr__(self) -> str:
        roles = fields_by_role(type(self)) if is_module(type(self)) else ((), (), ())
        shown = [field for field in dataclasses.fields(self) if field.name in (*roles[0], *roles[1]) and field.repr]
        values = [(field, self.__dict__.get(field.name)) for field in shown]
        return f"{type(self).__name__}({', '.join(f'{f.name}={_short(v)}' for f, v in values if not is_default(f, v))})"

    def described(self) -> str:
        """How errors name this layer: its constructor call, with the name."""
        text = repr(self)
        if not self.name:
            return text
        return f"{text[:-1]}{', ' if text[-2] != '(' else ''}name={self.name!r})"


def _short(value: Any) -> str:
    return value.__name__ if isinstance(value, types.FunctionType) else repr(value)


def as_float(x: Array) -> Array:
    """Integers and booleans as float32; floating point unchanged."""
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32)


def at_path(tree: Any, path: tuple[Any, ...]) -> Any:
    """The array at the end of a path."""
    for step in path:
        tree = tree[step]
    return tree


def with_path(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the tree with another array at the end of a path."""
    if not path:
        return value
    new = with_path(tree[path[0]], path[1:], value)
    if isinstance(tree, dict):
        return {**tree, path[0]: new}
    return type(tree)(new if i == path[0] else sub for i, sub in enumerate(tree))


def forward(layer: Layer, params: Params, state: State, inputs: tuple[Array, ...], call: Call, **named: Any) -> Forward:
    """Apply a layer, and gather its output's mask and its activity penalty."""
    composite = getattr(layer, "forward", None)
    if composite is not None:
        return composite(params, state, *inputs, call=call, **named)
    output, state = layer.apply(params, state, *inputs, call=call, **named)
    regularizer = getattr(layer, "activity_regularizer", None)
    first = output[0] if isinstance(output, tuple) else output
    penalty = regularizer(first) / first.shape[0] if regularizer is not None else 0.0
    mask = layer.compute_mask(inputs, call)
    if isinstance(output, tuple) and mask is not None and not isinstance(mask, tuple | list):
        # What is returned besides the output, such as attention scores or a last state, has none.
        mask = (mask, *(None,) * (len(output) - 1))
    return Forward(output, state, mask, penalty)


def call_inside(
    layer: Layer, context: Context, arrays: tuple[Array, ...], training: bool | None, mask: Any, **named: Any
) -> Any:
    """Apply a layer that is called inside another's `call`: its key, state and penalty are the outer one's matter."""
    if not layer.slot.is_built:
        layer.build_for(*((None, *x.shape[1:]) for x in arrays))
    call = context.next_call(layer.trainable, arrays, training, mask)
    description = context.inner.get(id(layer)) or layer.description
    arrays = tuple(x if description.takes_integers else as_float(x) for x in arrays)
    params, state = _boxes().read_weights(layer)
    done = forward(description, params, state, arrays, call, **named)
    _boxes().write_weights(layer, params, done.state)
    context.penalty = context.penalty + done.penalty
    context.remember(done.output, done.mask)
    return done.output


def _boxes() -> Any:
    # It knows the adapter of Keras-style layers, and the adapter knows Layer.
    from nyuron.layers import _boxes

    return _boxes


def _as_shapes(input_shape: Any) -> tuple[Shape, ...]:
    is_one = all(n is None or isinstance(n, int) for n in input_shape)
    return (tuple(input_shape),) if is_one else tuple(tuple(shape) for shape in input_shape)


def _building(build: Any) -> Any:
    """A user's `build` that, called from outside, builds the layer wholly: weights with values, and only once."""

    @functools.wraps(build)
    def whole(self: Any, input_shape: Any = None) -> None:
        if self.__dict__.get("_is_building"):
            build(self, input_shape)
        elif not self.slot.is_built:
            self.build_for(*_as_shapes(input_shape))

    return whole
