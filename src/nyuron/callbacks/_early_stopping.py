"""Stop when a figure no longer improves."""

from __future__ import annotations

import warnings
from typing import Any

from nyuron.callbacks._callback import Callback, say
from nyuron.callbacks._direction import direction
from nyuron.core import ArgumentError
from nyuron.train import StoppingRule


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved by more than `min_delta` for `patience` epochs.

    With `restore_best_weights` the model ends with the weights of its best epoch, also when the fit was never stopped
    early. `min_delta` counts in the good direction; with a `baseline` the figure must get beyond it within the
    patience; epochs before `start_from_epoch` do not count. The rule runs inside the compiled run, so that it costs no
    time; for a subclass, for a second one in a fit and for a figure that another callback logs it is asked on the host.

    Raises: ArgumentError in fit if `monitor` is not logged, or its direction is unknown and `mode` is 'auto'.
    Source: keras.callbacks.EarlyStopping.
    Example:
        >>> EarlyStopping("loss", patience=3, restore_best_weights=True).patience
        3
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__()
        self.monitor, self.min_delta, self.patience, self.verbose = monitor, abs(min_delta), patience, verbose
        self.mode, self.baseline = mode, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best: float | None = None
        self._kept: list[Any] | None = None
        self._is_restored = False

    def rule(self, log_names: list[str], model: Any = None) -> StoppingRule:
        """This callback as a part of the compiled run."""
        if self.monitor not in log_names:
            raise ArgumentError(
                f"the figure {self.monitor!r} is not logged",
                who="EarlyStopping",
                expected=f"one of {', '.join(log_names)}",
                got=repr(self.monitor),
                fix="pass validation_data or validation_split to fit"
                if self.monitor.startswith("val_")
                else "correct monitor=",
            )
        return StoppingRule(
            monitor=log_names.index(self.monitor),
            sign=float(direction(self.monitor, self.mode, "EarlyStopping", model)),
            min_delta=self.min_delta,
            patience=self.patience,
            baseline=self.baseline,
            start_from_epoch=self.start_from_epoch,
            restores_best=self.restore_best_weights,
        )

    def show(self, state: Any) -> None:
        """Take over the numbers of the rule's state."""
        self.best, self.wait, self.best_epoch = float(state.best), int(state.wait), int(state.best_epoch)

    def take_over(self, state: Any, stopped_epoch: int | None) -> None:
        """Take over the outcome of the rule's run."""
        self.show(state)
        self.stopped_epoch, self._is_restored = stopped_epoch or 0, self.restore_best_weights and bool(state.is_kept)

    def on_train_begin(self, logs: Any = None) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best, self._kept, self._is_restored = None, None, False

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """What the rule does, on the host: for subclasses and for a second EarlyStopping in one fit."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            warnings.warn(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {', '.join(logs or {})}",
                stacklevel=2,
            )
        if value is None or epoch < self.start_from_epoch:
            return
        sign = direction(self.monitor, self.mode, "EarlyStopping", self.model)
        if self.restore_best_weights and self._kept is None:
            self._kept, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self.best is None or (value - self.best) * sign > self.min_delta:
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self._kept = self.model.get_weights()
            if self.baseline is None or (value - self.baseline) * sign > self.min_delta:
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        if self.stopped_epoch > 0 and self.verbose:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.verbose and (self._is_restored or self._kept is not None):
            say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
        if self._kept is not None:
            self.model.set_weights(self._kept)
