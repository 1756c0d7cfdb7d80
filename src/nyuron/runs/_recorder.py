"""The callback through which a run learns of fits and evaluations."""

from __future__ import annotations

from typing import Any

from nyuron.callbacks import Callback
from nyuron.runs._active import ActiveRun


class Recorder(Callback):
    """Tells a run the figures of one fit, or of one evaluation."""

    # The compiled run goes on while nobody else looks: these hooks are called when it comes up.
    inside = ("on_train_begin", "on_epoch_end", "on_train_end", "on_test_end")

    def __init__(self, run: ActiveRun) -> None:
        super().__init__()
        self.run = run
        self._fit: dict[str, Any] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._fit = self.run.begin_fit(self.model, self.params.get("epochs"))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._fit is not None:
            self.run.add_epoch(self._fit, logs or {})

    def on_train_end(self, logs: Any = None) -> None:
        if self._fit is not None:
            self._fit["stopped"] = self.model.history.stop_reason
            self._fit["seed"] = self.model.history.seed
            self.run.write()

    def on_test_end(self, logs: Any = None) -> None:
        if self._fit is None:  # otherwise it is the validation of a fit
            self.run.add_evaluation(self.model, logs or {})
