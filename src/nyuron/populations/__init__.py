"""Many runs at once: restarts, ensembles, folds."""

from nyuron.populations._cross_validate import cross_validate
from nyuron.populations._cross_validation import CrossValidation
from nyuron.populations._folds import Fold, folds
from nyuron.populations._member import (
    Field,
    Given,
    Job,
    Seat,
    best_value,
    history_of,
    job_for,
    only_stopper,
    take_over,
)
from nyuron.populations._optimism import Optimism, optimism, optimism_of_scores
from nyuron.populations._optimizers import Optimizers
from nyuron.populations._plan import MemberPlan, plan_members
from nyuron.populations._population import Answers, Population, fit_many
from nyuron.populations._train_jobs import train_jobs

__all__ = [
    "Answers",
    "CrossValidation",
    "Field",
    "Fold",
    "Given",
    "Job",
    "MemberPlan",
    "Optimism",
    "Optimizers",
    "Population",
    "Seat",
    "best_value",
    "cross_validate",
    "fit_many",
    "folds",
    "history_of",
    "job_for",
    "only_stopper",
    "optimism",
    "optimism_of_scores",
    "plan_members",
    "take_over",
    "train_jobs",
]
