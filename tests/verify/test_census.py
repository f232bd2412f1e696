"""What is counted of parts is what is counted of all."""

from tmformer.verify.census import SHOWN, Census, Deviation, Record, joined

WRONG = Deviation(5, "1RB", "tape", "1", "2")


def test_parts_are_joined_in_order():
    first = Census(10, {1: 4, 6: 1}, Record(6, 1, ("a",)), Record(3, 2, ("b", "c")), 40, 1, (WRONG,))
    second = Census(5, {1: 2, 2: 1}, Record(2, 1, ("d",)), Record(3, 1, ("e",)), 9)
    whole = Census(15, {1: 6, 2: 1, 6: 1}, Record(6, 1, ("a",)), Record(3, 3, ("b", "c", "e")), 49, 1, (WRONG,))
    assert joined([first, second]) == whole
    assert whole.running == 7


def test_nothing_is_the_census_of_no_part():
    assert joined([]) == Census() == joined([Census(), Census()])
    assert joined([Census(3), Census(2, {1: 1}, Record(1, 1, ("a",)))]) == Census(5, {1: 1}, Record(1, 1, ("a",)))


def test_few_are_named_and_all_are_counted():
    part = Census(6, {3: 6}, Record(3, 6, tuple("abcdef")), differing=6, differences=(WRONG,) * 6)
    whole = joined([part, part])
    assert whole.longest == Record(3, 12, tuple("abcdefab"))
    assert (whole.differing, len(whole.differences)) == (12, SHOWN)
