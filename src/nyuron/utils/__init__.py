"""Keras's small helpers, and its loaders of folders."""

from nyuron.core import set_random_seed
from nyuron.data import (
    audio_dataset_from_directory,
    image_dataset_from_directory,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)
from nyuron.utils._images import array_to_img, img_to_array, load_img, save_img
from nyuron.utils._normalize import normalize
from nyuron.utils._pad_sequences import pad_sequences
from nyuron.utils._plot_model import plot_model
from nyuron.utils._split_dataset import split_dataset
from nyuron.utils._to_categorical import to_categorical

__all__ = [
    "array_to_img",
    "audio_dataset_from_directory",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "normalize",
    "pad_sequences",
    "plot_model",
    "save_img",
    "set_random_seed",
    "split_dataset",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
]
