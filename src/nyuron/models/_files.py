"""Models and weights on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jax

from nyuron.core import (
    ArgumentError,
    FileFormatError,
    KindError,
    StateError,
    custom_objects,
    from_config,
    nearest,
    to_config,
)
from nyuron.models._keras_files import load_keras_model, load_keras_weights, save_keras_model, save_keras_weights
from nyuron.models._safetensors import load_safetensors, save_safetensors
from nyuron.saving import fill_tree, is_hdf5, is_keras_file, name_arrays, read_archive, write_archive

MODEL, WEIGHTS = "nyuron-model", "nyuron-weights"


def _target(filepath: str | os.PathLike[str], overwrite: bool, who: str) -> Path:
    path = Path(filepath)
    if path.is_dir():
        raise ArgumentError(
            "the path is a folder",
            who=who,
            expected="a file such as model.nyuron",
            got=str(path),
            fix=str(path / "model.nyuron"),
        )
    if path.exists() and not overwrite:
        raise ArgumentError("the file exists", who=who, got=str(path), fix="overwrite=True, or another name")
    return path


def save_model(model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """See Model.save."""
    path = _target(filepath, overwrite, f"{model.name}.save")
    if model.network is None:
        raise StateError("an unbuilt model has nothing to save", who=f"{model.name}.save", fix="build or fit it first")
    if path.suffix == ".keras":
        return save_keras_model(model, path, include_optimizer)
    documents: dict[str, Any] = {"model": to_config(model)}
    arrays: dict[str, Any] = {"params": model.slot.params, "state": model.slot.state}
    if model.compiled is not None:
        documents["compile"] = compile_config(model.compiled)
        if include_optimizer and model.optimizer_state is not None:
            arrays["optimizer"] = model.optimizer_state
    write_archive(path, MODEL, documents, name_arrays(arrays))


def compile_config(compiled: Any) -> dict[str, Any]:
    found = {}
    for name in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"):
        try:
            found[name] = to_config(getattr(compiled, name))
        except KindError:
            found[name] = None
    return found


def load_model(
    filepath: str | os.PathLike[str], custom_objects_: Any = None, compile: bool = True, **options: Any
) -> Any:
    """Read a model that `model.save` wrote: structure, weights, and how it was compiled; also Keras's `.keras` files.

    `custom_objects` maps names to the user's own classes and functions; nothing else in the file can name code.

    Raises: FileFormatError if the file is missing, damaged, foreign, or names a class that is not known.
    Source: keras.models.load_model.
    Differs from Keras: a file's Lambda code is never run; `training` that a node of a `.keras` file notes is left out,
        as Keras's fit and predict override it.
    """
    given = options.pop("custom_objects", None) or custom_objects_
    if options:
        raise ArgumentError(
            "unknown arguments",
            who="load_model",
            got=sorted(options),
            expected="custom_objects, compile",
            fix=f"did you mean {guess}?"
            if (guess := nearest(min(options), ("custom_objects", "compile")))
            else f"leave out {', '.join(sorted(options))}",
        )
    if is_keras_file(filepath):
        return load_keras_model(filepath, given, compile)
    documents, arrays = read_archive(filepath, MODEL)
    with custom_objects(given):
        model = from_config(documents.get("model"))
        settings = from_config(documents.get("compile")) if compile else None
    if not hasattr(model, "network") or model.network is None:
        raise FileFormatError("the file does not describe a built model", who=str(filepath), fix="save it again")
    like = {"params": model.slot.params, "state": model.slot.state}
    optimizer = {name: a for name, a in arrays.items() if name.startswith("optimizer/")}
    filled = fill_tree(like, {n: a for n, a in arrays.items() if n not in optimizer}, str(filepath))
    model.put_weights(filled["params"], filled["state"])
    if settings:
        model.compile(**{name: value for name, value in settings.items() if name == "optimizer" or value is not None})
        if optimizer:
            _restore_optimizer(model, optimizer, str(filepath))
    return model


def _restore_optimizer(model: Any, arrays: dict[str, Any], who: str) -> None:
    from nyuron.layers import split_frozen
    from nyuron.train import numbers_as_arrays

    params, _ = split_frozen(model.graph, model.slot.params)
    like = {"optimizer": jax.eval_shape(numbers_as_arrays(model.compiled.optimizer).init, params)}
    model.optimizer_state = fill_tree(like, arrays, who)["optimizer"]


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """See Model.save_weights."""
    path = _target(filepath, overwrite, f"{model.name}.save_weights")
    model.graph  # noqa: B018  (an unbuilt model is an error)
    if path.suffix == ".h5":
        return save_keras_weights(model, path)
    if path.suffix == ".safetensors":
        return save_safetensors(model, path)
    write_archive(path, WEIGHTS, {}, name_arrays({"params": model.slot.params, "state": model.slot.state}))


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **options: Any) -> None:
    """See Model.load_weights."""
    model.graph  # noqa: B018  (an unbuilt model is an error)
    if Path(filepath).suffix == ".safetensors":
        return load_safetensors(model, filepath, skip_mismatch, **options)
    by_name = options.pop("by_name", False)
    if options:
        raise ArgumentError(
            "these arguments are for safetensors files",
            who=f"{model.name}.load_weights",
            got=sorted(options),
            fix="leave them out, or load a .safetensors file",
        )
    if is_hdf5(filepath) or is_keras_file(filepath):
        return load_keras_weights(model, filepath, skip_mismatch, by_name)
    _, arrays = read_archive(filepath, WEIGHTS)
    filled = fill_tree({"params": model.slot.params, "state": model.slot.state}, arrays, str(filepath))
    model.put_weights(filled["params"], filled["state"])
