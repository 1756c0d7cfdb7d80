"""Going on where a run was broken off."""

from __future__ import annotations

import os
from pathlib import Path

from nyuron.callbacks._callback import Callback
from nyuron.core import ArgumentError


class BackupAndRestore(Callback):
    """Keep the whole run state in `backup_dir`, so that the same fit, started again, goes on where it was broken off.

    The run does the work: parameters, optimizer, data order, random numbers, early stopping and the history so far are
    restored, and the weights end up the same to the bit. `save_freq` is 'epoch' or a number of steps;
    `double_checkpoint` keeps the state before the last one as well, for a disk that damages a file. The backup is
    removed when the fit ends, unless `delete_checkpoint` is False.

    Differs from Keras: a fit goes on in the middle of an epoch, too; the file is Nyuron's own.
    Source: keras.callbacks.BackupAndRestore.
    Example:
        >>> BackupAndRestore("backup", save_freq=100).save_freq
        100
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not str(backup_dir):
            raise ArgumentError(
                "backup_dir is empty",
                who="BackupAndRestore",
                expected="a folder",
                got="''",
                fix="backup_dir='backup', a folder that is made where there is none",
            )
        if save_freq != "epoch" and not (isinstance(save_freq, int) and save_freq > 0):
            raise ArgumentError(
                "save_freq cannot be used",
                who="BackupAndRestore",
                expected="'epoch' or a number",
                got=save_freq,
                fix="save_freq='epoch', or save_freq=100 to write after every 100 batches",
            )
        self.backup_dir, self.save_freq = Path(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
