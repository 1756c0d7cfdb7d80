"""Cases of the layers that prepare data: how to make them in either room, the input's shape, and what else holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ROWS, IMAGES, SOUNDS = (4, 6), (2, 5, 6, 3), (2, 40)
INTEGERS: dict[str, Any] = {"is_integer": True}
BINS: dict[str, Any] = {"is_smooth": False}
RANDOM: dict[str, Any] = {"is_random": True}
# Keras's IntegerLookup needs TensorFlow; its RandomCrop hands images on whole at inference.
ALONE: dict[str, Any] = {"keras": None}

PREPROCESSING: list[tuple[str, Callable[[Any], Any], tuple[int, ...], dict[str, Any]]] = [
    ("CategoryEncoding", lambda room: room.CategoryEncoding(5), ROWS, INTEGERS),
    ("CategoryEncoding-count", lambda room: room.CategoryEncoding(5, "count"), ROWS, INTEGERS),
    ("CategoryEncoding-one", lambda room: room.CategoryEncoding(5, "one_hot"), ROWS, INTEGERS),
    ("Discretization", lambda room: room.Discretization([-0.5, 0.0, 0.5]), ROWS, BINS | {"gives_integers": True}),
    ("Discretization-count", lambda room: room.Discretization([-0.5, 0.5], output_mode="count"), ROWS, BINS),
    (
        "IntegerLookup",
        lambda room: room.IntegerLookup(vocabulary=[3, 1, 2]),
        ROWS,
        INTEGERS | BINS | ALONE | {"gives_integers": True},
    ),
    (
        "IntegerLookup-weights",
        lambda room: room.IntegerLookup(vocabulary=[3, 1, 2], idf_weights=[0.5, 1.0, 2.0], output_mode="tf_idf"),
        ROWS,
        INTEGERS | ALONE,
    ),
    ("Resizing", lambda room: room.Resizing(3, 4), IMAGES, {}),
    ("Resizing-cropped", lambda room: room.Resizing(7, 4, "bicubic", crop_to_aspect_ratio=True), IMAGES, {}),
    ("CenterCrop", lambda room: room.CenterCrop(3, 3), IMAGES, {}),
    ("CenterCrop-larger", lambda room: room.CenterCrop(7, 3), IMAGES, {}),
    ("RandomBrightness", lambda room: room.RandomBrightness(0.1, (-9, 9)), IMAGES, RANDOM),
    ("RandomContrast", lambda room: room.RandomContrast(0.1, (-9, 9)), IMAGES, RANDOM),
    ("RandomCrop", lambda room: room.RandomCrop(3, 4), IMAGES, RANDOM | ALONE),
    ("RandomFlip", lambda room: room.RandomFlip(), IMAGES, RANDOM),
    ("RandomRotation", lambda room: room.RandomRotation(0.2), IMAGES, RANDOM),
    ("RandomTranslation", lambda room: room.RandomTranslation(0.2, (0.1, 0.3), "wrap"), IMAGES, RANDOM),
    ("RandomZoom", lambda room: room.RandomZoom((-0.3, 0.1), 0.2, "constant", fill_value=0.5), IMAGES, RANDOM),
    ("STFTSpectrogram", lambda room: room.STFTSpectrogram("magnitude", 16, 8, 16), (*SOUNDS, 1), {}),
    (
        "MelSpectrogram",
        lambda room: room.MelSpectrogram(16, 8, num_mel_bins=4, sampling_rate=1000, top_db=500.0),
        SOUNDS,
        {},
    ),
]
