"""A network that searches, as the numbers of the compiled loop."""

from dataclasses import dataclass
from typing import final

import jax.numpy as jnp
import numpy as np

from tmformer.decode.feedback import feedback_of
from tmformer.decode.halting import readout
from tmformer.decode.retrieval.prompts import Prompt, kept_of, times_of
from tmformer.decode.retrieval.recall import Digits, Memory, Mlp, Network
from tmformer.decode.retrieval.searches import Searches, places_of
from tmformer.decode.retrieval.units import is_exact, units_of
from tmformer.model import shape_of
from tmformer.program import Match
from tmformer.weights import BlockWeights, Weights, dense

_LONGEST = 24  # digits of a code that float32 holds as one number


@final
@dataclass(frozen=True, eq=False)
class Plain:
    """What each MLP reads and writes, as float64 arrays.

    Args:
        w_in: [mlp, d_model].
        b_in: [mlp].
        w_out: [d_model, mlp].
    """

    w_in: np.ndarray
    b_in: np.ndarray
    w_out: np.ndarray


def plain(block: BlockWeights) -> Plain:
    """The arrays of a block's MLP."""
    return Plain(dense(block.mlp.w_in), dense(block.mlp.b_in)[:, 0], dense(block.mlp.w_out))


def why_not(weights: Weights, searches: Searches) -> str | None:
    """Why the blocks of the searches are not a batch, or rows are not kept where they were asked for, if so."""
    generated = {each.register for each in weights.labels.generators}
    fed = {each.target: each.source for each in weights.labels.feedback if each.target not in generated}
    for search in searches.searches:
        if len(search.fetches) != 1 or any(fed.get(match.key) != match.query for match in search.codes):
            return "a row is not kept at the code that the row before asked for"
        if len(places_of(weights, tuple(match.key for match in search.codes))) > _LONGEST:
            return f"codes have more than {_LONGEST} digits"
    founds = [place for search in searches.searches for place in places_of(weights, search.found).tolist()]
    answers = _answers(weights, searches)
    for index in range(searches.first, searches.end):
        mlp = plain(weights.blocks[index])
        own = _founds(weights, searches, index)
        written = set(np.flatnonzero((mlp.w_out != 0).any(axis=1)).tolist())
        read = set(np.flatnonzero((mlp.w_in != 0).any(axis=0)).tolist())
        if not written <= {*own.tolist(), *answers.tolist()} or not read.isdisjoint(founds):
            return "a block of a search does more than write down its digit"
    if len({*founds, *answers.tolist()}) != len(founds) + len(answers):
        return "two searches write the same digit"
    return _overwritten(weights, searches, {*founds, *answers.tolist()})


def _overwritten(weights: Weights, searches: Searches, written: set[int]) -> str | None:
    """Why what a row asks for or holds is not the same from the searches on, if so.

    Args:
        weights: the network.
        searches: its searches.
        written: the coordinates that the blocks of the searches write.
    """
    last = max(index for index, _ in (*(search.fetches[0] for search in searches.searches), *searches.asides))
    fetches = [(search.codes, search.fetches[0][1].value) for search in searches.searches]
    fetches += [(lookup.matches, lookup.value) for _, lookup in searches.asides]
    asked = set(places_of(weights, tuple(match.query for codes, _ in fetches for match in codes)).tolist())
    held = set(places_of(weights, tuple(value for _, value in fetches)).tolist())
    if not written.isdisjoint(asked | held):
        return "a search writes what it asks for, or what is fetched"
    late = [_written(block) for block in weights.blocks[searches.end :]]
    if any(not each.isdisjoint(asked | held) for each in late):
        return "what a row asks for, or what is fetched of it, is written after the search"
    if any(not each.isdisjoint(written) for each in late[: last - searches.end]):
        return "what was found is written before it is fetched"
    return None


def _written(block: BlockWeights) -> set[int]:
    """The coordinates that a block writes."""
    matrices = (block.mlp.w_out, *(head.output for head in block.heads))
    return {row for matrix in matrices for row, _, _ in matrix.entries}


def _answers(weights: Weights, searches: Searches) -> np.ndarray:
    return places_of(weights, tuple(search.digits[0][1].into for search in searches.searches))


def _founds(weights: Weights, searches: Searches, index: int) -> np.ndarray:
    names = tuple(search.found[index - searches.first] for search in searches.searches)
    return places_of(weights, names)


def make_network(weights: Weights, searches: Searches, prompt: Prompt, dtype: str) -> Network:
    """The numbers of a network and its prompt, in a format."""
    layout, shape = weights.layout, shape_of(weights)
    return Network(
        before=tuple(_mlp(block, dtype) for block in weights.blocks[: searches.first]),
        digits=_batch(weights, searches, dtype),
        after=tuple(_mlp(block, dtype) for block in weights.blocks[searches.end :]),
        memories=_memories(weights, searches, prompt, dtype),
        table=readout(weights, d_model=layout.d_model, values=shape.d_readout, dtype=dtype),
        feedback=feedback_of(weights, dtype),
        first=jnp.asarray(prompt.rows[-1], dtype),
        position=jnp.int32(len(prompt.rows) - 1),
    )


def products(weights: Weights, searches: Searches) -> int:
    """Multiply-adds of one row with the weights of all MLPs, those that are zero for every input left out."""
    mlps = [_mlp(block, "float32") for block in (*weights.blocks[: searches.first], *weights.blocks[searches.end :])]
    digits = _batch(weights, searches, "float32")
    return sum(mlp.w_in.size + mlp.w_out.size for mlp in mlps) + digits.w_in.size + digits.w_out.size


def _read(mlp: Plain) -> np.ndarray:
    """The coordinates that an MLP is computed on: more give the same bits, as their weights are zero."""
    return np.flatnonzero((mlp.w_in != 0).any(axis=0))


def _mlp(block: BlockWeights, dtype: str) -> Mlp:
    mlp = plain(block)
    reads = _read(mlp)
    arrays = (jnp.asarray(array, dtype) for array in (mlp.w_in[:, reads], mlp.b_in, mlp.w_out))
    return Mlp(jnp.asarray(reads, jnp.int32), *arrays)


def _batch(weights: Weights, searches: Searches, dtype: str) -> Digits:
    blocks = [plain(block) for block in weights.blocks[searches.first : searches.end]]
    answers = _answers(weights, searches)
    founds = [_founds(weights, searches, index) for index in range(searches.first, searches.end)]
    read = {place for mlp in blocks for place in _read(mlp).tolist()}
    reads = np.array(sorted(read | set(answers.tolist())))
    units = max(len(mlp.b_in) for mlp in blocks)

    def stacked(arrays: list[np.ndarray], axis: int) -> jnp.ndarray:
        widths = [[(0, 0)] * array.ndim for array in arrays]
        for array, width in zip(arrays, widths, strict=True):
            width[axis] = (0, units - array.shape[axis])
        padded = [np.pad(array, width) for array, width in zip(arrays, widths, strict=True)]
        return jnp.asarray(np.stack(padded), dtype)

    return Digits(
        reads=jnp.asarray(reads, jnp.int32),
        answers=jnp.asarray(np.searchsorted(reads, answers), jnp.int32),
        founds=jnp.asarray(np.stack(founds), jnp.int32),
        w_in=stacked([mlp.w_in[:, reads] for mlp in blocks], 0),
        b_in=stacked([mlp.b_in for mlp in blocks], 0),
        w_out=stacked([mlp.w_out[[*own, *answers]] for mlp, own in zip(blocks, founds, strict=True)], 1),
    )


def _memories(weights: Weights, searches: Searches, prompt: Prompt, dtype: str) -> tuple[Memory, ...]:
    memories: list[Memory] = []
    fetches = [(search.codes, search.fetches[0][1]) for search in searches.searches]
    fetches += [(lookup.matches, lookup) for _, lookup in searches.asides]
    times = [tuple(lookup.value for _, lookup in search.digits) for search in searches.searches]
    times += [()] * len(searches.asides)
    for (codes, lookup), names, (digits, values) in zip(fetches, times, prompt.nothing, strict=True):
        keys = places_of(weights, tuple(match.key for match in codes))
        places = [
            keys,
            places_of(weights, tuple(match.query for match in codes)),
            places_of(weights, names),
            places_of(weights, (lookup.value,)),
            places_of(weights, (lookup.into,)),
        ]
        own, asks, held, read, into = (jnp.asarray(array, jnp.int32) for array in places)
        powers = jnp.asarray(2.0 ** np.arange(len(keys)), dtype)
        memories.append(
            Memory(own, asks, powers, held, read, into, jnp.asarray(digits, dtype), jnp.asarray(values, dtype))
        )
    return tuple(memories)


def fetched_of(searches: Searches, blocks: int) -> tuple[tuple[int, ...], ...]:
    """For each block after the searches the numbers of the memories that it fetches from."""
    fetches = [search.fetches[0] for search in searches.searches] + list(searches.asides)
    return tuple(
        tuple(number for number, (index, _) in enumerate(fetches) if index == block)
        for block in range(searches.end, blocks)
    )


def mlps_are_exact(weights: Weights, digits: int) -> bool:
    """Whether all sums of all MLPs are exact with so many binary digits, in any order."""
    return all(is_exact(units_of(weights.layout, block.mlp), digits) for block in weights.blocks)


def first_slots(weights: Weights, searches: Searches, prompt: Prompt) -> tuple[np.ndarray, ...]:
    """What can be found of the prompt: for each memory rows of 1, code, time and values, the latest of each code."""
    is_aside = prompt.is_aside
    kept: list[np.ndarray] = []
    for number, search in enumerate(searches.searches):
        rows = prompt.fetched[number][~is_aside[:-1]]
        order = np.argsort(times_of(weights, search, rows), kind="stable")
        names = tuple(lookup.value for _, lookup in search.digits)
        kept.append(_held(weights, search.codes, names, search.fetches[0][1].value, rows, order))
    for number, (_, lookup) in enumerate(searches.asides, start=len(searches.searches)):
        rows = prompt.fetched[number][is_aside[:-1]]
        order = np.arange(int(kept_of(weights, lookup.matches, rows).sum()))
        kept.append(_held(weights, lookup.matches, (), lookup.value, rows, order))
    return tuple(kept)


def _held(
    weights: Weights, codes: tuple[Match, ...], times: tuple[str, ...], value: str, rows: np.ndarray, order: np.ndarray
) -> np.ndarray:
    rows = rows[kept_of(weights, codes, rows)][order]
    bits = rows[:, places_of(weights, tuple(match.key for match in codes))]
    numbers = bits @ 2.0 ** np.arange(bits.shape[1])
    held = np.column_stack(
        [np.ones(len(rows)), numbers, rows[:, places_of(weights, times)], rows[:, places_of(weights, (value,))]]
    )
    latest = {number: index for index, number in enumerate(numbers.tolist())}
    return held[sorted(latest.values())]
