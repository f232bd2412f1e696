"""Malformed files, ten of each format's traps: each is refused where it is malformed, and says what is there.

A folder of `malformed/` has the name of its format; its `expected.txt` has a line a file: name, line of the error, words of what was found.
"""

import re
import subprocess
import sys
from itertools import cycle, product
from pathlib import Path

import pytest

from tests.often import long
from tmformer.errors import MachineError
from tmformer.machine import FORMATS, read
from tmformer.machine.sources import Reading

FOLDER = Path(__file__).with_name("malformed")
EXPECTED = {
    f"{table.parent.name}/{name}": (int(line), found)
    for table in sorted(FOLDER.glob("*/expected.txt"))
    for name, line, found in (row.split(" ", 2) for row in table.read_text(encoding="utf-8").splitlines())
}


def refusal(name: str, format_name: str | None) -> MachineError:
    with pytest.raises(MachineError) as caught:
        read(FOLDER / name, Reading(format_name=format_name))
    return caught.value


@pytest.mark.parametrize("name", EXPECTED)
def test_a_malformed_file_is_refused_where_it_is_malformed(name: str):
    line, found = EXPECTED[name]
    error = refusal(name, name.split("/", maxsplit=1)[0])
    assert re.fullmatch(rf"{re.escape(str(FOLDER / name))}:{line}:[1-9][0-9]*", error.where)
    assert found in error.found
    for part in (error.rule, error.found, error.where, error.remedy):
        assert part.strip()
    assert len(str(error)) < 1_500


@pytest.mark.parametrize("name", EXPECTED)
def test_it_is_refused_too_when_its_format_is_to_be_found_out(name: str):
    assert refusal(name, None).where.startswith(str(FOLDER / name))


def test_there_are_ten_of_each():
    folders = [path for path in FOLDER.iterdir() if path.is_dir()]
    assert (
        {"morphett", "automata", "bbchallenge", "turingmachine.io"} <= {path.name for path in folders} <= set(FORMATS)
    )
    for folder in folders:
        files = {f"{folder.name}/{path.name}" for path in folder.iterdir() if path.name != "expected.txt"}
        assert len(files) == 10
        assert files == {name for name in EXPECTED if name.startswith(f"{folder.name}/")}


HOSTILE = {
    "a line of 100 MB": b"1RB1LB_" * 15_000_000,
    "a line of 100 MB without a blank": b"a" * 100_000_000,
    "3 MB of rules": b"0 1 1 r 0\n" * 300_000,
    "blanks": b"1RB" + b" " * 1_900_000 + b"x",
    "deep lists": b"[" * 1_900_000,
    "deep objects": b'{"states":' * 190_000,
    "deep elements": b"<a>" * 600_000,
    "billion laughs in YAML": b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 107)),
    "billion laughs in XML": b"<!DOCTYPE x [<!ENTITY a 'x'>" + b"".join(b"<!ENTITY %c '%s'>" % (c, b"&%c;" % (c - 1) * 9) for c in range(98, 107)) + b"]><structure>&j;</structure>",
    "a long number": b'{"states": [' + b"9" * 1_900_000 + b"]}",
    "a long quote": b'{"class": "' + b"\\\\" * 900_000,
    "wildcards for all": b"".join(b"q%d %s x r q0\n" % (n, chr(0x4E00 + n).encode()) for n in range(20_000)) + b"* * * r *\n; $START: q0\n",
}  # fmt: skip

ASK = """
import resource, sys, time
from pathlib import Path
from tmformer.errors import MachineError
from tmformer.machine.sources import Reading, read
try:
    read("1RB1LB_1LA1RZ"), read("{blank: 0, start state: a, table: {a: }}")  # so that what is imported is not measured
except MachineError: pass
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
try:
    read(Path(sys.argv[1]), Reading(format_name=sys.argv[2] or None))
    found = "a machine"
except MachineError as error:
    found = error.where
print(time.perf_counter() - started, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, found)
"""


OFTEN = [*((name, "") for name in HOSTILE), *zip(HOSTILE, cycle(FORMATS), strict=False)]
"""Each file found out, and forced into one of the formats, each format in turn; the other pairs are long."""


@pytest.mark.parametrize(
    ("name", "format_name"),
    [*OFTEN, *long(each for each in product(HOSTILE, FORMATS) if each not in OFTEN)],
    ids=str,
)
def test_a_hostile_file_is_refused_at_once_and_in_little_memory(name: str, format_name: str, tmp_path: Path):
    """Forced into each format and found out: well under a second, 200 MB, and the place."""
    file = tmp_path / "hostile.txt"
    file.write_bytes(HOSTILE[name])
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(file), format_name], capture_output=True, text=True, check=True, timeout=60
    )
    seconds, megabytes, found = done.stdout.split(maxsplit=2)
    assert re.search(r":\d+:\d+\n$", found), (format_name, found)
    assert float(seconds) < 1, format_name
    assert float(megabytes) < 200, format_name
