"""How large a network of this construction is, by exact formulas, and which cells its window has."""

from fractions import Fraction

from tmformer.constructions.claims import Claims
from tmformer.errors import ConstructionError


def sharpness(digits: int) -> int:
    """The least c for which the graded regime decodes: (1 + 4**-c)**k + 2**-c <= 4/3, k = `digits`.

    Of the one message in the sequence its reader receives at least 1 / ((1 + 4**-c)**k + 2**-c): every code of k digits
    may be a rival, h wrong digits cost a factor 4**-ch, the null key weighs 2**-c. The gate needs 3/4 of it. A row that
    should find nothing receives less than 2**-c, of which the gate bears 1/4.

    >>> [sharpness(digits) for digits in (1, 2, 12, 13, 22)]
    [2, 3, 3, 4, 4]
    """
    c = 1
    while (1 + Fraction(1, 4**c)) ** digits + Fraction(1, 2**c) > Fraction(4, 3):
        c += 1
    return c


CLAIMS = Claims(
    construction="cellular",
    source="own; reading of Wei, Chen and Ma, arXiv 2107.13163, Theorem 4.1",
    letters={
        "Q": "states, halting ones included; with macro blocks: pairs of a state and a place",
        "G": "tape symbols; with macro blocks: what a macro cell may hold",
        "W": "tape cells in the window; macro cells",
        "T": "machine steps; macro blocks",
        "C": "transitions, or macro blocks, that write another symbol than they read",
        "E": "1 if the tape is one-way, else 0; with macro blocks 0",
        "L": "transitions that move left on a one-way tape; 0 on a two-way tape, and with macro blocks",
        "M": "those of them that write another symbol than they read",
    },
    definitions={"k": "bits(W + 1)"},
    formulas={
        "num_layers": "T",
        "num_heads": "3",
        "d_model": "G + 4*Q + 3*k + 2 + E",
        "d_key": "k + 1",
        "d_value": "Q",
        "d_mlp": "2*Q*G + 4*Q + 2*L",
        "parameters": "(G + 4*Q + 3*k + 2 + E) * (6*(k + 1) + 6*Q + 2*(2*Q*G + 4*Q + 2*L)) + 2*Q*G + 4*Q + 2*L",
        "nonzero": "3*(2*k + 2 + min(k - 1, 1) + 2*Q) + 8*Q*G + 4*C + 8*Q + 12*L + 4*M",
        "sharpness": "sharpness(k)",
        "max_positions": "W + 1",
        "search_layers": "0",
        "blocks_per_step": "1",
        "depth": "T",
        "ties": "1",
    },
    functions={"sharpness": sharpness},
    notes={"sharpness": "the least c with (1 + 4^-c)^k + 2^-c <= 4/3"},
    theorems=(
        "cellular_hard",
        "cellular_softmax",
        "cellular_binary32",
        "cellular_bfloat16",
        "cellular_binary16",
    ),
)


def window(
    steps: int, cells: int | None, head: int, input_length: int, origin: int | None, *, one_way: bool = False
) -> tuple[int, int]:
    """The first cell of the window and how many there are; that of a one-way tape begins where the tape does, at cell 0.

    Without `cells` it is [min(0, head - steps), max(head + steps, input_length - 1)], which no run of `steps` machine
    steps can leave. With `cells` it is what input and tape head need, with the cells left over split evenly; with
    `cells` and `origin` it is just that.

    Raises:
        ConstructionError: if `cells` is too few for input and tape head, `steps` negative, or `head` before a one-way tape.
    """
    if steps < 0 or (cells is not None and cells < 1) or (one_way and head < 0):
        raise ConstructionError(
            "Machine steps are zero or more, cells one or more, and a one-way tape begins at cell 0",
            found=f"{steps} machine steps, {cells} cells, the tape head at cell {head}",
            where="cellular",
            remedy="Ask for at least 0 machine steps and 1 cell, and for a tape head that is on the tape.",
        )
    if cells is None:
        first = 0 if one_way else min(0, head - steps)
        return first, max(head + steps, input_length - 1) - first + 1
    if origin is not None and (origin == 0 or not one_way):
        return origin, cells
    whole = input_length > 0 or one_way
    first, last = (min(0, head), max(head, input_length - 1)) if whole else (head, head)
    spare = cells - (last - first + 1)
    if spare < 0:
        raise ConstructionError(
            "The window holds the input and the tape head",
            found=f"{cells} cells for cells {first} to {last}",
            where="cellular",
            remedy=f"Ask for at least {last - first + 1} cells.",
        )
    return 0 if one_way else first - spare // 2, cells
