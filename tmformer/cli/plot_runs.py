"""What `tmformer plot` draws of a run: what the transformer computed, gathered for pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, final

from tmformer.cli.job import How, Job, job_of
from tmformer.cli.sources import marked_head
from tmformer.errors import UsageError, did_you_mean
from tmformer.machine import Configuration, Machine

if TYPE_CHECKING:
    from tmformer.constructions import Token
    from tmformer.precision import Certificate
    from tmformer.program import Labels
    from tmformer.show import AttentionMatrix, Find, SpaceTime, Strip
    from tmformer.verify import Fitted, MeasuredRun
    from tmformer.weights import AttentionHead

MOST_FINDS = 150
"""Machine steps up to which what each decoding step found is shown: more arcs hide one another."""


@final
@dataclass(frozen=True)
class Drawn:
    """The run that is drawn.

    Args:
        run: weights, and the run that they are for; those of a machine are compiled for just this run.
        job: what the user asked for.
    """

    run: "Fitted"
    job: Job

    @property
    def name(self) -> str:
        """The name of the machine."""
        machine = self.run.machine
        return str(self.run.labels.parameters["machine"]) if machine is None else machine.name


def run_of(machine: str, given: str | None, how: How, most: int) -> Drawn:
    """The run that is to be drawn; the reference interpreter says only how long it is, and which cells it visits.

    Args:
        machine: MACHINE.
        given: INPUT, None if none was given.
        how: the options of a run.
        most: the most machine steps.
    """
    from tmformer.pipeline import options_of
    from tmformer.verify import fit, fitted

    text, head = marked_head(given, how.head, how.read_as)
    job = job_of(machine, text, replace(how, head=head, max_steps=most))
    if not isinstance(job.compiled, Machine):
        return Drawn(fitted(job.compiled, job.machine, job.given, most, head, how.choose), job)
    run = fit(
        job.compiled,
        job.given,
        most,
        construction=how.construction,
        options=options_of(form=how.form, radix=how.radix, other=job.other),
        other=job.other,
        choose=how.choose,
        cells=None,
        head=head,
    )
    return Drawn(run, job)


def caption(drawn: Drawn, certificate: "Certificate | str", format: str, regime: str, steps: int) -> tuple[str, ...]:
    """What the picture is of: machine, construction, format, regime, sharpness, machine steps, and why it may be trusted."""
    from tmformer.precision import POLICIES, native_format_named, policy_named
    from tmformer.show import legible
    from tmformer.verify import joined

    labels = drawn.run.labels
    special = [f"{name} {labels.parameters[name]}" for name in ("form", "radix", "macro") if name in labels.parameters]
    start, beta = drawn.job.start, policy_named(POLICIES[0], native_format_named(format)).beta
    word = joined([tape.symbols for tape in start.tapes])
    tape = f"from {legible(' '.join(word) if any(len(each) > 1 for each in word) else ''.join(word), 40)}"
    sharp = f"sharpness c = {labels.sharpness}"
    softmax = f"{sharp}: a unit of score weighs 2^c" if regime == "graded" else f"beta = {beta} nats a unit of score"
    return (
        (
            f"Machine {legible(drawn.name, 60)}, {tape if any(word) and word != ('|',) * len(word) else 'from a blank tape'}, {steps:,} "
            f"machine step{'s' * (steps != 1)}; construction {labels.construction}{', '.join(['', *special])}; format {format}; "
            f"{regime} regime, {softmax}{'' if regime == 'graded' else f' (graded: {sharp})'}."
        ),
        str(certificate),
    )


def run_picture(drawn: Drawn, format: str) -> tuple["SpaceTime", str]:
    """The space-time diagram of a run, and its certificate in a line."""
    from tmformer.constructions import construction_of
    from tmformer.pipeline import run as run_network
    from tmformer.show import space_time

    made, how = construction_of(drawn.run.labels), drawn.job.how
    steps = min(drawn.run.steps, made.compiled_steps(drawn.run.labels))
    seen: dict[int, Configuration] = {}
    tokens: list[Token] = []
    shows_finds = made.read_tokens is not None and steps <= MOST_FINDS
    result = run_network(
        drawn.run.weights,
        drawn.job.given,
        machine=drawn.run.machine if made.tell else None,
        choose=how.choose,
        head=how.head,
        format=format,
        max_steps=steps,
        watch=seen.__setitem__,
        emit=(lambda _, __, token: tokens.append(token)) if shows_finds else None,
        every=1,
    )
    configurations = [seen[step] for step in range(result.steps + 1)]
    finds = [[_find(token, tape) for token in tokens] for tape in range(len(configurations[0].tapes))] if tokens else []
    alphabet = {symbol: None for now in configurations for tape in now.tapes for symbol in tape.symbols}
    return space_time(configurations, _in_order(drawn.run.labels, alphabet), finds), str(result.certificate)


def _in_order(labels: "Labels", alphabet: dict[str, None]) -> list[str]:
    """The symbols in the machine's order where the labels say it, those that they do not in the order of the run."""
    known = next((register.type for register in labels.registers if register.name == "symbol"), None)
    values = [value for value in getattr(known, "values", ()) if value in alphabet]
    return [*values, *(symbol for symbol in alphabet if symbol not in values)]


def _find(token: "Token", tape: int) -> "Find":
    from tmformer.show import Find

    found = token.tapes[tape].found
    return Find("nothing") if found is None else Find(*found)


def strips(drawn: Drawn, found: "MeasuredRun") -> tuple[list["Strip"], str]:
    """The margins of each lookup over depth, and what depth is."""
    from fractions import Fraction

    from tmformer.show import Strip

    labels, made = drawn.run.labels, list[Strip]()
    for each in found.lookups:
        said = found.certificate.lookups[each.where]
        is_graded, keys, margin = found.certificate.regime == "graded", said["keys"], said["margin"]
        most = Fraction(int(keys or 0) - 1, 2**labels.sharpness) if is_graded else None
        leak = Fraction(str(said["leak"])) if is_graded else None
        name = each.lookup if len(drawn.run.weights.blocks) == 1 or labels.feedback else each.where
        certified = int(margin) if margin is not None else None
        made.append(Strip(name, each.depths, each.margins, certified, each.leaks if is_graded else (), leak, most))
    return made, "decoding step" if labels.feedback else "block"


def attention_of(
    drawn: Drawn, found: "MeasuredRun", name: str | None, block: int | None
) -> tuple["AttentionMatrix", str]:
    """The attention of one attention head in one block, and what the picture is called.

    Args:
        drawn: the run.
        found: the run with everything kept.
        name: the attention head; the last one if not said.
        block: the block, counted from 0; the last one with such an attention head if not said.

    Raises:
        UsageError: if there is no such block, or attention head in it, or no block at all.
    """
    import numpy as np

    from tmformer.show import AttentionMatrix
    from tmformer.verify import seen_rows
    from tmformer.weights import sentence

    blocks = drawn.run.weights.blocks
    heads = [blocks[number % len(blocks)].heads for number in range(len(found.trace))]
    where = _block_with(heads, name, block)
    head = next(each for each in reversed(heads[where]) if name in (None, each.lookup.name))
    there, labels = found.trace[where], drawn.run.labels
    nulls = np.flatnonzero(there.register(head.lookup.null, "before")[:, 0])
    matrix = AttentionMatrix(
        shares=np.asarray(there.attention[head.lookup.name]).astype(np.float64),
        visible=seen_rows(labels, head.lookup, there),
        rows=tuple(row_names(labels, len(there.before))),
        null=int(nulls[0]) if len(nulls) == 1 or labels.encoder is None else None,
        sentence=sentence(head.lookup),
    )
    return matrix, f"Attention head {head.lookup.name} in block {where}"


def _block_with(heads: "Sequence[Sequence[AttentionHead]]", name: str | None, block: int | None) -> int:
    """The number of a block with such an attention head."""
    having = [number for number, each in enumerate(heads) if any(name in (None, head.lookup.name) for head in each)]
    if block in having or (block is None and having):
        return having[-1] if block is None else block
    known = list(dict.fromkeys(head.lookup.name for each in heads for head in each))
    blocks = f"blocks 0 to {len(heads) - 1}" if heads else "no block, as there is no machine step"
    asked = [f"--attention-head {name}"] * (name is not None) + [f"--block {block}"] * (block is not None)
    raise UsageError(
        "A picture of attention is that of an attention head in a block that has it",
        found=f"{' and '.join(asked) or 'nothing to look at'}, of {blocks}",
        where="tmformer plot attention",
        remedy=f"Use an attention head of {', '.join(known)}{did_you_mean(name or '', known)}"
        if known
        else "Draw a run of one machine step at least.",
    )


def row_names(labels: "Labels", rows: int) -> list[str]:
    """A name for each row of a sequence: BOS, the cells, START, and the machine steps.

    Args:
        labels: those of the weights.
        rows: how many.
    """
    from tmformer.verify import named_rows

    names = [name for name, _ in islice(named_rows(labels), rows)]
    return [name if name[-1:].isdigit() else name.upper() for name in names]
