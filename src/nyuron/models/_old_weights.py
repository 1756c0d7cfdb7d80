"""Weights in the HDF5 layout of Keras 1 and 2, in which pre-trained networks are often given."""

from __future__ import annotations

import warnings
from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron.core import FileFormatError
from nyuron.layers import Layer
from nyuron.layers._boxes import Place, places
from nyuron.saving import Hdf5Tree

WHOLE = "model_weights"
"""The group of a file that holds a whole model."""


def is_old(tree: Hdf5Tree) -> bool:
    """Whether a file has that layout."""
    return any("layer_names" in name for group in ("", WHOLE) for name in tree.groups.get(group, ()))


def fill_from_old(model: Any, tree: Hdf5Tree, who: str, skip_mismatch: bool = False, by_name: bool = False) -> None:
    """Put a file's arrays into the layers, in the order of the file's layers with weights, or by their names.

    Raises: FileFormatError when their number or a shape differs; then nothing is changed.
    """
    saved = _layers(tree, who)
    ours = [(layer, list(places(layer))) for layer in model.network_layers if layer.slot.is_built]
    ours = [(layer, found) for layer, found in ours if found]
    if by_name:
        pairs = [(layer, found, saved[layer.name]) for layer, found in ours if layer.name in saved]
        problems = [] if pairs else [f"no layer is called as one of the file's: {', '.join(list(saved)[:6])}"]
    else:
        pairs = [(*mine, theirs) for mine, theirs in zip(ours, saved.values(), strict=False)]
        unequal = len(ours) != len(saved)
        problems = [f"{len(saved)} layers with weights, not {len(ours)}"] if unequal else []
    fitting = []
    for layer, found, arrays in pairs:
        problem = _problem(layer, found, arrays)
        if problem:
            problems.append(problem)
        else:
            fitting.append((found, arrays))
    if problems and not (skip_mismatch and fitting):
        raise FileFormatError(
            "the file's weights are not those of this model",
            who=who,
            expected=f"{len(ours)} layers with weights, by the order of {model.name!r}",
            got="; ".join(problems[:5]),
            fix="load into an equal model; by_name=True loads layers of the same name, skip_mismatch=True what fits",
        )
    if problems:
        warnings.warn(f"{who}: not all weights were loaded: " + "; ".join(problems[:5]), stacklevel=5)
    for found, arrays in fitting:
        for place, array in zip(found, arrays, strict=True):
            place.write(jnp.asarray(array, place.read().dtype))


def _problem(layer: Layer, found: list[Place], arrays: list[np.ndarray]) -> str | None:
    wanted, shapes = [tuple(p.read().shape) for p in found], [a.shape for a in arrays]
    return None if wanted == shapes else f"{layer.name} has weights of the shapes {wanted}, the file {shapes}"


def _layers(tree: Hdf5Tree, who: str) -> dict[str, list[np.ndarray]]:
    """The file's layers that have weights, in its order."""
    root = WHOLE if WHOLE in tree.groups else ""
    start = f"{root}/" if root else ""
    found = {}
    for layer in _names(tree, root, "layer_names"):
        paths = [f"{start}{layer}/{name}" for name in _names(tree, start + layer, "weight_names")]
        lost = [path for path in paths if path not in tree.arrays]
        if lost:
            raise FileFormatError(
                f"the file names the array {lost[0]!r}, and does not have it",
                who=who,
                expected="an array for each of weight_names",
                got=f"{len(tree.arrays)} arrays",
                fix="the file is damaged; use a copy of it, or save it again",
            )
        if paths:
            found[layer] = [tree.arrays[path] for path in paths]
    return found


def _names(tree: Hdf5Tree, group: str, kind: str) -> list[str]:
    """A list of names; long ones are in numbered parts."""
    texts = tree.groups.get(group, {})
    parts = sorted((n for n in texts if n.startswith(kind)), key=lambda n: (len(n), n))
    return [str(name) for part in parts for name in (texts[part] if isinstance(texts[part], list) else [])]
