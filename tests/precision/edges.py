"""Numbers at which rounding to a format may go wrong."""

import numpy as np

from tmformer.precision import FORMATS, Format, format_named

FORMATS_AND_MORE = [
    *FORMATS.values(),
    *map(format_named, ("e2m1", "e2m3", "e3m2", "e4m3", "e5m7", "e6m9", "e8m30", "e11m3", "e11m51", "e11m52", "e3m52")),
]


def finite_codes(format_: Format) -> np.ndarray:
    """The numbers of a format that are not negative, or of a longer one those whose significand is short or nearly full."""
    digits = 2 ** (format_.precision - 1)
    ends = np.arange(min(digits, 128), dtype=np.int64)
    places = np.unique(np.concatenate([ends, digits - 1 - ends, digits // 2 + ends % (digits - digits // 2)]))
    exponents = np.arange(format_.min_exponent, format_.max_exponent + 1)
    if len(exponents) > 300:
        exponents = np.unique(np.concatenate([exponents[:60], exponents[-60:], np.arange(-60, 61)]))
    if digits <= 1024:
        places = np.arange(digits, dtype=np.int64)
    normal = np.ldexp((digits + places)[None, :].astype(np.float64), exponents[:, None] - format_.precision + 1)
    subnormal = np.ldexp(places.astype(np.float64), format_.min_exponent - format_.precision + 1)
    found = np.concatenate([subnormal, normal.ravel()])
    return found[found <= float(format_.largest)]


def edges(format_: Format) -> np.ndarray:
    """Numbers of the format, the midpoints between them, what is just too large or too small, infinities, NaN; both signs."""
    numbers = finite_codes(format_)
    with np.errstate(over="ignore"):
        step = np.ldexp(1.0, np.maximum(np.frexp(numbers)[1] - 1, format_.min_exponent) - format_.precision)
        beyond = np.array([1.0, 1.0625, 1.5, 2, 4]) * float(format_.largest)
        found = np.concatenate([numbers, numbers + step, beyond, [np.inf, np.nan, 5e-324, 1e-310, 1e300]])
    return np.concatenate([found, -found])


def near_edges(format_: Format, most: int | None = None) -> np.ndarray:
    """The edges, and the float64 above and below each; of so many edges, drawn the same way each time, if there are more."""
    values = edges(format_)
    if most is not None and len(values) > most:
        values = np.random.default_rng(len(values)).choice(values, most, replace=False)
    with np.errstate(over="ignore"):
        return np.concatenate([values, np.nextafter(values, np.inf), np.nextafter(values, -np.inf)])
