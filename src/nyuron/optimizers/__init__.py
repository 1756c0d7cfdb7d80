"""How gradients change weights, by Keras's names; and methods that see all the data in each step."""

from nyuron.optimizers import schedules
from nyuron.optimizers._adam import Adam, Adamax, AdamW, Lamb, Nadam
from nyuron.optimizers._adaptive import Adadelta, Adagrad, Ftrl, RMSprop
from nyuron.optimizers._descent import SGD, Lion
from nyuron.optimizers._full_batch import LBFGS, FullBatch, LevenbergMarquardt, Newton, NonlinearCG
from nyuron.optimizers._get import get
from nyuron.optimizers._optimizer import Optimizer

__all__ = [
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "FullBatch",
    "Lamb",
    "LevenbergMarquardt",
    "Lion",
    "Nadam",
    "Newton",
    "NonlinearCG",
    "Optimizer",
    "RMSprop",
    "get",
    "schedules",
]
