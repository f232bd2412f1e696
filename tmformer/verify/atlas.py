"""The atlas: how many positions each construction runs exactly in each format and policy, proved and seen.

Proved is what `precision.certify` certifies, for every admissible prompt; seen is what `verify.standing` leaves standing. So
what is proved is never more than what is seen. perez, which has no weights and no certificate, is there for contrast: the
first lookup that floats get wrong, in the machine that loses it soonest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

from tmformer.constructions import perez
from tmformer.errors import PrecisionError, VerifyError, did_you_mean
from tmformer.machine import Configuration, Machine, initial_configuration, parse, read, shipped_names
from tmformer.precision import FORMATS, POLICIES, Policy, certify, format_named, policy_named
from tmformer.verify.asking import Way
from tmformer.verify.standing import CASES, LARGEST, network, seen, sizes

REFERENCE = "perez"
NAMES = (*CASES, REFERENCE)
"""The constructions of the atlas."""

STUTTER = "1RB------_0LC------_---2RD---_0LE------_------2RA"
"""Walks to the right for ever, and writes each cell twice on its way: so far from the start, the two records of a cell differ
in score by less than rounding soon, and it reads the older one."""

_STUTTER_STEPS = 12_000
_SHIPPED_STEPS = 1000


@final
@dataclass(frozen=True)
class Proved:
    """What is certified.

    Args:
        positions: the largest number of positions up to which every power of two is certified; 0 if none is.
        holes: larger ones that are certified again.
        refusal: why the next one is not, empty if all are.
    """

    positions: int
    holes: tuple[int, ...]
    refusal: str


def proved(name: str, policy: Policy, largest: int = LARGEST) -> Proved:
    """How many positions are certified in the saturated regime, up to `largest`.

    Args:
        name: one of CASES.
        policy: the formats.
        largest: the most positions that are tried.
    """
    best, holes, refusal = 0, list[int](), ""
    for positions in sizes(largest):
        try:
            certify(network(name, positions), policy)
        except PrecisionError as error:
            refusal = refusal or f"{positions:,} positions, {error.where}: {error.rule}; found {error.found}"
        else:
            best, holes = (best, [*holes, positions]) if refusal else (positions, holes)
    return Proved(best, tuple(holes), refusal)


@final
@dataclass(frozen=True)
class Entry:
    """A construction in a format and a policy.

    Args:
        construction: one of NAMES.
        format: of weights and activations.
        policy: one of `precision.POLICIES`.
        proved: the most positions certified, with all smaller powers of two.
        holes: more positions that are certified again.
        refusal: why no more are.
        seen: the most positions seen to run exactly, with all smaller powers of two; of perez the rows before the first
            that is wrong.
        by_halves: the same where powers are summed by halves, as a kernel may do, and not as the model's arithmetic has it.
        fault: what went wrong with more.
        largest: the most positions that were tried.
    """

    construction: str
    format: str
    policy: str
    proved: int
    holes: tuple[int, ...]
    refusal: str
    seen: int
    by_halves: int
    fault: str
    largest: int = LARGEST


def presets(formats: Iterable[str] = FORMATS, policies: Iterable[str] = POLICIES) -> tuple[Policy, ...]:
    """The policies of these names in these formats.

    Raises:
        PrecisionError: for a name that is none.
    """
    chosen = [format_named(name) for name in formats]
    return tuple(policy_named(policy, each) for policy in policies for each in chosen)


def atlas(names: Sequence[str] = NAMES, policies: Sequence[Policy] = (), largest: int = LARGEST) -> list[Entry]:
    """Every construction in every format and policy.

    Args:
        names: some of NAMES.
        policies: formats; all presets if none is said.
        largest: the most positions that are tried.

    Raises:
        VerifyError: if there is no such construction.
    """
    for name in names:
        if name not in NAMES:
            raise VerifyError(
                "A construction of the atlas is one that it has",
                found=repr(name),
                where="construction",
                remedy=f"Use {', '.join(NAMES)}{did_you_mean(name, NAMES)}",
            )
    chosen = policies or presets()
    found = [entry for name in names if name in CASES for entry in _entries(name, chosen, largest)]
    if REFERENCE in names:
        pure = dict.fromkeys(each.weights.name for each in chosen if each.name == "pure")
        found += [_entry_of_perez(name) for name in pure if name in perez.FLOATS]
    return found


def _entries(name: str, policies: Sequence[Policy], largest: int) -> Iterator[Entry]:
    """Policies of the same formats are tried once."""
    alike = {_formats(policy): policy for policy in policies}
    certified = {formats: proved(name, policy, largest) for formats, policy in alike.items()}
    in_turn = {formats: Way(policy, float(policy.beta)) for formats, policy in alike.items()}
    halved = {
        formats: Way(way.policy, way.beta, "by halves") for formats, way in in_turn.items() if _may_differ(name, way)
    }
    found = seen(name, [*in_turn.values(), *halved.values()], largest)
    for policy in policies:
        formats = _formats(policy)
        certificate, stands = certified[formats], found[in_turn[formats]]
        other = found[halved.get(formats, in_turn[formats])]
        yield Entry(
            name,
            policy.weights.name,
            policy.name,
            certificate.positions,
            certificate.holes,
            certificate.refusal,
            stands.positions,
            other.positions,
            str(stands.fault or other.fault or ""),
            largest,
        )


def _formats(policy: Policy) -> tuple[str, str, str]:
    return policy.weights.name, policy.accumulation.name, policy.scores.name


def _may_differ(name: str, way: Way) -> bool:
    """Whether the order of a sum of ones may matter: many tie, and XLA, which sums as it likes, lacks the formats."""
    ties = any(head.lookup.ties == "constant" for block in network(name, 8).blocks for head in block.heads)
    return ties and not way.policy.is_native and way.policy.accumulation.largest_exact_integer < LARGEST


def _entry_of_perez(format_name: str) -> Entry:
    failure, refusal = lost(format_name), "it has no weights, and no certificate"
    if failure is None:
        return Entry(REFERENCE, format_name, "pure", 0, (), refusal, LARGEST, LARGEST, "")
    fault = f"machine step {failure.step:,} of {failure.machine}: reads {failure.what}"
    return Entry(REFERENCE, format_name, "pure", 0, (), refusal, failure.positions, failure.positions, fault)


@final
@dataclass(frozen=True)
class Lost:
    """Where perez is lost.

    Args:
        machine: the machine.
        step: the machine step after which configurations differ first.
        positions: the rows before the one whose lookup goes wrong.
        what: what it reads instead.
    """

    machine: str
    step: int
    positions: int
    what: str


def lost(format_name: str) -> Lost | None:
    """The first lookup that perez gets wrong in floats, over STUTTER, all shipped machines and the inputs in their files.

    Args:
        format_name: one of `perez.FLOATS`.
    """
    first: Lost | None = None
    for name, machine, start in _runs():
        steps = _STUTTER_STEPS if name == "stutter" else _SHIPPED_STEPS
        failure = perez.compare_floats(
            machine, start, format_name, max_steps=min(steps, first.step) if first else steps
        )
        if failure is not None and (first is None or failure.row < first.positions):
            read_as = " and ".join(map(repr, failure.found)) or "no finite score"
            first = Lost(name, failure.step, failure.row, f"{read_as} instead of {failure.expected!r}")
    return first


def _runs() -> Iterator[tuple[str, Machine, Configuration]]:
    stutter = parse(STUTTER)
    yield "stutter", stutter, initial_configuration(stutter.start, (), stutter.blank)
    for name in shipped_names():
        document = read(name)
        machine = document.machine
        for symbols in dict.fromkeys([document.input, *(case.input for case in document.cases)]):
            yield name, machine, initial_configuration(machine.start, symbols, machine.blank)
