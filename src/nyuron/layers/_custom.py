"""Users' Keras-style layers (`build`, `call`, `add_weight`), adapted to our contract in this one place."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import jax

from nyuron import initializers
from nyuron.core import Array, Key, KindError, Params, Shape, State, Weight, fold, module, replace, static
from nyuron.core._lookup import signature as content
from nyuron.layers._boxes import read_weights, write_weights
from nyuron.layers._call import Call, Forward, spec
from nyuron.layers._context import Context, within
from nyuron.layers._inner import HIDDEN, own_weights, sublayers
from nyuron.layers._layer import Layer
from nyuron.layers._penalties import constrain_layer, layer_penalty


@dataclass(frozen=True, eq=False)
class Body:
    """A user's layer as a static value: equal to another of the same class and attributes."""

    layer: Any
    signature: Any = field(default=None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Body) and self.signature == other.signature

    def __hash__(self) -> int:
        return hash(self.signature)


def signature(layer: Any) -> Any:
    """Class and attributes. Weights and inner layers' numbers play no part: a run is given them as arguments."""
    return (type(layer), *((name, _plain(v)) for name, v in sorted(layer.__dict__.items()) if name not in HIDDEN))


def _plain(value: Any) -> Any:
    if isinstance(value, Weight):
        return Weight
    if isinstance(value, Layer):
        return jax.tree.structure(value.description)
    if isinstance(value, list | tuple):
        return (type(value), *map(_plain, value))
    if isinstance(value, dict):
        return (dict, *((name, _plain(v)) for name, v in sorted(value.items(), key=lambda item: str(item[0]))))
    try:
        hash(value)
    except TypeError:
        return content(value)
    return (type(value), value)


@module
class CustomLayer(Layer):
    """The adapter: a user's layer seen as `init` and `apply`.

    Parameters are {"own": {name: array}, "inner": {path: parameters}}, state likewise. A mask goes on when the user's
    layer says `supports_masking = True` or has a `compute_mask`.

    Shapes: those of the user's `call`.
    Source: keras.layers.Layer, subclassing.
    Example:
        >>> class Double(Layer):
        ...     def call(self, inputs):
        ...         return inputs * 2
        >>> Double()(jnp.array([[1.0, 2.0]])).tolist()
        [[2.0, 4.0]]
    """

    body: Body = static()
    inner: dict[str, Layer] | None = None
    rules: dict[str, tuple[Any, Any]] | None = None
    frozen: Any = static(())

    takes_integers = True

    @classmethod
    def around(cls, layer: Any) -> CustomLayer:
        """The adapter of a user's layer as it is now."""
        inner = sublayers(layer)
        rules = {w.name: (w.regularizer, w.constraint) for w in own_weights(layer) if w.regularizer or w.constraint}
        made = cls(
            body=Body(layer, signature(layer)),
            inner={path: sub.description for path, sub in inner.items()},
            rules=rules,
            frozen=tuple(path for path, sub in inner.items() if not sub.trainable),
            name=layer.name,
        )
        return replace(made, slot=layer.slot)

    def prepare(self, *shapes: Shape) -> None:
        """Call the user's `build` once, and `call` on stand-ins, so that every weight and inner layer exists."""
        layer = self.body.layer
        if layer.__dict__.get("_is_prepared"):
            return
        layer._is_prepared, layer._is_building = True, True
        try:
            with jax.ensure_compile_time_eval():
                is_cell = hasattr(layer, "state_size")
                layer.build(shapes[0] if len(shapes) == 1 or is_cell else list(shapes))
        finally:
            layer._is_building = False
        for w in own_weights(layer):
            if w.value is not w.unset:
                # What `build` assigned is what the weight begins with.
                w.initializer = initializers.get(w.value)  # type: ignore[attr-defined]
        if sublayers(layer):
            states = [(shapes[0][0], n) for n in jax.tree.leaves(getattr(layer, "state_size", []))]
            given = 1 if states else len(shapes)

            def call(*x: Any) -> Any:
                inputs: Any = (*x[:given], list(x[given:])) if states else x
                return self._call(inputs, Call())

            self._traced(call, *shapes[:given], *states)

    def _traced(self, function: Any, *shapes: Shape) -> Any:
        def trace(dtype: str) -> Any:
            with within(Context(Call(key=jax.random.key(0)))):
                return jax.eval_shape(function, *(spec(s, dtype) for s in shapes))

        try:
            return trace("float32")
        except TypeError:
            # A layer of indices.
            return trace("int32")

    def init(self, key: Key, *shapes: Shape) -> tuple[Params, State]:
        layer = self.body.layer
        self.prepare(*shapes)
        own = [
            (w, w.initializer(w.shape, dtype=w.dtype, key=fold(key, i)))  # type: ignore[attr-defined]
            for i, w in enumerate(own_weights(layer))
        ]
        inner = {
            path: sub.description.init(fold(key, 1000 + i), *sub.slot.shapes)
            for i, (path, sub) in enumerate(sublayers(layer).items())
            if sub.slot.shapes is not None
        }
        params = {"own": {w.name: v for w, v in own if w.trainable}, "inner": {p: v[0] for p, v in inner.items()}}
        state = {"own": {w.name: v for w, v in own if not w.trainable}, "inner": {p: v[1] for p, v in inner.items()}}
        return params, state

    def apply(self, params: Params, state: State, *inputs: Array, call: Call, **named: Any) -> tuple[Any, State]:
        done = self.forward(params, state, *inputs, call=call, **named)
        return done.output, done.state

    def forward(self, params: Params, state: State, *inputs: Array, call: Call, **named: Any) -> Forward:
        """Output, next state, mask, and what `add_loss` and the inner layers' activities add to the loss."""
        layer = self.body.layer
        weights, inner = own_weights(layer), sublayers(layer)
        built = {path: sub for path, sub in inner.items() if path in params["inner"]}
        before = [w.value for w in weights], {path: read_weights(sub) for path, sub in built.items()}
        try:
            for w in weights:
                w.value = (params if w.trainable else state)["own"][w.name]
            for path, sub in built.items():
                write_weights(sub, params["inner"][path], state["inner"][path])
            context = Context(call, {id(sub): (self.inner or {})[path] for path, sub in built.items() if self.inner})
            for x, mask in zip(inputs, call.masks, strict=False):
                context.remember(x, mask)
            with within(context):
                output = self._call(inputs, call, **named)
            new_state = {
                "own": {w.name: w.value for w in weights if not w.trainable},
                "inner": {path: read_weights(sub)[1] for path, sub in built.items()},
            }
            return Forward(output, new_state, self._mask(inputs, output, call, context), context.penalty)
        finally:
            for w, value in zip(weights, before[0], strict=True):
                w.value = value
            for path, sub in built.items():
                write_weights(sub, *before[1][path])

    def _call(self, inputs: tuple[Array, ...], call: Call, **named: Any) -> Any:
        layer = self.body.layer
        if not hasattr(layer, "call"):
            raise KindError(
                "the layer does not say what it computes", who=layer.described(), fix="define call(self, inputs)"
            )
        accepted = inspect.signature(layer.call).parameters
        if "training" in accepted:
            named.setdefault("training", call.training)
        if "mask" in accepted:
            named.setdefault("mask", call.mask if len(inputs) == 1 else list(call.masks) or None)
        given = inputs if len(inputs) == 1 or _takes_each(accepted) else (list(inputs),)
        try:
            return layer.call(*given, **named)
        except ValueError as error:
            if "__jax_array__" not in str(error):
                raise
            raise KindError(
                "a weight was given to a function of JAX, which takes arrays only",
                who=layer.described(),
                expected="an array, or an operator such as x @ self.kernel",
                got="a Weight",
                fix="jnp.matmul(x, self.kernel.value)",
            ) from error

    def _mask(self, inputs: tuple[Array, ...], output: Any, call: Call, context: Context) -> Any:
        layer = self.body.layer
        if type(layer).compute_mask is not Layer.compute_mask:
            one = len(inputs) == 1
            return layer.compute_mask(inputs[0] if one else list(inputs), call.mask if one else list(call.masks))
        if isinstance(output, tuple | list):
            return tuple(context.mask_of(y) for y in output)
        passed = call.mask if getattr(layer, "supports_masking", False) else None
        return context.mask_of(output) if passed is None else passed

    def compute_output_shape(self, *shapes: Shape) -> Any:
        try:
            return self.measure_output_shape("float32", *shapes)
        except TypeError:
            # A layer of indices.
            return self.measure_output_shape("int32", *shapes)

    def penalty(self, params: Params) -> Array | float:
        """Σ of the weights' regularizers, frozen layers left out."""
        total: Any = 0.0
        for name, (regularizer, _) in (self.rules or {}).items():
            if regularizer is not None and name in params["own"]:
                total = total + regularizer(params["own"][name])
        for path, sub in self._trained(params):
            total = total + layer_penalty(sub, params["inner"][path])
        return total

    def constrain(self, params: Params) -> Params:
        """Parameters after the weights' constraints, frozen layers left out."""
        own, inner = dict(params["own"]), dict(params["inner"])
        for name, (_, constraint) in (self.rules or {}).items():
            if constraint is not None and name in own:
                own[name] = constraint(own[name])
        for path, sub in self._trained(params):
            inner[path] = constrain_layer(sub, inner[path])
        return {"own": own, "inner": inner}

    def _trained(self, params: Params) -> list[tuple[str, Layer]]:
        inner = self.inner or {}
        return [(path, sub) for path, sub in inner.items() if path in params["inner"] and path not in self.frozen]


def _takes_each(accepted: Any) -> bool:
    """Whether `call` has a parameter for each of several inputs, and does not want a list of them."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    given = [p for p in accepted.values() if p.kind in kinds and p.name not in ("training", "mask")]
    required = [p for p in given if p.default is inspect.Parameter.empty]
    return len(required) > 1 or any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in accepted.values())
