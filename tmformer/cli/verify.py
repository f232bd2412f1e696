"""`tmformer verify`: the reference interpreter against every rung of the ladder."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from tmformer.cli.arguments import AS_IT_IS, Choose, Flag, Form, Machine, Name, Number, Other, Radix, ReadAs, Steps
from tmformer.cli.expecting import EXPECTATION, cases_in_use, with_expectations
from tmformer.cli.printing import busy, pairs, printable, show, write_json
from tmformer.cli.sources import check_cell, check_number, marked_head, read_machine, read_other
from tmformer.machine import Document

if TYPE_CHECKING:
    from tmformer.pipeline import Given
    from tmformer.verify import Agreement, Difference

_MOST = 100_000  # random inputs
DEFAULT_FORMATS = ("float32",)
"""The number formats of the model if none is asked for."""

EXAMPLES = """Examples:

  tmformer verify bb4
  tmformer verify binary_addition "11+1" "1+111"
  tmformer verify palindrome --random 20 --seed 7
  tmformer verify sort --format bfloat16,float16      or --format twice

The rungs: the program on symbols, the exact weights with hard attention
and with base-2 softmax, and the Flax model in each number format.

Exit status: 0 if all agree, 1 if any differs, 2 for an error."""


def verify_command(
    machine: Machine,
    /,
    *inputs: str,
    random: Number = 0,
    seed: Number = 0,
    format: Annotated[Sequence[str] | None, Parameter(metavar="NAME", negative_iterable=())] = None,
    max_steps: Steps = 1000,
    construction: Name = "cellular",
    form: Form = None,
    radix: Radix = None,
    other: Other = None,
    choose: Choose = None,
    head: Number | None = None,
    read_as: ReadAs = AS_IT_IS,
    json: Flag = False,
) -> int:
    """Compare the reference interpreter with every rung after every machine step.

    Configuration, outcome and every value of the residual stream must agree, bit for bit.

    Where no INPUT is given, the results that the machine file expects are compared too.

    Args:
        machine: What stands for a machine: MACHINE.
        inputs: As in `tmformer run`; the cases that the machine file expects, or its own input, if none is given.
        random: How many random inputs of 0 to 8 symbols to add.
        seed: The same seed gives the same random inputs.
        format: Number format of the model: float32, float64, bfloat16 or float16; float32 if not given.
        max_steps: The most machine steps of each run.
        construction: How the machine is compiled: cellular (if not given), wei_ma, universal or switchable.
        form: In which form.
        radix: With which search.
        other: Which other machine.
        choose: Which of the two.
        head: The tape head's cell at the start.
        read_as: How MACHINE is read.
        json: Print the report as one JSON object, and nothing else.

    Returns:
        The exit status.
    """
    check_number("--random", random, least=0, most=_MOST)
    check_number("--max-steps", max_steps, least=0)
    check_cell("--seed", seed)
    check_cell("--head", head)
    document = read_machine(machine, "verify", "the reference that all rungs are compared with runs it", read_as)
    beside = read_other(other, "verify", read_as)
    from tmformer.pipeline import machine_that_runs
    from tmformer.precision import native_format_named
    from tmformer.verify import random_inputs, verify

    formats = [native_format_named(name).name for names in format or DEFAULT_FORMATS for name in names.split(",")]
    runs = machine_that_runs(document, beside, choose)
    groups = inputs_by_head(runs, inputs, head, read_as)
    if random:
        groups.setdefault(head or 0, []).extend(random_inputs(runs.machine, random, seed=seed))
    with busy("comparing after every machine step", is_silent=json):
        agreement = merged(
            verify(
                document.machine,
                given,
                construction=construction,
                form=form,
                radix=radix,
                other=None if beside is None else beside.machine,
                choose=choose,
                formats=formats,
                max_steps=max_steps,
                head=start,
            )
            for start, given in groups.items()
        )
    # What a file expects is not said of the machine with another start state or other tapes.
    cases = () if read_as.start or read_as.one_way else cases_in_use(runs, inputs, head)
    agreement, compared = with_expectations(agreement, runs.machine, cases, max_steps)
    if json:
        write_json(agreement.to_json() | {"expectations_compared": compared})
    else:
        _show(agreement, max_steps, f"{compared:,} of {_count(len(cases), 'expectation')}" if cases else "")
    return 0 if agreement.agreement else 1


def inputs_by_head(
    document: Document, inputs: Sequence[str], head: int | None, read_as: ReadAs = AS_IT_IS
) -> "dict[int, list[Given]]":
    """The inputs of the runs, by the tape head's cell at the start.

    Args:
        document: the machine file.
        inputs: what the user gave; the cases of the file, or its own input, if nothing.
        head: the tape head's cell, as each case says if None.
        read_as: how MACHINE is read, and so the inputs.
    """
    groups: dict[int, list[Given]] = {}
    for text in inputs:
        given, cell = marked_head(text, head, read_as)
        groups.setdefault(cell or 0, []).append(given or "")
    if inputs:
        return groups
    if not document.cases:
        return {head or 0: [document.words]}
    for case in document.cases:
        groups.setdefault(case.start_head if head is None else head, []).append(case.words)
    return groups


def merged(agreements: "Iterator[Agreement]") -> "Agreement":
    """All agreements as one, up to the first that holds a difference."""
    total = next(agreements)
    while total.agreement:
        more = next(agreements, None)
        if more is None:
            break
        total = replace(
            more,
            rungs=tuple(dict.fromkeys(total.rungs + more.rungs)),
            runs=total.runs + more.runs,
            steps_compared=total.steps_compared + more.steps_compared,
            skipped=tuple(dict.fromkeys(total.skipped + more.skipped)),
        )
    return total


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _show(agreement: "Agreement", max_steps: int, expectations: str) -> None:
    different = agreement.first_difference
    name = printable(agreement.machine)
    if different is None:
        show(Text(f"{name}: every rung agrees with the reference interpreter", style="bold green"))
    elif different.rung == EXPECTATION:
        show(Text(f"{name}: its file's expectation DIFFERS from the reference interpreter", style="bold red"))
    else:
        show(Text(f"{name}: {different.rung} DIFFERS from the reference interpreter", style="bold red"))
    rows = [(rung, "differs" if different and rung == different.rung else "agrees") for rung in agreement.rungs]
    rows += [(rung, f"skipped: {reason.strip()}") for rung, _, reason in (x.partition(":") for x in agreement.skipped)]
    if expectations:
        broken = different is not None and different.rung == EXPECTATION
        rows.append(("expectations", f"{'differs' if broken else 'agrees'}: {expectations} compared"))
    show("", pairs((f"  {rung}", text) for rung, text in rows), "")
    if different is not None:
        show("First difference", pairs(_located(different)), "")
    runs = f"{_count(agreement.runs, 'input')} of at most {_count(max_steps, 'machine step')}"
    steps, rungs = _count(agreement.steps_compared, "machine step"), _count(len(agreement.rungs), "rung")
    show(f"{runs}; {steps}, on each of {rungs}.")


def _located(different: "Difference") -> list[tuple[str, str]]:
    return [
        ("  rung", different.rung),
        (
            "  input",
            repr(" ".join(different.input) if any(len(x) > 1 for x in different.input) else "".join(different.input)),
        ),
        ("  after", f"machine step {different.step}"),
        ("  where", different.where),
        ("  expected", different.expected),
        ("  found", different.found),
    ]
