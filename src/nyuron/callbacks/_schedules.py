"""Callbacks that set the learning rate, and the one that stops at a non-finite loss."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from nyuron.callbacks._callback import Callback
from nyuron.callbacks._direction import direction


class LearningRateScheduler(Callback):
    """Before each epoch, set the learning rate to `schedule(epoch, learning_rate)`.

    Source: keras.callbacks.LearningRateScheduler.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        now = float(self.model.optimizer.learning_rate)
        takes_rate = len(inspect.signature(self.schedule).parameters) > 1
        rate = float(self.schedule(epoch, now) if takes_rate else self.schedule(epoch))
        self.model.optimizer.learning_rate = rate
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")  # noqa: T201

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class ReduceLROnPlateau(Callback):
    """Multiply the learning rate by `factor` when `monitor` has not improved for `patience` epochs.

    Source: keras.callbacks.ReduceLROnPlateau.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__()
        self.monitor, self.factor, self.patience, self.verbose, self.mode = monitor, factor, patience, verbose, mode
        self.min_delta, self.cooldown, self.min_lr = min_delta, cooldown, min_lr

    def on_train_begin(self, logs: Any = None) -> None:
        self.best: float | None = None
        self.wait = self.cooldown_counter = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = logs.get(self.monitor)
        if value is None:
            return
        sign = direction(self.monitor, self.mode, "ReduceLROnPlateau")
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.best is None or (value - self.best) * sign > self.min_delta:
            self.best, self.wait = value, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            rate = float(self.model.optimizer.learning_rate)
            if self.wait >= self.patience and rate > self.min_lr:
                self.model.optimizer.learning_rate = max(rate * self.factor, self.min_lr)
                self.cooldown_counter, self.wait = self.cooldown, 0


class TerminateOnNaN(Callback):
    """Stop at a loss that is not finite. Nyuron always does; this makes Keras code run unchanged.

    Source: keras.callbacks.TerminateOnNaN.
    """

    def on_non_finite(self, batch: int, logs: Any = None) -> None:
        """The run has come upon such a loss in this batch."""
        print(f"Batch {batch}: Invalid loss, terminating training")  # noqa: T201
        self.model.stop_training = True


class LambdaCallback(Callback):
    """A callback made of functions, one per hook that is to do something.

    Source: keras.callbacks.LambdaCallback.
    """

    def __init__(self, **hooks: Callable[..., None] | None) -> None:
        super().__init__()
        for name, function in hooks.items():
            if function is not None:
                setattr(self, name, function)
