"""The tokens of a decoder: their embedding and what is fed back make the rows of a run."""

from dataclasses import replace

import numpy as np
import pytest

from tests.export.networks import exported
from tmformer.errors import ExportError
from tmformer.export.vocabulary import BOS, PAD, vocabulary_of


@pytest.mark.parametrize("which", [("bb2", ""), ("increment", "1011"), ("palindrome", "ab")])
def test_a_prompt_is_its_tokens_and_their_positions(which):
    made = exported(*which, "wei_ma")
    said = vocabulary_of(made.network)
    assert np.array_equal(said.embedding[list(said.prompt)] + said.positions, made.network.prompt)
    words = [said.tokens[token] for token in said.prompt]
    assert words[0] == BOS
    assert words[-1] == said.start == f"start={made.machine.start}"
    cells = [f"cell={symbol}" for symbol in which[1]]
    assert words[1 : 1 + len(cells)] == cells
    assert set(words[1 + len(cells) : -1]) <= {said.blank}
    assert said.tokens[1] == PAD


def test_a_token_says_the_state_and_the_vector_all_else():
    made = exported("bb3", "", "wei_ma")
    said, spans = vocabulary_of(made.network), made.weights.layout.spans
    changed = np.flatnonzero(said.sources != made.network.feedback["sources"])
    assert changed.tolist() == [*spans["state"]]
    place = said.tokens.index("B 1 R")
    (written,) = np.flatnonzero(said.embedding[place])
    assert made.weights.layout.coordinate_names()[written] == "state=B"
    assert [said.tokens[end] for end in said.ends] == [f"<{each}>" for each in (*made.network.outcomes[1:], "full")]


def test_two_tokens_of_one_name_are_refused():
    network = exported("bb2", "", "wei_ma").network
    names = {**network.names, "unembedding": {"rows": ["cell=0"] * len(network.unembedding)}}
    with pytest.raises(ExportError, match="name of its own"):
        vocabulary_of(replace(network, names=names))
