"""Trees of arrays as named arrays, and back into a tree of the same form."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import FileFormatError


def name_arrays(tree: Any) -> dict[str, np.ndarray]:
    """Each array of a tree by its path."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(x) for path, x in leaves}


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
        if new.shape != np.shape(old):
            raise FileFormatError(
                f"the array {name!r} has another shape",
                who=who,
                expected=np.shape(old),
                got=new.shape,
                fix="give the layers the sizes that they had when the file was saved",
            )
        filled.append(jnp.asarray(new, old.dtype))
    return jax.tree.unflatten(form, filled)
