"""Engines by name: the same weights, the same answer, different arithmetic."""

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from tmformer.constructions import Construction
from tmformer.errors import UsageError, did_you_mean
from tmformer.machine import Configuration
from tmformer.precision import (
    POLICIES,
    Certificate,
    Uncertified,
    certify,
    format_named,
    native_format_named,
    policy_named,
)
from tmformer.program import Labels
from tmformer.weights import Weights

if TYPE_CHECKING:
    from tmformer.decode import Engine, State

FLOATS = ("retrieval", "dense")
"""retrieval: lookups are answered by address, and what cannot change is not computed. dense: the Flax transformer."""
ENGINES = (*FLOATS, "exact", "exact-softmax")
"""FLOATS, and in rationals exact: hard attention, exact-softmax: base-2 softmax. All give the same answer."""


@final
@dataclass(frozen=True)
class How:
    """How weights are run.

    Args:
        engine: one of ENGINES.
        format: the number format, or "exact".
        certificate: why floats may be trusted; weights are certified where it is None.
    """

    engine: str
    format: str
    certificate: Certificate | Uncertified | None = None


def how_to_run(
    engine: str,
    format_name: str,
    max_steps: int | None = None,
    certificate: Certificate | Uncertified | None = None,
) -> How:
    """The engine and the number format to run in; "exact" is the format of the exact engines.

    Raises:
        UsageError: for an engine that does not exist, or a negative number of machine steps.
        PrecisionError: for a number format that does not exist, also where an exact engine makes no use of it.
    """
    if engine not in ENGINES:
        raise UsageError(
            "An engine is one that tmformer has",
            found=repr(engine),
            where="engine",
            remedy=f"Use {', '.join(ENGINES)}{did_you_mean(engine, ENGINES)}",
        )
    if max_steps is not None and max_steps < 0:
        raise UsageError(
            "The number of machine steps is zero or more",
            found=str(max_steps),
            where="max_steps",
            remedy="Ask for zero or more machine steps.",
        )
    native_format_named(format_name)
    return How(engine, format_name if engine in FLOATS else "exact", certificate)


def certificate_of(weights: Weights, how: How) -> Certificate | Uncertified | None:
    """Why a run may be trusted: what was given, or else the weights' own certificate; None where nothing is rounded.

    Raises:
        PrecisionError: if nothing was given, and exactness cannot be promised.
    """
    if how.engine not in FLOATS:
        return None
    if how.certificate is not None:
        return how.certificate
    return certify(weights, policy_named(POLICIES[0], format_named(how.format)))


def make_engine(weights: Weights, how: How) -> "Engine":
    """The engine that runs these weights in this way: loops, or, where the sequence grows, row by row.

    Raises:
        PrecisionError: as `certificate_of`, or if a certificate that was given speaks of something else.
    """
    grows, reason = bool(weights.labels.feedback), certificate_of(weights, how)
    if how.engine in FLOATS and reason is not None:
        from tmformer.decode import Cached, Dense, Passing, Recalling

        by_rows, by_loops = (Cached, Dense) if how.engine == "dense" else (Recalling, Passing)
        return (by_rows if grows else by_loops)(weights, format_name=how.format, certificate=reason)
    from tmformer.decode import Exact, ExactRows

    return (ExactRows if grows else Exact)(weights, softmax="hard" if how.engine == "exact" else "base-2")


def configuration_after(made: Construction, labels: Labels, engine: "Engine", state: "State") -> Configuration:
    """The configuration that a run has come to.

    Args:
        made: the construction.
        labels: those that decode it.
        engine: what ran.
        state: where it is.

    Raises:
        DecodeError: if the residual stream represents none.
    """
    decode = made.decode_latest if state.kept == "latest" and made.decode_latest else made.decode_configuration
    return decode(labels, engine.stream(state))


def precision_enabled(format_name: str) -> contextlib.AbstractContextManager[object]:
    """A context in which JAX computes in this format: float64 is switched off by default."""
    if format_name != "float64":
        return contextlib.nullcontext()
    import jax

    return jax.enable_x64(True)
