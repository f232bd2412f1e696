"""What verifying refuses."""

import tempfile
from pathlib import Path

from tests.errors.sites import Case
from tmformer.machine import parse
from tmformer.pipeline import compile
from tmformer.verify import Enumeration, Family, Portion, atlas, compare, record, selftest, verify
from tmformer.verify.census import Census
from tmformer.verify.portions import Portions
from tmformer.verify.standing import network

MACHINE = parse("1RA1RA")


def portions_of_another() -> object:
    with tempfile.TemporaryDirectory() as folder:
        Portions(Path(folder), {"steps": 8}).write(0, Portion(Census(), {}))
        return Portions(Path(folder), {"steps": 9}).read(0)


def portions_in_a_file() -> object:
    with tempfile.NamedTemporaryFile() as file:
        return Portions(Path(file.name), {}).write(0, Portion(Census(), {}))


CASES: dict[str, Case] = {
    "a recording of macro blocks": lambda: record(compile(MACHINE, steps=2, macro=2)),
    "a recording that leaves the window of its weights": lambda: record(
        compile(parse("1RB1LB_1LA1RZ"), steps=6, cells=1)
    ),
    "a recording of weights with options of compiling": lambda: record(compile(MACHINE, steps=2), radix=3),
    "nothing to compare": lambda: verify(parse("1RA1RA"), []),
    "a regime that is none": lambda: compare(MACHINE, regime="hard"),
    "a comparison of fewer than no machine steps": lambda: compare(MACHINE, max_steps=-1),
    "weights, compiled already": lambda: compare(compile(MACHINE, steps=2), radix=2),
    "a reference that is compiled": lambda: compare(MACHINE, construction="perez", cells=5),
    "a comparison of no machine": lambda: compare("1RA1RA"),
    "an atlas of no construction": lambda: atlas(["pérez"]),
    "a network of a reference": lambda: network("perez", 8),
    "a radix that is none": lambda: verify(parse("1RA1RA"), construction="wei_ma", radix=0),
    "a family of no states": lambda: Family(0),
    "an enumeration of too many steps": lambda: Enumeration(Family(2), 31),
    "portions of another enumeration": portions_of_another,
    "portions where no folder can be": portions_in_a_file,
    "a selftest of no position": lambda: selftest(positions=0),
}
