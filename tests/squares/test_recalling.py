"""The squares of retrieval over a sequence that grows: cached engine = retrieval, the newest row after every decoding step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.squares import test_switchable as switchable
from tests.squares.growing import OPTIONS, OTHER_TAPES, Kind, cases_of
from tests.squares.recalling import changed_cases, compare_recalling, unlike_exact
from tmformer.decode.retrieval import network, slots

FEW = settings(max_examples=max(3, settings().max_examples // 8), deadline=None)
FORMATS = ("float32", "bfloat16", "float16", "float64")
KINDS = [(Kind(options), format_name) for options in OPTIONS for format_name in FORMATS]
LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("kind", "format_name"),
    [
        *KINDS[:10:5],
        KINDS[14],
        *(pytest.param(*each, marks=LONG) for at, each in enumerate(KINDS) if at not in (0, 5, 14)),
    ],
    ids=str,
)
@FEW
@given(data=st.data())
def test_cached_engine_equals_retrieval(kind: Kind, format_name: str, data: st.DataObject):
    """Configurations too, decoded from the latest rows and from all; cells that no row visits are among them."""
    case = data.draw(cases_of(kind))
    weights = case.weights(kind.options)
    found = compare_recalling(weights, case.prompt(weights), case.steps, format_name, decodes=True)
    assert found.different is None
    is_rounding = kind.options.get("radix") == 8 and format_name == "bfloat16"
    assert found.why_dense == ("sums of an MLP may round in bfloat16" if is_rounding else None)


@pytest.mark.parametrize("kind", [OTHER_TAPES[0], *(pytest.param(each, marks=LONG) for each in OTHER_TAPES[1:])])
@FEW
@given(data=st.data())
def test_cached_engine_equals_retrieval_with_other_tapes(kind: Kind, data: st.DataObject):
    case = data.draw(cases_of(kind))
    weights = case.weights(kind.options)
    found = compare_recalling(weights, case.prompt(weights), case.steps, decodes=True)
    assert (found.different, found.why_dense) == (None, None)


@FEW
@given(case=switchable.cases())
def test_cached_engine_equals_retrieval_of_two_machines(case: switchable.Case):
    weights = case.weights({})
    found = compare_recalling(weights, case.prompt(weights), case.steps, decodes=True)
    assert (found.different, found.why_dense) == (None, None)


@pytest.mark.parametrize("what", ["w", "p", *(pytest.param(each, marks=LONG) for each in ("l", "wp"))])
@FEW
@given(data=st.data())
def test_retrieval_follows_changed_weights_or_keeps_all_rows(what: str, data: st.DataObject):
    """Whatever is changed: each row that retrieval computes is what exact rationals have.

    The MLPs are computed on all coordinates here, so that a changed matrix is another number in one compiled function.
    """
    kind = data.draw(st.sampled_from([Kind({}), Kind(OPTIONS[3])]))
    weights, prompt = changed_cases(data.draw, kind, what)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "_read", lambda mlp: np.arange(mlp.w_in.shape[1]))
        patch.setattr(slots, "_FIRST", data.draw(st.sampled_from([0, 12])))
        assert unlike_exact(weights, prompt, 8) is None
