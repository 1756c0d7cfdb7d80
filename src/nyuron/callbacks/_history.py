"""The record of a fit."""

from __future__ import annotations

from typing import Any

from nyuron.callbacks._callback import Callback


class History(Callback):
    """`history` maps each figure's name to its values, one per epoch; `epoch` lists the epochs; `params` the settings.

    `stop_reason` says why the fit ended before its last epoch, or is None. `seed` is what repeats the run.

    Source: keras.callbacks.History.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.stop_reason: str | None = None
        self.seed: int | None = None

    def add(self, epoch: int, logs: dict[str, Any]) -> None:
        """Append an epoch's figures."""
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = ", ".join(
            f"{name}={values[-1]:.4g}" for name, values in self.history.items() if isinstance(values[-1], float)
        )
        return f"<History of {len(self.epoch)} epochs: {last}>"
