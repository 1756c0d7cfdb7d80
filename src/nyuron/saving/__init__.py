"""Models, run states and run directories on disk. Files carry no code."""

from nyuron.core import register_custom as register_keras_serializable
from nyuron.saving._archive import atomic, read_archive, write_archive
from nyuron.saving._backup import RunBackup, saved_seed
from nyuron.saving._hdf5 import Hdf5Tree, read_hdf5, write_hdf5
from nyuron.saving._keras_assets import read_assets
from nyuron.saving._keras_read import KerasReader
from nyuron.saving._keras_weights import Stored, array_of, keras_class, named_layers, named_weights, put, stored_weights
from nyuron.saving._keras_write import KerasWriter
from nyuron.saving._keras_zip import KerasFile, is_hdf5, is_keras_file, read_keras_zip, write_keras_zip
from nyuron.saving._run_folder import RunFolder, broken_searches, environment, find_run, list_runs, new_run_folder
from nyuron.saving._safetensors import read_safetensors, write_safetensors
from nyuron.saving._trees import fill_tree, name_arrays

__all__ = [
    "Hdf5Tree",
    "KerasFile",
    "KerasReader",
    "KerasWriter",
    "RunBackup",
    "RunFolder",
    "Stored",
    "array_of",
    "atomic",
    "broken_searches",
    "environment",
    "fill_tree",
    "find_run",
    "is_hdf5",
    "is_keras_file",
    "keras_class",
    "list_runs",
    "name_arrays",
    "named_layers",
    "named_weights",
    "new_run_folder",
    "put",
    "read_archive",
    "read_assets",
    "read_hdf5",
    "read_keras_zip",
    "read_safetensors",
    "register_keras_serializable",
    "saved_seed",
    "stored_weights",
    "write_archive",
    "write_hdf5",
    "write_keras_zip",
    "write_safetensors",
]
