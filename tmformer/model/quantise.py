"""Rounding to any binary format inside compiled functions: the twin of `precision.quantise`, bit for bit."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from tmformer.precision import Format

_STORED: Final = 52  # bits of a float64's significand that are stored
_BIAS: Final = 1023
_INFINITY: Final = 0x7FF << _STORED
_NAN: Final = _INFINITY | 1 << (_STORED - 1)
_SIGN: Final = -(2**63)


def quantise(values: Float64[Array, "..."], format_: Format) -> Float64[Array, "..."]:
    """The numbers of the format nearest to these, ties to even, as float64, which holds every one of them.

    All in integers: XLA may flush, fuse and reorder floats, but not these.

    Error bound: u |x| for a normal x, half of the least subnormal number below.
    """
    bits = jax.lax.bitcast_convert_type(values, jnp.int64)
    magnitude = bits & ~_SIGN
    exponent = jnp.maximum(magnitude >> _STORED, 1)
    significand = magnitude - ((exponent - 1) << _STORED)
    below = jnp.maximum(format_.min_exponent + _BIAS - exponent, 0)
    dropped = jnp.minimum(_STORED + 1 - format_.precision + below, _STORED + 2)
    half = (jnp.ones_like(dropped) << dropped) >> 1
    odd = (significand >> dropped) & 1
    kept = (significand + jnp.maximum(half - 1 + odd, 0)) >> dropped << dropped
    rounded = jnp.where(kept == 0, 0, kept + ((exponent - 1) << _STORED))
    too_large = rounded > int(np.float64(format_.largest).view(np.int64))
    rounded = jnp.where(too_large, _INFINITY if format_.has_infinity else _NAN, rounded)
    rounded = jnp.where(magnitude > _INFINITY, _NAN, rounded)
    return jax.lax.bitcast_convert_type(rounded | (bits & _SIGN), jnp.float64)
