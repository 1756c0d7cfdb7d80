"""The Keras face of a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from nyuron import losses as losses_room
from nyuron import optimizers as optimizers_room
from nyuron.callbacks import History
from nyuron.core import ArgumentError, Params, Shape, State, StateError, unknown_name
from nyuron.layers import CustomLayer, Graph, InputLayer, InputSpec, Layer, Step, SymbolicTensor, make_first_weights
from nyuron.models._compiled import Compiled
from nyuron.models._network import Network, NetworkSlot, connect_tensors
from nyuron.models._optimizer_view import OptimizerView


class Model(Layer):
    """Layers from inputs to outputs, with training, evaluation and prediction.

    ``Model(inputs, outputs)`` from symbolic tensors (one, a list, or a dict of each), or a subclass with `call`.

    Source: keras.Model.
    """

    mutable_attributes = (
        "history",
        "trainable",
        "name",
        "stop_training",
        "stop_evaluating",
        "stop_predicting",
        "optimizer_state",
        "compiled",
    )

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **options: Any) -> None:
        super().__init__(name=name, **options)
        self.slot: Any = NetworkSlot()
        self.network: Network | None = None
        self.compiled: Any = None
        self.optimizer_state: Any = None
        self.history: History | None = None
        self.stop_training = self.stop_evaluating = self.stop_predicting = False
        self._programs: dict[Any, Any] = {}
        self.input_names: list[str] = ["x"]
        self.output_names: list[str] = ["output"]
        self._input_layers: list[Layer] = []
        self._output_form: Any = None
        self._input_form: Any = None
        if inputs is not None:
            self._connect(inputs, outputs)

    def _connect(self, inputs: Any, outputs: Any) -> None:
        ins, outs = _tensors(inputs, "inputs"), _tensors(outputs, "outputs")
        self.inputs, self.outputs = ins, outs
        self._input_layers = [x.node.layer for x in ins if isinstance(x.node.layer, InputLayer)]
        self._output_form = list(outputs) if isinstance(outputs, Mapping) else None
        self._input_form = list(inputs) if isinstance(inputs, Mapping) else None
        names = list(outputs) if isinstance(outputs, Mapping) else [x.name for x in outs]
        self.output_names = [n if names.count(n) == 1 else f"{n}_{names[:i].count(n)}" for i, n in enumerate(names)]
        self.input_names = list(inputs) if isinstance(inputs, Mapping) else [x.name for x in ins]
        self._adopt(connect_tensors(ins, outs))

    def _adopt(self, network: Network) -> None:
        self.network = network
        self.slot.layers = network.layers
        self.slot.shapes = tuple(entry.shape for entry in network.inputs)
        self._programs.clear()

    # Structure.

    @property
    def layers(self) -> list[Layer]:
        """The layers, with a functional model's inputs first."""
        return [*self._input_layers, *self.network_layers]

    @property
    def network_layers(self) -> tuple[Layer, ...]:
        """The layers that compute."""
        network = self.__dict__.get("network")
        return () if network is None else network.layers

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights. Assigning it assigns it to every layer inside, as in Keras.

        It takes effect at the next fit; one that follows a fit with another set of weights starts the optimizer anew.
        """
        return self.__dict__.get("_trainable", True)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.set_own_trainable(bool(value))
        for layer in (*self.__dict__.get("_input_layers", ()), *(self.network_layers or getattr(self, "_stack", ()))):
            layer.trainable = bool(value)

    def set_own_trainable(self, value: bool) -> None:
        """Say it of the model alone: a frozen one trains nothing by itself; in another model its layers say what does."""
        self.__dict__["_trainable"] = value

    @property
    def graph(self) -> Graph:
        """The network as an immutable description.

        Raises: StateError while the model is not built.
        """
        if self.network is None:
            raise StateError(
                "the model is not built: it does not know the shape of its input",
                who=f"{type(self).__name__}(name={self.name!r})",
                expected="an Input, input_shape= on the first layer, build(shape), or a fit",
                fix=f"{self.name}.build((None, features))",
            )
        graph = self.network.graph()
        return graph if self.trainable else graph.with_frozen((True,) * len(graph.layers))

    @property
    def description(self) -> Layer:
        graph = self.graph
        return graph if self.trainable or self.network is None else self.network.graph()

    def check_shapes(self, *shapes: Shape) -> None:
        del shapes

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of this shape (batch first, as None)."""
        if self.network is None:
            shapes = tuple(tuple(s) for s in input_shape) if isinstance(input_shape, list) else (tuple(input_shape),)
            self.build_for(*shapes)

    def build_for(self, *shapes: Shape, key: Any = None) -> None:
        """A subclass's `call` is traced once, so that all its layers exist."""
        del key
        if self.network is not None:
            return
        if type(self).call is Model.call:
            raise StateError(
                "an empty Model has nothing to build", who=self.name, fix="Model(inputs, outputs), or define call"
            )
        body = _Subclassed(self, name=self.name)
        body.build_for(*shapes)
        refs = tuple((i, None) for i in range(len(shapes)))
        entries = tuple(InputSpec(tuple(s)) for s in shapes)
        shape = body.description.compute_output_shape(*shapes)
        several = bool(shape) and not isinstance(shape[0], int | type(None))
        outputs = tuple((len(shapes), i) for i in range(len(shape))) if several else ((len(shapes), None),)
        self.input_names = [f"x{i}" for i in range(len(shapes))] if len(shapes) > 1 else ["x"]
        self.output_names = [f"output_{i}" for i in range(len(outputs))] if several else ["output"]
        self._adopt(Network((body,), entries, (Step(0, refs),), outputs))

    def ahead(self, x: Any) -> Any:
        """What is made of x before the compiled network: x itself, unless layers on texts come first."""
        return x

    def call(self, inputs: Any) -> Any:
        """What a subclass computes."""
        raise NotImplementedError

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by name or by index.

        Raises: UnknownNameError with the nearest name.
        """
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ArgumentError(
                    "there is no such layer",
                    who=self.name,
                    expected=f"0 … {len(self.layers) - 1}",
                    got=index,
                    fix="name it: get_layer(name)",
                )
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown_name("layer", name, [layer.name for layer in self.layers])

    @property
    def input(self) -> Any:
        """The symbolic input, or a list of them."""
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self) -> Any:
        """The symbolic output, or a list of them."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    @property
    def output_shape(self) -> Any:
        """Shape of the output, batch first."""
        graph = self.graph
        return graph.compute_output_shape(*(entry.shape for entry in graph.inputs))

    def set_weights(self, weights: list[Any]) -> None:
        """Replace all arrays, in the order of `get_weights`."""
        counts, rest = [len(layer.weights) for layer in self.network_layers], iter(weights)
        need, got = sum(counts), len(weights)
        if need != got:
            fix = "pass what get_weights() of a model of the same structure gives"
            raise ArgumentError("the wrong number of weights", who=self.name, expected=need, got=got, fix=fix)
        for layer, count in zip(self.network_layers, counts, strict=True):
            layer.set_weights([next(rest) for _ in range(count)])

    def put_weights(self, params: Params, state: State) -> None:
        """Write a run's arrays into the layers."""
        from nyuron.layers import write_weights

        for layer, p, s in zip(self.network_layers, params, state, strict=True):
            write_weights(layer, p, s)

    def weight_identities(self) -> tuple[int, ...]:
        """Which arrays the layers hold now: another tuple means that someone has replaced one."""
        return tuple(id(leaf) for leaf in jax.tree.leaves((self.slot.params, self.slot.state)))

    # Training.

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int | None = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how to train: optimizer, loss, metrics.

        The last four arguments are Keras's and change nothing: a run is always compiled whole.

        Raises: UnknownNameError for a name that is none of ours, with the nearest one that is.
        """
        del run_eagerly, steps_per_execution, jit_compile, auto_scale_loss
        from nyuron import metrics as metrics_room
        from nyuron.models._compiled import metrics_per_output, per_output

        for entry in per_output(loss, self.output_names, "loss") if isinstance(loss, dict) and self.network else [loss]:
            for one in entry if isinstance(entry, list | tuple) else [entry]:
                if one is not None and not isinstance(one, dict):
                    losses_room.get(one)
        for group in (metrics, weighted_metrics):
            if group is not None and self.network is not None:
                for entry in metrics_per_output(group, self.output_names, "metrics"):
                    for one in entry:
                        metrics_room.get(one)
        self.compiled = Compiled(optimizers_room.get(optimizer), loss, loss_weights, metrics, weighted_metrics)
        if self.network is not None:
            make_first_weights(layer.slot for layer in self.network_layers)
        self.optimizer_state = None
        self._programs.clear()

    @property
    def optimizer(self) -> Any:
        """The optimizer; its numbers may be assigned, also during a fit."""
        return None if self.compiled is None else OptimizerView(self)

    @property
    def loss(self) -> Any:
        return None if self.compiled is None else self.compiled.loss

    @property
    def metrics_names(self) -> list[str]:
        """Names of the figures that evaluate returns, once the model has been trained or evaluated."""
        return list(self._programs.get("names", ["loss"]))

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        *,
        seed: int | None = None,
        resume: Any = None,
        memory_budget: int | None = None,
    ) -> History:
        """Train, as one compiled program. Arguments are Keras's; and three more:

        `seed` fixes shuffling and dropout of this fit; `resume` is a folder in which the whole run state is kept, and
        from which a broken fit goes on to the same bits; `memory_budget` in bytes: data beyond it are streamed.

        Returns: the History. Ctrl-C ends the fit at the next step and returns the history so far.
        """
        from nyuron.models._training import fit

        return fit(
            self,
            x,
            y,
            batch_size=batch_size,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
            seed=seed,
            resume=resume,
            memory_budget=memory_budget,
        )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss, then the metrics in the order of `compile`; the loss alone when there are no metrics."""
        from nyuron.models._inference import evaluate

        return evaluate(self, x, y, batch_size, verbose, sample_weight, steps, callbacks, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for all rows of `x`, as NumPy arrays."""
        from nyuron.models._inference import predict

        return predict(self, x, batch_size, steps, callbacks)

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step on one batch. Returns the figures of that batch."""
        from nyuron.models._one_batch import train_on_batch

        return train_on_batch(self, x, y, sample_weight, class_weight, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """The figures of one batch."""
        return self.evaluate(x, y, len(np.asarray(y)), 0, sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs of one batch."""
        return self.predict(x)

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
        *,
        detail: bool = False,
        hyperparameters: bool = False,
    ) -> None:
        """Print the layers, their output shapes and their numbers of parameters, as Keras does; and on request more.

        `detail`: each layer's receptive field in positions of the input, multiply-adds of its matrix products and
        convolutions, and memory for its weights and its output, for one example (unknown axes count as 1).
        `hyperparameters`: what each layer learned beside what was chosen for it.
        """
        from nyuron.models._summary import summary_text

        del positions, layer_range
        text = summary_text(
            self,
            line_length,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            detail=detail,
            hyperparameters=hyperparameters,
        )
        (print_fn or print)(text)

    def hyperparameters(self) -> dict[str, dict[str, Any]]:
        """Parameters against hyperparameters, by layer: {"class", "parameters", "state", "hyperparameters"}.

        The first two dicts give the arrays that training changes, and those carried along, with their shapes; the last
        one what was chosen. After `compile` the entry "compile" tells the optimizer's and the loss.
        """
        from nyuron.models._hyperparameters import hyperparameters_of

        return hyperparameters_of(self)

    # Files.

    def save(self, filepath: Any, overwrite: bool = True, **options: Any) -> None:
        """Write architecture, weights, and how it was compiled into one file that carries no code.

        A name that ends in `.keras` makes it one of Keras's files.
        """
        from nyuron.models._files import save_model

        save_model(self, filepath, overwrite, **options)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights alone: to Keras's format for a name that ends in `.h5`, to safetensors for that ending."""
        from nyuron.models._files import save_weights

        save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **options: Any) -> None:
        """Read weights that an equal model has written, here or in Keras; or those of a safetensors file.

        `skip_mismatch` loads what fits, and warns of the rest. For safetensors files there are also `mapping`, from
        names in the file to names here (a dict, or a function that gives None for what is to be left out),
        `transpose`, which says how arrays are turned, and `by_name`, which loads what both have.

        Raises: FileFormatError that lists what is missing, left over, or of another shape; then nothing is changed.
        """
        from nyuron.models._files import load_weights

        load_weights(self, filepath, skip_mismatch, **options)

    def get_config(self) -> dict[str, Any]:
        from nyuron.models._config import model_config

        return model_config(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """A model of that structure, with new weights."""
        from nyuron.core import custom_objects as known
        from nyuron.models._config import model_from_config

        with known(custom_objects):
            return model_from_config(cls, config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def described(self) -> str:
        return repr(self)


class _Subclassed(Layer):
    """The body of a subclassed model, as a Keras-style layer."""

    is_body = True

    def __init__(self, model: Model, name: str) -> None:
        super().__init__(name=name)
        inner = [
            v for k, v in model.__dict__.items() if isinstance(v, Layer | list | tuple | dict) and not k.startswith("_")
        ]
        self.inner = [v for v in inner if not isinstance(v, Network)]
        self.function = type(model).call
        self._model = [id(model)]
        object.__setattr__(self, "call", model.call)

    @property
    def description(self) -> Layer:
        return CustomLayer.around(self)


def _tensors(value: Any, what: str) -> list[SymbolicTensor]:
    entries: Sequence[Any]
    if isinstance(value, Mapping):
        entries = list(value.values())
    else:
        entries = list(value) if isinstance(value, list | tuple) else [value]
    for entry in entries:
        if not isinstance(entry, SymbolicTensor):
            raise ArgumentError(
                f"{what} must be outputs of Input or of layers",
                who="Model",
                expected="symbolic tensors",
                got=type(entry).__name__,
                fix="x = Input((features,)); y = Dense(1)(x); Model(x, y)",
            )
    return list(entries)
