"""Perez: one row of a sequence is one machine step, and the tape head is known only as the average of its moves.

With e_i = 1/(i + 1), uniform attention over rows 0..i gives c(i + 1) e_i, where c(i + 1) is the sum of their moves: the
cell, counted from the first one of the prompt, that the tape head reaches. Of the rows j <= i the lookup finds the one
with the greatest score -|chi(i, j)|,

    chi(i, j) = e_i e_j (c(i + 1) - c(j) + e_i e_j / 3)
              = (c(i + 1) e_i, e_i, e_i^2) . (e_j, -c(j) e_j, e_j^2 / 3).

At rows of the cell asked for, |chi| = (e_i e_j)^2 / 3, least at the latest of them; at other rows it is at least
e_i e_j (1 - e_i e_j / 3), which is more, as e_j >= e_i. Where no row is of that cell it was never visited, and is blank.
There is never a tie: the cells of the rows so far are an interval, so a cell never visited is next to the cell of row i,
and that row is then the only one found.

Prompt: a row for each cell of the input, from its first to its last and on to the tape head's, with that symbol and the
move +1; then START, which writes a blank to the cell after them and moves to the tape head at once. Rows are i =
0..R-1 for R cells, START is row R, and row R + t is machine step t of `rewrite_stays`.

    blocks a row     3: transition (MLP); averages (attention); lookup (attention, then MLP: blank or not)
    attention heads  3: two uniform, for c(i) e_i and c(i + 1) e_i; one hard, for the lookup
    key and query    3 numbers; value of the lookup: G + 2 (the symbol written, e_j and c(j) e_j), of an average: 1
    position code    3 numbers: e_i, e_i^2 and e_i^2 / 3
    decoding steps   one a machine step, two where it stays; none of these sizes grows with their number
    margin           at least 4 (i - 1) / (3 (i - 2)^2 i^2 (i + 1)^2) for i >= 3, about 4/3 i^-5, reached when the two
                     last visits to a cell were at rows i - 1 and i - 3: 1.5e-5 at i = 10, 1.3e-10 at 100, 1.3e-15
                     at 1000; tests/constructions/perez measures it

So the sizes are constant and the precision is not: no certificate is possible, and floats read overwritten symbols. Of
the shipped machines float32 loses binary_counter at machine step 133, prime at 201 and bb5 at 452, float16 most of them within 60;
float64 keeps bb5 for 15,000, but 5,000 cells from the first one it is lost within 4,000. `compare_floats` locates this. In
floats every average, product, sum and comparison is rounded; sums of moves are kept as integers, the most lenient way.

Source: Perez, Barcelo and Marinkovic, Attention is Turing-Complete, JMLR 22 (2021); letters theirs. What differs: theirs
reads the input from an encoder, ours is a decoder only, with the input as prompt rows; theirs takes a cell for unvisited
if the row found is the last one, ours compares the cells of both, |c(i + 1) - c(j)| < 1/2 in averages. So theirs needs
machines that never stay; ours rewrites them as theirs does, though it need not. The transition is applied to symbols.
"""

from tmformer.constructions.claims import Claims
from tmformer.constructions.perez.numbers import RowNumbers, numbers
from tmformer.constructions.perez.rows import FLOATS, NUMBERS, Margin
from tmformer.constructions.perez.running import Failure, Step, compare_floats, rewrite_stays, trace

BLOCKS = 3
"""Blocks that each row passes."""

CLAIMS = Claims(
    construction="perez",
    source="Perez, Barcelo and Marinkovic, JMLR 22 (2021); ours, in rationals, and in floats to be seen failing: nothing is compiled",
    letters={"G": "tape symbols", "S": "decoding steps: T machine steps, and one more for each that stays"},
    definitions={},
    formulas={
        "depth": "3*(S + 1)",
        "num_layers": "3",
        "blocks_per_step": "3",
        "num_heads": "2",
        "d_key": "3",
        "d_value": "G + 2",
    },
    differs="Its sizes do not grow with T, but its margins fall like S^-5: exact in rationals, lost in floats after some "
    "hundred machine steps, which is what the others pay log T layers for. It has no certificate and no weights.",
)
"""What the construction costs; what a network of weights would have besides, it has not."""

__all__ = [
    "BLOCKS",
    "CLAIMS",
    "FLOATS",
    "NUMBERS",
    "Failure",
    "Margin",
    "RowNumbers",
    "Step",
    "compare_floats",
    "numbers",
    "rewrite_stays",
    "trace",
]
