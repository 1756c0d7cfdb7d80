"""Data in: files, arrays of every kind, batches, splits, standardising."""

from nyuron.data._arrays import as_arrays
from nyuron.data._batched import Batched
from nyuron.data._batches import batch_count, batches_of, is_batched_source
from nyuron.data._dataset import CLASSIFICATION, REGRESSION, Dataset, Series
from nyuron.data._file_batches import BrokenFilesWarning
from nyuron.data._files import Files
from nyuron.data._image_files import IMAGE_DECODERS, decode_image, image_dataset_from_directory, need_pillow
from nyuron.data._load_file import load_file
from nyuron.data._load_series import load_series, steps_of
from nyuron.data._prefetch import prefetch
from nyuron.data._read import read, read_text
from nyuron.data._rows import check_finite, rows_of, take_rows
from nyuron.data._series import Steps, series_dataset, windowed
from nyuron.data._sound_files import audio_dataset_from_directory
from nyuron.data._split import Part, Split, split, split_rows
from nyuron.data._standardizer import Standardizer
from nyuron.data._table import Column, Table
from nyuron.data._target import Target, target_of
from nyuron.data._text_files import text_dataset_from_directory
from nyuron.data._texts import holds_texts, load_texts
from nyuron.data._wav import decode_wav
from nyuron.data._windows import timeseries_dataset_from_array

__all__ = [
    "CLASSIFICATION",
    "IMAGE_DECODERS",
    "REGRESSION",
    "Batched",
    "BrokenFilesWarning",
    "Column",
    "Dataset",
    "Files",
    "Part",
    "Series",
    "Split",
    "Standardizer",
    "Steps",
    "Table",
    "Target",
    "as_arrays",
    "audio_dataset_from_directory",
    "batch_count",
    "batches_of",
    "check_finite",
    "decode_image",
    "decode_wav",
    "holds_texts",
    "image_dataset_from_directory",
    "is_batched_source",
    "load_file",
    "load_series",
    "load_texts",
    "need_pillow",
    "prefetch",
    "read",
    "read_text",
    "rows_of",
    "series_dataset",
    "split",
    "split_rows",
    "steps_of",
    "take_rows",
    "target_of",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "windowed",
]
