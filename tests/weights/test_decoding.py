"""Decoding row by row is decoding all rows again at every step: every register of every row, and on symbols too."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from tests.program.programs import EXAMPLES
from tests.weights.growing import GROWING, Growing, wei_ma
from tmformer.errors import DecodeError, ProgramError, WeightsError
from tmformer.program import Decoding as SymbolDecoding
from tmformer.program import Stream
from tmformer.weights import BlockWeights, Decoding, Rational, Weights, decode, lower, sparse, trace
from tmformer.weights import decoding as decoding_module


def whole(weights: Weights, prompt: Stream, softmax: str) -> Stream:
    """The residual stream of all rows after all blocks, from nothing but the prompt."""
    *_, last = trace(weights, prompt, softmax)
    return weights.layout.decode(last.after.array())


@pytest.mark.parametrize("softmax", ["hard", "base-2"])
@pytest.mark.parametrize("name", GROWING)
def test_row_by_row_is_all_rows_again(name: str, softmax: str):
    """Before the first decoding step and after each."""
    case: Growing = GROWING[name]()
    decoding = Decoding(case.weights, case.prompt, softmax)
    symbols = SymbolDecoding(case.program, case.prompt)
    for step, prompt in enumerate(decode(case.weights, case.prompt, case.steps, softmax)):
        if step:
            decoding.step()
            symbols.step()
        assert decoding.num_rows == prompt.num_rows == case.prompt.num_rows + step
        wanted = whole(case.weights, prompt, softmax)
        for register in case.program.labels.registers:
            assert decoding.after()[register.name] == wanted[register.name], f"step {step}, {register.name}"
        assert decoding.after() == symbols.after()


def test_some_rows_are_the_last_ones():
    case = wei_ma()
    decoding = Decoding(case.weights, case.prompt)
    decoding.step()
    assert decoding.after(decoding.num_rows - 2) == decoding.after().rows(decoding.num_rows - 2, decoding.num_rows)


def test_more_rows_than_the_arrays_begin_with():
    """Past 16 rows, where arrays double, and with Python's integers, where softmax at a high sharpness outgrows int64."""
    case = wei_ma(2, steps=20)
    for sharpness in (case.program.labels.sharpness, 40):
        labels = msgspec.structs.replace(case.program.labels, sharpness=sharpness)
        weights = Weights(labels, case.weights.blocks)
        decoding = Decoding(weights, case.prompt, "base-2")
        for _ in range(15):
            decoding.step()
        *_, prompt = decode(case.weights, case.prompt, 15)
        assert decoding.num_rows > 16
        assert decoding.after() == whole(case.weights, prompt, "hard")


def without(block: BlockWeights, part: str) -> BlockWeights:
    matrices = {name: getattr(block.mlp, name) for name in ("w_in", "b_in", "w_out")}
    return BlockWeights(block.heads, type(block.mlp)(**matrices | {part: sparse(matrices[part].shape, {})}))


def full() -> object:
    case = wei_ma(2, steps=2)
    decoding = Decoding(case.weights, case.prompt)
    for _ in range(case.steps + 1):
        decoding.step()
    return decoding


REFUSED: dict[str, tuple[type[Exception], Callable[[], object]]] = {
    "rows that see later ones": (
        ProgramError,
        lambda: Decoding(lower(EXAMPLES["automaton"].program), EXAMPLES["automaton"].prompt),
    ),
    "nothing fed back": (ProgramError, lambda: Decoding(lower(EXAMPLES["shift"].program), EXAMPLES["shift"].prompt)),
    "more rows than allowed": (ProgramError, full),
    "a value off its grid": (DecodeError, lambda: off_grid("base-2")),
}


def off_grid(softmax: str) -> Decoding:
    """Scratch that no unit clears: what softmax leaves there is a proper fraction."""
    case = wei_ma()
    blocks = (*case.weights.blocks[:-1], without(case.weights.blocks[-1], "w_out"))
    return Decoding(Weights(case.program.labels, blocks), case.prompt, softmax)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_decoded_is_refused(name: str):
    error, call = REFUSED[name]
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("fault", ["sides", "first row", "doubling"])
def test_a_fault_in_a_cache_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch):
    """Planted: rows of both sides seen, the first row forgotten, and rows lost where arrays double."""
    case = wei_ma(2, "encoder-decoder", steps=16)
    seen, push = decoding_module.visible, decoding_module._Rows.push

    def sees(mask: str, encoded: np.ndarray, first: int) -> np.ndarray:
        every = seen("none" if fault == "sides" else mask, encoded, first)
        return every & (np.arange(encoded.size) > 0) if fault == "first row" and encoded.size > 1 else every

    def pushed(self: object, row: Rational) -> Rational:
        rows = push(self, row)
        if fault == "doubling" and len(rows.numerator) == 17:
            self._numerator[:16] = 0
        return rows

    monkeypatch.setattr(decoding_module, "visible", sees)
    monkeypatch.setattr(decoding_module._Rows, "push", pushed)
    wanted = SymbolDecoding(case.program, case.prompt)
    try:
        found = Decoding(case.weights, case.prompt)
        for decoding in (wanted, found):
            for _ in range(case.steps):
                decoding.step()
    except (DecodeError, WeightsError):
        return
    assert found.after() != wanted.after()
