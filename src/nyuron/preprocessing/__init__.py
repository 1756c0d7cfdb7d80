"""Keras's other address of its loaders: `nyuron.utils` has the same ones."""

from nyuron.preprocessing import image, sequence
from nyuron.utils import (
    image_dataset_from_directory,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
