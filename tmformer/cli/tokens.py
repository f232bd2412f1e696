"""The token view: a run as the decoder emits it, one line a decoding step."""

from typing import TYPE_CHECKING, final

from tmformer.cli.printing import write
from tmformer.cli.tape import state_text, symbol_text

if TYPE_CHECKING:
    from tmformer.constructions import Token


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
            write(f"{step:>8}  {_did(token):<26} {_at(token):<16} {_finding(begun, token)}\n")


def _did(token: "Token") -> str:
    if token.move is None:
        return "start"
    state, symbol, written = (text or "" for text in (token.state, token.symbol, token.written))
    return f"{state_text(state)} {symbol_text(symbol)} -> {symbol_text(written)} {token.move}"


def _at(token: "Token") -> str:
    return f"{state_text(token.next_state)} at {token.cell}"


def _finding(begun: int, token: "Token") -> str:
    symbol = symbol_text(token.next_symbol)
    if token.found is None:
        return f"finds {symbol}: no record of this cell"
    kind, number = token.found
    source = f"written at step {begun + number}" if kind == "step" else f"in the prompt, cell {number}"
    return f"finds {symbol}: {source}, by {token.digits}" if token.digits else f"finds {symbol}: {source}"


def _as_data(step: int, begun: int, token: "Token") -> dict[str, object]:
    found: dict[str, int] | None = None
    if token.found is not None:
        kind, number = token.found
        found = {kind: begun + number if kind == "step" else number}
    return {
        "step": step,
        "state": token.state,
        "symbol": token.symbol,
        "written": token.written,
        "move": token.move,
        "next_state": token.next_state,
        "cell": token.cell,
        "next_symbol": token.next_symbol,
        "found": found,
        "digits": token.digits,
    }
