"""Loading: every parameter is the exact weight, padding is zero, and what cannot be loaded is refused at once."""

import inspect
from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings

from tests.often import covering
from tests.squares.checkers import Run, padded, runs
from tests.weights.growing import FORMS, wei_ma
from tmformer.errors import ModelError, PrecisionError
from tmformer.machine import parse
from tmformer.model import Arithmetic, Shape, Transformer, common_shape, load, shape_of
from tmformer.model.load import check_memory, computer_memory
from tmformer.precision import NATIVE_FORMATS, Uncertified, policy_named
from tmformer.weights import Sparse, Weights, decode, sparse, trace

TESTED = Uncertified(reason="tested bit for bit")
BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6).weights
FEWER = settings(max_examples=max(1, settings().max_examples // 4))


def parameters(model: Transformer) -> dict[str, np.ndarray]:
    """The parameters of each block by the names that the weights give their matrices; biases as columns."""
    found: dict[str, np.ndarray] = {}
    for index, block in enumerate(model.loop.blocks):
        for part in ("query", "key", "value", "output"):
            stacked = np.asarray(getattr(block.attention, part)[...])
            for head in range(stacked.shape[-3]):
                found[f"{index}.head.{head}.{part}"] = stacked[..., head, :, :]
        found[f"{index}.mlp.w_in"] = np.asarray(block.mlp.w_in[...])
        found[f"{index}.mlp.b_in"] = np.asarray(block.mlp.b_in[...])[..., None]
        found[f"{index}.mlp.w_out"] = np.asarray(block.mlp.w_out[...])
    return found


def matrices(weights: Weights) -> dict[str, Sparse]:
    return {
        f"{i}.{name}": matrix for i, block in enumerate(weights.blocks) for name, matrix in block.matrices().items()
    }


def first_fault(weights: Weights, model: Transformer) -> str | None:
    """The first parameter that is not exactly its weight, padding being zero."""
    found = parameters(model)
    if set(found) != set(matrices(weights)):
        return "names"
    for name, matrix in matrices(weights).items():
        exact = matrix.items()
        for place, value in np.ndenumerate(found[name].astype(np.float64)):
            if Fraction(value) != exact.get(place[-2:], 0):
                return f"{name} at {place}: {value}"
        if found[name].shape[-2] < matrix.shape[0] or found[name].shape[-1] < matrix.shape[1]:
            return f"{name} is cut"
    return None


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
@FEWER
@given(case=runs(max_states=3, max_symbols=3))
def test_every_parameter_is_the_exact_weight(format_name: str, case: Run):
    weights = case.weights
    assert first_fault(weights, load(weights, TESTED, format_name=format_name)) is None


@pytest.mark.parametrize("tied", [True, False])
def test_padding_is_zero(tied: bool):
    shape = common_shape([shape_of(BB2), Shape(20, 40, 9, 8, 50)])
    assert first_fault(BB2, load(BB2, TESTED, tied=tied, shape=shape)) is None


def test_a_fault_would_be_seen():
    (block,) = BB2.blocks
    w_in = sparse(block.mlp.w_in.shape, {**block.mlp.w_in.items(), (0, 0): Fraction(1, 4)})
    other = replace(BB2, blocks=(replace(block, mlp=replace(block.mlp, w_in=w_in)),))
    assert first_fault(BB2, load(other, TESTED)) == "0.mlp.w_in at (0, 0): 0.25"


def test_untied_parameters_are_a_copy_for_each_loop():
    tied, untied = parameters(load(BB2, TESTED)), parameters(load(BB2, TESTED, tied=False))
    for name, matrix in tied.items():
        assert untied[name].shape == (BB2.labels.loops, *matrix.shape)
        assert all(copy.tobytes() == matrix.tobytes() for copy in untied[name])


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_every_parameter_is_of_the_format(format_name: str):
    model = load(BB2, TESTED, format_name=format_name)
    assert {leaf.dtype.name for leaf in jax.tree.leaves(nnx.state(model))} == {format_name}
    assert model.loops == BB2.labels.loops
    for block in model.loop.blocks:
        assert block.attention.beta == NATIVE_FORMATS[format_name].beta
        assert (
            block.attention.arithmetic
            == block.mlp.arithmetic
            == Arithmetic(policy_named("accumulate-float32", NATIVE_FORMATS[format_name]))
        )


def test_the_graded_beta_is_the_sharpness_in_nats():
    """2**(c * score) = exp(beta * score); ln 2 once from NumPy, once as the series of 1 / (n 2**n)."""
    beta = load(BB2, TESTED, regime="graded").loop.blocks[0].attention.beta
    ln2 = sum(Fraction(1, n * 2**n) for n in range(1, 70))
    assert abs(Fraction(beta) - BB2.labels.sharpness * ln2) <= BB2.labels.sharpness * Fraction(1, 2**52)


def test_masks_are_those_of_the_lookups():
    (block,) = BB2.blocks
    causal = replace(block.heads[1], lookup=msgspec.structs.replace(block.heads[1].lookup, mask="causal"))
    weights = replace(BB2, blocks=(replace(block, heads=(block.heads[0], causal, block.heads[2])),))
    assert load(BB2, TESTED).loop.blocks[0].attention.masks == ("none", "none", "none")
    assert load(weights, TESTED).loop.blocks[0].attention.masks == ("none", "causal", "none")
    assert load(BB2, TESTED).loop.blocks[0].attention.encoder is None


@pytest.mark.parametrize("form", FORMS)
def test_the_encoder_is_the_coordinate_of_its_flag(form: str):
    weights = wei_ma(2, form).weights
    for block in load(weights, TESTED).loop.blocks:
        encoder = block.attention.encoder
        assert encoder == (weights.layout.coordinate_names().index("encoder") if form == "encoder-decoder" else None)
    assert load(weights, TESTED).loop.blocks[-1].attention.masks == ("causal", "across")[: 1 + (encoder is not None)]


@pytest.mark.parametrize(("format_name", "form"), covering(NATIVE_FORMATS, FORMS))
def test_every_parameter_of_several_blocks_is_the_exact_weight(format_name: str, form: str):
    weights = wei_ma(3, form).weights
    assert first_fault(weights, load(weights, TESTED, format_name=format_name)) is None
    assert first_fault(weights, load(weights, TESTED, format_name=format_name, shape=shape_of(weights))) is None


# Shapes -----------------------------------------------------------------------------------------------------------------


def test_the_shape_is_that_of_the_matrices():
    shape, (block,) = shape_of(BB2), BB2.blocks
    assert shape == Shape(
        rows=BB2.labels.max_positions,
        d_model=BB2.layout.d_model,
        d_key=block.heads[0].key.shape[0],
        d_value=block.heads[0].value.shape[0],
        d_mlp=block.mlp.w_in.shape[0],
        d_readout=3,  # A, B and Z
    )


def test_the_common_shape_holds_all():
    assert common_shape([Shape(1, 2, 3, 4, 5), Shape(5, 4, 3, 2, 1)]) == Shape(5, 4, 3, 4, 5)


def sizes(model: Transformer) -> list[tuple[int, int, int, int]]:
    """Of each block: attention heads, key and value sizes, units."""
    return [
        (*block.attention.key[...].shape[:2], block.attention.value[...].shape[1], block.mlp.w_in[...].shape[0])
        for block in model.loop.blocks
    ]


@pytest.mark.parametrize("form", FORMS)
def test_each_block_is_as_large_as_its_own_matrices(form: str):
    """Unless a shape is asked for: then all are, one compiled function for many networks."""
    weights = wei_ma(3, form).weights
    own = [
        (
            len(block.heads),
            max((head.key.shape[0] for head in block.heads), default=0),
            max((head.value.shape[0] for head in block.heads), default=0),
            block.mlp.w_in.shape[0],
        )
        for block in weights.blocks
    ]
    assert sizes(load(weights, TESTED)) == own
    assert own[0][:3] == (0, 0, 0)
    assert len(set(own)) > 3
    shape = shape_of(weights)
    padded_sizes = sizes(load(weights, TESTED, shape=shape))
    assert padded_sizes == [(heads, shape.d_key, shape.d_value, shape.d_mlp) for heads, *_ in own]


def test_own_sizes_and_one_shape_are_the_same_network():
    """Bit for bit, and as the exact weights, on a whole sequence, block by block."""
    case = wei_ma(8, "encoder-decoder", steps=8)
    *_, prompt = decode(case.weights, case.prompt, case.steps)
    x, keep = jnp.asarray(case.weights.layout.encode(prompt), "float32"), jnp.ones(prompt.num_rows, bool)
    models = [load(case.weights, TESTED), load(case.weights, TESTED, shape=shape_of(case.weights))]
    runs_ = [model.loop.values(x, keep, jnp.int32(0)) for model in models]
    for own, one, exact in zip(*runs_, trace(case.weights, prompt), strict=True):
        assert np.asarray(own.after).tobytes() == np.asarray(one.after).tobytes()
        assert np.asarray(own.after).tobytes() == exact.after.array().astype(np.float32).tobytes()
        for number, shares in enumerate(exact.attention):
            kept = np.asarray(own.attention[number])
            assert ((kept > 0) == (shares.array() > 0)).all()


def test_a_smaller_shape_cuts_nothing():
    assert first_fault(BB2, load(BB2, TESTED, shape=Shape(1, 1, 1, 1, 1))) is None


@FEWER
@given(runs())
def test_the_squares_share_one_shape(case: Run):
    assert common_shape([padded(), shape_of(case.weights)]) == padded()


# Refusals ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given_", [None, "trust me", Uncertified])
def test_no_model_without_a_certificate(given_: object):
    """The shape checker of the tests is taken off: it would refuse first."""
    with pytest.raises(ModelError) as caught:
        inspect.unwrap(load)(BB2, given_)
    assert caught.value.found == repr(given_)
    assert "Uncertified(reason=" in caught.value.remedy


def test_a_huge_network_is_refused_before_anything_is_allocated(monkeypatch: pytest.MonkeyPatch):
    """A million cells: terabytes of scores. Neither a dense array nor a number of JAX is made."""
    weights = Run(parse("1RB1LB_1LA1RZ"), (), 0, 0, 2**20, 1).weights

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("something was allocated")

    for name in ("_block", "_array"):
        monkeypatch.setattr(import_module("tmformer.model.load"), name, refuse)
    with pytest.raises(ModelError) as caught:
        load(weights, TESTED)
    assert "scores of 1048577 positions 26.4 TB" in caught.value.found
    assert caught.value.where.endswith("of memory")


def test_many_copies_are_refused():
    """Untied weights count once a loop."""
    weights = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 10**6).weights
    load(weights, TESTED, memory=10**8)
    with pytest.raises(ModelError) as caught:
        load(weights, TESTED, memory=10**8, tied=False)
    assert "parameters" in caught.value.found


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_the_limit_is_what_the_arrays_take(format_name: str):
    """The estimate of the parameters is twice their size, and a byte less than the whole is refused."""
    shape = shape_of(BB2)
    model = load(BB2, TESTED, format_name=format_name)
    heads = len(BB2.blocks[0].heads)
    held = sum(leaf.nbytes for leaf in jax.tree.leaves(nnx.state(model)))
    held -= model.loop.blocks[0].mlp.b_in[...].nbytes  # biases are not counted
    number = jnp.dtype(format_name).itemsize
    wide = max(number, 4)
    held *= 2  # once on the host, once on the device
    whole = held + 2 * heads * shape.rows**2 * wide + shape.rows * (3 * shape.d_model + shape.d_mlp) * wide
    check_memory(BB2, shape, format_name, tied=True, memory=whole)
    with pytest.raises(ModelError):
        check_memory(BB2, shape, format_name, tied=True, memory=whole - 1)


def test_sizes_are_said_in_bytes():
    with pytest.raises(ModelError) as caught:
        load(BB2, TESTED, memory=999)
    assert caught.value.where == "999 B of memory"
    assert "kB" in caught.value.found
    assert computer_memory() > 10**6


def test_float64_must_be_switched_on():
    with jax.enable_x64(False), pytest.raises(ModelError) as caught:
        load(BB2, TESTED, format_name="float64")
    assert caught.value.found == "float64 is switched off"
    assert "jax_enable_x64" in caught.value.remedy


def test_a_weight_that_the_format_does_not_hold_is_refused():
    (block,) = BB2.blocks
    b_in = sparse(block.mlp.b_in.shape, {**block.mlp.b_in.items(), (2, 0): Fraction(2**11 + 1)})
    weights = replace(BB2, blocks=(replace(block, mlp=replace(block.mlp, b_in=b_in)),))
    assert first_fault(weights, load(weights, TESTED)) is None
    with pytest.raises(PrecisionError) as caught:
        load(weights, TESTED, format_name="float16")
    assert caught.value.found == "the weight 2049"


def test_an_unknown_format_is_refused():
    with pytest.raises(PrecisionError):
        load(BB2, TESTED, format_name="float8")
