"""Slots: rows kept at addresses, the lowest digits of their codes. Axes: see `tmformer.axes`."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

_FIRST = 12  # digits of an address at first; any number gives the same result


def filled(kept: np.ndarray, digits: int, dtype: str) -> Float[Array, "slots kept"]:
    """Slots for these rows, each in one of its own, and one more slot for rows without a code.

    Args:
        kept: rows of 1, code, time and values, no two of one code.
        digits: those of a code: there is room for all codes in 2**digits slots.
        dtype: the format of the slots.
    """
    size = min(_FIRST, digits)
    while size < digits and len(np.unique(_addresses(kept, digits, size))) < len(kept):
        size += 1
    slots = np.zeros((2**size + 1, kept.shape[1]))
    slots[_addresses(kept, digits, size)] = kept
    return jnp.asarray(slots, dtype)


def _addresses(kept: np.ndarray, digits: int, size: int) -> np.ndarray:
    """A code is the sum of its digits, each -1 or 1, times 2**i; the address is its lowest digits as a number."""
    return ((kept[:, 1].astype(np.int64) + 2**digits - 1) >> 1) % 2**size


def enlarged(slots: Float[Array, "slots kept"], digits: int, asked: float) -> Float[Array, "more kept"]:
    """The same rows in as many slots as leave one to a code besides.

    Args:
        slots: rows, each in a slot of its own.
        digits: those of a code.
        asked: the code.
    """
    kept, size = taken(slots), (slots.shape[0] - 1).bit_length() - 1
    others = kept[kept[:, 1] != asked]
    wanted = np.full((1, 2), asked)
    while np.isin(_addresses(wanted, digits, size), _addresses(others, digits, size)).any():
        size += 1
    larger = np.zeros((2**size + 1, slots.shape[1]), dtype=slots.dtype)
    larger[_addresses(kept, digits, size)] = kept
    return jnp.asarray(larger)


def taken(slots: jax.Array) -> np.ndarray:
    """The rows that are kept."""
    held = np.asarray(slots)[:-1]
    return held[held[:, 0] == 1]
