"""Many runs at once: restarts, ensembles, folds."""

from nyuron.populations._folds import Fold, folds

__all__ = [
    "Fold",
    "folds",
]
