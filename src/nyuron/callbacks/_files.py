"""Callbacks that write files: checkpoints, backups, logs."""

from __future__ import annotations

import csv
import os
from collections import deque
from pathlib import Path
from typing import Any

from nyuron.callbacks._callback import Callback
from nyuron.callbacks._direction import direction
from nyuron.core import ArgumentError, MissingPackageError


class ModelCheckpoint(Callback):
    """Save the model (or its weights) after each epoch, or every so many steps; `filepath` may hold {epoch} and figures.

    Source: keras.callbacks.ModelCheckpoint.
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
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ArgumentError(
                "save_freq cannot be used", who="ModelCheckpoint", expected="'epoch' or a number", got=save_freq
            )
        if isinstance(save_freq, int):
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def _after_step(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        if self._steps % int(self.save_freq) == 0:
            self._save(logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch
        if self.save_freq == "epoch":
            self._save(logs or {})

    def _save(self, logs: dict[str, Any]) -> None:
        if self.save_best_only:
            value = logs.get(self.monitor)
            if value is None:
                return
            if (
                self.best is not None
                and (value - self.best) * direction(self.monitor, self.mode, "ModelCheckpoint") <= 0
            ):
                return
            self.best = value
        path = Path(self.filepath.format(epoch=self._epoch + 1, **logs))
        path.parent.mkdir(parents=True, exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)


class CSVLogger(Callback):
    """Write each epoch's figures as a line of a CSV file.

    Source: keras.callbacks.CSVLogger.
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename, self.separator, self.append = Path(filename), separator, append
        self._keys: list[str] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._keys = None
        if not self.append:
            self.filename.write_text("", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        is_new = not self.filename.exists() or self.filename.stat().st_size == 0
        if self._keys is None:
            self._keys = sorted(logs)
            if (
                self.model is not None
                and self.params.get("validates")
                and not any(k.startswith("val_") for k in self._keys)
            ):
                self._keys += [f"val_{k}" for k in self._keys]
        with self.filename.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=self.separator)
            if is_new:
                writer.writerow(["epoch", *self._keys])
            writer.writerow([epoch, *(logs.get(name, "NA") for name in self._keys)])


class BackupAndRestore(Callback):
    """Keep the whole run state in `backup_dir`, so that the same fit, started again, goes on where it was broken off.

    `save_freq` is 'epoch' or a number of steps. The backup is removed when the fit ends well, unless
    `delete_checkpoint` is False. The same as ``fit(…, resume=backup_dir)``.

    Source: keras.callbacks.BackupAndRestore.
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        self.backup_dir, self.save_freq, self.delete_checkpoint = Path(backup_dir), save_freq, delete_checkpoint
        self.double_checkpoint = double_checkpoint


class TensorBoard(Callback):
    """Write figures (and weights' histograms every `histogram_freq` epochs) as TensorBoard event files.

    Needs the package tensorboardX (``pip install nyuron[tensorboard]``).

    Source: keras.callbacks.TensorBoard.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: int = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        self.log_dir, self.histogram_freq, self.update_freq = Path(log_dir), histogram_freq, update_freq
        self._steps, self._recent = 0, deque(maxlen=1)
        if update_freq != "epoch":
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    def on_train_begin(self, logs: Any = None) -> None:
        try:
            from tensorboardX import SummaryWriter
        except ImportError as missing:
            raise MissingPackageError(
                "event files need the package tensorboardX", who="TensorBoard", fix="pip install 'nyuron[tensorboard]'"
            ) from missing
        self._writers = {name: SummaryWriter(str(self.log_dir / name)) for name in ("train", "validation")}

    def _after_step(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        every = 1 if self.update_freq == "batch" else int(self.update_freq)
        if self._steps % every == 0:
            for name, value in (logs or {}).items():
                self._writers["train"].add_scalar(f"batch_{name}", value, self._steps)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for name, value in (logs or {}).items():
            if isinstance(value, float):
                writer = self._writers["validation" if name.startswith("val_") else "train"]
                writer.add_scalar(f"epoch_{name.removeprefix('val_')}", value, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for layer in self.model.layers:
                for i, weight in enumerate(layer.get_weights()):
                    self._writers["train"].add_histogram(f"{layer.name}/weight_{i}", weight, epoch)

    def on_train_end(self, logs: Any = None) -> None:
        for writer in self._writers.values():
            writer.close()
