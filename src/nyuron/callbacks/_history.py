"""The record of a fit."""

from __future__ import annotations

from typing import Any

from nyuron.callbacks._callback import Callback


class History(Callback):
    """`history` maps each figure's name to its values, one per epoch; `epoch` lists the epochs; `params` the settings.

    `stop_reason` says why the fit ended before its last epoch, or is None. `seed` is what repeats the run. A fit returns
    one; a History among its callbacks is the one that it fills.

    Source: keras.callbacks.History.
    Example:
        >>> record = History()
        >>> record.on_epoch_end(0, {"loss": 0.5})
        >>> record.history, record.epoch
        ({'loss': [0.5]}, [0])
    """

    inside = ("on_train_begin", "on_epoch_end")

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.stop_reason: str | None = None
        self.seed: int | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.epoch, self.stop_reason = [], None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = ", ".join(
            f"{name}={values[-1]:.4g}" for name, values in self.history.items() if isinstance(values[-1], float)
        )
        return f"<History of {len(self.epoch)} epochs: {last}>"
