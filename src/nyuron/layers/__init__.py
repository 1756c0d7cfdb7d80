"""What networks are made of, by Keras's names, and the contract that every layer keeps."""

from nyuron.layers._activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from nyuron.layers._boxes import read_weights, write_weights
from nyuron.layers._call import Call, Forward, spec
from nyuron.layers._custom import CustomLayer
from nyuron.layers._dense import Dense
from nyuron.layers._embedding import Embedding
from nyuron.layers._graph import Graph, InputSpec, Step
from nyuron.layers._input import Input, InputLayer
from nyuron.layers._layer import Layer, forward
from nyuron.layers._maxout import Maxout
from nyuron.layers._merge import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from nyuron.layers._noise import ActivityRegularization, AlphaDropout, Dropout, GaussianDropout, GaussianNoise
from nyuron.layers._normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
    Rescaling,
    UnitNormalization,
)
from nyuron.layers._partition import join_frozen, split_frozen
from nyuron.layers._polynomial import PolynomialFeatures
from nyuron.layers._shape import Flatten, Identity, Lambda, Masking, Permute, RepeatVector, Reshape
from nyuron.layers._slot import Slot
from nyuron.layers._symbolic import Node, SymbolicTensor

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "BatchNormalization",
    "Call",
    "Concatenate",
    "CustomLayer",
    "Dense",
    "Dot",
    "Dropout",
    "Embedding",
    "Flatten",
    "Forward",
    "GaussianDropout",
    "GaussianNoise",
    "Graph",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "Maximum",
    "Maxout",
    "Minimum",
    "Multiply",
    "Node",
    "Normalization",
    "PReLU",
    "Permute",
    "PolynomialFeatures",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Slot",
    "Softmax",
    "Step",
    "Subtract",
    "SymbolicTensor",
    "UnitNormalization",
    "add",
    "average",
    "concatenate",
    "dot",
    "forward",
    "join_frozen",
    "maximum",
    "minimum",
    "multiply",
    "read_weights",
    "spec",
    "split_frozen",
    "subtract",
    "write_weights",
]
