"""What `tmformer plot` draws of a run: what the transformer computed, gathered for pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from tmformer.cli.job import How, Job, job_of
from tmformer.cli.sources import marked_head
from tmformer.errors import UsageError, did_you_mean
from tmformer.machine import Configuration, Machine, trace

if TYPE_CHECKING:
    from tmformer.constructions import Token
    from tmformer.pipeline import Given
    from tmformer.precision import Certificate
    from tmformer.program import Labels
    from tmformer.show.pictures import AttentionMatrix, Find, SpaceTime, Strip
    from tmformer.verify import MeasuredRun
    from tmformer.weights import AttentionHead, Weights

MOST_FINDS = 150
"""Machine steps up to which what each decoding step found is shown: more arcs hide one another."""


@final
@dataclass(frozen=True)
class Fitted:
    """Weights, and the run that they are for.

    Args:
        weights: exact weights; those of a machine are compiled for just this run.
        machine: the machine that comes in the prompt, where the weights know none.
        given: the input.
        steps: the machine steps to draw.
        job: what the user asked for.
    """

    weights: "Weights"
    machine: Machine | None
    given: "Given"
    steps: int
    job: Job


def fitted(machine: str, given: str | None, how: How, most: int) -> Fitted:
    """Weights for the run that is to be drawn; the reference interpreter says only how long it is, and which cells it visits.

    Args:
        machine: MACHINE.
        given: INPUT, None if none was given.
        how: the options of a run.
        most: the most machine steps.
    """
    from tmformer.constructions import construction, construction_of
    from tmformer.pipeline import as_words, machine_that_runs, options_of
    from tmformer.verify import compile_runs
    from tmformer.weights import lower

    text, head = marked_head(given, how.head, how.read_as)
    job = job_of(machine, text, How(**{**vars(how), "head": head, "max_steps": most}))
    if not isinstance(job.compiled, Machine):
        made = construction_of(job.compiled.labels)
        return Fitted(job.compiled, job.machine, job.given, min(most, made.compiled_steps(job.compiled.labels)), job)
    made = construction(how.construction or "cellular")
    options = options_of(form=how.form, radix=how.radix, other=job.other)
    runs = machine_that_runs(job.compiled, job.other, how.choose)
    words = as_words(runs.symbols, job.given, runs.tapes)
    run = trace(runs, words[0], words[1:], max_steps=most, head=head or 0)
    weights = lower(compile_runs(job.compiled, made, options, [run]))
    return Fitted(weights, job.compiled if made.tell else None, words, run.steps, job)


def caption(run: Fitted, certificate: "Certificate | str", format: str, regime: str, steps: int) -> tuple[str, ...]:
    """What the picture is of: machine, construction, format, regime, sharpness, machine steps, and why it may be trusted."""
    from tmformer.precision import POLICIES, native_format_named, policy_named
    from tmformer.show.pictures import legible
    from tmformer.verify import joined

    labels = run.weights.labels
    special = [f"{name} {labels.parameters[name]}" for name in ("form", "radix", "macro") if name in labels.parameters]
    name = run.machine.name if run.machine is not None else str(labels.parameters["machine"])
    start, beta = run.job.start, policy_named(POLICIES[0], native_format_named(format)).beta
    word = joined([tape.symbols for tape in start.tapes])
    tape = f"from {legible(' '.join(word) if any(len(each) > 1 for each in word) else ''.join(word), 40)}"
    sharp = f"sharpness c = {labels.sharpness}"
    softmax = f"{sharp}: a unit of score weighs 2^c" if regime == "graded" else f"beta = {beta} nats a unit of score"
    return (
        f"Machine {legible(name, 60)}, {tape if any(word) and word != ('|',) * len(word) else 'from a blank tape'}, {steps:,} "
        f"machine step{'s' * (steps != 1)}; construction {labels.construction}{', '.join(['', *special])}; format {format}; "
        f"{regime} regime, {softmax}{'' if regime == 'graded' else f' (graded: {sharp})'}.",
        str(certificate),
    )


def run_picture(run: Fitted, format: str) -> tuple["SpaceTime", str]:
    """The space-time diagram of a run, and its certificate in a line."""
    from tmformer.constructions import construction_of
    from tmformer.pipeline import run as run_network
    from tmformer.show.pictures import space_time

    made, how = construction_of(run.weights.labels), run.job.how
    seen: dict[int, Configuration] = {}
    tokens: list[Token] = []
    shows_finds = made.read_tokens is not None and run.steps <= MOST_FINDS
    result = run_network(
        run.weights,
        run.given,
        machine=run.machine,
        choose=how.choose,
        head=how.head,
        format=format,
        max_steps=run.steps,
        watch=seen.__setitem__,
        emit=(lambda _, __, token: tokens.append(token)) if shows_finds else None,
        every=1,
    )
    configurations = [seen[step] for step in range(result.steps + 1)]
    finds = [[_find(token, tape) for token in tokens] for tape in range(len(configurations[0].tapes))] if tokens else []
    alphabet = {symbol: None for now in configurations for tape in now.tapes for symbol in tape.symbols}
    return space_time(configurations, _in_order(run.weights.labels, alphabet), finds), str(result.certificate)


def _in_order(labels: "Labels", alphabet: dict[str, None]) -> list[str]:
    """The symbols in the machine's order where the labels say it, those that they do not in the order of the run."""
    known = next((register.type for register in labels.registers if register.name == "symbol"), None)
    values = [value for value in getattr(known, "values", ()) if value in alphabet]
    return [*values, *(symbol for symbol in alphabet if symbol not in values)]


def _find(token: "Token", tape: int) -> "Find":
    from tmformer.show.pictures import Find

    found = token.tapes[tape].found
    return Find("nothing") if found is None else Find(*found)


def measured(run: Fitted, format: str, regime: str) -> "MeasuredRun":
    """The run in floats with everything kept."""
    from tmformer.verify import measure_lookups

    how = run.job.how
    return measure_lookups(
        run.weights,
        run.given,
        format=format,
        regime=regime,
        max_steps=run.steps,
        machine=run.machine,
        head=how.head,
        choose=how.choose,
    )


def strips(run: Fitted, found: "MeasuredRun") -> tuple[list["Strip"], str]:
    """The margins of each lookup over depth, and what depth is."""
    from fractions import Fraction

    from tmformer.show.pictures import Strip

    labels, made = run.weights.labels, list[Strip]()
    for each in found.lookups:
        said = found.certificate.lookups[each.where]
        is_graded, keys, margin = found.certificate.regime == "graded", said["keys"], said["margin"]
        most = Fraction(int(keys or 0) - 1, 2**labels.sharpness) if is_graded else None
        leak = Fraction(str(said["leak"])) if is_graded else None
        name = each.lookup if len(run.weights.blocks) == 1 or labels.feedback else each.where
        certified = int(margin) if margin is not None else None
        made.append(Strip(name, each.depths, each.margins, certified, each.leaks if is_graded else (), leak, most))
    return made, "decoding step" if labels.feedback else "block"


def attention_of(
    run: Fitted, found: "MeasuredRun", name: str | None, block: int | None
) -> tuple["AttentionMatrix", str]:
    """The attention of one attention head in one block, and what the picture is called.

    Args:
        run: the run.
        found: the run with everything kept.
        name: the attention head; the last one if not said.
        block: the block, counted from 0; the last one with such an attention head if not said.

    Raises:
        UsageError: if there is no such block, or attention head in it, or no block at all.
    """
    import numpy as np

    from tmformer.show.pictures import AttentionMatrix
    from tmformer.verify import seen_rows
    from tmformer.weights import sentence

    blocks = run.weights.blocks
    heads = [blocks[number % len(blocks)].heads for number in range(len(found.trace))]
    where = _block_with(heads, name, block)
    head = next(each for each in reversed(heads[where]) if name in (None, each.lookup.name))
    there, labels = found.trace[where], run.weights.labels
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
    names: list[str] = []
    origin, macro = int(labels.parameters.get("origin", 0)), int(labels.parameters.get("macro", 1))
    for segment in labels.admissible:
        for number in range(segment.rows):
            cell = origin + macro * number
            names.append(
                (f"cell {cell}" if macro == 1 else f"cells {cell} to {cell + macro - 1}")
                if segment.name in ("cells", "records")
                else segment.name.upper()
                if segment.rows == 1
                else f"{segment.name.removesuffix('s')} {number + 1}"
            )
    return [*names, *(f"step {step}" for step in range(1, rows - len(names) + 1))][:rows]

