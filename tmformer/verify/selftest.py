"""The device's word: every value that the facts of certificates speak of, computed on the device at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, final

from tmformer.errors import VerifyError
from tmformer.pipeline import precision_enabled
from tmformer.precision import FACTS, FORMATS, Policy, policy_named

if TYPE_CHECKING:
    from tmformer.verify.trying import Means

_ARITHMETIC = (("saturated", 2), ("graded", 2))
SPEAKS_FOR: Mapping[str, tuple[tuple[str, int], ...]] = MappingProxyType(
    {
        "softmax at its largest score": (("saturated", 0), ("graded", 0)),
        "exp from -beta on": (("saturated", 1),),
        "hard attention": (("saturated", 0), ("saturated", 1), ("saturated", 2)),
        "exp of graded gaps": (("graded", 1),),
        "graded softmax": (("graded", 1),),
        "ties": _ARITHMETIC,
        "quotients": _ARITHMETIC,
        "products": _ARITHMETIC,
        "sums in any order": _ARITHMETIC,
        "roundings": _ARITHMETIC,
        "subnormal numbers": _ARITHMETIC,
        "gates": _ARITHMETIC,
        "clearing": _ARITHMETIC,
        "units that read the same": (("graded", 3),),
        "units that read the same, row by row": (("graded", 3),),
    }
)
"""For each trial the facts that it speaks for: a regime, and a place in its facts."""


@final
@dataclass(frozen=True)
class Trial:
    """A trial, and what became of it.

    Args:
        name: its name.
        regimes: those whose certificates rely on it.
        facts: what they rely on.
        held: whether the device computes every value as it should.
        tried: how many values were computed.
        worst: the first value that is not as it should be, or the worst of those that are.
    """

    name: str
    regimes: tuple[str, ...]
    facts: tuple[str, ...]
    held: bool
    tried: int
    worst: str

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        return {
            "name": self.name,
            "regimes": list(self.regimes),
            "facts": list(self.facts),
            "held": self.held,
            "tried": self.tried,
            "worst": self.worst,
        }


@final
@dataclass(frozen=True)
class SelfTest:
    """What a device has shown.

    Args:
        platform: of the device, as JAX names it.
        device: its kind, as JAX names it.
        jax: the version of JAX.
        format: of weights and activations.
        policy: the name of the policy.
        trials: all of them.
        notes: what is worth knowing, and breaks no fact, by name.
    """

    platform: str
    device: str
    jax: str
    format: str
    policy: str
    trials: tuple[Trial, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def held(self) -> bool:
        """Whether all facts of both regimes hold."""
        return all(trial.held for trial in self.trials)

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        return {
            "platform": self.platform,
            "device": self.device,
            "jax": self.jax,
            "format": self.format,
            "policy": self.policy,
            "held": self.held,
            "trials": [trial.to_json() for trial in self.trials],
            "notes": dict(self.notes),
        }


def selftest(
    policy: Policy | None = None, *, largest: int = 64, positions: int = 4096, sharpness: int = 16
) -> SelfTest:
    """Compute, on JAX's default device, what certificates rely on: exp, sums, products, quotients, gates at their bounds.

    What is computed is data of compiled functions, so that nothing is known when they are compiled, and each operation is
    that of the model or of the engine that decodes row by row. Formats that JAX lacks are emulated, as the model does.

    Args:
        policy: the formats; float32 everywhere if not said.
        largest: the largest score; smaller where it would not be exact.
        positions: the most keys of a sum; fewer where their number would not be exact.
        sharpness: the largest c of the graded regime, in bits per unit of score.

    Raises:
        VerifyError: if one of the numbers is less than 1.
    """
    for name, number in (("largest", largest), ("positions", positions), ("sharpness", sharpness)):
        if number < 1:
            raise VerifyError(
                "A selftest tries at least one score, one position and one sharpness",
                found=f"{name}={number}",
                where="selftest",
                remedy=f"Give 1 or more for {name}.",
            )
    from tmformer.model import Arithmetic
    from tmformer.verify.trying import Means

    chosen = policy_named("accumulate-float32", FORMATS["float32"]) if policy is None else policy
    return try_all(Means(Arithmetic(chosen), largest, positions, sharpness))


def try_all(means: "Means") -> SelfTest:
    """All trials with these means."""
    import jax

    from tmformer.verify import gates, powers, sums

    with precision_enabled(means.arithmetic.accumulation):
        device = jax.numpy.zeros(()).devices().pop()
        found = {name: trial(means) for room in (powers, sums, gates) for name, trial in room.TRIALS.items()}
        notes = tuple((name, note(means)) for name, note in sums.NOTES.items())
    trials = tuple(
        Trial(
            name,
            tuple(dict.fromkeys(regime for regime, _ in SPEAKS_FOR[name])),
            tuple(dict.fromkeys(FACTS[regime][place] for regime, place in SPEAKS_FOR[name])),
            *finding,
        )
        for name, finding in found.items()
    )
    policy = means.policy
    return SelfTest(
        device.platform, device.device_kind, jax.__version__, policy.weights.name, policy.name, trials, notes
    )
