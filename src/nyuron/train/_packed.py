"""A chain of dense layers with all its weights in one array, so that one program trains networks of any widths.

What a program depends on are then the shapes of the data and of that array, whose length is rounded up; how wide the
layers are comes as numbers. A search over widths compiles once.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Array, Configurable, Params, State, module, replace, static
from nyuron.kernels import dense_apply, dense_train
from nyuron.train._chain import MOST_ROWS, MOST_WORDS, Chain, chain_of, form_of_optimizer, options_of
from nyuron.train._one_of import OneOf
from nyuron.train._state import NOT_FINITE, RunState, start_state
from nyuron.train._stopping import StoppingRule
from nyuron.train._task import Batch, Outcome, Sums, Task, add_figures, add_metrics

_SLOTS = {"sgd": (), "rmsprop": ("s",), "adam": ("m", "v"), "adagrad": ("s",)}
_NUMBERS = {"elu": 1.0, "leaky_relu": 0.2}
"""What an activation that is given as a function has for its number."""


@module
class PackedNetwork(Configurable):
    """The network of a packed task: its form, which begins with the batch size, and numbers, as the machine code reads them."""

    form: Any
    numbers: Any
    units: int = static()
    is_sparse: bool = static(False)
    """Whether the targets are labels."""


class Packing:
    """How one network's weights, and what an optimizer and a stopping rule keep of them, become one array and back."""

    def __init__(self, chain: Chain, task: Task, data: Batch, batch: int) -> None:
        form = chain.form
        self._last: tuple[RunState, RunState] | None = None
        self.places: list[tuple[int, str, tuple[int, ...], int]] = []
        length = 0
        for stage, number in zip(form.stages, chain.dense, strict=True):
            shapes = {"kernel": (stage.inputs, stage.units), "bias": (stage.units,)}
            for name in ("kernel", "bias")[: 1 + stage.has_bias]:
                self.places.append((number, name, shapes[name], length))
                length += int(np.prod(shapes[name]))
        self.length, self.room = length, _rounded(length)
        # A dictionary's leaves come in the order of their names: the bias before the kernel.
        names = [(number, name) for number, name, _, _ in self.places]
        self._leaf = [sorted(names).index(name) for name in names]
        self._layers = len(task.graph.layers)
        words = np.zeros(MOST_WORDS, np.int32)
        encoded = form.encoded(batch, data[2][0] is not None)
        words[: len(encoded)] = encoded
        network = PackedNetwork(words, _numbers(chain, task), form.units, form.loss == "sparse")
        self.task: Task = replace(task, graph=network)
        self.most = 128 if batch <= 128 else MOST_ROWS

    def weights(self, params: Params) -> np.ndarray:
        """All weights in one array."""
        return self._joined([params[number][name] for number, name, _, _ in self.places])

    def start(self, params: Params, layers: State, rule: StoppingRule | None, **options: Any) -> RunState:
        """As `start_state`, without a program for each network's shapes."""
        seed, optimizer = options.pop("seed"), options.pop("optimizer")
        packed = None if optimizer is None else self._each(optimizer, self._pack_slots)
        state = start_state(self.task, self.weights(params), (), rule, seed, optimizer=packed, **options)
        return self.unpack(state, layers)

    def pack(self, state: RunState, device: Any = None) -> RunState:
        """The state with one array in place of many, on a device."""
        if self._last is not None and self._last[0] is state:
            packed = self._last[1]
            if isinstance(packed.params, jax.Array) and packed.params.devices() == {device}:
                return packed
        else:
            packed = state._replace(
                params=self.weights(state.params),
                layers=(),
                optimizer=self._each(state.optimizer, self._pack_slots),
                stopping=self._with_best(state.stopping, lambda best: (self.weights(best[0]), ())),
            )
        return jax.device_put(packed, device)

    def unpack(self, state: RunState, layers: State) -> RunState:
        """The state as the network knows it; its weights are views of what they were packed in."""
        whole = state._replace(
            params=self._params(state.params),
            layers=layers,
            optimizer=self._each(state.optimizer, self._unpack_slots),
            stopping=self._with_best(state.stopping, lambda best: (self._params(best[0]), layers)),
        )
        self._last = whole, state
        return whole

    def _joined(self, arrays: list[Any]) -> np.ndarray:
        joined = np.zeros(self.room, np.float32)
        np.concatenate([np.asarray(a).ravel() for a in arrays], out=joined[: self.length])
        return joined

    def _split(self, whole: Any) -> list[np.ndarray]:
        whole = np.asarray(whole)
        return [whole[start : start + int(np.prod(shape))].reshape(shape) for _, _, shape, start in self.places]

    def _params(self, whole: Any) -> Params:
        params: list[dict[str, Any]] = [{} for _ in range(self._layers)]
        for (number, name, _, _), value in zip(self.places, self._split(whole), strict=True):
            params[number][name] = value
        return tuple(params)

    def _each(self, optimizer: State, change: Any) -> State:
        """The state of the optimizer, or of each of several, with its slots changed."""
        if "each" in optimizer:
            return {"each": tuple(self._each(state, change) for state in optimizer["each"])}
        return {**optimizer, "slots": change(optimizer["slots"])}

    def _pack_slots(self, slots: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return ({name: self._joined([slots[leaf][name] for leaf in self._leaf]) for name in slots[0]},)

    def _unpack_slots(self, slots: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        found: list[dict[str, Any]] = [{} for _ in self._leaf]
        for name, whole in slots[0].items():
            for leaf, value in zip(self._leaf, self._split(whole), strict=True):
                found[leaf][name] = value
        return tuple(found)

    def _with_best(self, stopping: Any, change: Any) -> Any:
        if stopping is None or stopping.best_params is None:
            return stopping
        return stopping._replace(best_params=change(stopping.best_params))


def packing_of(task: Task, data: Batch, batch: int) -> Packing | None:
    """How the task is packed for our machine code; None where that does not train it."""
    chain = chain_of(task, data, batch)
    return None if chain is None else Packing(chain, task, data, batch)


def _rounded(length: int) -> int:
    """A length that many networks share: the next power of four, so that a search over widths compiles a program or two."""
    room = 256
    while room < length:
        room *= 4
    return room


def _numbers(chain: Chain, task: Task) -> np.ndarray:
    head, every = task.heads[0], task.graph.layers
    found = [head.weight, getattr(head.loss, "delta", getattr(head.loss, "label_smoothing", 0.0))]
    stages = zip(chain.form.stages, chain.dense, chain.benders, chain.dropouts, strict=True)
    for stage, number, bender, dropout in stages:
        slope = _NUMBERS.get(stage.activation, 0.0) if bender is None else every[bender].negative_slope
        found += [slope, 0.0 if dropout is None else every[dropout].rate]
        for rule in (every[number].kernel_regularizer, every[number].bias_regularizer):
            found += [getattr(rule, "l1", 0.0), getattr(rule, "l2", 0.0)]
    for option in options_of(task.optimizer):
        first = getattr(option, "beta_1", getattr(option, "rho", 0.0))
        bounds = [n for n in (option.clipnorm, option.global_clipnorm, option.clipvalue) if n is not None]
        found += [first, getattr(option, "beta_2", 0.0), getattr(option, "epsilon", 0.0)]
        found += [getattr(option, "momentum", 0.0), option.weight_decay, bounds[0] if bounds else 0.0]
    numbers = np.zeros(MOST_WORDS, np.float32)
    numbers[: len(found)] = [0.0 if n is None else np.asarray(n) for n in found]
    return numbers


class PackedRun:
    """Steps of a packed task, over what stays the same from epoch to epoch, so that it is made once, outside all loops.

    `most` is a bound of the batch size, which itself is one of the task's numbers.
    """

    def __init__(self, task: Task, data: Batch, most: int = MOST_ROWS) -> None:
        (x,), (y,), (w,) = data
        self.task, self.data, self.most = task, data, most
        self.network: PackedNetwork = task.graph  # type: ignore[assignment]
        self.batch = self.network.form[0]
        self.x = x.reshape(x.shape[0], -1)
        self.y = y.reshape(-1).astype(jnp.int32) if self.network.is_sparse else _columns(y).astype(jnp.float32)
        self.w = None if w is None else w.reshape(-1)

    def steps_for(self, rows: int) -> Array:
        """How many steps an epoch of so many rows has."""
        return -(-rows // self.batch)

    def train(self, run: RunState, order: Array, end: Array, base: Any = 0) -> RunState:
        """As `train_step` from the run's step to `end`; `order` holds the rows of the steps from `base` on."""
        optimizer, network = self.task.optimizer, self.network
        option, states = _chosen(optimizer, run.optimizer)
        names = [_slot_names(one) for one in options_of(optimizer)]
        iterations = _picked([state["iterations"] for state in states], option)
        counters = jnp.stack([jnp.asarray(n, jnp.int32) for n in (run.epoch, run.step, end, base, iterations, option)])
        outputs, totals, done, is_finite, weights, slots = dense_train(
            network.form,
            network.numbers,
            network.units,
            (self.x, self.y, self.w),
            order,
            run.key,
            counters,
            _rates(optimizer, option, iterations - (run.step - base), order.shape[0]),
            jnp.stack([run.sums.rows, run.sums.loss]),
            run.params,
            [state["slots"][0][name] for state, own in zip(states, names, strict=True) for name in own],
        )
        each = iter(slots)
        moved = [jnp.where(option == i, done - run.step, 0).astype(jnp.int32) for i in range(len(states))]
        after = tuple(
            {"iterations": state["iterations"] + count, "slots": ({name: next(each) for name in own},)}
            for state, own, count in zip(states, names, moved, strict=True)
        )
        return run._replace(
            params=weights,
            optimizer={"each": after} if isinstance(optimizer, OneOf) else after[0],
            sums=self._with_metrics(run.sums, order, outputs, run.step - base, done - base)._replace(
                rows=totals[0], loss=totals[1]
            ),
            status=jnp.where(is_finite, run.status, NOT_FINITE),
            step=done,
        )

    def _with_metrics(self, sums: Sums, order: Array, outputs: Array, first: Any, last: Any) -> Sums:
        """Sums with the metrics of the steps `first` … `last` of those that the order is for, one after another."""
        head, size = self.task.heads[0], self.most
        if not (*head.metrics, *head.weighted_metrics):
            return sums
        # A step's rows are a slice of a size that is known, of which those beyond the step do not count.
        order, outputs = jnp.pad(order, (0, size)), jnp.pad(outputs, ((0, size), (0, 0)))
        length = order.shape[0] - size

        def add(step: Any, sums: Sums) -> Sums:
            start = step * self.batch
            rows = jax.lax.dynamic_slice_in_dim(order, start, size)
            output = jax.lax.dynamic_slice_in_dim(outputs, start, size)
            used = jnp.arange(size) < jnp.minimum(self.batch, length - start)
            return add_metrics(self.task, sums, _rows_of(self.data, rows), (output,), (used,))

        return jax.lax.fori_loop(first, last, add, sums)

    def outputs(self, weights: Array, order: Array) -> Array:
        """The network's outputs for these rows, at inference."""
        network = self.network
        return dense_apply(network.form, network.numbers, network.units, self.x, order, weights)[0]

    def evaluate(self, weights: Array, sums: Sums, order: Array) -> Sums:
        """Sums after the rows of `order`, at inference."""
        network, head = self.network, self.task.heads[0]
        output, penalty = dense_apply(network.form, network.numbers, network.units, self.x, order, weights)
        rows = _rows_of(self.data, order)
        own = head.loss(rows[1][0], output, sample_weight=rows[2][0])
        loss = penalty + jnp.asarray(head.weight, own.dtype) * own
        return add_figures(self.task, sums, rows, Outcome(loss, (own,), (output,), (None,), ()))


def _columns(y: Array) -> Array:
    return y.reshape(y.shape[0], -1)


def _rows_of(data: Batch, order: Array) -> Batch:
    return jax.tree.map(lambda a: a.at[order].get(mode="promise_in_bounds", wrap_negative_indices=False), data)


def _chosen(optimizer: Any, state: Any) -> tuple[Any, tuple[Any, ...]]:
    """Which option moves the weights, and the state of each."""
    if isinstance(optimizer, OneOf):
        return jnp.asarray(optimizer.chosen, jnp.int32), state["each"]
    return np.int32(0), (state,)


def _picked(values: list[Any], option: Any) -> Any:
    if len(values) == 1:
        return values[0]
    return jnp.stack(values).at[option].get(mode="promise_in_bounds", wrap_negative_indices=False)


def _rates(optimizer: Any, option: Any, first: Any, steps: int) -> Array:
    """The learning rate at each of so many iterations from `first` on."""

    def rates(one: Any) -> Array:
        if not callable(one.learning_rate):
            return jnp.full((steps,), jnp.asarray(one.learning_rate, jnp.float32))
        iterations = first + jnp.arange(steps, dtype=jnp.int32)
        return jax.vmap(lambda i: jnp.asarray(one.rate(i), jnp.float32))(iterations)

    return _picked([rates(one) for one in options_of(optimizer)], option)


def _slot_names(optimizer: Any) -> tuple[str, ...]:
    form: Any = form_of_optimizer(optimizer)
    return (*_SLOTS[form.kind], *(("momentum",) if form.has_momentum else ()))
