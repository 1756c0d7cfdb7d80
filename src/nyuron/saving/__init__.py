"""Models, run states and run directories on disk. Files carry no code."""

from nyuron.core import register_custom as register_keras_serializable
from nyuron.saving._archive import atomic, read_archive, write_archive
from nyuron.saving._backup import RunBackup, saved_seed
from nyuron.saving._run_folder import RunFolder, environment, find_run, list_runs, new_run_folder
from nyuron.saving._trees import fill_tree, name_arrays

__all__ = [
    "RunBackup",
    "RunFolder",
    "atomic",
    "environment",
    "fill_tree",
    "find_run",
    "list_runs",
    "name_arrays",
    "new_run_folder",
    "read_archive",
    "register_keras_serializable",
    "saved_seed",
    "write_archive",
]
