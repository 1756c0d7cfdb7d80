"""The loop around a run: callbacks, progress, interruptions."""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from nyuron.callbacks import CallbackList, EarlyStopping, History, Quiet
from nyuron.core import replace
from nyuron.layers import join_frozen, split_frozen
from nyuron.train import (
    CONVERGED,
    NOT_FINITE,
    STOPPED,
    NonFiniteLossWarning,
    Run,
    StreamRun,
    first_non_finite,
    numbers_as_arrays,
)


def plain(value: Any) -> Any:
    """A figure as a Python float, or a list of them."""
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array.tolist()


def named_logs(names: list[str], values: tuple[Any, ...], validated: bool) -> dict[str, Any]:
    """Figures by name; the validation's with 'val_' before theirs."""
    logs = {name: plain(value) for name, value in zip(names, values, strict=False)}
    if validated:
        logs |= {f"val_{name}": plain(value) for name, value in zip(names, values[len(names) :], strict=True)}
    return logs


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C sets a flag that the loop reads between steps; a second Ctrl-C interrupts at once."""
    pressed = False

    def on_press(number: int, frame: Any) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, on_press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


class FitLoop:
    """Drives one run to its end for a model."""

    def __init__(
        self,
        model: Any,
        run: Run | StreamRun,
        names: list[str],
        callbacks: CallbackList,
        display: Quiet,
        history: History,
        stopper: EarlyStopping | None,
        backup: Any = None,
    ) -> None:
        self.model, self.run, self.names = model, run, names
        self.callbacks, self.display, self.history = callbacks, display, history
        self.stopper, self.backup = stopper, backup
        self._validates = getattr(run, "_validation", None) is not None
        self._written: Any = None
        self._optimizer = model.compiled.optimizer
        self._begun: int | None = None
        self._mark = time.perf_counter()

    def drive(self) -> History:
        """Train until the run is done, a callback says stop, or the user presses Ctrl-C."""
        self.model.stop_training = False
        with interruptible() as is_interrupted:
            try:
                self._hook("on_train_begin")
                while not self.run.is_done and not self.model.stop_training and not is_interrupted():
                    self._stretch()
                if is_interrupted():
                    self.history.stop_reason = "interrupted"
            except BaseException:
                self._write(self.run.state.params, self.run.state.layers)
                raise
            finally:
                self.display.close()
            self._end(is_interrupted())
        return self.history

    def _stretch(self) -> None:
        self._begin_epoch()
        by_step = self.callbacks.wants_batches
        step = self.run.step
        if by_step:
            self._hook("on_train_batch_begin", step, {})
        finished = self.run.advance(1 if by_step else None, within_epoch=self.callbacks.wants_epochs or by_step)
        if by_step:
            logs = finished[-1].values if finished else self.run.current_figures()
            self._hook("on_train_batch_end", step, named_logs(self.names, logs, False))
        now = time.perf_counter()
        seconds, self._mark = (now - self._mark) / max(len(finished), 1), now if finished else self._mark
        for done in finished:
            self._end_epoch(done.epoch, done.values, seconds)
        if not finished and type(self.display) is not Quiet:
            self.display.update(self.run.step, named_logs(self.names, self.run.current_figures(), False))
        if self.backup is not None:
            self.backup.save(self.run, self.history)

    def _begin_epoch(self) -> None:
        if self._begun != self.run.epoch:
            self._begun = self.run.epoch
            if self.run.step == 0:
                self._hook("on_epoch_begin", self.run.epoch, {})
            self.display.begin_epoch(self.run.epoch)

    def _end_epoch(self, epoch: int, values: tuple[Any, ...], seconds: float) -> None:
        is_validated = self._validates and (epoch + 1) % self.run.settings.validation_freq == 0
        if is_validated:
            self._hook("on_test_begin", {})
            self._hook("on_test_end", {})
        logs = named_logs(self.names, values, is_validated)
        self._hook("on_epoch_end", epoch, logs)
        self.history.add(epoch, logs)
        self.display.end_epoch(epoch, logs, self.run.steps or 0, seconds)

    def _hook(self, name: str, *arguments: Any) -> None:
        """Call a hook with the model's weights up to date, and take over what it changed."""
        if not self.callbacks.callbacks:
            return
        if self.callbacks.wants_epochs or self.callbacks.wants_batches:
            self._write(self.run.state.params, self.run.state.layers)
        self.callbacks.call(name, *arguments)
        if self._written is not None:
            self._read_back()

    def _write(self, params: Any, layers: Any) -> None:
        self.model.put_weights(join_frozen(params, self.run.frozen), layers)
        self.model.optimizer_state = self.run.state.optimizer
        self._written = self.model.weight_identities()

    def _read_back(self) -> None:
        if self.model.weight_identities() != self._written:
            params, _ = split_frozen(self.run.task.graph, self.model.slot.params)
            self.run.state = self.run.state._replace(params=params, layers=self.model.slot.state)
            self._written = self.model.weight_identities()
        if self.model.compiled.optimizer is not self._optimizer:
            self._optimizer = self.model.compiled.optimizer
            self.run.task = replace(self.run.task, optimizer=numbers_as_arrays(self._optimizer))

    def _end(self, interrupted: bool) -> None:
        run = self.run
        if run.status == NOT_FINITE:
            self._report_non_finite()
        else:
            params, layers = run.weights()
            finalize = getattr(run.task.optimizer, "finalize", None)
            if finalize is not None:
                params = finalize(run.state.optimizer, params)
            self._write(params, layers)
        if run.status == STOPPED and self.history.stop_reason is None:
            self.history.stop_reason = "early stopping"
        if run.status == CONVERGED:
            self.history.stop_reason = "converged"
        if self.stopper is not None and run.state.stopping is not None:
            ended = self.history.epoch[-1] if run.status == STOPPED and self.history.epoch else None
            self.stopper.take_over(run.state.stopping, ended)
        if self.backup is not None and interrupted:
            self.backup.save(run, self.history, force=True)
        self.callbacks.call("on_train_end", {})

    def _report_non_finite(self) -> None:
        run = self.run
        is_end = run.step == 0
        epoch, step = (run.epoch - 1, run.steps or 1) if is_end else (run.epoch, run.step)
        batch = run.failed_batch()
        layer, what = first_non_finite(
            run.task, run.state.params, run.frozen, run.state.layers, batch, run.state.key, epoch, step - 1
        )
        where = what if layer is None else f"the {what} of layer {self.model.network_layers[layer].name!r}"
        good = run.last_good()
        self._write(good.params, good.layers)
        self.history.stop_reason = f"the loss is not finite at epoch {epoch + 1}, step {step}"
        rate = getattr(self.model.compiled.optimizer, "learning_rate", None)
        shown = f" (it is {rate:g})" if isinstance(rate, float | int) else ""
        warnings.warn(
            f"fit: {self.history.stop_reason}; training has stopped\n"
            f"  first:    {where}\n"
            f"  kept:     the weights of the last finite loss\n"
            f"  fix:      a smaller learning rate{shown}, clipnorm=1.0, or standardised inputs",
            NonFiniteLossWarning,
            stacklevel=6,
        )
