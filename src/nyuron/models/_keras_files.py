"""Whole models as Keras's `.keras` files, and weights as its `.weights.h5` files, both ways."""

from __future__ import annotations

import math
import os
import warnings
from typing import Any

import jax
import numpy as np

from nyuron.core import ArgumentError, FileFormatError, KindError, NyuronError, custom_objects
from nyuron.models._keras_optimizer import optimizer_arrays, restore_optimizer
from nyuron.models._keras_read import keras_reader
from nyuron.models._keras_write import keras_writer
from nyuron.models._old_weights import fill_from_old, is_old
from nyuron.saving import (
    Hdf5Tree,
    KerasReader,
    array_of,
    named_layers,
    put,
    read_assets,
    read_hdf5,
    read_keras_zip,
    stored_weights,
    write_hdf5,
    write_keras_zip,
)

SETTINGS = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
SMALL = 64 << 20
OLD_LAYERS = "_layer_checkpoint_dependencies"
"""What the first files of this format call "layers"."""


def save_keras_model(model: Any, path: Any, include_optimizer: bool) -> None:
    """Write a whole model.

    Raises: KindError for what Keras does not have.
    """
    who = f"{model.name}.save"
    writer = keras_writer(who)
    config = writer.write(model)
    arrays = _arrays(model)
    if model.compiled is not None:
        try:
            config["compile_config"] = {name: writer.write(getattr(model.compiled, name)) for name in SETTINGS}
        except KindError as error:
            warnings.warn(f"{who}: how the model was compiled is left out of the file\n  {error}", stacklevel=4)
        else:
            if include_optimizer:
                arrays.update({f"optimizer/vars/{i}": a for i, a in enumerate(optimizer_arrays(model))})
    write_keras_zip(path, config, write_hdf5(None, arrays, _names(model), who), {})


def save_keras_weights(model: Any, path: Any) -> None:
    """Write the weights alone."""
    from nyuron.saving import atomic

    with atomic(path) as temporary:
        write_hdf5(temporary, _arrays(model), _names(model), f"{model.name}.save_weights")


def _arrays(model: Any) -> dict[str, np.ndarray]:
    return {stored.path: array_of(stored) for stored in stored_weights(model)}


def _names(model: Any) -> dict[str, str]:
    return {"vars": model.name, **{f"layers/{n}/vars": layer.name for n, layer in named_layers(model.network_layers)}}


def load_keras_model(path: str | os.PathLike[str], custom: Any, compile: bool) -> Any:
    """Read a whole model.

    Raises: FileFormatError for a file that is damaged, of another program, or needs what Nyuron does not have.
    """
    who = str(path)
    parts = read_keras_zip(path)
    reader = keras_reader(who, parts.is_ours)
    with custom_objects(custom):
        tree = read_hdf5(parts.weights, who)
        model = _built(reader, parts.config, tree)
        read_assets(model, parts.assets, tree, who)
        fill_weights(model, tree, who)
        settings = parts.config.get("compile_config")
        if compile and settings:
            _compile(model, reader, settings)
            saved = tree.below("optimizer/vars")
            if saved:
                restore_optimizer(model, list(saved.values()), who)
    return model


def _built(reader: KerasReader, config: Any, tree: Hdf5Tree) -> Any:
    """The model that a config describes, checked for its size before any array is made."""
    try:
        model = reader.read(config)
        if getattr(model, "network", None) is None:
            raise reader.error("the file does not describe a built model", "a model that knows its input", type(model))
        graph = model.graph
        made = jax.eval_shape(lambda key: graph.init(key, *(i.shape for i in graph.inputs)), jax.random.key(0))
    # A config that says what cannot be may fail anywhere.
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise reader.error("the model cannot be built of what the file says", "layers that fit", error) from error
    wanted = sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(made))
    held = sum(array.nbytes for array in tree.arrays.values())
    if wanted > SMALL + 4 * held:
        raise reader.error(
            "the layers are far larger than the weights in the file", f"about {held} bytes", f"{wanted} bytes"
        )
    return model


def _compile(model: Any, reader: KerasReader, settings: Any) -> None:
    if not isinstance(settings, dict):
        raise reader.error("compile_config cannot be read", "an object", repr(settings)[:80])
    fix = "load_model(path, compile=False), and compile it anew"
    try:
        chosen = {name: reader.read(settings.get(name)) for name in SETTINGS}
        model.compile(**{name: value for name, value in chosen.items() if value is not None})
    except NyuronError as error:
        raise reader.error(
            "how the model was compiled cannot be read", "settings that Nyuron has", str(error), fix
        ) from error


def load_keras_weights(model: Any, path: Any, skip_mismatch: bool = False, by_name: bool = False) -> None:
    """Read weights from a `.weights.h5` or a `.keras` file, or an older `.h5` file, into a built model."""
    model.graph  # noqa: B018  (an unbuilt model is an error)
    is_zip = str(path).endswith(".keras")
    source = read_keras_zip(path, weights_only=True).weights if is_zip else path
    tree = read_hdf5(source, str(path))
    if is_old(tree):
        fill_from_old(model, tree, str(path), skip_mismatch, by_name)
    elif by_name:
        raise ArgumentError(
            "by_name is for safetensors files and for the older .h5 files",
            who=f"{model.name}.load_weights",
            got=str(path),
            fix="skip_mismatch=True loads what fits",
        )
    else:
        fill_weights(model, tree, str(path), skip_mismatch)


def fill_weights(model: Any, tree: Hdf5Tree, who: str, skip_mismatch: bool = False) -> None:
    """Put a file's arrays into the layers; all of them, or none.

    Raises: FileFormatError that lists the names which are missing, left over, or of another shape.
    """
    places = list(stored_weights(model))
    found = {s.path: _find(tree, s.path) for s in places}
    if None in found.values():
        others = list(stored_weights(model, by_attribute=True))
        by_attribute = {s.path: _find(tree, s.path) for s in others}
        if None not in by_attribute.values():
            places, found = others, by_attribute
    missing = [path for path, array in found.items() if array is None]
    taken = {path for path, _ in filter(None, found.values())}
    extra = [path for path in tree.arrays if path not in taken and not _is_aside(path)]
    wrong = [s for s in places if (entry := found[s.path]) and entry[1].shape != tuple(s.value.shape)]
    problems = [
        *([f"missing: {_listed(missing)}"] if missing else []),
        *([f"left over: {_listed(extra)}"] if extra else []),
        *(f"{s.path} has the shape {found[s.path][1].shape}, not {tuple(s.value.shape)}" for s in wrong[:4]),  # type: ignore[index]
    ]
    if problems and not skip_mismatch:
        raise FileFormatError(
            "the file's weights are not those of this model",
            who=who,
            expected=f"{len(places)} arrays, by the layers of {model.name!r}",
            got=f"{len(tree.arrays)} arrays; " + "; ".join(problems),
            fix="load into the model that was saved; skip_mismatch=True loads what fits",
        )
    if problems:
        warnings.warn(f"{who}: not all weights were loaded: " + "; ".join(problems), stacklevel=5)
    unfit = {s.path for s in wrong}
    for stored in places:
        entry = found[stored.path]
        if entry is not None and stored.path not in unfit:
            put(stored, entry[1])


def _find(tree: Hdf5Tree, path: str) -> tuple[str, np.ndarray] | None:
    for known in (path, path.replace("layers", OLD_LAYERS)):
        if known in tree.arrays:
            return known, tree.arrays[known]
    return None


def _is_aside(path: str) -> bool:
    """Arrays beside a model's weights: the optimizer's, states of random numbers, weights of words."""
    return path.startswith("optimizer/") or "seed_generator/" in path or path.endswith("/idf_weights")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
