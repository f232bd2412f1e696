"""How sharp must attention be in the graded regime, and how does that grow with positions: the least c, proved and seen?"""

from collections.abc import Sequence
from dataclasses import asdict

from tmformer.precision import POLICIES, format_named, policy_named
from tmformer.show import Curve, draw_sharpness
from tmformer.verify import CASES, Sharpness, sharpness

FORMATS = ("float32", "float64")
POSITIONS = tuple(2**power for power in range(2, 21, 2))


def measure() -> list[dict[str, object]]:
    """The least c down to which every one is certified, or decodes what the adversaries ask."""
    return [
        {"construction": name, "format": each, "positions": positions, **asdict(_found(name, each, positions))}
        for name in CASES
        for each in FORMATS
        for positions in POSITIONS
    ]


def _found(name: str, format_name: str, positions: int) -> Sharpness:
    return sharpness(name, policy_named(POLICIES[0], format_named(format_name)), positions)


def picture(rows: Sequence[dict[str, object]]) -> str:
    """The picture of these rows."""
    points: dict[tuple[str, str], list[tuple[int, Sharpness]]] = {}
    for row in rows:
        found = Sharpness(*(row[name] for name in ("compiled", "proved", "seen")))  # type: ignore[arg-type]
        points.setdefault((str(row["construction"]), str(row["format"])), []).append(
            (int(str(row["positions"])), found)
        )
    return draw_sharpness([Curve(*key, tuple(each)) for key, each in points.items()])
