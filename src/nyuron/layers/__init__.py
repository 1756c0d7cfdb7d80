"""What networks are made of, by Keras's names, and the contract that every layer keeps."""

from nyuron.layers._activation import Activation
from nyuron.layers._activity_regularization import ActivityRegularization
from nyuron.layers._attention import AdditiveAttention, Attention
from nyuron.layers._batch_normalization import BatchNormalization
from nyuron.layers._bidirectional import Bidirectional
from nyuron.layers._boxes import read_weights, write_weights
from nyuron.layers._call import Call, Forward, spec
from nyuron.layers._category_encoding import CategoryEncoding
from nyuron.layers._center_crop import CenterCrop
from nyuron.layers._concatenate import Concatenate
from nyuron.layers._context import Context, current, within
from nyuron.layers._conv import Conv1D, Conv2D, Conv3D
from nyuron.layers._conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from nyuron.layers._conv_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from nyuron.layers._cropping import Cropping1D, Cropping2D, Cropping3D
from nyuron.layers._custom import CustomLayer
from nyuron.layers._dense import Dense
from nyuron.layers._depthwise_conv import DepthwiseConv1D, DepthwiseConv2D
from nyuron.layers._discretization import Discretization
from nyuron.layers._dot import Dot
from nyuron.layers._embedding import Embedding
from nyuron.layers._global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from nyuron.layers._graph import Graph, InputSpec, Step
from nyuron.layers._group_normalization import GroupNormalization
from nyuron.layers._group_query_attention import GroupQueryAttention
from nyuron.layers._gru import GRU
from nyuron.layers._gru_cell import GRUCell
from nyuron.layers._hashing import Hashing
from nyuron.layers._identity import Identity
from nyuron.layers._input import Input, InputLayer
from nyuron.layers._integer_lookup import IntegerLookup
from nyuron.layers._keywords import arguments, shape_after
from nyuron.layers._lambda import Lambda
from nyuron.layers._layer import Layer, forward
from nyuron.layers._layer_normalization import LayerNormalization, UnitNormalization
from nyuron.layers._lstm import LSTM
from nyuron.layers._lstm_cell import LSTMCell
from nyuron.layers._masking import Masking
from nyuron.layers._maxout import Maxout
from nyuron.layers._mel_spectrogram import MelSpectrogram
from nyuron.layers._merge import Add, Average, Maximum, Minimum, Multiply, Subtract
from nyuron.layers._merge_functions import add, average, concatenate, dot, maximum, minimum, multiply, subtract
from nyuron.layers._multi_head_attention import MultiHeadAttention
from nyuron.layers._noise import AlphaDropout, Dropout, GaussianDropout, GaussianNoise
from nyuron.layers._normalization import Normalization, Rescaling
from nyuron.layers._partition import is_stateful, join_frozen, split_frozen
from nyuron.layers._polynomial import PolynomialFeatures
from nyuron.layers._pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from nyuron.layers._positions import PositionEmbedding, SinePositionEncoding, TokenAndPositionEmbedding
from nyuron.layers._random_brightness import RandomBrightness
from nyuron.layers._random_contrast import RandomContrast
from nyuron.layers._random_crop import RandomCrop
from nyuron.layers._random_flip import RandomFlip
from nyuron.layers._random_rotation import RandomRotation
from nyuron.layers._random_translation import RandomTranslation
from nyuron.layers._random_zoom import RandomZoom
from nyuron.layers._rectifiers import ELU, LeakyReLU, PReLU, ReLU
from nyuron.layers._resizing import Resizing
from nyuron.layers._rnn import RNN
from nyuron.layers._separable_conv import SeparableConv1D, SeparableConv2D
from nyuron.layers._shape import Flatten, Permute, RepeatVector, Reshape
from nyuron.layers._simple_rnn import SimpleRNN
from nyuron.layers._simple_rnn_cell import SimpleRNNCell
from nyuron.layers._slot import Slot, make_first_weights
from nyuron.layers._softmax import Softmax
from nyuron.layers._spatial_dropout import SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from nyuron.layers._stacked_rnn_cells import StackedRNNCells
from nyuron.layers._stft_spectrogram import STFTSpectrogram
from nyuron.layers._string_lookup import StringLookup
from nyuron.layers._symbolic import Node, SymbolicTensor, connect
from nyuron.layers._text_vectorization import TextVectorization
from nyuron.layers._time_distributed import TimeDistributed
from nyuron.layers._transformer import TransformerDecoder, TransformerEncoder
from nyuron.layers._up_sampling import UpSampling1D, UpSampling2D, UpSampling3D
from nyuron.layers._zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "BatchNormalization",
    "Bidirectional",
    "Call",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "Context",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "CustomLayer",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "Embedding",
    "Flatten",
    "Forward",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "Graph",
    "GroupNormalization",
    "GroupQueryAttention",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Maxout",
    "MelSpectrogram",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Node",
    "Normalization",
    "PReLU",
    "Permute",
    "PolynomialFeatures",
    "PositionEmbedding",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "STFTSpectrogram",
    "SeparableConv1D",
    "SeparableConv2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "SinePositionEncoding",
    "Slot",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "StackedRNNCells",
    "Step",
    "StringLookup",
    "Subtract",
    "SymbolicTensor",
    "TextVectorization",
    "TimeDistributed",
    "TokenAndPositionEmbedding",
    "TransformerDecoder",
    "TransformerEncoder",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "arguments",
    "average",
    "concatenate",
    "connect",
    "current",
    "dot",
    "forward",
    "is_stateful",
    "join_frozen",
    "make_first_weights",
    "maximum",
    "minimum",
    "multiply",
    "read_weights",
    "shape_after",
    "spec",
    "split_frozen",
    "subtract",
    "within",
    "write_weights",
]
