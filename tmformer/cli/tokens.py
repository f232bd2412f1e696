"""The token view: a run as the decoder emits it, one line a decoding step."""

from typing import TYPE_CHECKING, final

from tmformer.cli.printing import write
from tmformer.cli.tape import state_text, symbol_text

if TYPE_CHECKING:
    from tmformer.constructions import Access, Token


@final
class Tokens:
    """Shows what is emitted, and keeps it as plain data where it is to be printed as JSON.

    Args:
        is_silent: whether it is kept instead of shown.
    """

    def __init__(self, *, is_silent: bool) -> None:
        self._is_silent = is_silent
        self.emitted: list[dict[str, object]] = []

    def show(self, step: int, begun: int, token: "Token") -> None:
        """Show, or keep, one decoding step.

        Args:
            step: machine steps done with it.
            begun: the machine step at which its sequence began.
            token: what was emitted.
        """
        if self._is_silent:
            self.emitted.append(_as_data(step, begun, token))
        else:
            found = " | ".join(_finding(begun, at) for at in token.tapes)
            write(f"{step:>8}  {_did(token):<26} {_at(token):<16} {found}\n")


def _did(token: "Token") -> str:
    if token.state is None:
        return "start"
    done = (f"{symbol_text(at.symbol or '')} -> {symbol_text(at.written or '')} {at.move}" for at in token.tapes)
    return f"{state_text(token.state)} {' | '.join(done)}"


def _at(token: "Token") -> str:
    return f"{state_text(token.next_state)} at {' | '.join(str(at.cell) for at in token.tapes)}"


def _finding(begun: int, at: "Access") -> str:
    symbol = symbol_text(at.next_symbol)
    if at.found is None:
        return f"finds {symbol}: no record of this cell"
    kind, number = at.found
    source = f"written at step {begun + number}" if kind == "step" else f"in the prompt, cell {number}"
    return f"finds {symbol}: {source}, by {at.digits}" if at.digits else f"finds {symbol}: {source}"


def _as_data(step: int, begun: int, token: "Token") -> dict[str, object]:
    """A step as plain data: what was done on the one tape besides the states, or a list where there are several."""
    done = [_access(begun, at) for at in token.tapes]
    states: dict[str, object] = {"step": step, "state": token.state, "next_state": token.next_state}
    return states | (done[0] if len(done) == 1 else {"tapes": done})


def _access(begun: int, at: "Access") -> dict[str, object]:
    found: dict[str, int] | None = None
    if at.found is not None:
        kind, number = at.found
        found = {kind: begun + number if kind == "step" else number}
    return {
        "symbol": at.symbol,
        "written": at.written,
        "move": at.move,
        "cell": at.cell,
        "next_symbol": at.next_symbol,
        "found": found,
        "digits": at.digits,
    }
