"""Recordings that the tests of the explorer share, and what a page holds."""

import base64
import json
import re
import zlib
from functools import cache
from typing import Any

import tmformer
from tmformer.machine import Machine, Move, Transition
from tmformer.verify import Recording, record

LONG_NAME = "long " * 100
MARKUP = "<script>alert('run')</script>"
HOSTILE = Machine(
    (MARKUP, '"><img src=x onerror=alert(1)>', "\u202eabc", "</script>", LONG_NAME, "halt"),
    ("_", "<b>", "&amp;", "\u2028", "ש", "s" * 500),
    "_",
    MARKUP,
    (
        Transition(MARKUP, "_", "<b>", Move.RIGHT, '"><img src=x onerror=alert(1)>'),
        Transition('"><img src=x onerror=alert(1)>', "_", "&amp;", Move.LEFT, "\u202eabc"),
        Transition("\u202eabc", "<b>", "\u2028", Move.RIGHT, "</script>"),
        Transition("</script>", "&amp;", "ש", Move.LEFT, LONG_NAME),
        Transition(LONG_NAME, "\u2028", "s" * 500, Move.STAY, "halt"),
    ),
    halting=frozenset({"halt"}),
    name="<h1>{{data}}</h1>",
)
"""A machine whose names are markup, marks of direction, very long, and the placeholders of the page."""


@cache
def recorded(name: str, input: str = "", construction: str = "cellular", regime: str = "saturated") -> Recording:
    """A recording of a shipped machine."""
    return record(tmformer.load_machine(name), input, construction=construction, regime=regime)


@cache
def hostile() -> Recording:
    """A recording of the hostile machine."""
    return record(HOSTILE)


def data_of(page: str) -> dict[str, Any]:
    """The description that a page holds."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(found.group(1)) if found else {}


def unpacked(text: str) -> dict[str, Any]:
    """A window."""
    return json.loads(zlib.decompress(base64.b64decode(text)))
