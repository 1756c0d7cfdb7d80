"""Search for hyperparameters: spaces, methods, and searches that run as populations."""

from nyuron.tuners._trial import COMPLETE, FAILED, PRUNED, TRYING, TrialRecord

__all__ = [
    "COMPLETE",
    "FAILED",
    "PRUNED",
    "TRYING",
    "TrialRecord",
]
