"""Figures for TensorBoard."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.callbacks._callback import Callback
from nyuron.core import ArgumentError, MissingPackageError


class TensorBoard(Callback):
    """Write figures as TensorBoard event files, in `log_dir`/train and `log_dir`/validation.

    Each epoch's are tagged ``epoch_loss``, …, with the learning rate; those of an evaluation
    ``evaluation_loss_vs_iterations``, …. `update_freq` 'batch' or a number of steps adds ``batch_loss``, … in between;
    `histogram_freq` adds every weight's histogram every so many epochs (and with `write_images` its picture),
    `write_steps_per_second` the pace.

    Needs the package tensorboardX (``pip install nyuron[tensorboard]``).

    Differs from Keras: `write_graph` and the profiler's `profile_batch` do nothing; jax.profiler makes traces.
    Raises: MissingPackageError in fit without the package.
    Source: keras.callbacks.TensorBoard.
    Example:
        >>> TensorBoard("logs", update_freq="batch").update_freq
        1
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        self.log_dir, self.histogram_freq, self.write_images = Path(log_dir), histogram_freq, write_images
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.write_steps_per_second, self.embeddings_freq = write_steps_per_second, embeddings_freq
        if self.update_freq != "epoch" and not (isinstance(self.update_freq, int) and self.update_freq > 0):
            raise ArgumentError(
                "update_freq cannot be used",
                who="TensorBoard",
                expected="'batch', 'epoch' or a number",
                got=update_freq,
                fix="update_freq='epoch', or update_freq=100 to write after every 100 batches",
            )
        self._writers: dict[str, Any] = {}
        self._steps = self._iterations = 0
        self._begun = 0.0
        if self.update_freq != "epoch":
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self._close()

    def _writer(self, name: str) -> Any:
        if name not in self._writers:
            try:
                from tensorboardX import SummaryWriter
            except ImportError as missing:
                raise MissingPackageError(
                    "event files need the package tensorboardX",
                    who="TensorBoard",
                    fix="pip install 'nyuron[tensorboard]'",
                ) from missing
            self._writers[name] = SummaryWriter(str(self.log_dir / name))
        return self._writers[name]

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def on_train_begin(self, logs: Any = None) -> None:
        self._steps = 0
        self._writer("train")

    def _after_step(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        if self._steps % int(self.update_freq) == 0:
            self._scalars("train", "batch_{}", logs or {}, self._steps)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._iterations, self._begun = int(self.model.optimizer.iterations), time.perf_counter()

    def on_test_end(self, logs: Any = None) -> None:
        if self.model.optimizer is not None:
            self._scalars("validation", "evaluation_{}_vs_iterations", logs or {}, int(self.model.optimizer.iterations))
        if "train" not in self._writers:
            self._close()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        rate = getattr(self.model.optimizer, "learning_rate", None)
        if isinstance(rate, float):
            train["learning_rate"] = float(rate)
        if self.write_steps_per_second:
            done = int(self.model.optimizer.iterations) - self._iterations
            train["steps_per_second"] = done / max(time.perf_counter() - self._begun, 1e-9)
        self._scalars("train", "epoch_{}", train, epoch)
        checked = {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")}
        if checked:
            self._scalars("validation", "epoch_{}", checked, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self.model.save_weights(self.log_dir / "train" / f"embedding-{epoch}.weights.nyuron")

    def _scalars(self, where: str, tag: str, figures: dict[str, Any], step: int) -> None:
        for name, value in figures.items():
            if isinstance(value, list):
                for i, part in enumerate(value):
                    self._writer(where).add_scalar(f"{tag.format(name)}/{i}", part, step)
            else:
                self._writer(where).add_scalar(tag.format(name), value, step)

    def _weights(self, epoch: int) -> None:
        writer = self._writer("train")
        for layer in self.model.layers:
            for name, weight in _named_weights(layer):
                writer.add_histogram(f"{layer.name}/{name}/histogram", weight, epoch)
                picture = _picture(weight) if self.write_images else None
                if picture is not None:
                    writer.add_images(f"{layer.name}/{name}/image", picture, epoch, dataformats="NHWC")
        writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        self._close()


def _named_weights(layer: Any) -> list[tuple[str, Any]]:
    weights = layer.get_weights()
    order = getattr(layer.slot, "order", None) or ()
    names = ["/".join(map(str, path if isinstance(path, tuple) else (path,))) for part in order for path in part]
    return list(zip(names if len(names) == len(weights) else map(str, range(len(weights))), weights, strict=True))


def _picture(weight: np.ndarray) -> np.ndarray | None:
    """A vector as a line, a matrix as it lies, a stack of matrices as several; None for what is no picture."""
    weight = np.squeeze(weight)
    if weight.ndim == 1:
        made = weight[None, :, None, None]
    elif weight.ndim == 2:
        made = (weight.T if weight.shape[0] > weight.shape[1] else weight)[None, :, :, None]
    elif weight.ndim == 3:
        made = np.transpose(weight, (2, 0, 1))[..., None]
    else:
        return None
    low, high = float(made.min()), float(made.max())
    return ((made - low) / (high - low if high > low else 1.0)).astype(np.float32)
