"""The contract that every initializer keeps."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Configurable, Key, KindError, StateError, key_from, label, module, next_seed, static
from nyuron.core._lookup import Held


@module
class Initializer(Configurable):
    """First values of a weight: ``initializer(shape, dtype="float32", key=None) -> array``.

    A user's own is a subclass with `__call__(self, shape, dtype=None)`, or a function of these; it is handed `key` if
    it asks for one.

    Shapes: () -> shape.
    Source: keras.initializers.Initializer.
    Example:
        >>> class Sevens(Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return jnp.full(shape, 7.0, dtype)
        >>> Sevens()((2,)).tolist()
        [7.0, 7.0]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        raise KindError(
            "the initializer does not say what it computes",
            who=repr(self),
            fix="define __call__(self, shape, dtype=None)",
        )

    def on_host(self, key: np.ndarray, shape: Sequence[int]) -> np.ndarray | None:
        """The bits that a call with this key (its two words) gives, made without compiling; None where that cannot be."""
        return None

    def check(self) -> None:
        """Raise ArgumentError for settings that cannot be used; called where a layer takes the initializer."""


@module
class RandomInitializer(Initializer):
    """An initializer that draws.

    A `seed` given by the user decides; else the `key` handed in by the layer; without both the instance's own seed,
    drawn when it was made, so that calls repeat themselves.

    Shapes: () -> shape.
    Source: keras.initializers.Initializer, random ones.
    Example:
        >>> from nyuron.initializers import RandomNormal
        >>> draw = RandomNormal()
        >>> bool((draw((3,)) == draw((3,))).all())
        True
    """

    drawn: int | None = label(init=False, repr=False, default_factory=next_seed)

    def __post_init__(self) -> None:
        for name in ("input_axes", "output_axes"):
            if isinstance(self.__dict__.get(name), list):
                object.__setattr__(self, name, tuple(self.__dict__[name]))
        seed = self.__dict__.get("seed")
        # As an argument of a compiled program a plain int is an int32.
        if isinstance(seed, int) and not -(2**31) <= seed < 2**31:
            object.__setattr__(self, "seed", np.uint32(seed % 2**32))

    def key_for(self, key: Key | None) -> Key:
        """The key that decides."""
        seed = self.__dict__.get("seed")
        if seed is not None:
            return key_from(seed)
        if key is not None:
            return key
        if self.drawn is None:
            raise StateError(
                "inside a compiled function an initializer without a seed needs a key",
                who=repr(self),
                fix="initializer(shape, key=jax.random.key(0))",
            )
        return key_from(self.drawn)


@module
class CustomInitializer(Initializer):
    """A user's function or Keras-style object as an initializer.

    Its arguments are (shape, dtype), (shape, dtype, key), or (key, shape, dtype) as in jax.nn.initializers.

    Shapes: () -> shape.
    Source: callables in the place of keras.initializers.Initializer.
    Example:
        >>> CustomInitializer(jnp.ones)((2,)).tolist()
        [1.0, 1.0]
    """

    function: Any = static()

    def __post_init__(self) -> None:
        if not isinstance(self.function, Held):
            object.__setattr__(self, "function", Held(self.function))

    def __call__(self, shape: Sequence[int], dtype: Any = "float32", key: Key | None = None) -> Array:
        shape, dtype = tuple(shape), dtype_of(dtype)
        try:
            names = list(inspect.signature(self.function.value).parameters)
        except ValueError:
            names = []
        if "key" in names and key is None:
            key = key_from(next_seed())
        if names[:1] == ["key"]:
            return jnp.asarray(self.function(key, shape, dtype), dtype)
        return jnp.asarray(self.function(shape, dtype=dtype, **({"key": key} if "key" in names else {})), dtype)


def dtype_of(dtype: Any) -> Any:
    """The dtype asked for; float32 where none was."""
    return jnp.dtype("float32" if dtype is None else dtype)
