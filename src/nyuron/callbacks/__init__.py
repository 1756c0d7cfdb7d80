"""Observers of a fit on the host, by Keras's names."""

from nyuron.callbacks._backup import BackupAndRestore
from nyuron.callbacks._callback import Callback, overrides
from nyuron.callbacks._callback_list import CallbackList, flattened
from nyuron.callbacks._checkpoint import ModelCheckpoint
from nyuron.callbacks._csv_logger import CSVLogger
from nyuron.callbacks._direction import direction
from nyuron.callbacks._early_stopping import EarlyStopping
from nyuron.callbacks._history import History
from nyuron.callbacks._lambda import LambdaCallback
from nyuron.callbacks._learning_rate import LearningRateScheduler, ReduceLROnPlateau
from nyuron.callbacks._progress import Quiet, figure, figures, progress
from nyuron.callbacks._tensorboard import TensorBoard
from nyuron.callbacks._terminate_on_nan import TerminateOnNaN
from nyuron.callbacks._watch import watchers, watching

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "Quiet",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
    "direction",
    "figure",
    "figures",
    "flattened",
    "overrides",
    "progress",
    "watchers",
    "watching",
]
