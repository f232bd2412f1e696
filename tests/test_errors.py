"""Errors in four parts."""

from tmformer.errors import MachineError, did_you_mean


def test_an_error_shows_its_four_parts_one_a_line():
    error = MachineError("Rule", found="this", where="there", remedy="Do that.")
    assert (error.rule, error.found, error.where, error.remedy) == ("Rule", "this", "there", "Do that.")
    assert str(error) == "Rule\n  found:  this\n  where:  there\n  remedy: Do that."
    assert error.args == ("Rule", "this", "there", "Do that.")


def test_the_nearest_name_is_offered_or_none():
    assert did_you_mean("q01", ["q0", "end"]) == "; did you mean 'q0'?"
    assert did_you_mean("q01", ["left", "right"]) == "."
    assert did_you_mean("q01", []) == "."
