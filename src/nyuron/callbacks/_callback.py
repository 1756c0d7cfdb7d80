"""The contract that every callback keeps, and the list of them that a fit drives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Logs = dict[str, Any]


class Callback:
    """An observer of a fit. Override any hook; `self.model` is the model, `self.params` the fit's numbers.

    A callback that overrides a batch hook makes the compiled run come up after every step; one that overrides an epoch
    hook, after every epoch. Weights and `model.optimizer` settings changed in a hook take effect at once.

    Source: keras.callbacks.Callback.
    """

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
        """After the last step of a fit."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch and its validation; `logs` holds the epoch's figures."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a training step (the older name)."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a training step (the older name)."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a training step."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a training step; `logs` holds the figures of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Before an evaluation or a validation."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """After an evaluation or a validation."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of an evaluation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of an evaluation."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """After a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of a prediction."""


_EPOCH_HOOKS = (
    "on_epoch_begin",
    "on_epoch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)
_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


def overrides(callback: Any, hooks: Iterable[str]) -> bool:
    """Whether a callback (ours, or an object with some of Keras's hooks) does something in one of these hooks."""
    for hook in hooks:
        own = getattr(type(callback), hook, None)
        if hook in getattr(callback, "__dict__", {}) or (own is not None and own is not getattr(Callback, hook)):
            return True
    return False


class CallbackList:
    """Callbacks driven together, in order.

    Source: keras.callbacks.CallbackList.
    """

    def __init__(self, callbacks: Any = None, model: Any = None, **params: Any) -> None:
        callbacks = callbacks or []
        self.callbacks: list[Any] = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
        for callback in self.callbacks:
            callback.set_model(model)
            callback.set_params(params)

    @property
    def wants_epochs(self) -> bool:
        """Whether any callback must be asked after every epoch."""
        return any(overrides(c, _EPOCH_HOOKS) and not getattr(c, "runs_inside", False) for c in self.callbacks)

    @property
    def wants_batches(self) -> bool:
        """Whether any callback must be asked after every step."""
        return any(overrides(c, _BATCH_HOOKS) for c in self.callbacks)

    def call(self, hook: str, *arguments: Any) -> None:
        """Call one hook of every callback."""
        for callback in self.callbacks:
            if not (getattr(callback, "runs_inside", False) and hook == "on_epoch_end"):
                getattr(callback, hook)(*arguments)
