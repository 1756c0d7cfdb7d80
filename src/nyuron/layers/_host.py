"""Layers that work on texts, before the compiled program."""

from __future__ import annotations

from typing import Any

import numpy as np
from jax.core import Tracer

from nyuron.core import Array, KindError, Params, Shape, State, module
from nyuron.layers._call import Call
from nyuron.layers._layer import Layer
from nyuron.layers._symbolic import SymbolicTensor


@module
class HostLayer(Layer):
    """A layer that turns texts into numbers on the host: compiled programs know no texts.

    A call on texts gives NumPy arrays. At the head of a Sequential such layers are applied to what `fit`, `evaluate` and
    `predict` are given; inside a functional model, or after another layer, they are an error that says so.

    Shapes: as the layer says.
    Source: keras.layers.TextVectorization and its kin, which also work outside the compiled program.
    """

    passes_mask = False

    def __call__(self, *inputs: Any, training: bool | None = None, mask: Any = None, **named: Any) -> Any:
        del training, mask
        x = inputs[0]
        if isinstance(x, SymbolicTensor | Tracer):
            raise self._too_late()
        return self.on_host(x, **named)

    def on_host(self, x: Any) -> np.ndarray:
        """What the layer makes of texts."""
        raise NotImplementedError

    def check_shapes(self, *shapes: Shape) -> None:
        raise self._too_late()

    def apply(self, params: Params, state: State, *inputs: Array, call: Call) -> tuple[Array, State]:
        raise self._too_late()

    def _too_late(self) -> KindError:
        return KindError(
            "texts are no part of a compiled network",
            who=self.described(),
            expected="texts, before the model; or the head of a Sequential",
            got="an array or a symbolic tensor inside a model",
            fix=f"x = {self.name}(texts), then the model on x; or Sequential([{self.name}, …])",
        )


def as_texts(x: Any, who: str) -> np.ndarray:
    """Texts as an object array of str, of the shape in which they came; bytes are read as UTF-8.

    Raises: KindError for anything that is no text, saying where.
    """
    if isinstance(x, str | bytes):
        x = np.asarray(x, object)
    elif isinstance(x, list | tuple):
        x = np.array(x, object)
    array = np.asarray(x)
    if array.dtype.kind in "UT":
        return array.astype(object)
    if array.dtype.kind == "S":
        return np.char.decode(array, "utf-8").astype(object)
    if array.dtype.kind != "O":
        raise KindError(
            "these are no texts",
            who=who,
            expected="texts: a list, NumPy array or column of str",
            got=f"{array.dtype} {array.shape}",
            fix="x.astype(str), where numbers are meant as names; IntegerLookup looks integers up",
        )
    flat = array.reshape(-1)
    for i, value in enumerate(flat):
        if not isinstance(value, str | bytes):
            place = ", ".join(map(str, np.unravel_index(i, array.shape)))
            raise KindError(
                "this is no text",
                who=f"{who}, x[{place}]",
                expected="str",
                got=f"{value!r:.60} ({type(value).__name__})",
                fix="fill gaps with '', or leave these rows out",
            )
    done = np.empty(len(flat), object)
    done[:] = [value.decode("utf-8") if isinstance(value, bytes) else value for value in flat]
    return done.reshape(array.shape)
