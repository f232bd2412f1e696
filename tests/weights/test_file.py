"""A file is the same bytes each time, whole or absent, and whatever is wrong with one, WeightsError says so."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program.programs import COPY, COUNTER, EXAMPLES
from tests.weights.damaged import DAMAGED, GOOD, PLAIN, changed, emptied, read, units
from tests.weights.growing import FORMS, wei_ma
from tmformer.errors import WeightsError
from tmformer.program import parse_program
from tmformer.weights import Weights, load, lower, save
from tmformer.weights.file import VERSION, to_bytes


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files") / "weights.safetensors"


def loaded(data: bytes, place: Path) -> Weights:
    place.write_bytes(data)
    return load(place)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_saved_is_loaded(name: str, place: Path):
    weights = lower(EXAMPLES[name].program)
    save(weights, place)
    assert load(place) == weights
    assert load(str(place)) == weights
    assert to_bytes(load(place)) == place.read_bytes()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("radix", [2, 3])
def test_decoders_are_kept_byte_for_byte(form: str, radix: int, place: Path):
    """With all that a lookup, a generator, a table and labels can say."""
    weights = wei_ma(radix, form).weights
    save(weights, place)
    again = load(place)
    assert again == weights
    assert to_bytes(again) == place.read_bytes() == to_bytes(weights)
    lookups = [head.lookup for block in again.blocks for head in block.heads]
    assert {lookup.prefer for lookup in lookups} > {None}
    assert {lookup.mask for lookup in lookups} == ({"causal", "across"} if form == "encoder-decoder" else {"causal"})
    assert again.labels.encoder == ("encoder" if form == "encoder-decoder" else None)


def test_the_header_carries_what_lookups_and_labels_say():
    """Read as JSON, field by field: version 5."""
    weights = wei_ma(3, "encoder-decoder").weights
    _, ours, _ = read(to_bytes(weights))
    assert ours["version"] == VERSION == 5
    search, fetch = ours["lookups"][2][0], ours["lookups"][-1][0]
    assert search.items() >= {"prefer": "time2", "default": "0", "idle": ["bos", "input"], "mask": "causal"}.items()
    assert fetch.items() >= {"idle": ["bos", "input"], "mask": "causal", "default": None}.items()
    assert ours["labels"]["encoder"] == "encoder"
    assert {generator["divisor"] for generator in ours["labels"]["generators"]} == {1, 3, 9}
    assert {generator["modulus"] for generator in ours["labels"]["generators"]} == {3}


def test_equal_weights_are_equal_bytes():
    """Also in another process, with other hashes of strings."""
    program = "from tests.weights.damaged import GOOD; import sys; sys.stdout.buffer.write(GOOD)"
    for seed in ("1", "2"):
        found = subprocess.run(
            [sys.executable, "-c", program], env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, check=True,
            capture_output=True, cwd=Path(__file__).parents[2],
        ).stdout  # fmt: skip
        assert found == GOOD


def test_parameters_in_another_order_are_equal_bytes():
    texts = [
        COUNTER + "\n".join(lines) for lines in (("parameter a 1", "parameter b 2"), ("parameter b 2", "parameter a 1"))
    ]
    one, other = (to_bytes(lower(parse_program(text))) for text in texts)
    assert one == other


def test_a_file_is_readable_as_others_are(place: Path):
    save(lower(EXAMPLES["copy"].program), place)
    other = place.with_name("other")
    other.touch()
    assert place.stat().st_mode == other.stat().st_mode
    other.unlink()


# Whole or not at all -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.chmod", "pathlib.Path.replace"])
def test_what_was_there_stays_when_writing_fails(
    call: str, fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise fault

    target = tmp_path / "weights"
    target.write_bytes(b"before")
    monkeypatch.setattr(call, fail)
    with pytest.raises(WeightsError if isinstance(fault, OSError) else type(fault)):
        save(lower(EXAMPLES["copy"].program), target)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_what_was_there_stays_when_the_process_is_killed(tmp_path: Path):
    target = tmp_path / "weights"
    target.write_bytes(b"before")
    program = (
        "import os, signal; from tests.weights.damaged import GOOD; from tmformer.weights import *\n"
        "from tests.program.programs import EXAMPLES\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"save(lower(EXAMPLES['copy'].program), {str(target)!r})"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": "."})  # fmt: skip
    assert ended.returncode == -9
    assert target.read_bytes() == b"before"


def test_a_failed_lowering_of_bytes_leaves_no_file(tmp_path: Path):
    """A name that UTF-8 cannot hold."""
    weights = lower(EXAMPLES["copy"].program)
    strange = Weights(msgspec.structs.replace(weights.labels, construction="\ud800"), weights.blocks)
    with pytest.raises(WeightsError):
        save(strange, tmp_path / "weights")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["no/such/folder/weights", ".", "/dev/null/weights", "a\0b", "x" * 300])
def test_a_place_that_cannot_be_written_is_refused(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError) as caught:
        save(lower(EXAMPLES["copy"].program), path)
    assert caught.value.where == path
    assert list(tmp_path.iterdir()) == []


# Whatever is wrong with a file -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused(name: str, place: Path):
    with pytest.raises(WeightsError) as caught:
        loaded(DAMAGED[name](), place)
    assert caught.value.where == str(place)


def test_no_file_and_a_folder_are_refused(tmp_path: Path):
    for path in (tmp_path, tmp_path / "none", tmp_path / "a\0b"):
        with pytest.raises(WeightsError):
            load(path)


def test_a_file_cut_short_is_refused(place: Path):
    lengths = [*range(40), *range(40, len(GOOD), 37), *range(len(GOOD) - 30, len(GOOD))]
    for length in lengths:
        with pytest.raises(WeightsError):
            loaded(GOOD[:length], place)
    with pytest.raises(WeightsError):
        loaded(GOOD + b"\0", place)
    assert to_bytes(loaded(GOOD, place)) == GOOD


@settings(max_examples=4 * settings().max_examples)
@given(st.sampled_from([GOOD, PLAIN]), st.data())
def test_a_flipped_bit_is_refused_or_gives_other_weights(place: Path, good: bytes, data: st.DataObject):
    """Never the same weights by chance of a field that went unread, and never another exception."""
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    flipped = bytearray(good)
    flipped[bit // 8] ^= 1 << bit % 8
    try:
        weights = loaded(bytes(flipped), place)
    except WeightsError:
        return
    again = loaded(to_bytes(weights), place)
    assert again == weights
    assert weights != loaded(good, place)


@given(st.binary(max_size=300), st.sampled_from([b"", GOOD[:8], GOOD[:200], GOOD[:-100]]))
def test_other_bytes_are_refused(place: Path, data: bytes, before: bytes):
    with pytest.raises(WeightsError):
        loaded(before + data, place)


def test_huge_matrices_without_entries_are_not_allocated(place: Path):
    weights = loaded(emptied(changed(units(10**12))), place)
    assert weights.blocks[0].mlp.w_in.shape == (10**12, weights.layout.d_model)


def test_a_damaged_label_is_named(place: Path):
    with pytest.raises(WeightsError) as caught:
        loaded(DAMAGED["a stop table of an unknown register"](), place)
    assert "nope" in caught.value.found


def test_large_labels_are_kept(place: Path):
    weights = lower(parse_program(COPY.replace("sharpness 8", f"sharpness {10**30}").replace("-2", f"-{10**30}")))
    assert loaded(to_bytes(weights), place) == weights
