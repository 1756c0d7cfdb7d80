"""The members of a population that one program trains together: one, or several side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nyuron.core import Params, State
from nyuron.train._advance import Plan, run_packed
from nyuron.train._clock import seconds_since
from nyuron.train._one_of import OneOf
from nyuron.train._orders import epoch_orders, epochs_at_once
from nyuron.train._packed import Packing, packing_of
from nyuron.train._run import Pace, Settings
from nyuron.train._state import NOT_FINITE, RUNNING, RunState, start_state
from nyuron.train._stopping import StoppingRule, restored
from nyuron.train._task import Batch, Task, numbers_as_arrays

_WEIGHTS = ("params", "layers", "optimizer")


class Member(NamedTuple):
    """A run that is to be one of many: what is trained, from which weights, on which of the shared rows."""

    task: Task
    params: Params
    frozen: Params
    layers: State
    rule: StoppingRule | None = None
    seed: int = 0
    number: int = 0
    """Takes part in the random numbers beside the seed; 0, as in a run alone, unless members share a seed."""
    rows: np.ndarray | None = None
    """Which rows of the data it trains on; None for all."""
    validation_rows: np.ndarray | None = None
    optimizer: State = None
    """What an earlier run left of the optimizer's state."""


class Trained(NamedTuple):
    """What a member leaves."""

    params: Params
    layers: State
    optimizer: State
    status: int
    epochs: int
    """How many it trained."""
    logs: tuple[np.ndarray, ...]
    """One array a figure, an entry an epoch, training before validation."""
    seconds: float = 0.0
    """What its training took, compiling and waiting not counted; members side by side share the time equally."""


class Shared(NamedTuple):
    """The data that all members use, on one device."""

    data: Batch
    validation: Batch | None


class Ground:
    """The data that all members use, copied to a device when the first member trains there."""

    def __init__(self, data: Batch, validation: Batch | None = None) -> None:
        self.data, self.validation = data, validation
        self._copies: dict[Any, Shared] = {}
        self._lock = threading.Lock()

    @property
    def rows(self) -> int:
        return int(self.data[0][0].shape[0])

    def on(self, device: Any) -> Shared:
        """The data on a device."""
        with self._lock:
            if device not in self._copies:
                data = jax.device_put(self.data, device)
                same = self.validation is self.data
                self._copies[device] = Shared(data, data if same else jax.device_put(self.validation, device))
            return self._copies[device]


class Group:
    """Members with one structure, on their way together. One alone has no member axis: its program is that of a run.

    `width` lanes train side by side; lanes for which there is no member repeat the last one, so that a group that is
    not full is no program of its own. When half of the lanes have stopped, the others go on in half as many.
    """

    def __init__(self, members: Sequence[Member], settings: Settings, width: int | None = None) -> None:
        once = _Once()
        self.members = [m._replace(task=once(m.task), rule=None if m.rule is None else once(m.rule)) for m in members]
        self.settings = settings
        self.epoch = settings.initial_epoch
        width = max(width or 1, len(self.members))
        self._lanes = [min(i, len(self.members) - 1) for i in range(width)]
        self._logs: list[list[Any]] = [[] for _ in self.members]
        self._left: dict[int, tuple[Params, State, State, int]] = {}
        self._seconds = [0.0] * len(self.members)
        self._state: RunState | None = None
        self._drawn: tuple[Any, Any] | None = None
        self._packed: tuple[Task, Packing | None] | None = None

    @property
    def signature(self) -> Any:
        """What the compiled program depends on, besides the data."""
        first, size = self.members[0], (self.settings.batch_size, self.settings.validation_batch_size)
        return jax.tree.structure((first.task, first.rule)), size, len(self._lanes)

    @property
    def has_lanes(self) -> bool:
        return len(self._lanes) > 1

    @property
    def is_done(self) -> bool:
        """Whether no member has an epoch left to train."""
        return self.epoch >= self.settings.epochs or not self.running

    @property
    def running(self) -> list[int]:
        """Places of the members that have not stopped."""
        return [i for i, status in enumerate(self.statuses) if status == RUNNING]

    @property
    def statuses(self) -> list[int]:
        if self._state is None:
            return [RUNNING] * len(self.members)
        now = np.atleast_1d(np.asarray(self._state.status))
        found = {place: int(now[lane]) for lane, place in reversed(list(enumerate(self._lanes)))}
        return [self._left[i][-1] if i in self._left else found[i] for i in range(len(self.members))]

    def logs(self, place: int) -> tuple[np.ndarray, ...]:
        """A member's figures so far: one array a figure, an entry an epoch that it trained."""
        parts = self._logs[place]
        if not parts:
            return ()
        joined = tuple(np.concatenate([np.asarray(part[i]) for part in parts]) for i in range(len(parts[0])))
        # What follows the last epoch that was trained whole is NaN.
        epochs = int(np.isfinite(joined[0]).sum())
        return tuple(figure[:epochs] for figure in joined)

    def advance(
        self,
        shared: Shared,
        until: int | None = None,
        goes_on: Callable[[Group], bool] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Train to epoch `until`, or to the end; `goes_on(group)` is asked after each stretch of steps."""
        until = self.settings.epochs if until is None else min(until, self.settings.epochs)
        pace = pace or Pace()
        if self._state is None:
            self._state = self._start(self._packing(shared))
        # It may have been on another device before; and a state that is bound to no device would be another program.
        if self._packing(shared) is None:
            (device,) = shared.data[0][0].devices()
            self._state = jax.device_put(self._state, device)
        while self.epoch < until and self.running:
            self._stretch(shared, until, pace)
            self._squeeze()
            if goes_on is not None and not goes_on(self):
                return

    def stop(self, place: int, status: int) -> None:
        """Let a member stop where it is."""
        state = self._state
        if state is None or place in self._left:
            return
        lanes = [lane for lane, owner in enumerate(self._lanes) if owner == place]
        stopped = np.array(state.status)
        stopped[lanes if self.has_lanes else ()] = status
        self._state = state._replace(status=jnp.asarray(stopped))

    def copy_weights(self, place: int, source: Group, origin: int) -> None:
        """Go on from another member's weights, layer state and optimizer state; logs, seed and epoch stay one's own."""
        mine, theirs = self._state, source._state
        if mine is None or theirs is None:
            return
        theirs = source._lane(theirs, source._lanes.index(origin))
        parts = {name: jax.device_get(getattr(theirs, name)) for name in _WEIGHTS}
        if self.has_lanes:
            lane = self._lanes.index(place)
            put = lambda old, new: old.at[lane].set(new)  # noqa: E731
            parts = {name: jax.tree.map(put, getattr(mine, name), new) for name, new in parts.items()}
        self._state = mine._replace(**parts)

    def change(self, place: int, task: Task) -> None:
        """Go on with other numbers in the description: a learning rate, a dropout rate. The structure must stay."""
        self.members[place] = self.members[place]._replace(task=numbers_as_arrays(task))

    def trained(self, place: int) -> Trained:
        """What a member leaves if it ends here."""
        if self._state is None:
            self._state = self._start()
        left = self._left[place] if place in self._left else self._ended(self._lanes.index(place))
        logs = self.logs(place)
        return Trained(*left, len(logs[0]) if logs else 0, logs, self._seconds[place])

    # One stretch.

    def _stretch(self, shared: Shared, until: int, pace: Pace) -> None:
        settings, lanes = self.settings, [self.members[place] for place in self._lanes]
        total = shared.data[0][0].shape[0] if lanes[0].rows is None else len(lanes[0].rows)
        capacity = epochs_at_once(total * len(lanes))
        steps, first = -(-total // settings.batch_size), self.epoch
        old: RunState = self._state  # type: ignore[assignment]
        before = first * steps + int(old.step)
        last = min(before + pace.next(), min(first + capacity, until) * steps)
        running = self.running
        began = time.perf_counter()
        checked = None if shared.validation is None else (shared.validation, self._validation_orders(shared, lanes))
        arguments = (
            self._packing(shared),
            Plan(settings.batch_size, settings.validation_batch_size, has_members=self.has_lanes),
            self._joined([m.task for m in lanes]),
            None if lanes[0].rule is None else self._joined([m.rule for m in lanes]),
            self._joined([m.frozen for m in lanes]),
        )
        data = shared.data, self._orders(lanes, min(capacity, until - first), capacity, total), checked
        every = np.int32(settings.validation_every)
        state, logs = run_packed(*arguments, old, *data, every, np.int32(last))
        if (np.asarray(state.status) == NOT_FINITE).any():
            done = int(state.epoch) * steps + int(state.step)
            good = max(done - 2 if int(state.step) else done - 1, before)
            # One alone goes again to where its loss was finite; of several each diverged at a step of its own.
            safe: Any = old if self.has_lanes else run_packed(*arguments, old, *data, every, np.int32(good))[0]
            state = _mended(state, safe)
        self._state, self.epoch = state, int(state.epoch)
        pace.record(last - before, time.perf_counter() - began)
        for place in running:
            self._seconds[place] += seconds_since(began) / len(running)
        logs = jax.tree.map(lambda a: np.asarray(a)[: self.epoch - first], logs)
        for lane, place in enumerate(self._lanes):
            if place not in self._left and self._lanes.index(place) == lane:
                own = jax.tree.map(lambda a: a[:, lane], logs) if self.has_lanes else logs  # noqa: B023
                self._logs[place].append(own)

    def _packing(self, shared: Shared) -> Packing | None:
        """How one alone is packed for our machine code; that has no lanes."""
        if self.has_lanes:
            return None
        task = self.members[self._lanes[0]].task
        if self._packed is None or self._packed[0] is not task:
            self._packed = task, packing_of(task, shared.data, self.settings.batch_size)
        return self._packed[1]

    def _joined(self, trees: Sequence[Any]) -> Any:
        return trees[0] if len(trees) == 1 else jax.tree.map(lambda *a: jnp.stack([jnp.asarray(x) for x in a]), *trees)

    def _start(self, packing: Packing | None = None) -> RunState:
        states = []
        for m in (self.members[place] for place in self._lanes):
            options: Any = {"seed": m.seed, "member": m.number, "epoch": self.settings.initial_epoch}
            options["optimizer"] = m.optimizer
            if packing is None:
                states.append(start_state(m.task, m.params, m.layers, m.rule, **options))
            else:
                states.append(packing.start(m.params, m.layers, m.rule, **options))
        return self._joined(states)._replace(epoch=states[0].epoch, step=states[0].step)

    def _orders(self, lanes: Sequence[Member], count: int, capacity: int, total: int) -> np.ndarray:
        """The rows of each epoch from the current one on, (capacity, total) or (capacity, lanes, total)."""
        name = (self.epoch, count, tuple(self._lanes))
        if self._drawn is None or self._drawn[0] != name:
            self._drawn = name, self._draw(lanes, count, capacity, total)
        return self._drawn[1]

    def _draw(self, lanes: Sequence[Member], count: int, capacity: int, total: int) -> np.ndarray:
        drawn: dict[Any, np.ndarray] = {}
        each = []
        for m in lanes:
            own: Any = total if m.rows is None else np.asarray(m.rows)
            name = (m.seed, m.number, None if m.rows is None else own.tobytes())
            if name not in drawn:
                drawn[name] = epoch_orders(
                    m.seed, [m.number], self.epoch, count, capacity, own, shuffles=self.settings.shuffles
                )
            each.append(drawn[name])
        return each[0][:, 0] if len(each) == 1 else np.concatenate(each, axis=1)

    def _validation_orders(self, shared: Shared, lanes: Sequence[Member]) -> np.ndarray:
        every = np.arange(shared.validation[0][0].shape[0], dtype=np.int32)  # type: ignore[index]
        each = [every if m.validation_rows is None else np.asarray(m.validation_rows, np.int32) for m in lanes]
        return each[0] if len(each) == 1 else np.stack(each)

    # Lanes.

    def _lane(self, state: RunState, lane: int) -> RunState:
        """The state of one lane, without a member axis."""
        if not self.has_lanes:
            return state
        own = jax.tree.map(lambda a: a[lane], state._replace(epoch=None, step=None))
        return own._replace(epoch=state.epoch, step=state.step)

    def _squeeze(self) -> None:
        """When half of the lanes are idle, keep what the stopped members leave, and go on in half as many lanes."""
        running, width = self.running, len(self._lanes)
        if width < 4 or not running or 2 * len(running) > width:
            return
        for place in dict.fromkeys(self._lanes):
            if place not in running and place not in self._left:
                self._left[place] = self._ended(self._lanes.index(place))
        self._enter_lanes(self, running, max(2, 1 << (len(running) - 1).bit_length()))

    def _enter_lanes(self, source: Group, places: Sequence[int], width: int) -> None:
        """Take over the state of these places of `source`, in so many lanes; their names are those of `source`."""
        state: RunState = source._state  # type: ignore[assignment]
        owners = [places[min(i, len(places) - 1)] for i in range(width)]
        lanes = [source._lanes.index(owner) for owner in owners]
        if width == 1:
            self._state = source._lane(state, lanes[0])
        else:
            kept = jax.tree.map(lambda a: a[np.array(lanes)], state._replace(epoch=None, step=None))
            self._state = kept._replace(epoch=state.epoch, step=state.step)
        self._lanes = owners

    def halves(self) -> list[Group]:
        """The group as two of half its width, from where it is."""
        middle, width = (len(self.members) + 1) // 2, len(self._lanes) // 2
        parts = []
        for places in (range(middle), range(middle, len(self.members))):
            if not places:
                continue
            part = Group([self.members[i] for i in places], self.settings, width)
            if self._state is not None:
                inside = [i for i in places if i not in self._left] or [places[0]]
                if places[0] in self._left and inside == [places[0]]:
                    inside = [self._lanes[0]]
                part.epoch = self.epoch
                part._logs = [self._logs[i] for i in places]
                part._seconds = [self._seconds[i] for i in places]
                part._left = {i - places[0]: self._left[i] for i in places if i in self._left}
                part._enter_lanes(self, inside, max(width, len(inside)))
                part._lanes = [max(owner - places[0], 0) for owner in part._lanes]
            parts.append(part)
        return parts

    def _ended(self, lane: int) -> tuple[Params, State, State, int]:
        state, member = self._lane(self._state, lane), self.members[self._lanes[lane]]  # type: ignore[arg-type]
        params, layers = restored(member.rule, state.stopping, state.params, state.layers)
        finalize = getattr(member.task.optimizer, "finalize", None)
        if finalize is not None:
            params = finalize(state.optimizer, params)
        mine = member.task.optimizer
        own = mine.state_of_own(state.optimizer) if isinstance(mine, OneOf) else state.optimizer
        params, layers, optimizer, status = jax.device_get((params, layers, own, state.status))
        return params, layers, optimizer, int(status)


def _mended(state: RunState, safe: RunState) -> RunState:
    """The state, but of what has left the finite numbers the weights are those of `safe`."""
    is_broken = jnp.asarray(state.status) == NOT_FINITE

    def choose(now: Any, before: Any) -> Any:
        return jnp.where(is_broken.reshape(is_broken.shape + (1,) * (now.ndim - is_broken.ndim)), before, now)

    parts = {name: jax.tree.map(choose, getattr(state, name), getattr(safe, name)) for name in _WEIGHTS}
    return state._replace(**parts)


class _Once:
    """Descriptions with their numbers as arrays, made once for those that are the same object."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Any, Any]] = {}

    def __call__(self, value: Any) -> Any:
        # The value is kept beside the result: its identity must not go to another.
        return self._found.setdefault(id(value), (value, numbers_as_arrays(value)))[1]
