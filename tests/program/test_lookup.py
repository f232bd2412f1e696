"""A lookup finds what its words say, in plain Python and on every exact rung."""

import msgspec
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.program.drawn import LABELS, RefusalError, asked, finds, lookups, searching, spoiled
from tests.program.programs import Rows, compare_rungs
from tmformer.errors import ProgramError
from tmformer.program import Lookup, Match, Value, stack, trace
from tmformer.weights import lower

PLAIN = Lookup("l", (Match("asks", "about"),), "number", "heard_number", "row", "bos", ("bos", "rest"))
BOS: dict[str, Value] = {"bos": True}


def found(lookup: Lookup, rows: Rows) -> tuple[Value, ...]:
    program = searching(lookup)
    *_, after = trace(program, stack(LABELS, rows))
    return after[f"got_{lookup.value}"]


def asking(topic: int | None, **more: Value) -> dict[str, Value]:
    return {"row": True, "asks": topic, **more}


def record(about: int | None, number: int | None, rank: int | None = None, **more: Value) -> dict[str, Value]:
    return {"rest": True, "about": about, "number": number, "rank": rank, **more}


def changed(**changes: object) -> Lookup:
    return msgspec.structs.replace(PLAIN, **changes)


def difference(lookup: Lookup, rows: Rows, meant: Lookup) -> str | None:
    """What `lookup` finds against what plain Python says of `meant`, then program = weights: None where all agree."""
    program, prompt = searching(lookup), stack(LABELS, rows)
    try:
        wanted = tuple(finds(meant, rows, row) for row in range(len(rows)))
    except RefusalError:
        wanted = None
    try:
        got = found(lookup, rows)
    except ProgramError:
        got = None
    if got != wanted:
        return f"{wanted}, {got}"
    return None if got is None else compare_rungs(program, prompt)


@given(st.data())
def test_a_lookup_finds_what_plain_python_finds(data: st.DataObject):
    lookup = data.draw(lookups())
    rows = data.draw(asked(lookup))
    event(f"{lookup.mask}, {lookup.ties}, {'default' if lookup.default else 'no default'}, prefer {lookup.prefer}")
    assert difference(lookup, rows, lookup) is None


@given(st.data())
def test_rows_are_refused_or_weights_find_the_same(data: st.DataObject):
    """Whatever the rows are: else a score is not what the formula of the attention head says."""
    lookup = data.draw(lookups())
    rows = data.draw(spoiled(lookup))
    try:
        found(lookup, rows)
    except ProgramError:
        event("refused")
        return
    event("found")
    assert compare_rungs(searching(lookup), stack(LABELS, rows)) is None


MANY = [BOS | {"number": 3}, record(1, 2, 0), record(1, 0, 3), record(1, 1, 2), record(2, 2, 3), asking(1), asking(0)]
LATER = [*MANY[:6], record(1, 1, 3), asking(1)]
SIDES = [{"side": True} | row for row in [BOS, record(1, 2, 0)]] + [BOS | {"number": 3}, record(1, 0, 1), asking(1)]


def test_the_largest_code_answers():
    lookup = changed(prefer="rank")
    assert found(lookup, MANY) == (3, 3, 3, 3, 3, 0, 3)
    assert compare_rungs(searching(lookup), stack(LABELS, MANY)) is None
    with pytest.raises(ProgramError, match="unique ties"):
        found(PLAIN, MANY)


def test_ties_are_those_of_the_preferred():
    """Rows 1 and 3 match too, with other values; of rows 2 and 6, which are preferred, the later one is unseen at row 5."""
    with pytest.raises(ProgramError, match="constant ties") as caught:
        found(changed(prefer="rank", ties="constant"), LATER)
    assert caught.value.found == "rows 2, 6 all match"
    assert found(changed(prefer="rank", ties="constant"), [*LATER[:6], record(1, 0, 3), asking(1)])[-1] == 0
    with pytest.raises(ProgramError, match="constant ties") as caught:
        found(changed(prefer="rank", ties="constant", mask="causal"), LATER)
    assert caught.value.where == "row 7"


def test_ties_with_one_value_are_not_unique():
    rows = [BOS, record(1, 2), record(1, 2), asking(1)]
    assert found(changed(ties="constant"), rows)[-1] == 2
    with pytest.raises(ProgramError, match="unique ties"):
        found(PLAIN, rows)


@pytest.mark.parametrize(("default", "answer"), [(None, 3), ("0", 0), ("2", 2)])
def test_the_default_answers_idle_rows_and_those_that_find_nothing(default: str | None, answer: int):
    rows = [BOS | {"number": 3 if default is None else None}, *MANY[4:]]
    assert found(changed(default=default), rows) == (answer,) * 4
    assert found(changed(default=default), [*rows, asking(2)]) == (*(answer,) * 4, 2)
    assert compare_rungs(searching(changed(default=default)), stack(LABELS, [*rows, asking(2)])) is None


@pytest.mark.parametrize(("value", "default", "answer"), [("bit", "0", False), ("bit", "1", True), ("mark", "b", "b")])
def test_flags_and_symbols_have_defaults_too(value: str, default: str, answer: Value):
    lookup = changed(value=value, into=f"heard_{value}", default=default)
    assert found(lookup, [BOS, record(1, None), asking(1), asking(2)])[-1] == answer
    assert found(lookup, [BOS, record(1, None), asking(1), asking(2)])[-2] == (False if value == "bit" else None)


def test_a_mask_tells_sides_apart():
    """The asking row is no encoder's: it sees the record of its own side, or only that of the other."""
    assert found(changed(mask="causal"), SIDES) == (None, None, 3, 3, 0)
    assert found(changed(mask="across"), SIDES) == (None, None, None, None, 2)
    for mask in ("causal", "across"):
        assert compare_rungs(searching(changed(mask=mask)), stack(LABELS, SIDES)) is None
    with pytest.raises(ProgramError, match="a second one"):  # without sides there is one row that answers by default
        found(PLAIN, SIDES)


BAD_ROWS = {
    "a row that neither asks nor is idle": ([BOS, {}], "does not ask, and 0 flags"),
    "a row that asks and is idle": ([BOS, asking(1) | {"rest": True}], "asks, and 1 flags"),
    "two rows that answer by default": ([BOS, BOS], "a second one"),
    "a default row with a key": ([BOS | {"about": 1}], "asks or has codes"),
    "an idle row with a query": ([BOS, {"rest": True, "asks": 1}], "is idle, but has codes to ask for"),
    "a default row with a query": ([BOS | {"asks": 1}], "is idle, but has codes to ask for"),
    "no default row": ([asking(1)], "no row that answers by default"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_rows_without_the_right_scores_are_refused(name: str):
    rows, said = BAD_ROWS[name]
    with pytest.raises(ProgramError, match="A row asks or is idle") as caught:
        found(PLAIN, rows)
    assert said in caught.value.found


def test_codes_of_one_digit_are_set():
    one = changed(matches=(Match("asks1", "about1"),))
    for row in ({"row": True}, {"row": True, "asks1": 1}):  # the second asks, but could answer almost as well
        with pytest.raises(ProgramError, match="all digits but one"):
            found(one, [BOS, {"row": True, "asks1": 1, "about1": 1}, row])
    assert found(one, [BOS, {"row": True, "asks1": 1, "about1": 1, "number": 2}, record(1, 2, about1=0)])[1] == 2


def test_a_preferred_code_is_set_where_the_key_is():
    lookup = changed(prefer="rank")
    with pytest.raises(ProgramError, match="none to be preferred by"):
        found(lookup, [BOS, record(1, 2), asking(1)])
    assert found(lookup, [BOS, record(None, 2), asking(1)])[-1] is None


def test_a_default_row_holds_no_value_of_its_own():
    with pytest.raises(ProgramError, match="value of its own"):
        found(changed(default="1"), [BOS | {"number": 2}, asking(1)])


def test_a_default_row_does_not_hold_the_code_0():
    with pytest.raises(ProgramError, match="value of its own"):
        found(changed(default="1"), [BOS | {"number": 0}, asking(1)])


def test_a_default_row_is_not_preferred():
    """In weights its score would be that of a match."""
    lookup, rows = changed(prefer="rank"), [BOS | {"rank": 3}, record(1, 2, 0), asking(1)]
    with pytest.raises(ProgramError):
        found(lookup, rows)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([BOS | {"side": True}, asking(1, side=True), record(1, 2, side=True)], id="an encoder's row asks"),
        pytest.param([BOS | {"side": True}, asking(1), record(1, 2, side=True)], id="an encoder's row comes late"),
    ],
)
def test_the_encoder_comes_first_and_does_not_ask_across(rows: Rows):
    """Else what rows find is not known when they come."""
    with pytest.raises(ProgramError):
        found(changed(mask="across"), rows)


# Each fault, planted in the lookup, is seen -------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Lookup, dict[str, object], Rows]] = {
    "prefer nothing": (changed(prefer="rank", ties="constant"), {"prefer": None}, MANY),
    "another default": (changed(default="2"), {"default": "1"}, [BOS, asking(1)]),
    "no default": (changed(default="2"), {"default": None}, [BOS, asking(1)]),
    "no mask": (changed(mask="causal"), {"mask": "none"}, [BOS, asking(1), record(1, 2)]),
    "the other side": (changed(mask="causal"), {"mask": "across"}, SIDES),
    "other ties": (PLAIN, {"ties": "constant"}, [BOS, record(1, 2), record(1, 2), asking(1)]),
    "another key": (PLAIN, {"matches": (Match("asks", "rank"),)}, [BOS, record(1, 2, 3), asking(1)]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_square_of_plain_python_can_fail(name: str):
    lookup, changes, rows = FAULTS[name]
    assert difference(lookup, rows, lookup) is None
    assert difference(msgspec.structs.replace(lookup, **changes), rows, lookup) is not None


@pytest.mark.parametrize("name", ["prefer nothing", "another default", "no default", "no mask", "the other side"])
def test_the_square_of_weights_can_fail(name: str):
    lookup, changes, rows = FAULTS[name]
    other = searching(msgspec.structs.replace(lookup, **changes))
    assert compare_rungs(searching(lookup), stack(LABELS, rows), lambda _: lower(other)) is not None
