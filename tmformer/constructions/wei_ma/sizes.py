"""How large a network of this construction is, by exact formulas."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import final

from tmformer.constructions.claims import Claims
from tmformer.constructions.contexts import Context
from tmformer.constructions.records import digits

DECODER_ONLY, ENCODER_DECODER = "decoder-only", "encoder-decoder"
FORMS = (DECODER_ONLY, ENCODER_DECODER)
"""The input as records of the decoder; or in an encoder, read by cross-attention where a cell was never written."""


@final
@dataclass(frozen=True)
class Sizes(Context):
    """The sizes that the whole layout follows from.

    Args:
        records: R, cells that the prompt holds.
        steps: T, machine steps.
        radix: B.
        form: one of FORMS.
        tapes: n.
        one_way: whether the tapes begin at cell 0.
    """

    records: int
    steps: int
    radix: int
    form: str
    tapes: int = 1
    one_way: bool = False

    @property
    def time_digits(self) -> int:
        """D: the layers of the search, which goes through machine steps alone where an encoder holds the input."""
        return digits(self.steps, self.radix) if self.form == ENCODER_DECODER else super().time_digits

    @property
    def positions(self) -> int:
        """BOS, the records, START, the steps; a BOS more for the decoder behind an encoder."""
        return self.records + self.steps + 2 + (self.form == ENCODER_DECODER)


_LETTERS = {
    "Q": "states, halting ones included",
    "G": "tape symbols",
    "n": "tapes",
    "E": "1 if the tapes are one-way, else 0",
    "R": "records: cells of the inputs and of the start, on each tape",
    "T": "machine steps",
    "B": "radix of the search",
    "C": "moves of tape heads to the right or left, in all transitions",
}
_SIZES = {"N": "R + T", "K": "max(2, bits(N))", "b": "bits(B)"}
_SEARCH = "2*D*K + b*D*(D - 1) + D*(9*b + 4 + 4*B*(b + 1))"
_BEFORE = "(2*n + 3)*Q*G**n + C + n*(K*K + 33*K - 2 + 3*E*(K + 1))"


_DIFFERS = {
    DECODER_ONLY: "The paper has the input in an encoder, O(log T) layers that add 1 to the cell, and a binary search. Here the "
    "input is recorded in the sequence itself, so one search finds input and writes alike; carries need no ripple, so two MLPs "
    "move the tape head; a null key answers for cells without a record, so the start is no special case; cells are known mod "
    "2^K only, which R + T cells cannot confuse; and the search may have any radix: fewer layers, larger scores.",
    ENCODER_DECODER: "The form that the theorem states, with the same search over steps alone; one cross-attention head "
    "reads the encoder, which is its embedding: it needs no layers.",
}

_THEOREMS = {
    DECODER_ONLY: (
        "wei_ma_hard",
        "wei_ma_retrieval",
        "wei_ma_softmax",
        "wei_ma_binary32",
        "wei_ma_bfloat16",
        "wei_ma_binary16",
    ),
    ENCODER_DECODER: (),
}


def _claims(form: str, *, heads: str, times: str, d_model: str, fetch: str, units: str, nonzero: str) -> Claims:
    """The claims of one form; `fetch` is the sum of key and value sizes of the last block's attention heads."""
    return Claims(
        construction="wei_ma" if form == DECODER_ONLY else f"wei_ma {form}",
        source="Wei, Chen and Ma, arXiv 2107.13163, Theorem 4.1"
        + (", as a decoder of its own" if form == DECODER_ONLY else ""),
        letters=_LETTERS,
        definitions=_SIZES
        | {
            "D": f"digits({times}, B)",
            "d": d_model,
            "U": f"Q*G**n + n*(8*K + E + D*(2*B + 2*b) + {units})",
        },
        formulas={
            "num_layers": "D + 3",
            "num_heads": heads,
            "d_model": d_model,
            "d_key": "K + D*b + 1",
            "d_value": "max(G, b)",
            "d_mlp": f"max(Q*G**n + n*(4*K + E), n*(2*B + 2*b), n*{units})",
            "parameters": f"d * (n*(2*D*K + b*D*(D + 1) + 2*D + 2*D*b + 2*({fetch})) + 2*U) + U",
            "nonzero": f"{_BEFORE} + n*({_SEARCH} + {nonzero})",
            "sharpness": "bits(N + 1) + 3 + bits(b)",
            "max_positions": "N + 2" if form == DECODER_ONLY else "N + 3",
            "search_layers": "D",
            "blocks_per_step": "D + 3",
            "depth": "(T + 1) * (D + 3)",
            "ties": times,
        },
        functions={"digits": digits},
        notes={"digits": "digits(n, B) = ceil(log n to the base B), 1 at least"},
        differs=_DIFFERS[form],
        theorems=_THEOREMS[form],
    )


CLAIMS = MappingProxyType(
    {
        DECODER_ONLY: _claims(
            DECODER_ONLY,
            heads="n",
            times="N",
            d_model="2*Q + D*b + 4 + n*(4*G + 4*K + D*b + b + 2 + E)",
            fetch="K + D*b + 1 + G",
            units="3*G",
            nonzero="2*(K + D*b) + 12*G + 5",
        ),
        ENCODER_DECODER: _claims(
            ENCODER_DECODER,
            heads="2*n",
            times="T",
            d_model="2*Q + D*b + 5 + n*(5*G + 4*K + D*b + b + 2 + E)",
            fetch="2*K + D*b + 2 + 2*G",
            units="6*G",
            nonzero="2*(K + D*b) + 2*K + 24*G + 2*G*G + 9",
        ),
    }
)
"""What is claimed of each form."""
