"""The contract that every callback keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Logs = dict[str, Any]


class Callback:
    """An observer of a fit. Override any hook; `self.model` is the model, `self.params` the fit's numbers.

    A callback that overrides a batch hook makes the compiled run come up after every step; one that overrides an epoch
    hook, after every epoch. Weights and `model.optimizer` settings changed in a hook take effect at once, and
    ``self.model.stop_training = True`` ends the fit.

    Source: keras.callbacks.Callback.
    Example:
        >>> class Count(Callback):
        ...     epochs = 0
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.epochs += 1
        >>> overrides(Count(), ["on_epoch_end"]), overrides(Count(), ["on_train_batch_end"])
        (True, False)
    """

    inside: tuple[str, ...] = ()
    """Hooks whose work the compiled run does for an instance of this very class."""

    def __init__(self) -> None:
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def set_model(self, model: Any) -> None:
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first step of a fit."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last step of a fit; `logs` holds the last epoch's figures."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch and its validation; `logs` holds the epoch's figures, and may be added to."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a training step (the older name)."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a training step (the older name)."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a training step."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a training step; `logs` holds the figures of the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Before an evaluation or a validation."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """After an evaluation or a validation; `logs` holds its figures."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of an evaluation or a validation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of an evaluation or a validation; `logs` holds the figures so far."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """After a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of a prediction; `logs["outputs"]` holds its outputs."""


def say(line: str) -> None:
    """A line to the user, at once."""
    print(line, flush=True)  # noqa: T201


OLDER_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


def overrides(callback: Any, hooks: Iterable[str]) -> bool:
    """Whether a callback (ours, or an object with some of Keras's hooks) does something in one of these hooks."""
    done_inside = callback.inside if "inside" in vars(type(callback)) else ()
    for hook in hooks:
        own = getattr(type(callback), hook, None)
        is_own = own is not None and own is not getattr(Callback, hook, None)
        if (is_own or hook in getattr(callback, "__dict__", {})) and hook not in done_inside:
            return True
    return False
