"""Functions that bend: what a neuron makes of its weighted sum."""

from nyuron.activations._get import deserialize, get, serialize
from nyuron.activations._layer import LayerActivation
from nyuron.activations._linear import linear
from nyuron.activations._maxout import maxout
from nyuron.activations._rectifiers import celu, elu, leaky_relu, relu, relu6, selu
from nyuron.activations._shrinking import hard_shrink, soft_shrink, tanh_shrink, threshold
from nyuron.activations._sigmoids import (
    hard_sigmoid,
    hard_tanh,
    log_sigmoid,
    sigmoid,
    softsign,
    sparse_sigmoid,
    tanh,
)
from nyuron.activations._smooth import (
    exponential,
    gelu,
    glu,
    hard_silu,
    hard_swish,
    mish,
    silu,
    softplus,
    sparse_plus,
    squareplus,
    swish,
)
from nyuron.activations._softmax import log_softmax, softmax, sparsemax
from nyuron.activations._step import heaviside, step

__all__ = [
    "LayerActivation",
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "heaviside",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "maxout",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "step",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
