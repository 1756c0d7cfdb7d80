"""Observers of a fit on the host, by Keras's names."""

from nyuron.callbacks._callback import Callback, overrides
from nyuron.callbacks._callback_list import CallbackList, flattened
from nyuron.callbacks._early_stopping import EarlyStopping
from nyuron.callbacks._files import BackupAndRestore, CSVLogger, ModelCheckpoint, TensorBoard
from nyuron.callbacks._history import History
from nyuron.callbacks._progress import Quiet, figure, figures, progress
from nyuron.callbacks._schedules import LambdaCallback, LearningRateScheduler, ReduceLROnPlateau, TerminateOnNaN

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
    "figure",
    "figures",
    "flattened",
    "overrides",
    "progress",
]
