"""The model: a standard Flax transformer that loads exact weights.

Takes      Weights, a number format or a policy of several, and a certificate or an explicit Uncertified.
Gives      an nnx module: multi-head softmax attention, then a one-hidden-layer ReLU MLP, both residual.
May touch  precision, weights, program, memory, errors, axes.
Never      machine, constructions. Nothing in the forward pass knows what is computed.
"""

from tmformer.model.arithmetic import Arithmetic
from tmformer.model.attention import Attention
from tmformer.model.load import Shape, check_enabled, common_shape, load, shape_of
from tmformer.model.mlp import Mlp
from tmformer.model.quantise import quantise
from tmformer.model.transformer import Block, BlockValues, Loop, Transformer

__all__ = [
    "Arithmetic",
    "Attention",
    "Block",
    "BlockValues",
    "Loop",
    "Mlp",
    "Shape",
    "Transformer",
    "check_enabled",
    "common_shape",
    "load",
    "quantise",
    "shape_of",
]
