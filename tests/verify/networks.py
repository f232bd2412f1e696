"""Networks with planted faults, to be compared with themselves."""

from dataclasses import replace

import msgspec

from tmformer.weights import Weights


def with_sharpness(weights: Weights, sharpness: int) -> Weights:
    """The same weights for a graded regime of another sharpness."""
    return replace(weights, labels=msgspec.structs.replace(weights.labels, sharpness=sharpness))
