"""Many runs at once: restarts, ensembles, folds."""

from nyuron.populations._folds import Fold, folds
from nyuron.populations._optimism import Optimism, optimism, optimism_of_scores

__all__ = [
    "Fold",
    "Optimism",
    "folds",
    "optimism",
    "optimism_of_scores",
]
