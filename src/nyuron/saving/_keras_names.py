"""What Keras 3 calls its layers and activations, and where its configs and ours differ."""

from __future__ import annotations

import importlib
from typing import Any

_LAYERS = """
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention
    AugMix AutoContrast Average AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D
    BatchNormalization Bidirectional CategoryEncoding CenterCrop Concatenate
    ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D Convolution1DTranspose Convolution2D
    Convolution2DTranspose Convolution3D Convolution3DTranspose Cropping1D Cropping2D Cropping3D CutMix Dense
    DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Equalization Flatten
    FlaxLayer GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D
    GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention
    HashedCrossing Hashing Identity InputLayer IntegerLookup JaxLayer LSTM LSTMCell Lambda LayerNormalization
    LeakyReLU Masking MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D
    Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply Normalization PReLU Permute Pipeline
    RMSNormalization RNN RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast
    RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue
    RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear
    RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing ReversibleEmbedding STFTSpectrogram
    SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D SimpleRNN SimpleRNNCell Softmax
    Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells
    StringLookup Subtract TFSMLayer TextVectorization TimeDistributed TorchModuleWrapper UnitNormalization
    UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
"""
_ACTIVATIONS = """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear
    log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus
    sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
"""
LAYERS, ACTIVATIONS = frozenset(_LAYERS.split()), frozenset(_ACTIVATIONS.split())
ROOMS = {
    "layers": "layers",
    "initializers": "initializers",
    "regularizers": "regularizers",
    "constraints": "constraints",
    "activations": "activations",
    "losses": "losses",
    "metrics": "metrics",
    "schedules": "optimizers.schedules",
    "optimizers": "optimizers",
}
"""A word in Keras's module names -> our room."""

ALIASES = {
    "GroupedQueryAttention": "GroupQueryAttention",
    "OrthogonalInitializer": "Orthogonal",
    "IdentityInitializer": "Identity",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Orthonormal": "Orthogonal",
}

HARMLESS: dict[str, Any] = {
    "renorm_momentum": ...,
    "unroll": ...,
    "implementation": ...,
    "input_axes": None,
    "output_axes": None,
    "seed": ...,
    "dtype": ...,
    "name": ...,
    "batch_input_shape": ...,
    "jit_compile": ...,
    "is_legacy_optimizer": ...,
    "decay": 0.0,
    "loss_scale_factor": None,
    "flash_attention": ...,
    "sparse_y_true": True,
    "sparse_y_pred": True,
    "class_aggregation": "uniform_average",
    "num_regressors": 0,
    "axis": -1,
    "vocabulary_size": ...,
}
"""Settings of Keras's that a class of ours lacks, and the value (…: any) at which they change no result.

None and False are taken for every setting: they mean that it is not used.
"""


OURS = ("LBFGS", "FullBatch", "LevenbergMarquardt", "Newton", "NonlinearCG", "FromArray", "RandomInitializer")
"""Classes of ours, other than layers, that Keras does not have."""


def classes_in(place: str) -> dict[str, type]:
    """The classes that one of our rooms exports, of the layers those that Keras has too."""
    room = importlib.import_module(f"nyuron.{place}")
    names = [n for n in room.__all__ if place != "layers" or n in LAYERS]
    return {n: getattr(room, n) for n in names if isinstance(getattr(room, n), type)}
