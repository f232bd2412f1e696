"""Python and Coq agree, on machines that Hypothesis draws: all of them in one file, for Coq to compute."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tmformer.machine import Configuration, Machine, run
from tmformer.pipeline import compile
from tmformer.prove import (
    find_coq,
    library_modules,
    machine_as_coq,
    read_rules,
    statement_of,
    weights_as_coq,
)
from tmformer.strategies import configurations, machines
from tmformer.weights import Weights

pytestmark = pytest.mark.coq

MACHINES, STEPS = 50, 8
HEAD = "From Coq Require Import ZArith List Bool.\nFrom Tmformer Require Import {}.\nImport ListNotations.\n"
AGREES = """
Definition agrees (M : machine) (start now : configuration) (low : Z) (cells t : nat) : bool :=
  let c := run M t start in
  (state c =? state now) && (head c =? head now)%Z &&
  forallb (fun i => tape c (low + Z.of_nat i)%Z =? tape now (low + Z.of_nat i)%Z) (seq 0 cells).
Definition holding (q : nat) (h first : Z) (symbols : list nat) (blank : nat) : configuration := {|
  state := q; head := h;
  tape := fun z => if (first <=? z)%Z then nth (Z.to_nat (z - first)) symbols blank else blank |}.
"""


class Drawn(NamedTuple):
    """A machine and a configuration of it."""

    machine: Machine
    start: Configuration


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    machine = draw(machines(max_states=4, max_symbols=3, one_way=True))
    return Drawn(machine, draw(configurations(machine)))


def examples() -> list[Drawn]:
    found: list[Drawn] = []

    @settings(
        max_examples=MACHINES, phases=[Phase.generate], derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(drawn())
    def collect(each: Drawn):
        found.append(each)

    collect()
    return found[:MACHINES]


def networks(machine: Machine) -> Iterator[tuple[str, Weights]]:
    yield "cellular", compile(machine, "cellular", steps=6, cells=9)
    if not machine.one_way:
        for radix in (2, 3):
            yield f"wei_ma_{radix}", compile(machine, "wei_ma", steps=7 + radix, cells=2, radix=radix)


def configured(machine: Machine, now: Configuration, low: int, high: int) -> str:
    """A configuration in Coq; cells from `low` to `high` hold all that is not blank."""
    symbols = "; ".join(str(machine.symbols.index(now.read(cell))) for cell in range(low, high + 1))
    blank = machine.symbols.index(machine.blank)
    return f"(holding {machine.states.index(now.state)} ({now.head}) ({low}) [{symbols}] {blank})"


def steps(number: int, each: Drawn) -> Iterator[str]:
    """A lemma for each configuration of a run: `Machine.run` goes through the same ones."""
    configurations = list(islice(run(each.machine, each.start), STEPS + 1))
    used = [now.used for now in configurations]
    low, high = min(first for first, _ in used) - 2, max(last for _, last in used) + 2
    start = configured(each.machine, each.start, low, high)
    for t, now in enumerate(configurations):
        args = f"{start} {configured(each.machine, now, low, high)} ({low}) {high - low + 1} {t}"
        yield f"Lemma run_{number}_{t} : agrees machine_{number} {args} = true. Proof. vm_compute. reflexivity. Qed.\n"


def definitions(name: str, weights: Weights) -> Iterator[str]:
    """The weights, and the lemma that they are those that Coq makes of the machine which they are read as."""
    statement = statement_of(weights.labels, name)
    sizes = " ".join(
        f"let {size} := {f'({value})%Z' if size == 'origin' else value} in" for size, value in statement.sizes.items()
    )
    made = f"let the_machine := {name}_machine in {sizes}"
    yield machine_as_coq(read_rules(weights, name), f"{name}_machine")
    yield weights_as_coq(weights, name, name)
    yield f"Lemma {name}_width : ({made} d_model ({statement.registers})) = {weights.layout.d_model}.\n"
    yield "Proof. vm_compute. reflexivity. Qed.\n"
    yield f"Lemma {name}_is_the_construction : check {name} ({made} {statement.weights}) = true.\n"
    yield "Proof. vm_compute. reflexivity. Qed.\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, coq = tmp_path_factory.mktemp("library"), find_coq()
    assert coq is not None
    for name, text in library_modules(("Cellular", "WeiMa", "File")).items():
        (folder / f"{name}.v").write_text(text, encoding="utf-8")
        assert coq.compile(folder / f"{name}.v", folder) is None
    return folder


def judged(library: Path, folder: Path, text: str) -> str | None:
    coq = find_coq()
    assert coq is not None
    (folder / "Drawn.v").write_text(HEAD.format("Machine Transformer Program Cellular WeiMa File") + AGREES + text)
    return coq.compile(folder / "Drawn.v", library)


def test_compiler_and_interpreter_agree_with_coq(library: Path, tmp_path: Path):
    parts: list[str] = []
    kinds: set[str] = set()
    for number, each in enumerate(examples()):
        for kind, weights in networks(each.machine):
            parts += definitions(f"{kind}_{number}", weights)
            kinds.add(kind)
            if kind == "cellular":
                # The machine as it is read from cellular's weights is the one that the interpreter runs.
                parts.append(f"Definition machine_{number} := {kind}_{number}_machine.\n")
        parts += steps(number, each)
    assert kinds == {"cellular", "wei_ma_2", "wei_ma_3"}
    assert len(examples()) == MACHINES
    assert judged(library, tmp_path, "".join(parts)) is None


def test_it_can_fail(library: Path, tmp_path: Path):
    """Another interpreter, and other weights."""
    each = next(each for each in examples() if len(list(islice(run(each.machine, each.start), 3))) == 3)
    name, weights = next(networks(each.machine))
    text = "".join(definitions(name, weights)) + f"Definition machine_0 := {name}_machine.\n"
    good = "".join(steps(0, each))
    assert judged(library, tmp_path, text + good) is None
    for old, new in ((" 1 = true", " 2 = true"), ("= true", "= false")):
        message = judged(library, tmp_path, text + good.replace(old, new, 1))
        assert message is not None
        assert "Drawn.v" in message
    assert " (-5) " in text
    assert judged(library, tmp_path, text.replace(" (-5) ", " (-4) ", 1)) is not None
