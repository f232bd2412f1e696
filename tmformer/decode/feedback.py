"""Feedback: how the next row of a sequence that grows follows from the last one, as arrays. Axes: see `tmformer.axes`."""

from typing import NamedTuple, final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from tmformer.errors import ModelError
from tmformer.program import Generator, Labels
from tmformer.weights import Weights

_LARGE = 2**30  # positions


@final
class Codes(NamedTuple):
    """Binary digits of position codes, generated: digit `bit` of (position + offset) // divisor mod modulus.

    Args:
        flags: for each digit the coordinate of the flag of the rows that have it; digits of one coordinate are added.
        offset: in positions.
        divisor: positive.
        modulus: positive; 1 and bit 0 never count.
        bit: the least significant is 0.
        set: 1, or 0 where there is no such digit.
    """

    flags: Int[Array, " kinds"]
    offset: Int[Array, "kinds digits"]
    divisor: Int[Array, "kinds digits"]
    modulus: Int[Array, "kinds digits"]
    bit: Int[Array, "kinds digits"]
    set: Float[Array, "kinds digits"]


@final
class Feedback(NamedTuple):
    """The feedback map, as data of a compiled function.

    Args:
        sources: for each coordinate of the next row the one that it receives; d_model for none, and d_model + 1 + i for
            the i-th digit of position codes.
        codes: how these digits are generated.
    """

    sources: Int[Array, " model"]
    codes: Codes


def next_residual(feedback: Feedback, last: Float[Array, " model"], row: Int[Array, ""]) -> Float[Array, " model"]:
    """Row number `row` before any block, from the row before it after all blocks."""
    sources, codes = feedback
    none = jnp.zeros(1, last.dtype)
    flags = jnp.append(last, none)[sources[codes.flags]]
    index = (row + codes.offset) // codes.divisor % codes.modulus
    signs = (2 * (index >> codes.bit & 1) - 1).astype(last.dtype) * codes.set
    return jnp.concatenate([last, none, flags @ signs])[sources]


def feedback_of(weights: Weights, dtype: str) -> Feedback:
    """The feedback map of these weights, for a residual stream of this format.

    Raises:
        ModelError: if a position code counts further than an int32.
    """
    labels, layout = weights.labels, weights.layout
    sources = np.full(layout.d_model, layout.d_model)
    for each in labels.feedback:
        sources[list(layout.spans[each.target])] = list(layout.spans[each.source])
    places = [
        place for name in dict.fromkeys(each.register for each in labels.generators) for place in layout.spans[name]
    ]
    flags = list(dict.fromkeys(layout.spans[each.where][0] for each in labels.generators))
    sources[places] = layout.d_model + 1 + np.arange(len(places))
    fields = {name: np.zeros((len(flags), len(places)), dtype=np.int32) for name in ("offset", "bit", "set")}
    fields |= {name: np.ones((len(flags), len(places)), dtype=np.int32) for name in ("divisor", "modulus")}
    for generator in labels.generators:
        kind = flags.index(layout.spans[generator.where][0])
        for bit, place in enumerate(layout.spans[generator.register]):
            numbers = {"offset": _offset(labels, generator), "divisor": generator.divisor, "modulus": generator.modulus}
            for name, number in (numbers | {"bit": bit, "set": 1}).items():
                fields[name][kind, places.index(place)] = number
    arrays = {name: jnp.asarray(values, dtype if name == "set" else jnp.int32) for name, values in fields.items()}
    return Feedback(jnp.asarray(sources, jnp.int32), Codes(flags=jnp.asarray(flags, jnp.int32), **arrays))


def _offset(labels: Labels, generator: Generator) -> int:
    """The offset of a position code, less whole periods where it is large."""
    period = generator.divisor * generator.modulus
    offset = generator.offset if abs(generator.offset) < _LARGE else generator.offset % period
    if max(offset + labels.max_positions, generator.divisor, generator.modulus) >= 2 * _LARGE:
        raise ModelError(
            "Position codes count to less than 2**31",
            found=f"offset {offset}, divisor {generator.divisor}, modulus {generator.modulus}",
            where=f"the generator of {generator.register!r}",
            remedy="Give it fewer digits, or run the weights in exact rationals.",
        )
    return offset
