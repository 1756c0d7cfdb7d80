"""What networks are made of, by Keras's names, and the contract that every layer keeps."""

from nyuron.layers._activation import Activation
from nyuron.layers._activity_regularization import ActivityRegularization
from nyuron.layers._batch_normalization import BatchNormalization
from nyuron.layers._boxes import read_weights, write_weights
from nyuron.layers._call import Call, Forward, spec
from nyuron.layers._concatenate import Concatenate
from nyuron.layers._context import Context, current, within
from nyuron.layers._custom import CustomLayer
from nyuron.layers._dense import Dense
from nyuron.layers._dot import Dot
from nyuron.layers._embedding import Embedding
from nyuron.layers._graph import Graph, InputSpec, Step
from nyuron.layers._identity import Identity
from nyuron.layers._input import Input, InputLayer
from nyuron.layers._keywords import arguments, shape_after
from nyuron.layers._lambda import Lambda
from nyuron.layers._layer import Layer, forward
from nyuron.layers._layer_normalization import LayerNormalization, UnitNormalization
from nyuron.layers._masking import Masking
from nyuron.layers._maxout import Maxout
from nyuron.layers._merge import Add, Average, Maximum, Minimum, Multiply, Subtract
from nyuron.layers._merge_functions import add, average, concatenate, dot, maximum, minimum, multiply, subtract
from nyuron.layers._noise import AlphaDropout, Dropout, GaussianDropout, GaussianNoise
from nyuron.layers._normalization import Normalization, Rescaling
from nyuron.layers._partition import join_frozen, split_frozen
from nyuron.layers._polynomial import PolynomialFeatures
from nyuron.layers._rectifiers import ELU, LeakyReLU, PReLU, ReLU
from nyuron.layers._shape import Flatten, Permute, RepeatVector, Reshape
from nyuron.layers._slot import Slot, make_first_weights
from nyuron.layers._softmax import Softmax
from nyuron.layers._symbolic import Node, SymbolicTensor, connect

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
    "Context",
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
    "arguments",
    "average",
    "concatenate",
    "connect",
    "current",
    "dot",
    "forward",
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
