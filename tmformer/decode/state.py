"""Where a run is."""

from typing import Any, NamedTuple, final


@final
class State(NamedTuple):
    """Where a run is.

    Args:
        x: the engine's own form of the residual stream.
        loops: how often the blocks were applied.
        outcome: RUNNING, OUTSIDE, or an outcome of the stop table.
    """

    x: Any
    loops: int
    outcome: str
