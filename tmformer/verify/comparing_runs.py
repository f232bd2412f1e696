"""Comparing: the same weights, exact and in floats, from a machine or from weights."""

from typing import Literal, cast

from tmformer.constructions import REFERENCES, Construction, construction_of
from tmformer.decode import Dense, Exact, ExactRows
from tmformer.errors import ConstructionError, VerifyError
from tmformer.machine import Configuration, Machine
from tmformer.machine import starting_configuration as machine_start
from tmformer.pipeline import (
    Given,
    as_words,
    check_is,
    check_one_machine,
    check_regime,
    options_of,
    precision_enabled,
)
from tmformer.precision import Policy, Uncertified, bound, format_named, margins, policy_named
from tmformer.program import Labels, Stream
from tmformer.verify.comparison import Comparison
from tmformer.verify.fitting import Fitted, fit, fitted, refuse_options
from tmformer.verify.references import ReferenceComparison, compare_reference
from tmformer.verify.side_by_side import run_loops, run_rows
from tmformer.weights import Weights

STEPS = 200
"""The most machine steps compared if not said; of a reference, which is cheaper, five times as many."""

_REASON = "compared with the exact run, bit for bit; what its format does not hold is rounded, to see how the run fails"


def compare(
    compiled: Machine | Weights,
    input: Given = (),
    *,
    construction: str | None = None,
    form: str | None = None,
    radix: int | None = None,
    states: int | None = None,
    symbols: int | None = None,
    other: Machine | None = None,
    choose: str | None = None,
    machine: Machine | None = None,
    format: str = "float32",
    policy: str | Policy = "accumulate-float32",
    regime: str = "saturated",
    max_steps: int | None = None,
    cells: int | None = None,
    head: int | None = None,
) -> Comparison | ReferenceComparison:
    """Run exact and float side by side, and find the first place where a bit differs.

    In rationals with hard attention, and as a Flax transformer in a number format, which need not hold the network: each
    register is compared after every block, and each lookup by what it leaked and what of that its gates had to bear.

    Args:
        compiled: a machine, which is compiled for just this run, or weights.
        input: as in `run`.
        construction: how a machine is compiled; "cellular" if not said. "perez", a reference, has no weights: its numbers
            are compared row by row.
        form: as in `compile`.
        radix: as in `compile`.
        states: as in `compile`.
        symbols: as in `compile`.
        other: as in `compile`.
        choose: as in `run`.
        machine: as in `run`: what weights of the construction universal are to run.
        format: of weights and activations: any that `precision.format_named` knows.
        policy: one of `precision.POLICIES`, or a policy of your own, which says the format too.
        regime: "saturated", or "graded": softmax to the base 2**sharpness.
        max_steps: the most machine steps; STEPS if not said.
        cells: as in `compile`; as many as the run visits, or its start, if not said.
        head: the tape head's cell at the start; as compiled, or 0, if not said.

    Raises:
        MachineError: if the input has a symbol that the machine does not know.
        ConstructionError: if the construction cannot compile this, or a reference does not run in the format.
        PrecisionError: if there is no such format or policy.
        UsageError: if there is no such regime, or a machine too many or none at all.
        VerifyError: if weights, or a reference, are given with options of compiling, or fewer than no machine steps.
        ModelError: if one of the runs would not fit into memory.

    >>> import tmformer
    >>> compare(tmformer.load_machine("bb2"), format="bfloat16").first_difference is None
    True
    """
    check_is(compiled, (Machine, Weights), "compiled")
    check_one_machine(compiled, machine)
    formats = policy_named(policy, format_named(format)) if isinstance(policy, str) else policy
    check_regime(regime)
    kind = cast("Literal['saturated', 'graded']", regime)
    _check_steps(max_steps)
    limit = STEPS if max_steps is None else max_steps
    options = options_of(form=form, radix=radix, states=states, symbols=symbols, other=other)
    compiling: dict[str, object] = {**options, "cells": cells}
    if isinstance(compiled, Weights):
        refuse_options("compare, weights, which are compiled already", compiling | {"construction": construction})
        run = fitted(compiled, machine, input, limit, head, choose)
        return _compared(run, formats, kind)
    if construction in REFERENCES:
        usual = {"policy": (policy, "accumulate-float32"), "regime": (regime, "saturated")}
        asked = {name: value for name, (value, default) in usual.items() if value != default}
        refuse_options(f"compare, {construction}, a reference without weights", compiling | asked | {"choose": choose})
        words = as_words(compiled.symbols, input, compiled.tapes)
        start = machine_start(compiled, words[0], words[1:], head=head or 0)
        return compare_reference(compiled, start, format, max_steps=5 * STEPS if max_steps is None else max_steps)
    run = fit(
        compiled,
        input,
        limit,
        construction=construction,
        options=options,
        other=other,
        choose=choose,
        cells=cells,
        head=head,
    )
    return _compared(run, formats, kind)


def _compared(run: Fitted, policy: Policy, regime: Literal["saturated", "graded"]) -> Comparison:
    weights, labels, limit = run.weights, run.labels, run.steps
    made = construction_of(labels)
    prompt = made.encode_configuration(labels, run.start)
    is_wide = not policy.is_native or policy.accumulation.name == "float64"  # what is emulated is kept in float64
    with precision_enabled("float64" if is_wide else policy.weights.name):
        certificate = Uncertified(_REASON, even_if_inexact=True)
        floats = Dense(weights, policy=policy, regime=regime, certificate=certificate)
        if labels.feedback:
            shown = run_rows(ExactRows(weights), floats, policy, prompt, limit)
        else:
            shown = run_loops(Exact(weights), floats, policy, prompt, limit)
    lookups = [*margins(weights, policy)]
    configuration = made.decode_configuration(labels, shown.exact)
    decoded = _decoded(made, labels, shown.decoded)
    return Comparison(
        machine=str(labels.parameters["machine"]),
        construction=labels.construction,
        format=policy.weights.name,
        policy=policy.name,
        regime=regime,
        steps=shown.steps,
        blocks=shown.blocks,
        margins={where: margin for where, _, margin in lookups},
        bounds={
            where: bound(labels, weights.layout, lookup, margin, policy)
            for where, lookup, margin in (lookups if regime == "graded" else ())
        },
        first_difference=shown.first,
        configuration=str(configuration),
        decoded=str(decoded),
        decodes=decoded == configuration,
    )


def _decoded(made: Construction, labels: Labels, stream: Stream | str) -> Configuration | str:
    """What a residual stream in symbols represents, or why it represents nothing."""
    if isinstance(stream, str):
        return stream
    try:
        return made.decode_configuration(labels, stream)
    except ConstructionError as error:
        return f"{error.rule}: {error.found}"


def _check_steps(max_steps: int | None) -> None:
    if max_steps is not None and max_steps < 0:
        raise VerifyError(
            "The number of machine steps is zero or more",
            found=str(max_steps),
            where="compare, max_steps",
            remedy="Ask for zero or more machine steps.",
        )
