"""What `compile` was told, turned into a task once the shapes of the targets are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nyuron import activations, losses, metrics
from nyuron.core import ArgumentError, replace
from nyuron.layers import Activation, Graph, Layer, Softmax
from nyuron.train import Head, Task


@dataclass
class Compiled:
    """The arguments of `compile`, looked up."""

    optimizer: Any
    loss: Any
    loss_weights: Any = None
    metrics: Any = None
    weighted_metrics: Any = None
    cache: dict[Any, Any] = field(default_factory=dict)

    def task(
        self, graph: Graph, names: Sequence[str], targets: Sequence[tuple[int, ...]], outputs: Sequence[Any]
    ) -> Task:
        """The task for targets of these shapes (batch first)."""
        return Task(
            graph=(made := self._made(graph, names, targets, outputs))[0], heads=made[1], optimizer=self.optimizer
        )

    def log_names(self, names: Sequence[str], task: Task) -> list[str]:
        """Names of the figures, in the order in which a run returns them."""
        several = len(names) > 1
        found = ["loss", *(f"{name}_loss" for name in names if several)]
        for name, head in zip(names, task.heads, strict=True):
            for metric in (*head.metrics, *head.weighted_metrics):
                wanted = f"{name}_{metric.name}" if several else str(metric.name)
                number = sum(known == wanted or known.startswith(f"{wanted}_") for known in found)
                found.append(f"{wanted}_{number}" if wanted in found else wanted)
        return found

    def _made(
        self, graph: Graph, names: Sequence[str], targets: Sequence[tuple[int, ...]], outputs: Sequence[Any]
    ) -> tuple[Graph, tuple[Head, ...]]:
        count = len(names)
        loss = per_output(self.loss, names, "loss")
        weights = per_output(self.loss_weights, names, "loss_weights")
        plain = metrics_per_output(self.metrics, names, "metrics")
        weighted = metrics_per_output(self.weighted_metrics, names, "weighted_metrics")
        heads = []
        for i in range(count):
            chosen = None if loss[i] is None else losses.get(loss[i], y_shape=targets[i], pred_shape=outputs[i])
            graph, chosen, activation = leave_activation_to_loss(graph, i, chosen)
            heads.append(
                Head(
                    loss=chosen,
                    weight=1.0 if weights[i] is None else weights[i],
                    metrics=tuple(metrics.resolve(m, targets[i], outputs[i]) for m in plain[i]),
                    weighted_metrics=tuple(metrics.resolve(m, targets[i], outputs[i]) for m in weighted[i]),
                    activation=activation,
                )
            )
        return graph, tuple(heads)


def per_output(value: Any, names: Sequence[str], argument: str) -> list[Any]:
    """One entry per output, from one for all, a list, or a mapping by output name."""
    if isinstance(value, Mapping):
        unknown = [name for name in value if name not in names]
        if unknown:
            raise ArgumentError(
                f"{argument} names an output that the model does not have",
                who="compile",
                expected=f"among {list(names)}",
                got=unknown,
                fix="use the names of the output layers",
            )
        return [value.get(name) for name in names]
    if isinstance(value, list | tuple):
        if len(value) != len(names):
            raise ArgumentError(
                f"{argument} has the wrong length",
                who="compile",
                expected=f"{len(names)}, one per output",
                got=len(value),
                fix=f"{argument}={{{', '.join(f'{name!r}: …' for name in names)}}}, or a list in this order",
            )
        return list(value)
    return [value] * len(names)


def metrics_per_output(value: Any, names: Sequence[str], argument: str) -> list[list[Any]]:
    """A list of metrics per output; with one output, a flat list or a single metric will do."""
    if value is None:
        return [[] for _ in names]
    if isinstance(value, Mapping):
        return [_listed(entry) for entry in per_output(value, names, argument)]
    if len(names) == 1:
        flat = _listed(value)
        return [_listed(flat[0]) if len(flat) == 1 else flat]
    if isinstance(value, list | tuple) and len(value) == len(names) and any(isinstance(v, list | tuple) for v in value):
        return [_listed(entry) for entry in value]
    if not isinstance(value, list | tuple):
        return [[value] for _ in names]
    return [_listed(entry) for entry in per_output(value, names, argument)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def leave_activation_to_loss(graph: Graph, output: int, loss: Any) -> tuple[Graph, Any, Any]:
    """Take a final softmax or sigmoid off the network and give its loss the logits instead.

    Returns the network, the loss, and the activation that makes a prediction of an output. Nothing changes unless the
    loss is a cross-entropy of probabilities, and the last layer's output goes nowhere else.
    """
    wanted = getattr(loss, "logits_activation", None)
    if wanted is None or loss.from_logits:
        return graph, loss, None
    place, index = graph.outputs[output]
    first_step = len(graph.inputs)
    is_used_again = (
        any((place, index) in step.inputs for step in graph.steps) or graph.outputs.count((place, index)) > 1
    )
    if place < first_step or is_used_again:
        return graph, loss, None
    number = graph.steps[place - first_step].layer
    bare = _without_activation(graph.layers[number], getattr(activations, wanted))
    if bare is None or sum(step.layer == number for step in graph.steps) > 1:
        return graph, loss, None
    layers = tuple(bare if i == number else layer for i, layer in enumerate(graph.layers))
    return replace(graph, layers=layers), loss.with_logits(), getattr(activations, wanted)


def _without_activation(layer: Layer, activation: Any) -> Layer | None:
    if isinstance(layer, Softmax):
        is_plain = activation is activations.softmax and layer.axis == -1
        return Activation("linear", name=layer.name) if is_plain else None
    if getattr(layer, "activation", None) is not activation or getattr(layer, "activity_regularizer", None) is not None:
        return None
    return replace(layer, activation=activations.linear)
