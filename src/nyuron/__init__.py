"""Deep learning with Keras's names: one network, or a thousand at once, as one compiled program.

`import nyuron as keras` is all that a program written for Keras has to change::

    import nyuron as keras

    model = keras.Sequential([keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")

Rooms and classes are imported when they are first used.
"""

from typing import TYPE_CHECKING

from nyuron._face import face_dir as __dir__  # noqa: F401
from nyuron._face import face_getattr as __getattr__  # noqa: F401
from nyuron._version import __version__

if TYPE_CHECKING:
    from nyuron import (
        activations,
        callbacks,
        constraints,
        core,
        data,
        datasets,
        explain,
        initializers,
        layers,
        losses,
        metrics,
        models,
        optimizers,
        populations,
        preprocessing,
        regularizers,
        runs,
        saving,
        train,
        tuners,
        utils,
    )
    from nyuron.core import NyuronError
    from nyuron.initializers import Initializer
    from nyuron.layers import Input, Layer
    from nyuron.losses import Loss
    from nyuron.metrics import Metric
    from nyuron.models import Model, Sequential
    from nyuron.optimizers import Optimizer
    from nyuron.populations import Population, cross_validate, fit_many, folds
    from nyuron.regularizers import Regularizer
    from nyuron.tuners import tune
    from nyuron.utils import set_random_seed

__all__ = [
    "Initializer",
    "Input",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "NyuronError",
    "Optimizer",
    "Population",
    "Regularizer",
    "Sequential",
    "__version__",
    "activations",
    "callbacks",
    "constraints",
    "core",
    "cross_validate",
    "data",
    "datasets",
    "explain",
    "fit_many",
    "folds",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "populations",
    "preprocessing",
    "regularizers",
    "runs",
    "saving",
    "set_random_seed",
    "train",
    "tune",
    "tuners",
    "utils",
]
