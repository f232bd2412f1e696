"""The tokens of a decoder with one tape, and the embedding that makes rows of them."""

from dataclasses import dataclass
from typing import Final, final

import numpy as np

from tmformer.errors import ExportError
from tmformer.export.network import Network
from tmformer.export.unembedding import token_registers
from tmformer.program import FULL, OneHot
from tmformer.weights import Layout

BOS: Final = "<bos>"
PAD: Final = "<pad>"


@final
@dataclass(frozen=True)
class Vocabulary:
    """The tokens of a network: those of its prompt, those that its rows emit, and those that say how a run ended.

    A row's input is the embedding of its token and, in the prompt, that of its position; of rows that are fed back, it is
    the embedding of the token, which says the state, and all else that is fed back.

    Args:
        tokens: all of them; a token's id is its place.
        embedding: [tokens, model].
        positions: [rows of the prompt, model].
        sources: as the network's feedback has them, without what the token says.
        unembedding: [tokens, model]; zero for tokens that no row emits.
        prompt: the ids of the network's own prompt.
        ends: the ids of the tokens that say how a run ended, in the order of the codes of the stop table, then that of
            a sequence that is full.
        blank: the token of a blank cell.
        start: the token of the start state.
    """

    tokens: tuple[str, ...]
    embedding: np.ndarray
    positions: np.ndarray
    sources: np.ndarray
    unembedding: np.ndarray
    prompt: tuple[int, ...]
    ends: tuple[int, ...]
    blank: str
    start: str


def vocabulary_of(network: Network) -> Vocabulary:
    """The tokens of a network, and their embedding, unembedding and feedback.

    Args:
        network: of wei_ma, a decoder only, with one tape.

    Raises:
        ExportError: for any other network, or if two tokens would have one name.
    """
    symbols, states = _checked(network)
    labels, layout = network.weights.labels, network.weights.layout
    emitted = tuple(network.names["unembedding"]["rows"])
    cells, starts = [f"cell={each}" for each in symbols], [f"start={each}" for each in states]
    ends = [f"<{outcome}>" for outcome in (*network.outcomes[1:], FULL)]
    tokens = (BOS, PAD, *cells, *starts, *emitted, *ends)
    _check_names(tokens)
    embedding, first = _embedding(layout, symbols, states, len(tokens)), 2 + len(cells) + len(starts)
    spans, rows = layout.spans, slice(first, first + len(emitted))
    embedding[rows, spans["state"]] = network.unembedding[:, spans["next_state"]]
    unembedding = np.zeros_like(embedding)
    unembedding[rows] = network.unembedding
    prompt = _prompt(network, len(symbols))
    sources = network.feedback["sources"].copy()
    sources[spans["state"]] = layout.d_model
    return Vocabulary(
        tokens=tokens,
        embedding=embedding,
        positions=network.prompt - embedding[list(prompt)],
        sources=sources,
        unembedding=unembedding,
        prompt=prompt,
        ends=tuple(range(len(tokens) - len(ends), len(tokens))),
        blank=f"cell={labels.parameters['blank']}",
        start=f"start={labels.parameters['start']}",
    )


def _check_names(tokens: tuple[str, ...]) -> None:
    if len(set(tokens)) < len(tokens):
        twice = next(token for token in tokens if tokens.count(token) > 1)
        raise ExportError(
            "Each token has a name of its own",
            found=f"two tokens called {twice!r}",
            where="export --to huggingface",
            remedy="Rename the machine's states or symbols, as by `tmformer convert --rename-state`.",
        )


def _embedding(layout: Layout, symbols: tuple[str, ...], states: tuple[str, ...], count: int) -> np.ndarray:
    """The embedding of BOS, of recorded symbols and of start states; zero for the other tokens, `count` in all."""
    embedding = np.zeros((count, layout.d_model), dtype=np.float32)
    cells = [{"input": "1", "written": symbol} for symbol in symbols]
    starts = [{"step": "1", "next_state": state} for state in states]
    for token, held in enumerate([{"bos": "1"}, {}, *cells, *starts]):
        for register, value in held.items():
            for place, weight in layout.vector(register, value).items():
                embedding[token, place] = weight
    return embedding


def _checked(network: Network) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The symbols and the states of a network that emits tokens of one tape."""
    labels = network.weights.labels
    types = [labels.register(name).type for name in token_registers(labels)]
    if labels.construction == "wei_ma" and labels.encoder is None and types:
        states, symbols = (each.values for each in types if isinstance(each, OneHot))
        return symbols, states
    form = labels.parameters.get("form", "")
    raise ExportError(
        "A network that generates tokens is a decoder of wei_ma, with one tape",
        found=f"{labels.construction} {form}, {labels.parameters.get('tapes', 1)} tapes".replace(" ,", ","),
        where="export --to huggingface",
        remedy="Compile a machine of one tape with --construction wei_ma, or use --to torch.",
    )


def _prompt(network: Network, symbols: int) -> tuple[int, ...]:
    """The ids of BOS, of each recorded cell, and of the start state."""
    spans = network.weights.layout.spans
    cells = network.prompt[1:-1, spans["written"]].argmax(axis=1)
    start = network.prompt[-1, spans["next_state"]].argmax()
    return (0, *(2 + int(cell) for cell in cells), 2 + symbols + int(start))
