"""Running machines and weights on inputs."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tmformer.constructions import REFERENCES, Construction, Options, construction_of
from tmformer.constructions import construction as construction_named
from tmformer.errors import UsageError
from tmformer.machine import Configuration, Machine
from tmformer.machine import starting_configuration as machine_start
from tmformer.pipeline.checkpoints import Note
from tmformer.pipeline.compiling import options_of
from tmformer.pipeline.engines import How, how_to_run, make_engine, precision_enabled
from tmformer.pipeline.growing import Emit, Follow, Watch, chosen, run_fixed, run_growing, told
from tmformer.pipeline.inputs import (
    Given,
    as_words,
    check_is,
    check_one_machine,
    machine_that_runs,
    starting_configuration,
)
from tmformer.pipeline.keeping import Keeping, check_every
from tmformer.pipeline.reference import run_reference
from tmformer.pipeline.result import Result, finish, hash_of
from tmformer.precision import Certificate, Uncertified
from tmformer.program import Labels
from tmformer.weights import Weights, lower

if TYPE_CHECKING:
    from tmformer.decode import NetworkTrace


def run(
    compiled: Weights | Machine,
    input: Given = (),
    *,
    construction: str | None = None,
    form: str | None = None,
    radix: int | None = None,
    states: int | None = None,
    symbols: int | None = None,
    other: Machine | None = None,
    macro: int | None = None,
    choose: str | None = None,
    machine: Machine | None = None,
    engine: str | None = None,
    format: str | None = None,
    max_steps: int | None = None,
    cells: int | None = None,
    head: int | None = None,
    certificate: Certificate | Uncertified | None = None,
    watch: Watch | None = None,
    emit: Emit | None = None,
    every: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    note: Note | None = None,
) -> Result:
    """Run compiled weights, or a machine, on an input.

    Weights run as they were compiled, as many machine steps as they were compiled for if `max_steps` is not said. A machine
    is compiled for a small window or context first; when the run outgrows it, it is compiled for a larger one, and the run
    goes on from the configuration reached. With `cells` it is compiled once.

    The construction "perez" is a reference: it runs in rationals, or in the `format` asked for, and then its result has a
    `warning` that says where the floats leave the exact run.

    Args:
        compiled: weights, from `compile` or a file, or a machine.
        input: one character a symbol, or symbols separated by blanks, or a sequence of symbols; from cell 0 on. Of several
            tapes, a text with ``|`` between two of them, or a sequence with an input for each.
        construction: how a machine is compiled; "cellular" if not said.
        form: as in `compile`.
        radix: as in `compile`.
        states: as in `compile`.
        symbols: as in `compile`.
        other: as in `compile`.
        macro: as in `compile`.
        choose: which machine of a switchable network runs: "a", the one that is compiled, if not said, or "b", the other.
        machine: what weights of the construction universal are to run: it comes in their prompt.
        engine: one of ENGINES; if not said "retrieval", or "dense" with `emit`, and none but "exact" for a reference.
        format: number format of an engine in floats; float32 if not said.
        max_steps: the most machine steps; a machine runs until it halts if not said.
        cells: a fixed number of cells for a machine; where they are those of a prompt, `max_steps` is needed too.
        head: the tape head's cell at the start; as compiled, or 0, if not said.
        certificate: why floats may be trusted: that of the weights, or an `Uncertified` with a reason. If not said, every
            network is certified before it runs.
        watch: called now and then with the machine steps so far and the configuration.
        emit: called with each decoding step, in words; of constructions that decode.
        every: machine steps; `watch` is called at each multiple of it too, and a checkpoint written.
        checkpoint: a folder. The run writes what it has reached there at each multiple of `every` (EVERY if not said),
            whole or not at all, and keeps the newest few; the same call goes on from the newest one, and ends after the same
            machine steps in the same configuration. Not where the context is of a fixed size.
        note: called with a line on what became of the checkpoints that were there.

    Raises:
        MachineError: if the input has a symbol that the machine does not know.
        UsageError: if weights are given with cells or a construction, cells without a number of machine steps that
            they need, a machine too many or none at all, or there is no such engine, or it cannot emit; if the folder has
            checkpoints of another run, or cannot be written.
        WindowError: if the tape head leaves a fixed window, also when that is the last machine step asked for.
        ContextError: if weights are asked for more machine steps than they were compiled for, and the machine goes on.
        ModelError: if a dense run would not fit into memory.
        PrecisionError: if exactness cannot be promised in this format, or the certificate speaks of other weights.

    >>> import tmformer
    >>> run(tmformer.load_machine("bb2")).steps
    6
    """
    how = how_to_run(_engine_for(engine, emit), format or "float32", max_steps, certificate)
    check_is(compiled, (Weights, Machine), "compiled")
    check_one_machine(compiled, machine)
    options = options_of(form=form, radix=radix, states=states, symbols=symbols, other=other, macro=macro)
    check_every(every)
    follow, keeping = Follow(watch, emit, every), Keeping(checkpoint, note)
    keeping.check_follow(follow)
    if isinstance(compiled, Weights):
        _refuse_compiling({"cells": cells, "construction": construction, **options})
        return _run_weights(compiled, machine, input, how, max_steps, head, follow, choose, keeping)
    runs = machine_that_runs(compiled, other, choose)
    words = as_words(runs.symbols, input, runs.tapes)
    start = machine_start(runs, words[0], words[1:], head=head or 0)
    if construction in REFERENCES:
        given = {"cells": cells, "certificate": certificate, "choose": choose, "checkpoint": checkpoint}
        _refuse_compiling({**given, **options})
        _check_emits(str(construction), emit is None)
        return run_reference(compiled, start, engine, format, max_steps, watch)
    made = construction_named(construction or "cellular")
    _check_emits(construction or "cellular", made.read_tokens is not None or emit is None)
    told_of = {"construction": construction or "cellular", "choose": choose, "cells": cells, **options}
    if cells is None:
        begun, follow = keeping.begin(compiled, start, told_of, max_steps, follow)
        weights, labels, reached = run_growing(compiled, made, options, begun, how, max_steps, follow, choose)
        return finish(labels, how, reached, hash_of(weights))
    length = max(map(len, words))
    weights, labels = _fixed(compiled, made, options, start, max_steps, cells, head, length, choose, keeping)
    begun, follow = keeping.begin(compiled, start, told_of, max_steps, follow)
    return finish(labels, how, run_fixed(weights, labels, begun, how, max_steps, follow), hash_of(weights))


def _fixed(
    machine: Machine,
    made: Construction,
    options: Options,
    start: Configuration,
    max_steps: int | None,
    cells: int,
    head: int | None,
    length: int,
    choice: str | None,
    keeping: Keeping,
) -> tuple[Weights, Labels]:
    """A machine's weights for a fixed number of cells, and the labels that decode them."""
    keeping.check_fixed(made)
    if made.holds == "start" and max_steps is None:
        raise UsageError(
            "A context of fixed size is compiled for a number of machine steps",
            found=f"cells={cells} and no max_steps",
            where="run",
            remedy="Give max_steps (--max-steps) too, or leave cells out: the context grows.",
        )
    program = made.compile(
        machine,
        steps=cells if max_steps is None else max_steps,
        cells=cells,
        head=head or 0,
        input_length=length,
        origin=None,
        options=options,
    )
    weights = lower(program)
    return weights, told(made, chosen(made, weights.labels, choice), machine if made.tell else None, start)


def _run_weights(
    weights: Weights,
    machine: Machine | None,
    given: Given,
    how: How,
    max_steps: int | None,
    head: int | None,
    follow: Follow,
    choice: str | None,
    keeping: Keeping,
) -> Result:
    """Run weights as they were compiled, on the machine that they know or on the one given."""
    made = construction_of(weights.labels)
    _check_emits(weights.labels.construction, made.read_tokens is not None or follow.emit is None)
    keeping.check_fixed(made)
    labels, start = start_of(weights, machine, given, head, choice)
    limit = made.compiled_steps(labels) if max_steps is None else max_steps
    begun, follow = keeping.begin(weights, start, {"choose": choice}, limit, follow, machine)
    return finish(labels, how, run_fixed(weights, labels, begun, how, limit, follow), hash_of(weights))


def start_of(
    weights: Weights, machine: Machine | None, given: Given, head: int | None, choice: str | None = None
) -> tuple[Labels, Configuration]:
    """The labels that encode and decode, and the configuration before the first machine step.

    Args:
        weights: the network.
        machine: what it is to run, where it knows no machine.
        given: the input.
        head: the tape head's cell; as compiled, or 0, if not said.
        choice: which of the machines that the network knows runs; the one that was compiled if not said.

    Raises:
        MachineError: if the input has a symbol that the machine does not know.
        UsageError: if there is a machine too many, or none, or nothing to choose.
    """
    made = construction_of(weights.labels)
    labels = chosen(made, weights.labels, choice)
    if machine is None and made.tell is None:
        return labels, starting_configuration(labels, given, head)
    if machine is None:
        raise UsageError(
            "Weights that know no machine are given one to run",
            found="none",
            where=f"weights of {weights.labels.construction}",
            remedy="Give `machine=`, or run `tmformer run MACHINE --weights FILE`.",
        )
    check_is(machine, Machine, "machine")
    words = as_words(machine.symbols, given, machine.tapes)
    start = machine_start(machine, words[0], words[1:], head=head or 0)
    return told(made, labels, machine, start), start


def _engine_for(engine: str | None, emit: Emit | None) -> str:
    """The engine where none is said: what is emitted is read from all rows, of which retrieval keeps the latest only.

    Raises:
        UsageError: if that engine is asked to emit.
    """
    if emit is None:
        return engine or "retrieval"
    if engine == "retrieval":
        raise UsageError(
            "What is emitted step by step is read from all rows",
            found="the engine 'retrieval', which keeps the latest row of each cell",
            where="emit (--trace)",
            remedy="Leave the engine out, or use the engine dense.",
        )
    return engine or "dense"


def _check_emits(construction: str, can_emit: bool) -> None:
    """Refuse to show what is emitted where nothing is."""
    if not can_emit:
        raise UsageError(
            "What is emitted step by step can be shown where a construction has words for it",
            found=f"the construction {construction!r}, which has none",
            where="emit (--trace)",
            remedy="Use wei_ma, or look at the network with tmformer.trace.",
        )


def _refuse_compiling(options: Mapping[str, object]) -> None:
    """Refuse options that say how to compile, where nothing is compiled."""
    given = [f"{name}={value!r}" for name, value in options.items() if value is not None]
    if given:
        raise UsageError(
            "Weights are compiled already, and a reference is not compiled",
            found=", ".join(given),
            where="run",
            remedy="Leave these options out, or run the machine by a construction that has them.",
        )


def trace(
    compiled: Weights,
    input: Given = (),
    *,
    engine: str = "dense",
    format: str = "float32",
    max_steps: int | None = None,
    head: int | None = None,
    machine: Machine | None = None,
    choose: str | None = None,
    certificate: Certificate | Uncertified | None = None,
) -> "NetworkTrace":
    """Every register of every position by name, before attention, after it and after the MLP, for each block.

    Of a sequence that grows, the blocks are those of one pass over all its positions at the end.

    Args:
        compiled: weights.
        input: as in `run`.
        engine: one of ENGINES; "exact-softmax" shows the graded regime in rationals.
        format: number format of the dense engine.
        max_steps: the most machine steps; as compiled if not said.
        head: the tape head's cell at the start.
        machine: as in `run`.
        choose: as in `run`.
        certificate: as in `run`.

    >>> import tmformer
    >>> weights = tmformer.compile(tmformer.load_machine("bb2"), steps=6)
    >>> trace(weights)[5]["symbol"].sum(axis=0)
    array([9., 4.], dtype=float32)
    """
    from tmformer.decode import trace_network

    how = how_to_run(engine, format, max_steps, certificate)
    check_is(compiled, Weights, "compiled")
    made = construction_of(compiled.labels)
    labels, start = start_of(compiled, machine, input, head, choose)
    prompt, limit = made.encode_configuration(labels, start), made.compiled_steps(compiled.labels)
    with precision_enabled(how.format):
        runner = make_engine(compiled, how)
        return trace_network(runner, prompt, limit if max_steps is None else max_steps, labels=labels)
