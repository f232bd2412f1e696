"""What each format means where formats differ, in words: the table of the README, which the tests hold against the readers."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Convention:
    """What a format means, and what it cannot say.

    Args:
        tool: whose format it is, and its name for `--from` and `--to`.
        suffix: how its files are usually called.
        missing: what a missing rule means: the run ends as undefined, or is rejected.
        final: what a final state does: it halts, or it accepts.
        edge: what a left move at cell 0 does: it goes on, or stays.
        cannot: what is refused by name on writing.
    """

    tool: str
    suffix: str
    missing: str
    final: str
    edge: str
    cannot: str


UNDEFINED, REJECTS = "undefined", "rejects"
HALTS, ACCEPTS, BOTH = "halts", "accepts", "accepts or rejects"
GOES_ON, STAYS = "goes on", "stays"

CONVENTIONS = {
    "turingmachine.io": Convention(
        "turingmachine.io, extended", "`.yaml`", f"{UNDEFINED}; {REJECTS} if `undefined rejects: true`",
        f"{HALTS}; {BOTH} if listed so", f"{GOES_ON}; {STAYS} if `one-way: true`", "nothing",
    ),
    "bbchallenge": Convention(
        "bbchallenge.org", "any: one line", UNDEFINED, HALTS, GOES_ON,
        "stay moves, several tapes, one-way tapes, other states than A, B, ... and Z, other symbols than 0, 1, ..., another blank than 0, accepting",
    ),
    "morphett": Convention(
        "Morphett's simulator", "`.morphett`", UNDEFINED, f"{HALTS}; its name begins with `halt`", f"{GOES_ON}; {STAYS} by `--one-way`",
        "several tapes, long symbols, another blank than `_`, accepting, one-way tapes",
    ),
    "jflap": Convention(
        "JFLAP", "`.jff`", REJECTS, ACCEPTS, GOES_ON,
        "one-way tapes, more than 5 tapes, long symbols, another blank than □, halting without accepting",
    ),
    "automata": Convention(
        "automata-lib, its arguments as JSON, with `class`: DTM or MNTM", "`.automata.json`", REJECTS, ACCEPTS, GOES_ON,
        "one-way tapes, long symbols, halting without accepting",
    ),
    "doty": Convention(
        "Doty's simulator", "`.yaml`", REJECTS, BOTH, STAYS,
        "two-way tapes, long symbols, another blank than `_`, other than one accepting and one rejecting state",
    ),
}  # fmt: skip
"""What each format means, by its name in FORMATS."""


def as_markdown() -> str:
    """The table of the README.

    >>> as_markdown().splitlines()[0]
    '| format | of | files | a missing rule | a final state | a left move at cell 0 | cannot express |'
    """
    lines = [
        "| format | of | files | a missing rule | a final state | a left move at cell 0 | cannot express |",
        "|---" * 7 + "|",
    ]
    for name, each in CONVENTIONS.items():
        cells = (f"`{name}`", each.tool, each.suffix, each.missing, each.final, each.edge, each.cannot)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
