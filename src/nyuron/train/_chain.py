"""Networks that are a chain of dense layers: their steps are taken by our own machine code, a whole epoch a call.

A small network's step takes XLA some thirty operations of which each has a fixed cost, and a compilation of seconds for
each structure. `chain_of` recognises what the machine code can do; whatever it cannot is trained by `train_step`, with
the same results up to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from nyuron import activations, layers, losses, optimizers, regularizers
from nyuron.kernels import DenseForm, DenseOptimizer, DenseStage, are_kernels_plain, has_native_code
from nyuron.train._one_of import OneOf
from nyuron.train._task import Batch, Task

MOST_WEIGHTS = 160_000
"""Beyond it, XLA's products on all cores are faster than ours on one."""
MOST_WORDS = 128
"""Of a form: programs are given that many, however few stages there are."""
MOST_ROWS = 1024
"""In a batch, for the same reason."""

_FUNCTIONS = {
    activations.linear: "linear",
    activations.relu: "relu",
    activations.sigmoid: "sigmoid",
    activations.tanh: "tanh",
    activations.elu: "elu",
    activations.selu: "selu",
    activations.softplus: "softplus",
    activations.silu: "silu",
    activations.swish: "silu",
    activations.leaky_relu: "leaky_relu",
}
_LOSSES = {
    losses.MeanSquaredError: "squared",
    losses.MeanAbsoluteError: "absolute",
    losses.Huber: "huber",
    losses.BinaryCrossentropy: "binary",
    losses.CategoricalCrossentropy: "categorical",
    losses.SparseCategoricalCrossentropy: "sparse",
}
_OPTIMIZERS = {
    optimizers.SGD: "sgd",
    optimizers.RMSprop: "rmsprop",
    optimizers.Adam: "adam",
    optimizers.AdamW: "adam",
    optimizers.Adagrad: "adagrad",
}
_PENALTIES = (regularizers.L1, regularizers.L2, regularizers.L1L2)
_METRICS = ("accuracy", "counts", "curves", "f_score", "means")
"""Files of the metrics that are sums over examples, whichever batch they come in."""


@dataclass(frozen=True)
class Chain:
    """Where the parts of a form are found in a network: places among the graph's layers."""

    form: DenseForm
    dense: tuple[int, ...]
    benders: tuple[int | None, ...]
    """Layers whose number is that of a stage's activation."""
    dropouts: tuple[int | None, ...]


def chain_of(task: Task, data: Batch, batch: int) -> Chain | None:
    """How the task is trained by machine code; None where it cannot be, or would not be faster."""
    if are_kernels_plain() or not _has_fitting_data(data) or batch > MOST_ROWS:
        return None
    loss, options = _loss_of(task), _forms_of(task.optimizer)
    if loss is None or options is None:
        return None
    chain = _stages_of(task.graph, data[0][0].shape, loss, options)
    if chain is None or chain.form.size > MOST_WEIGHTS or not _has_fitting_targets(chain, data):
        return None
    return chain if has_native_code() else None


# Recognition.


def _has_fitting_data(data: Batch) -> bool:
    xs, ys, ws = data
    if len(xs) != 1 or len(ys) != 1:
        return False
    x, w = xs[0], ws[0]
    return x.dtype == jnp.float32 and x.ndim >= 2 and (w is None or w.size == x.shape[0])


def _has_fitting_targets(chain: Chain, data: Batch) -> bool:
    y = data[1][0]
    width = y.shape[1:] or (1,)
    if y.dtype == jnp.float64 or y.dtype == jnp.int64:
        return False
    return width == ((1,) if chain.form.loss == "sparse" else (chain.form.units,))


def _loss_of(task: Task) -> str | None:
    if len(task.heads) != 1:
        return None
    head = task.heads[0]
    loss = head.loss
    kind = _LOSSES.get(type(loss))
    is_plain = kind is not None and loss.reduction == "sum_over_batch_size" and loss.dtype is None
    if not is_plain or not all(map(_is_sum_of_examples, (*head.metrics, *head.weighted_metrics))):
        return None
    if kind in ("binary", "categorical", "sparse") and not (loss.from_logits and loss.axis == -1):
        return None
    return None if getattr(loss, "ignore_class", None) is not None else kind


def _is_sum_of_examples(metric: Any) -> bool:
    home = type(metric).__module__
    own_loss = type(metric.of).__module__.startswith("nyuron.losses.") if hasattr(metric, "of") else True
    return home in [f"nyuron.metrics._{name}" for name in _METRICS] and own_loss and not hasattr(metric, "function")


def options_of(optimizer: Any) -> tuple[Any, ...]:
    """The optimizers of which one moves the weights; none where a task is only evaluated."""
    if optimizer is None:
        return ()
    return optimizer.options if isinstance(optimizer, OneOf) else (optimizer,)


def _forms_of(optimizer: Any) -> tuple[DenseOptimizer, ...] | None:
    found = [form_of_optimizer(option) for option in options_of(optimizer)]
    return None if None in found else tuple(found)  # type: ignore[arg-type]


def form_of_optimizer(optimizer: Any) -> DenseOptimizer | None:
    """What the machine code is told of an optimizer; None for one that it does not know."""
    kind = _OPTIMIZERS.get(type(optimizer))
    if kind is None or getattr(optimizer, "amsgrad", False) or getattr(optimizer, "centered", False):
        return None
    if optimizer.use_ema or optimizer.gradient_accumulation_steps or optimizer.loss_scale_factor is not None:
        return None
    clips = [name for name in ("clipnorm", "global_clipnorm", "clipvalue") if getattr(optimizer, name) is not None]
    return DenseOptimizer(
        kind,
        has_momentum=getattr(optimizer, "has_momentum", False),
        is_nesterov=getattr(optimizer, "nesterov", False),
        has_decay=optimizer.weight_decay is not None,
        clip=clips[0] if clips else "none",
    )


def _stages_of(graph: Any, shape: tuple[int, ...], loss: str, options: tuple[DenseOptimizer, ...]) -> Chain | None:
    # An input that is declared as integers is cut down to them.
    if [entry.dtype for entry in graph.inputs] != ["float32"] or graph.outputs != ((len(graph.steps), None),):
        return None
    if any(graph.frozen) or len({step.layer for step in graph.steps}) < len(graph.steps):
        return None
    stages = _Stages(shape)
    for place, step, layer in graph.walk():
        is_next = step.inputs == ((place, None),) and not step.named and not step.keywords
        if not is_next or not stages.take(place, step.layer, layer):
            return None
    if not stages.found or stages.size is None:
        return None
    forms = tuple(DenseStage(**stage) for stage in stages.found)
    form = DenseForm(forms, loss, options)
    if len(form.encoded(1, False)) > MOST_WORDS:
        return None
    return Chain(form, tuple(stages.dense), tuple(stages.benders), tuple(stages.dropouts))


class _Stages:
    """Stages as they grow, layer by layer."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.size = shape[1] if len(shape) == 2 else None
        self._whole = int(np.prod(shape[1:]))
        self.found: list[dict[str, Any]] = []
        self.dense: list[int] = []
        self.benders: list[int | None] = []
        self.dropouts: list[int | None] = []

    def take(self, place: int, number: int, layer: Any) -> bool:
        """Whether the layer could be added."""
        if type(layer) is layers.Flatten:
            self.size = self._whole if not self.found else self.size
            return layer.data_format != "channels_first"
        if type(layer) is layers.Dense:
            return self.size is not None and self._add_dense(number, layer)
        if not self.found:
            return False
        if type(layer) is layers.Dropout:
            return self._add_dropout(place, number, layer)
        return self._bend(number, layer)

    def _add_dense(self, number: int, layer: Any) -> bool:
        activation = _FUNCTIONS.get(layer.activation)
        rules = layer.kernel_regularizer, layer.bias_regularizer
        is_ruled = layer.activity_regularizer or layer.kernel_constraint or layer.bias_constraint
        if activation is None or is_ruled or not all(rule is None or type(rule) in _PENALTIES for rule in rules):
            return False
        self.found.append(
            {
                "inputs": self.size,
                "units": layer.units,
                "has_bias": layer.use_bias,
                "activation": activation,
                "is_kernel_penalised": rules[0] is not None,
                "is_bias_penalised": layer.use_bias and rules[1] is not None,
            }
        )
        self.size = layer.units
        self.dense.append(number)
        self.benders.append(None)
        self.dropouts.append(None)
        return True

    def _add_dropout(self, place: int, number: int, layer: Any) -> bool:
        if self.dropouts[-1] is not None or layer.seed is not None or layer.noise_shape is not None:
            return False
        self.found[-1] |= {"has_dropout": True, "place": place}
        self.dropouts[-1] = number
        return True

    def _bend(self, number: int, layer: Any) -> bool:
        if self.found[-1]["activation"] != "linear" or self.dropouts[-1] is not None:
            return False
        if type(layer) is layers.LeakyReLU:
            self.found[-1]["activation"], self.benders[-1] = "leaky_relu", number
            return True
        if type(layer) is layers.ReLU:
            numbers = (layer.negative_slope, layer.threshold)
            is_plain = layer.max_value is None and not any(np.asarray(n).any() for n in numbers)
            activation = "relu" if is_plain else None
        else:
            activation = _FUNCTIONS.get(layer.activation) if type(layer) is layers.Activation else None
        if activation is None or getattr(layer, "activity_regularizer", None) is not None:
            return False
        self.found[-1]["activation"] = activation
        return True
