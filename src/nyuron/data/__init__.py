"""Sources of data: files, arrays, batches; splitting and standardising."""

from nyuron.data._arrays import as_arrays
from nyuron.data._batches import batches_of, is_batched_source, prefetch
from nyuron.data._dataset import CLASSIFICATION, REGRESSION, Dataset
from nyuron.data._load_file import load_file
from nyuron.data._read import read
from nyuron.data._split import Part, Split, split
from nyuron.data._standardizer import Standardizer
from nyuron.data._table import Column, Table

__all__ = [
    "CLASSIFICATION",
    "REGRESSION",
    "Column",
    "Dataset",
    "Part",
    "Split",
    "Standardizer",
    "Table",
    "as_arrays",
    "batches_of",
    "is_batched_source",
    "load_file",
    "prefetch",
    "read",
    "split",
]
