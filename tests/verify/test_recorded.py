"""What is kept of a recorded run."""

import tmformer
from tmformer.verify import record


def test_it_says_what_it_is():
    found = record(tmformer.load_machine("bb2"), construction="wei_ma")
    assert found.steps == 6
    assert repr(found) == (
        "<Recording of bb2 by wei_ma: 6 machine steps, 6 blocks, 9 rows, float32, saturated, halted>"
    )
