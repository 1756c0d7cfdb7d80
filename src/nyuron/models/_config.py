"""A model's structure as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nyuron.core import FileFormatError, KindError, from_config, to_config
from nyuron.layers import Input, InputSpec, Layer, Step, arguments


def model_config(model: Any) -> dict[str, Any]:
    """Layers and connections. A Sequential is its list of layers.

    Raises: KindError for a subclassed model, whose structure is code.
    """
    from nyuron.models._model import Model
    from nyuron.models._sequential import Sequential

    base = {"name": model.name, "trainable": model.trainable}
    if isinstance(model, Sequential):
        entry = model._entry
        shown = None if entry is None else {"shape": list(entry.shape), "dtype": entry.dtype}
        return {**base, "input": shown, "layers": [to_config(layer) for layer in model.layers]}
    if type(model).call is not Model.call or model.network is None:
        raise KindError(
            "the structure of a subclassed model is code, which files do not carry",
            who=repr(model),
            fix="save_weights() and load_weights(), or give the class get_config() and from_config()",
        )
    network = model.network
    return {
        **base,
        "layers": [to_config(layer) for layer in network.layers],
        "inputs": [
            {"shape": list(i.shape), "dtype": i.dtype, "name": n}
            for i, n in zip(network.inputs, model.input_names, strict=True)
        ],
        "steps": [
            {
                "layer": s.layer,
                "inputs": [list(r) for r in s.inputs],
                "named": dict(s.named),
                "keywords": [list(k) for k in s.keywords],
            }
            for s in network.steps
        ],
        "outputs": [list(reference) for reference in network.outputs],
        "output_names": model.output_names,
        "output_form": model._output_form,
    }


def model_from_config(cls: type, config: Mapping[str, Any]) -> Any:
    """A model of that structure with new weights."""
    from nyuron.models._model import Model
    from nyuron.models._sequential import Sequential

    layers = [from_config(layer) for layer in config["layers"]]
    if not all(isinstance(layer, Layer) for layer in layers):
        raise FileFormatError(
            "a model's layers must be layers",
            who=config.get("name", "model"),
            expected="the configuration of a layer a place",
            got=", ".join(type(found).__name__ for found in layers),
            fix="save the model again with model.save(path), which writes what each layer is",
        )
    if issubclass(cls, Sequential):
        model = cls(name=config["name"])
        entry = config.get("input")
        if entry is not None:
            model._entry = InputSpec(tuple(entry["shape"]), entry["dtype"])
        for layer in layers:
            model._append(layer)
        model._try_to_build()
        model.set_own_trainable(config.get("trainable", True))
        return model
    tensors: list[Any] = [Input(tuple(i["shape"][1:]), dtype=i["dtype"], name=i["name"]) for i in config["inputs"]]
    inputs = list(tensors)
    for step in config["steps"]:
        chosen = [tensors[at] if i is None else tensors[at][i] for at, i in step["inputs"]]
        chosen, named = arguments(_saved_step(step), chosen)
        tensors.append(layers[step["layer"]](*chosen, **named))
    outputs = [tensors[at] if i is None else tensors[at][i] for at, i in config["outputs"]]
    form = config.get("output_form")
    model = Model(inputs, dict(zip(form, outputs, strict=True)) if form else outputs, name=config["name"])
    model.output_names = list(config["output_names"])
    if model.network is not None:
        model._adopt(model.network.reordered(layers))
    model.set_own_trainable(config.get("trainable", True))
    return model


def _saved_step(step: Mapping[str, Any]) -> Step:
    keywords = tuple((name, place) for name, place in step.get("keywords", ()))
    return Step(step["layer"], (), tuple(step["named"].items()), keywords)


def clone_model(model: Any) -> Any:
    """A model of the same structure with new weights and layers of its own.

    Source: keras.models.clone_model.
    """
    return type(model).from_config(model.get_config())
