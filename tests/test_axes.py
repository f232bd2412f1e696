"""Every axis that a signature names is explained."""

import re
from pathlib import Path

import tmformer.axes

ROOT = Path(__file__).parents[1]


def test_every_axis_in_a_signature_is_in_the_glossary():
    known = set(re.findall(r"^(\w+) {2,}", tmformer.axes.__doc__ or "", re.MULTILINE))
    assert {"rows", "model", "heads", "key", "value", "mlp", "loops", "batch"} <= known
    used: set[str] = set()
    for path in [path for room in ("model", "decode") for path in (ROOT / "tmformer" / room).glob("*.py")]:
        for shape in re.findall(r'(?:Float|Bool|Int)\[Array, "([^"]*)"\]', path.read_text(encoding="utf-8")):
            used |= {axis.lstrip("*") for axis in shape.split() if axis.lstrip("*").isidentifier()}
    assert used - known - {"_"} == set()
