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
    evaluate_watched,
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
        backup: Any = None,
    ) -> None:
        self.model, self.run, self.names = model, run, names
        self.callbacks, self.display, self.history = callbacks, display, history
        self.backup = backup
        self._by_step = callbacks.wants_batches
        # The host must come up after every epoch if somebody looks at it, or if it validates itself.
        self._is_watched = callbacks.wants_epochs or run.is_observed or (backup is not None and backup.is_epochwise)
        self._written: Any = None
        self._optimizer = model.compiled.optimizer
        self._begun: int | None = None
        self._logs: dict[str, Any] = {}
        self._mark = time.perf_counter()

    def drive(self) -> History:
        """Train until the run is done, a callback says stop, or the user presses Ctrl-C."""
        run = self.run
        self.model.stop_training = False
        with interruptible() as is_interrupted:
            try:
                self._hook("on_train_begin", {})
                if self.backup is not None and self.backup.restore(run, self.history):
                    run.status = int(run.state.status)
                while not run.is_done and not is_interrupted():
                    self._stretch()
                    if self.model.stop_training:
                        break
                if is_interrupted():
                    self._report_interrupted()
            except BaseException:
                self._write(run.state.params, run.state.layers)
                raise
            finally:
                self.display.close()
            self._end(is_interrupted())
        return self.history

    def _stretch(self) -> None:
        run, by_step = self.run, self._by_step
        if not run.ready():
            return
        self._begin_epoch()
        step = run.step
        if by_step:
            self._hook("on_train_batch_begin", step, {})
        # A stop asked for before an epoch's first step still trains that step, as in Keras.
        most = 1 if by_step or self.model.stop_training else self.backup and self.backup.steps_left(run)
        finished = [(done.epoch, done.values) for done in run.advance(most, within_epoch=by_step or self._is_watched)]
        is_broken = run.status == NOT_FINITE
        if is_broken and run.step > 0:
            finished.append((run.epoch, run.current_figures()))
        if by_step:
            values = finished[-1][1] if finished else run.current_figures()
            self._hook("on_train_batch_end", step, named_logs(self.names, values, False))
        if is_broken:
            batch = (run.step or run.steps or 1) - 1
            self._report_non_finite()
            self.callbacks.call("on_non_finite", batch, named_logs(self.names, finished[-1][1], False))
        elif self.model.stop_training and not finished:
            finished.append(run.break_epoch())
        now = time.perf_counter()
        seconds, self._mark = (now - self._mark) / max(len(finished), 1), now if finished else self._mark
        for i, (epoch, values) in enumerate(finished):
            self._end_epoch(epoch, values, seconds, is_broken and i == len(finished) - 1)
        if not finished and self.display.is_due():
            self.display.update(run.step, named_logs(self.names, run.current_figures(), False))
        if self.backup is not None:
            self.backup.save(run, self.history)

    def _begin_epoch(self) -> None:
        if self._begun != self.run.epoch:
            self._begun = self.run.epoch
            if self.run.step == 0:
                self._hook("on_epoch_begin", self.run.epoch, {})
            self.display.begin_epoch(self.run.epoch)

    def _end_epoch(self, epoch: int, values: tuple[Any, ...], seconds: float, is_broken: bool) -> None:
        run = self.run
        is_validated = run.is_validated(epoch) and not is_broken
        if is_validated and len(values) == len(self.names):
            values = (*values, *self._validate())
        if run.is_observed:
            run.conclude(epoch, values, is_validated)
        logs = named_logs(self.names, values, is_validated)
        if run.status == STOPPED:
            self.model.stop_training = True
        self.display.close()
        if self._is_watched:
            self._show_stopper()
        self._hook("on_epoch_end", epoch, logs)
        self._logs = logs
        self.display.end_epoch(epoch, logs, run.steps or 0, seconds)

    def _validate(self) -> tuple[Any, ...]:
        """The validation's figures, with the hooks of an evaluation."""
        self._hook("on_test_begin", {})
        self.model.stop_evaluating = False
        if not (self.callbacks.hears("on_test_batch_begin") or self.callbacks.hears("on_test_batch_end")):
            checked = self.run.validation_figures()
            self._hook("on_test_end", named_logs(self.names, checked, False))
            return checked

        def after(i: int, figures: tuple[Any, ...]) -> bool:
            self._hook("on_test_batch_end", i, named_logs(self.names, figures, False))
            return self.model.stop_evaluating

        checked = evaluate_watched(
            self.run.task,
            self.run.weights_now,
            self.run.validation_batches(),
            lambda i: self._hook("on_test_batch_begin", i, {}),
            after,
        )
        self._hook("on_test_end", named_logs(self.names, checked, False))
        return checked

    def _hook(self, name: str, *arguments: Any) -> None:
        """Call a hook; with the model's weights up to date if anybody looks, taking over what it changed."""
        is_heard = self.callbacks.hears(name)
        if is_heard:
            self._write(self.run.state.params, self.run.state.layers)
        self.callbacks.call(name, *arguments)
        if is_heard:
            self._read_back()

    def _show_stopper(self) -> None:
        stopper, state = self.callbacks.inside_stopper, self.run.state.stopping
        if stopper is not None and state is not None:
            stopper.show(state)

    def _write(self, params: Any, layers: Any) -> None:
        self.model.put_weights(join_frozen(params, self.run.frozen), layers)
        self.model.optimizer_state = self.run.state.optimizer
        self._written = self.model.weight_identities()

    def _read_back(self) -> None:
        if self.model.weight_identities() != self._written:
            params, frozen = split_frozen(self.run.task.graph, self.model.slot.params)
            self.run.frozen = frozen
            self.run.state = self.run.state._replace(params=params, layers=self.model.slot.state)
            self._written = self.model.weight_identities()
        if self.model.compiled.optimizer is not self._optimizer:
            self._optimizer = self.model.compiled.optimizer
            self.run.task = replace(self.run.task, optimizer=numbers_as_arrays(self._optimizer))

    def _end(self, interrupted: bool) -> None:
        run = self.run
        if run.ran_out is not None:
            self._report_exhausted(*run.ran_out)
        params, layers = run.weights()
        finalize = getattr(run.task.optimizer, "finalize", None)
        if finalize is not None:
            params = finalize(run.state.optimizer, params)
        self._write(params, layers)
        if run.status == CONVERGED:
            self.history.stop_reason = "converged"
        elif self.model.stop_training and self.history.stop_reason is None:
            stops = any(isinstance(c, EarlyStopping) and c.stopped_epoch for c in self.callbacks)
            self.history.stop_reason = "early stopping" if stops or run.status == STOPPED else "a callback asked for it"
        stopper = self.callbacks.inside_stopper
        if stopper is not None and run.state.stopping is not None:
            ended = self.history.epoch[-1] if run.status == STOPPED and self.history.epoch else None
            stopper.take_over(run.state.stopping, ended)
        if self.backup is not None and interrupted:
            self.backup.save(run, self.history, force=True)
        self.callbacks.call("on_train_end", self._logs)

    def _report_exhausted(self, epoch: int, step: int) -> None:
        at = f"epoch {epoch + 1}" + (f", step {step + 1}" if step else "")
        self.history.stop_reason = f"the data ran out before {at}"
        warnings.warn(
            f"fit: your input ran out of data before {at} of {self.run.settings.epochs} epochs; training has stopped\n"
            "  expected: at least steps_per_epoch * epochs batches\n"
            "  fix:      a source that can begin again (a function that returns a generator, a PyDataset, "
            "dataset.repeat()), or fewer epochs",
            stacklevel=6,
        )

    def _report_interrupted(self) -> None:
        run = self.run
        at = f"epoch {run.epoch + 1}" + (f", step {run.step}" if run.step else "")
        self.history.stop_reason = f"interrupted in {at}"
        self.display.say(f"Interrupted in {at} of {run.settings.epochs} epochs; the model keeps its weights.")

    def _report_non_finite(self) -> None:
        run = self.run
        is_end = run.step == 0
        epoch, step = (run.epoch - 1, run.steps or 1) if is_end else (run.epoch, run.step)
        batch = run.failed_batch()
        layer, what = first_non_finite(
            run.task, run.state.params, run.frozen, run.state.layers, batch, run.state.key, epoch, step - 1
        )
        where = what if layer is None else f"the {what} of layer {self.model.network_layers[layer].name!r}"
        self.display.close()
        good = run.last_good()
        run.state = run.state._replace(params=good.params, layers=good.layers, optimizer=good.optimizer)
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
