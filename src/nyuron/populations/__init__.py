"""Many runs at once: restarts, ensembles, folds."""

from nyuron.populations._folds import Fold, folds
from nyuron.populations._optimism import Optimism, optimism, optimism_of_scores
from nyuron.populations._population import Answers, Population, fit_many

__all__ = [
    "Answers",
    "Fold",
    "Optimism",
    "Population",
    "fit_many",
    "folds",
    "optimism",
    "optimism_of_scores",
]
