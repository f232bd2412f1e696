"""From weights to their certificate, by the names of formats."""

from typing import Literal, cast

from tmformer.errors import UsageError, did_you_mean
from tmformer.pipeline.inputs import check_is
from tmformer.precision import POLICIES, Certificate, format_named, policy_named
from tmformer.precision import certify as certify_in
from tmformer.weights import Weights

REGIMES = ("saturated", "graded")
"""saturated: at an inverse temperature at which softmax is hard attention; graded: one unit of score weighs 2**c."""


def certify(
    compiled: Weights, *, format: str = "float32", policy: str = POLICIES[0], regime: str = REGIMES[0]
) -> Certificate:
    """The certificate that these weights decode exactly in floats, for every admissible prompt; a judge has checked it.

    Args:
        compiled: weights, from `compile` or a file.
        format: the number format of weights and activations, such as "float32", "float8_e5m2" or "e5m7".
        policy: one of `precision.POLICIES`: which formats sums and scores have.
        regime: one of REGIMES.

    Raises:
        PrecisionError: where exactness cannot be promised, naming the lookup or the register, and what would help.
        UsageError: for a regime that does not exist.

    >>> import tmformer
    >>> print(certify(tmformer.compile(tmformer.load_machine("bb2"), steps=6), format="bfloat16"))
    certified: bfloat16, sums in float32, saturated, up to 14 positions
    """
    check_is(compiled, Weights, "compiled")
    for name, value in (("format", format), ("policy", policy), ("regime", regime)):
        check_is(value, str, name)
    check_regime(regime)
    formats = policy_named(policy, format_named(format))
    return certify_in(compiled, formats, cast("Literal['saturated', 'graded']", regime))


def check_regime(regime: str) -> None:
    """Refuse a regime that does not exist.

    Raises:
        UsageError: naming those that do.
    """
    if regime not in REGIMES:
        raise UsageError(
            "A regime is one that tmformer has",
            found=repr(regime),
            where="regime",
            remedy=f"Use {' or '.join(REGIMES)}{did_you_mean(regime, REGIMES)}",
        )
