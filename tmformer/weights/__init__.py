"""Exact weights.

Takes      a Program.
Gives      Weights: every entry an int or a dyadic Fraction, nothing rounded; their exact runs; their file.
May touch  program, errors.
Never      machine, constructions, jax. Nobody here has heard of a Turing machine.
"""

from tmformer.weights.assemble import AttentionHead, BlockWeights, Mlp, Sizes, Weights, lower, measure
from tmformer.weights.constants import constant_coordinates, is_attention_constant
from tmformer.weights.decoding import Decoding
from tmformer.weights.file import load, save, to_bytes, write_whole
from tmformer.weights.layout import Layout
from tmformer.weights.lookup import lower_lookup
from tmformer.weights.naming import BlockNames, HeadNames, RegisterNames, name_blocks, name_registers, sentence
from tmformer.weights.rational import Rational
from tmformer.weights.semantics import Attention, BlockTrace, constant_attention, decode, trace
from tmformer.weights.sparse import Sparse, dense, sparse

__all__ = [
    "Attention",
    "AttentionHead",
    "BlockNames",
    "BlockTrace",
    "BlockWeights",
    "Decoding",
    "HeadNames",
    "Layout",
    "Mlp",
    "Rational",
    "RegisterNames",
    "Sizes",
    "Sparse",
    "Weights",
    "constant_attention",
    "constant_coordinates",
    "decode",
    "dense",
    "is_attention_constant",
    "load",
    "lower",
    "lower_lookup",
    "measure",
    "name_blocks",
    "name_registers",
    "save",
    "sentence",
    "sparse",
    "to_bytes",
    "trace",
    "write_whole",
]
