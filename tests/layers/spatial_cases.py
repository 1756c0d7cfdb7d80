"""Cases of the layers over series, images and volumes: how to make them in either room, and the input's shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SERIES, FIRST_SERIES = (2, 7, 3), (2, 3, 7)
IMAGES, FIRST_IMAGES = (2, 6, 5, 4), (2, 4, 6, 5)
VOLUMES, FIRST_VOLUMES = (2, 4, 5, 4, 2), (2, 2, 4, 5, 4)

Made = tuple[str, Callable[[Any], Any], tuple[int, ...]]

CONVOLUTIONS: list[Made] = [
    ("Conv1D", lambda room: room.Conv1D(4, 3), SERIES),
    ("Conv1D-causal", lambda room: room.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"), SERIES),
    ("Conv1D-causal-strided", lambda room: room.Conv1D(4, 2, 2, "causal", use_bias=False), SERIES),
    ("Conv1D-same", lambda room: room.Conv1D(4, 4, 3, "same", activation="tanh"), SERIES),
    ("Conv1D-first", lambda room: room.Conv1D(6, 3, data_format="channels_first", groups=3), FIRST_SERIES),
    ("Conv1D-halving", lambda room: room.Conv1D(4, 3, activation="glu"), SERIES),
    ("Conv2D", lambda room: room.Conv2D(3, 3, activation="relu", kernel_regularizer="l2"), IMAGES),
    ("Conv2D-same", lambda room: room.Conv2D(3, (3, 2), padding="same"), IMAGES),
    ("Conv2D-strided", lambda room: room.Conv2D(3, 3, (2, 3), "same", activation="relu"), IMAGES),
    ("Conv2D-strided-valid", lambda room: room.Conv2D(3, (2, 3), 2, use_bias=False), IMAGES),
    ("Conv2D-dilated", lambda room: room.Conv2D(3, 2, dilation_rate=(2, 3), activation="tanh"), IMAGES),
    ("Conv2D-groups", lambda room: room.Conv2D(6, 3, groups=2, padding="same"), IMAGES),
    ("Conv2D-pointwise", lambda room: room.Conv2D(3, 1, activation="relu"), IMAGES),
    ("Conv2D-first", lambda room: room.Conv2D(3, 3, data_format="channels_first", activation="softmax"), FIRST_IMAGES),
    ("Conv3D", lambda room: room.Conv3D(3, 2, activation="relu"), VOLUMES),
    ("Conv3D-same", lambda room: room.Conv3D(3, (3, 2, 1), (1, 2, 2), "same"), VOLUMES),
    ("Conv3D-first", lambda room: room.Conv3D(3, 2, data_format="channels_first", dilation_rate=2), FIRST_VOLUMES),
    ("Conv1DTranspose", lambda room: room.Conv1DTranspose(4, 3), SERIES),
    ("Conv1DTranspose-strided", lambda room: room.Conv1DTranspose(4, 3, 2, "same", activation="relu"), SERIES),
    ("Conv1DTranspose-sparse", lambda room: room.Conv1DTranspose(4, 2, 3), SERIES),
    ("Conv1DTranspose-dilated", lambda room: room.Conv1DTranspose(4, 3, dilation_rate=2, padding="same"), SERIES),
    ("Conv2DTranspose", lambda room: room.Conv2DTranspose(3, 3, activation="tanh"), IMAGES),
    ("Conv2DTranspose-strided", lambda room: room.Conv2DTranspose(3, (3, 4), 2, "same", use_bias=False), IMAGES),
    ("Conv2DTranspose-padded", lambda room: room.Conv2DTranspose(3, 3, 2, "same", output_padding=1), IMAGES),
    ("Conv2DTranspose-first", lambda room: room.Conv2DTranspose(3, 2, 3, data_format="channels_first"), FIRST_IMAGES),
    ("Conv3DTranspose", lambda room: room.Conv3DTranspose(3, 2, 2, activation="relu"), VOLUMES),
    ("Conv3DTranspose-same", lambda room: room.Conv3DTranspose(3, 3, 1, "same"), VOLUMES),
    ("DepthwiseConv1D", lambda room: room.DepthwiseConv1D(3, 2, "same", 2, activation="relu"), SERIES),
    ("DepthwiseConv1D-dilated", lambda room: room.DepthwiseConv1D(3, dilation_rate=2), SERIES),
    ("DepthwiseConv2D", lambda room: room.DepthwiseConv2D(3, depthwise_regularizer="l2", activation="tanh"), IMAGES),
    ("DepthwiseConv2D-strided", lambda room: room.DepthwiseConv2D(3, (2, 2), "same", 3, use_bias=False), IMAGES),
    ("DepthwiseConv2D-first", lambda room: room.DepthwiseConv2D(2, data_format="channels_first"), FIRST_IMAGES),
    ("SeparableConv1D", lambda room: room.SeparableConv1D(4, 3, depth_multiplier=2), SERIES),
    ("SeparableConv1D-first", lambda room: room.SeparableConv1D(4, 3, 2, "same", "channels_first"), FIRST_SERIES),
    ("SeparableConv2D", lambda room: room.SeparableConv2D(3, 3, activation="relu"), IMAGES),
    ("SeparableConv2D-dilated", lambda room: room.SeparableConv2D(3, 2, dilation_rate=2, padding="same"), IMAGES),
]  # fmt: skip

POOLINGS: list[Made] = [
    ("MaxPooling1D", lambda room: room.MaxPooling1D(), SERIES),
    ("MaxPooling1D-overlapping", lambda room: room.MaxPooling1D(3, 2, "same"), SERIES),
    ("MaxPooling1D-first", lambda room: room.MaxPooling1D(2, data_format="channels_first"), FIRST_SERIES),
    ("MaxPooling2D", lambda room: room.MaxPooling2D(), IMAGES),
    ("MaxPooling2D-same", lambda room: room.MaxPooling2D((2, 3), padding="same"), IMAGES),
    ("MaxPooling2D-overlapping", lambda room: room.MaxPooling2D(3, (1, 2)), IMAGES),
    ("MaxPooling2D-sparse", lambda room: room.MaxPooling2D((2, 1), (3, 2)), IMAGES),
    ("MaxPooling2D-first", lambda room: room.MaxPooling2D(2, data_format="channels_first"), FIRST_IMAGES),
    ("MaxPooling3D", lambda room: room.MaxPooling3D(), VOLUMES),
    ("MaxPooling3D-same", lambda room: room.MaxPooling3D(3, 2, "same"), VOLUMES),
    ("AveragePooling1D", lambda room: room.AveragePooling1D(2), SERIES),
    ("AveragePooling1D-same", lambda room: room.AveragePooling1D(3, 2, "same"), SERIES),
    ("AveragePooling2D", lambda room: room.AveragePooling2D(2), IMAGES),
    ("AveragePooling2D-same", lambda room: room.AveragePooling2D((3, 2), 2, "same"), IMAGES),
    ("AveragePooling2D-first", lambda room: room.AveragePooling2D(2, 1, data_format="channels_first"), FIRST_IMAGES),
    ("AveragePooling3D", lambda room: room.AveragePooling3D(2), VOLUMES),
    ("AveragePooling3D-same", lambda room: room.AveragePooling3D(3, padding="same"), VOLUMES),
    ("GlobalMaxPooling1D", lambda room: room.GlobalMaxPooling1D(), SERIES),
    ("GlobalMaxPooling2D", lambda room: room.GlobalMaxPooling2D(keepdims=True), IMAGES),
    ("GlobalMaxPooling3D", lambda room: room.GlobalMaxPooling3D("channels_first"), FIRST_VOLUMES),
    ("GlobalAveragePooling1D", lambda room: room.GlobalAveragePooling1D(), SERIES),
    ("GlobalAveragePooling1D-first", lambda room: room.GlobalAveragePooling1D("channels_first", True), FIRST_SERIES),
    ("GlobalAveragePooling2D", lambda room: room.GlobalAveragePooling2D(), IMAGES),
    ("GlobalAveragePooling2D-first", lambda room: room.GlobalAveragePooling2D("channels_first"), FIRST_IMAGES),
    ("GlobalAveragePooling3D", lambda room: room.GlobalAveragePooling3D(keepdims=True), VOLUMES),
]  # fmt: skip

REARRANGED: list[Made] = [
    ("UpSampling1D", lambda room: room.UpSampling1D(3), SERIES),
    ("UpSampling2D", lambda room: room.UpSampling2D((2, 3)), IMAGES),
    ("UpSampling2D-bilinear", lambda room: room.UpSampling2D(2, interpolation="bilinear"), IMAGES),
    ("UpSampling2D-first", lambda room: room.UpSampling2D(2, "channels_first", "bicubic"), FIRST_IMAGES),
    ("UpSampling3D", lambda room: room.UpSampling3D(), VOLUMES),
    ("UpSampling3D-first", lambda room: room.UpSampling3D((1, 2, 3), "channels_first"), FIRST_VOLUMES),
    ("ZeroPadding1D", lambda room: room.ZeroPadding1D((1, 2)), SERIES),
    ("ZeroPadding1D-first", lambda room: room.ZeroPadding1D(2, data_format="channels_first"), FIRST_SERIES),
    ("ZeroPadding2D", lambda room: room.ZeroPadding2D(((1, 0), (2, 3))), IMAGES),
    ("ZeroPadding2D-pair", lambda room: room.ZeroPadding2D([1, 2], "channels_first"), FIRST_IMAGES),
    ("ZeroPadding3D", lambda room: room.ZeroPadding3D((1, 0, 2)), VOLUMES),
    ("Cropping1D", lambda room: room.Cropping1D((2, 0)), SERIES),
    ("Cropping2D", lambda room: room.Cropping2D(((1, 0), (2, 1))), IMAGES),
    ("Cropping2D-first", lambda room: room.Cropping2D(1, "channels_first"), FIRST_IMAGES),
    ("Cropping3D", lambda room: room.Cropping3D(), VOLUMES),
    ("GroupNormalization", lambda room: room.GroupNormalization(2), IMAGES),
    ("GroupNormalization-each", lambda room: room.GroupNormalization(-1, axis=1, scale=False), FIRST_IMAGES),
    ("GroupNormalization-flat", lambda room: room.GroupNormalization(3, center=False, epsilon=0.1), (4, 6)),
]  # fmt: skip

RANDOM: list[Made] = [
    ("SpatialDropout1D", lambda room: room.SpatialDropout1D(0.3), SERIES),
    ("SpatialDropout2D", lambda room: room.SpatialDropout2D(0.3, "channels_first", seed=4), FIRST_IMAGES),
    ("SpatialDropout3D", lambda room: room.SpatialDropout3D(0.3), VOLUMES),
]
