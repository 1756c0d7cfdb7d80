"""What is known of one trial of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

COMPLETE, PRUNED, FAILED, TRYING = "complete", "pruned", "failed", "running"


@dataclass(frozen=True)
class TrialRecord:
    """One combination of hyperparameters, and what came of it.

    `value` is the objective: its best over the epochs, averaged over the executions. `seeds` has one seed an execution;
    the same hyperparameters and the same seed train the same model again.
    """

    number: int
    state: str
    hyperparameters: Mapping[str, Any]
    value: float | None = None
    seeds: tuple[int, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    """Each logged figure at the best epoch, averaged over the executions."""
    best_epoch: int | None = None
    """Of the first execution, counted from 1."""
    epochs: int = 0
    """Trained in all executions together."""
    seconds: float = 0.0
    """Training and validating, all executions together; compiling and waiting for a device are not counted. Trials that
    train side by side on a device share the time equally."""
    error: str | None = None
    curves: tuple[Mapping[str, list[float]], ...] = ()
    """One an execution: each figure's values, an entry an epoch."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What the method has to say: the bracket and the last rung of hyperband; the changes that a population made."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrialRecord:
        """What `to_dict` gave, also after it was JSON."""
        return cls(**{**values, "seeds": tuple(values["seeds"]), "curves": tuple(values["curves"])})
