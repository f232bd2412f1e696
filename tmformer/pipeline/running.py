"""Running machines and weights on inputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tmformer.constructions import construction as construction_named
from tmformer.constructions import construction_of
from tmformer.errors import UsageError
from tmformer.machine import Machine, initial_configuration
from tmformer.pipeline.compiling import compile
from tmformer.pipeline.engines import how_to_run, make_engine, precision_enabled
from tmformer.pipeline.growing import Watch, run_fixed, run_growing
from tmformer.pipeline.inputs import as_symbols, check_is, starting_configuration
from tmformer.pipeline.result import Result, finish
from tmformer.weights import Weights

if TYPE_CHECKING:
    from tmformer.decode import NetworkTrace


def run(
    compiled: Weights | Machine,
    input: str | Sequence[str] = (),
    *,
    construction: str | None = None,
    engine: str = "dense",
    format: str = "float32",
    max_steps: int | None = None,
    cells: int | None = None,
    head: int | None = None,
    watch: Watch | None = None,
) -> Result:
    """Run compiled weights, or a machine, on an input.

    Weights run in their own window, `labels.loops` machine steps if `max_steps` is not said. A machine is compiled for a
    small window first; when the tape head leaves it, it is compiled for a larger one, and the run goes on from the
    configuration reached. With `cells` it is compiled once.

    Args:
        compiled: weights, from `compile` or a file, or a machine.
        input: one character a symbol, or symbols separated by blanks, or a sequence of symbols; from cell 0 on.
        construction: how a machine is compiled; "cellular" if not said.
        engine: one of ENGINES.
        format: number format of the dense engine.
        max_steps: the most machine steps; a machine runs until it halts if not said.
        cells: a fixed number of cells for a machine.
        head: the tape head's cell at the start; as compiled, or 0, if not said.
        watch: called now and then with the machine steps so far and the configuration.

    Raises:
        MachineError: if the input has a symbol that the machine does not know.
        UsageError: if weights are given with cells or a construction, or there is no such engine.
        WindowError: if the tape head leaves a fixed window, also when that is the last machine step asked for.
        ModelError: if a dense run would not fit into memory.

    >>> import tmformer
    >>> run(tmformer.load_machine("bb2")).steps
    6
    """
    how = how_to_run(engine, format, max_steps)
    check_is(compiled, (Weights, Machine), "compiled")
    if isinstance(compiled, Weights):
        if cells is not None or construction is not None:
            raise UsageError(
                "Weights are compiled already, by their construction and for their window",
                found=f"cells={cells}, construction={construction!r}",
                where="run",
                remedy="Leave both out, or run the machine.",
            )
        labels = compiled.labels
        construction_of(labels)
        start = starting_configuration(labels, input, head)
        limit = labels.loops if max_steps is None else max_steps
        return finish(compiled, how, run_fixed(compiled, start, how, limit, watch))
    symbols = as_symbols(compiled.symbols, input)
    start = initial_configuration(compiled.start, symbols, compiled.blank, head or 0)
    if cells is None:
        weights, reached = run_growing(
            compiled, construction_named(construction or "cellular"), start, how, max_steps, watch
        )
        return finish(weights, how, reached)
    steps = cells if max_steps is None else max_steps
    weights = compile(
        compiled, construction or "cellular", steps=steps, cells=cells, head=head or 0, input_length=len(symbols)
    )
    return finish(weights, how, run_fixed(weights, start, how, max_steps, watch))


def trace(
    compiled: Weights,
    input: str | Sequence[str] = (),
    *,
    engine: str = "dense",
    format: str = "float32",
    max_steps: int | None = None,
    head: int | None = None,
) -> "NetworkTrace":
    """Every register of every position by name, before attention, after it and after the MLP, for each block.

    Args:
        compiled: weights.
        input: as in `run`.
        engine: one of ENGINES; "exact-softmax" shows the graded regime in rationals.
        format: number format of the dense engine.
        max_steps: the most machine steps; as compiled if not said.
        head: the tape head's cell at the start.

    >>> import tmformer
    >>> weights = tmformer.compile(tmformer.load_machine("bb2"), steps=6)
    >>> trace(weights)[5]["symbol"].sum(axis=0)
    array([9., 4.], dtype=float32)
    """
    from tmformer.decode import trace_network

    how = how_to_run(engine, format, max_steps)
    check_is(compiled, Weights, "compiled")
    made = construction_of(compiled.labels)
    prompt = made.encode_configuration(compiled.labels, starting_configuration(compiled.labels, input, head))
    with precision_enabled(how.format):
        runner = make_engine(compiled, how)
        return trace_network(runner, prompt, compiled.labels.loops if max_steps is None else max_steps)
