"""Users' Keras-style layers (`build`, `call`, `add_weight`), adapted to our contract in this one place."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import jax

from nyuron.core import Array, Key, Params, Shape, State, Weight, fold, module, replace, static
from nyuron.layers._call import Call, Forward, spec
from nyuron.layers._context import Context, within
from nyuron.layers._layer import Layer
from nyuron.layers._penalties import constrain_layer, layer_penalty


@dataclass(frozen=True, eq=False)
class Body:
    """A user's layer as a static value: equal to another of the same class made with the same plain attributes."""

    layer: Any
    signature: Any = field(default=None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Body) and self.signature == other.signature

    def __hash__(self) -> int:
        return hash(self.signature)


_HIDDEN = {"name", "trainable", "slot", "input_shape", "dtype", "_weights", "_is_built"}


def signature(layer: Any) -> Any:
    """Class and plain attributes; the instance itself where an attribute is not plain."""
    parts = []
    for name, value in sorted(layer.__dict__.items()):
        if name in _HIDDEN or isinstance(value, Weight):
            continue
        if isinstance(value, Layer):
            value = jax.tree.structure(value.description)
        try:
            hash(value)
        except TypeError:
            return id(layer)
        parts.append((name, value))
    return (type(layer), tuple(parts))


def own_weights(layer: Any) -> list[Weight]:
    return layer.__dict__.get("_weights", [])


def sublayers(layer: Any) -> dict[str, Layer]:
    """Layers held as attributes, or in lists and dicts of them, by a path that names them."""
    found: dict[str, Layer] = {}

    def visit(path: str, value: Any) -> None:
        if isinstance(value, Layer):
            if not any(value is known for known in found.values()):
                found[path] = value
        elif isinstance(value, list | tuple):
            for i, item in enumerate(value):
                visit(f"{path}.{i}", item)
        elif isinstance(value, dict):
            for name, item in value.items():
                visit(f"{path}.{name}", item)

    for name, value in layer.__dict__.items():
        if name not in _HIDDEN:
            visit(name, value)
    return found


def grouped(shapes: tuple[Shape, ...]) -> Any:
    return shapes[0] if len(shapes) == 1 else list(shapes)


@module
class CustomLayer(Layer):
    """The adapter: a user's layer seen as `init` and `apply`.

    Parameters are {"own": {name: array}, "inner": {path: parameters}}, state likewise.
    """

    body: Body = static()
    inner: dict[str, Layer] | None = None
    rules: dict[str, tuple[Any, Any]] | None = None
    frozen: Any = static(())
    takes_integers = True

    @classmethod
    def around(cls, layer: Any) -> CustomLayer:
        inner = {path: sub.description for path, sub in sublayers(layer).items()}
        rules = {w.name: (w.regularizer, w.constraint) for w in own_weights(layer) if w.regularizer or w.constraint}
        frozen = tuple(path for path, sub in sublayers(layer).items() if not sub.trainable)
        made = cls(body=Body(layer, signature(layer)), inner=inner, rules=rules, frozen=frozen, name=layer.name)
        return replace(made, slot=layer.slot)

    def prepare(self, *shapes: Shape) -> None:
        """Call the user's `build` once, and `call` on stand-ins, so that every weight and inner layer exists."""
        layer = self.body.layer
        if layer.__dict__.get("_is_built"):
            return
        layer._is_built = True
        with jax.ensure_compile_time_eval():
            build = getattr(layer, "build", None)
            if build is not None:
                build(grouped(shapes))
        if sublayers(layer):
            with within(Context(Call(key=jax.random.key(0)))) as context:
                jax.eval_shape(lambda *x: self._call(x, context.call), *(spec(s) for s in shapes))

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
        params = {"own": {w.name: value for w, value in own if w.trainable}, "inner": {p: v[0] for p, v in inner.items()}}
        state = {"own": {w.name: value for w, value in own if not w.trainable}, "inner": {p: v[1] for p, v in inner.items()}}
        return params, state

    def apply(self, params: Params, state: State, *inputs: Array, call: Call, **named: Any) -> tuple[Any, State]:
        done = self.forward(params, state, *inputs, call=call, **named)
        return done.output, done.state

    def forward(self, params: Params, state: State, *inputs: Array, call: Call, **named: Any) -> Forward:
        layer = self.body.layer
        weights, inner = own_weights(layer), sublayers(layer)
        before = [w.value for w in weights], [(sub.slot.params, sub.slot.state) for sub in inner.values()]
        try:
            for w in weights:
                w.value = (params if w.trainable else state)["own"][w.name]
            for path, sub in inner.items():
                if path in params["inner"]:
                    sub.slot.params, sub.slot.state = params["inner"][path], state["inner"][path]
            described = {id(sub): (self.inner or {})[path] for path, sub in inner.items() if path in (self.inner or {})}
            with within(Context(call, described)) as context:
                output = self._call(inputs, call, **named)
            new_state = {
                "own": {w.name: w.value for w in weights if not w.trainable},
                "inner": {path: inner[path].slot.state for path in state["inner"]},
            }
            mask = layer.compute_mask(inputs[0] if len(inputs) == 1 else list(inputs), call.mask) if _has_own_mask(layer) else call.mask
            return Forward(output, new_state, mask, context.penalty)
        finally:
            for w, value in zip(weights, before[0], strict=True):
                w.value = value
            for sub, (p, s) in zip(inner.values(), before[1], strict=True):
                sub.slot.params, sub.slot.state = p, s

    def _call(self, inputs: Any, call: Call, **named: Any) -> Any:
        layer = self.body.layer
        accepted = inspect.signature(layer.call).parameters
        if "training" in accepted:
            named.setdefault("training", call.training)
        if "mask" in accepted:
            named.setdefault("mask", call.mask)
        return layer.call(inputs[0] if len(inputs) == 1 else list(inputs), **named)

    def penalty(self, params: Params) -> Array | float:
        total: Any = 0.0
        for name, (regularizer, _) in (self.rules or {}).items():
            if regularizer is not None and name in params["own"]:
                total = total + regularizer(params["own"][name])
        for path, sub in (self.inner or {}).items():
            total = total + layer_penalty(sub, params["inner"].get(path, {}))
        return total

    def constrain(self, params: Params) -> Params:
        own, inner = dict(params["own"]), dict(params["inner"])
        for name, (_, constraint) in (self.rules or {}).items():
            if constraint is not None and name in own:
                own[name] = constraint(own[name])
        for path, sub in (self.inner or {}).items():
            if path in inner:
                inner[path] = constrain_layer(sub, inner[path])
        return {"own": own, "inner": inner}


def _has_own_mask(layer: Any) -> bool:
    return type(layer).compute_mask is not Layer.compute_mask
