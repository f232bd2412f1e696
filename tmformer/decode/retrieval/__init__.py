"""Retrieval: the same weights, the same answer as dense attention, without scanning.

Takes      weights with annotations: what each attention head looks up.
Gives      engines that answer a lookup by address, after verifying its annotation against the matrices.
May touch  the rest of decode, and what that may touch.
Never      machine, constructions. What these engines know of a network, they read off its weights.
"""

from tmformer.decode.retrieval.batched import Reached
from tmformer.decode.retrieval.many import Many
from tmformer.decode.retrieval.passing import Passing
from tmformer.decode.retrieval.recalling import Recalling

__all__ = ["Many", "Passing", "Reached", "Recalling"]
