"""What exports of whole runs share: codes of outcomes, and the prompt as a file."""

from pathlib import Path

import numpy as np

from tests.export.cases import GROWING, LOOPED, same_bits
from tmformer.export.runs import outcomes_of, write_prompt


def test_the_last_code_is_that_of_a_run_that_ends_early_without_a_word():
    assert outcomes_of(LOOPED[1].network) == ["running", "outside", "broken", "halted", "coarse"]
    assert outcomes_of(GROWING[1].network) == ["running", "outside", "broken", "halted", "full"]


def test_the_prompt_is_an_array_of_float32(tmp_path: Path):
    network = LOOPED[3].network
    path = write_prompt(network, tmp_path)
    assert path.name == "prompt.npy"
    assert same_bits(np.load(path), network.prompt)
