"""What the adversaries break, and where."""

import pytest

from tmformer.errors import VerifyError
from tmformer.precision import Policy, format_named, policy_named
from tmformer.verify.asking import Way
from tmformer.verify.standing import CASES, network, seen, sizes


def way(format_name: str, policy_name: str = "pure", order="left to right") -> Way:
    policy: Policy = policy_named(policy_name, format_named(format_name))
    return Way(policy, float(policy.beta), order)


@pytest.mark.parametrize("name", CASES)
def test_a_network_has_the_positions_asked_for(name: str):
    for positions in sizes(64):
        assert network(name, positions).labels.max_positions == positions


@pytest.mark.parametrize(("format_name", "ties"), [("bfloat16", 256), ("float16", 2048)])
def test_ties_beyond_what_a_format_counts_are_lost_where_sums_are_taken_in_two_orders(format_name: str, ties: int):
    """The first layer of the search sees half of all positions tie; so 2 ties positions stand, and twice as many fall."""
    by_halves, in_turn = way(format_name, order="by halves"), way(format_name)
    found = seen("wei_ma radix 2", [by_halves, in_turn], 4 * ties)
    assert found[by_halves].positions == 2 * ties
    fault = found[by_halves].fault
    assert fault is not None
    assert (fault.positions, fault.block) == (4 * ties, 2)
    assert fault.lookup.startswith("lookup 'search")
    assert found[in_turn].positions == 4 * ties  # numerator and denominator stick alike


def test_scores_that_are_rounded_are_seen_to_fail():
    found = seen("cellular", [way("float8_e5m2", "accumulate-float32")], 2**10)
    (one,) = found.values()
    assert one.positions == 256
    assert "lookup 'from_left'" in str(one.fault)


def test_a_beta_that_does_not_saturate_is_seen():
    policy = policy_named("pure", format_named("e5m7"))
    (one,) = seen("cellular", [Way(policy, 0.5)], 8).values()
    assert (one.positions, one.fault is None) == (0, False)


def test_a_network_of_another_construction_is_refused():
    with pytest.raises(VerifyError, match="perez"):
        network("perez", 8)
