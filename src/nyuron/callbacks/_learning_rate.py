"""Setting the learning rate while a model trains."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

from nyuron.callbacks._callback import Callback, say
from nyuron.callbacks._direction import direction
from nyuron.core import ArgumentError, KindError


def _rate(callback: Callback) -> float:
    rate = callback.model.optimizer.learning_rate
    if not isinstance(rate, float):
        raise KindError(
            "the learning rate is a schedule",
            who=type(callback).__name__,
            expected="an optimizer whose learning_rate is a number",
            got=repr(rate),
            fix="use either the schedule or the callback",
        )
    return float(rate)


class LearningRateScheduler(Callback):
    """Before each epoch, set the learning rate to ``schedule(epoch, learning_rate)``, or to ``schedule(epoch)``.

    Raises: KindError in fit if the schedule gives no number, or the optimizer has a schedule of its own.
    Source: keras.callbacks.LearningRateScheduler.
    Example:
        >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
        >>> halve.schedule(3, 0.1)
        0.05
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        now = _rate(self)
        rate = self.schedule(epoch, now) if _takes_two(self.schedule) else self.schedule(epoch)
        try:
            rate = float(rate)
        except (TypeError, ValueError) as error:
            raise KindError(
                "the schedule gave no number",
                who="LearningRateScheduler",
                expected="a float",
                got=repr(rate),
                fix="return a number for every epoch, also at the end: `return rate`",
            ) from error
        self.model.optimizer.learning_rate = rate
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = _rate(self)


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # A builtin without a signature.
        return True
    return True


class ReduceLROnPlateau(Callback):
    """Multiply the learning rate by `factor` when `monitor` has not improved by `min_delta` for `patience` epochs.

    After that it waits for `cooldown` epochs; the rate never falls below `min_lr`.

    Raises: ArgumentError for factor ≥ 1.
    Source: keras.callbacks.ReduceLROnPlateau.
    Example:
        >>> ReduceLROnPlateau("loss", factor=0.5, patience=2).factor
        0.5
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
        if factor >= 1.0:
            raise ArgumentError(
                "the learning rate would not fall",
                who="ReduceLROnPlateau",
                expected="factor < 1",
                got=factor,
                fix=f"factor={1 / factor:g}" if factor > 1 else "factor=0.1, so that a plateau divides the rate by ten",
            )
        self.monitor, self.factor, self.patience, self.verbose, self.mode = monitor, factor, patience, verbose, mode
        self.min_delta, self.cooldown, self.min_lr = abs(min_delta), cooldown, min_lr
        self.best: float | None = None
        self.wait = self.cooldown_counter = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self.best, self.wait, self.cooldown_counter = None, 0, 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = {} if logs is None else logs
        logs["learning_rate"] = _rate(self)
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"Learning rate reduction is conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {', '.join(logs)}.",
                stacklevel=2,
            )
            return
        sign = direction(self.monitor, self.mode, "ReduceLROnPlateau", self.model)
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.best is None or (value - self.best) * sign > self.min_delta:
            self.best, self.wait = value, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        before = _rate(self)
        if before <= self.min_lr:
            return
        rate = max(before * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = rate
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
        self.cooldown_counter, self.wait = self.cooldown, 0
