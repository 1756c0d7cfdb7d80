"""Saving the model while it trains."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from nyuron.callbacks._callback import Callback, say
from nyuron.callbacks._direction import direction
from nyuron.core import ArgumentError


class ModelCheckpoint(Callback):
    """Save the model (or its weights) after each epoch, or after every `save_freq` steps.

    `filepath` may hold ``{epoch}``, ``{batch}`` (both from 1) and any logged figure, as in ``{epoch:02d}-{val_loss:.2f}``.
    With `save_best_only` a file is written when `monitor` is better than ever before, or than
    `initial_value_threshold`.

    Raises: ArgumentError for another `save_freq`; on saving, for a name in `filepath` that is not logged.
    Source: keras.callbacks.ModelCheckpoint.
    Example:
        >>> ModelCheckpoint("best.nyuron", monitor="loss", save_best_only=True).save_freq
        'epoch'
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__()
        self.filepath, self.monitor, self.verbose = str(filepath), monitor, verbose
        self.save_best_only, self.save_weights_only, self.mode = save_best_only, save_weights_only, mode
        self.save_freq, self.best = save_freq, initial_value_threshold
        self._epoch = self._steps = 0
        if isinstance(save_freq, int) and save_freq > 0:
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]
        elif save_freq != "epoch":
            raise ArgumentError(
                "save_freq cannot be used",
                who="ModelCheckpoint",
                expected="'epoch' or a number",
                got=save_freq,
                fix="save_freq='epoch', or save_freq=100 to write after every 100 batches",
            )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def _after_step(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        if self._steps % int(self.save_freq) == 0:
            self._save(self._epoch, logs or {}, {"batch": batch + 1})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, logs or {}, {})

    def _save(self, epoch: int, logs: dict[str, Any], place: dict[str, int]) -> None:
        try:
            path = Path(self.filepath.format(**{"epoch": epoch + 1, **place, **logs}))
        except KeyError as missing:
            raise ArgumentError(
                f"the file name asks for {missing}, which is not logged",
                who=f"ModelCheckpoint(filepath={self.filepath!r})",
                expected=f"among {['epoch', *place, *logs]}",
                fix="correct the name between the braces",
            ) from missing
        if not self._is_wanted(epoch, logs, path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _is_wanted(self, epoch: int, logs: dict[str, Any], path: Path) -> bool:
        if not self.save_best_only:
            if self.verbose:
                say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return True
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"Can save best model only with {self.monitor} available; saving this one.\n"
                f"  logged:   {', '.join(logs)}",
                stacklevel=2,
            )
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        sign = direction(self.monitor, self.mode, "ModelCheckpoint", self.model)
        if self.best is not None and (value - self.best) * sign <= 0:
            if self.verbose:
                say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {before}")
            return False
        if self.verbose:
            change = f"{self.monitor} improved from {before} to {value:.5f}"
            say(f"\nEpoch {epoch + 1}: {change}, saving model to {path}")
        self.best = value
        return True
