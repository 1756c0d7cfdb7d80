"""Trees of arrays as named arrays, and back into a tree of the same form."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import FileFormatError, key_from


def _is_key(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def name_arrays(tree: Any) -> dict[str, np.ndarray]:
    """Each array of a tree by its path."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {
        jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(jax.random.key_data(x) if _is_key(x) else x)
        for path, x in leaves
    }


def fill_tree(like: Any, arrays: dict[str, np.ndarray], who: str) -> Any:
    """A tree of the form of `like` with the named arrays in it.

    Raises: FileFormatError if a name is missing, left over, or an array has another shape.
    """
    leaves, form = jax.tree_util.tree_flatten_with_path(like)
    names = [jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in leaves]
    missing, extra = sorted(set(names) - set(arrays)), sorted(set(arrays) - set(names))
    if missing or extra:
        raise FileFormatError(
            "the saved arrays belong to another structure",
            who=who,
            expected=f"{len(names)} arrays" + (f", among them {missing[:3]}" if missing else ""),
            got=f"{len(arrays)} arrays" + (f", among them {extra[:3]}" if extra else ""),
            fix="load into the same layers that were saved",
        )
    filled = []
    for name, (_, old) in zip(names, leaves, strict=True):
        new = arrays[name]
        shape = jax.random.key_data(old).shape if _is_key(old) else np.shape(old)
        if new.shape != shape:
            raise FileFormatError(f"the array {name!r} has another shape", who=who, expected=shape, got=new.shape)
        if _is_key(old):
            filled.append(jax.random.wrap_key_data(jnp.asarray(new), impl=jax.random.key_impl(key_from(0))))
        else:
            filled.append(jnp.asarray(new, old.dtype))
    return jax.tree.unflatten(form, filled)
