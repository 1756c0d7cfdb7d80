"""Search for hyperparameters: spaces, methods, and searches that run as populations."""

from nyuron.tuners._dictionary import space_from_dictionary, space_from_file
from nyuron.tuners._discover import as_space, discover
from nyuron.tuners._hyperparameter import HyperParameter
from nyuron.tuners._hyperparameters import HyperParameters
from nyuron.tuners._keras_tuner import (
    BayesianOptimization,
    GridSearch,
    Hyperband,
    HyperModel,
    Objective,
    RandomSearch,
    Tuner,
)
from nyuron.tuners._ledger import WAIT, Asked, Ledger, Waiting
from nyuron.tuners._make import make, takes_hyperparameters
from nyuron.tuners._search import Search
from nyuron.tuners._setup import SearchSetup, trial_seeds
from nyuron.tuners._space import Space, combination_hash
from nyuron.tuners._trial import COMPLETE, FAILED, PRUNED, TRYING, TrialRecord
from nyuron.tuners._tune import tune

__all__ = [
    "COMPLETE",
    "FAILED",
    "PRUNED",
    "TRYING",
    "WAIT",
    "Asked",
    "BayesianOptimization",
    "GridSearch",
    "HyperModel",
    "HyperParameter",
    "HyperParameters",
    "Hyperband",
    "Ledger",
    "Objective",
    "RandomSearch",
    "Search",
    "SearchSetup",
    "Space",
    "TrialRecord",
    "Tuner",
    "Waiting",
    "as_space",
    "combination_hash",
    "discover",
    "make",
    "space_from_dictionary",
    "space_from_file",
    "takes_hyperparameters",
    "trial_seeds",
    "tune",
]
