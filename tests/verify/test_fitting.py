"""Weights for just one run."""

import pytest

import tmformer
from tmformer.errors import VerifyError
from tmformer.machine import trace
from tmformer.verify.fitting import Fitted, fit, fitted, refuse_options

BB4 = tmformer.load_machine("bb4")
PLAIN = {"construction": None, "options": {}, "other": None, "choose": None, "cells": None, "head": None}


def test_a_window_is_as_wide_as_the_run():
    run = fit(BB4, "", 1000, **PLAIN)
    used = [now.used for now in trace(BB4, "", max_steps=1000).configurations]
    first, last = min(low for low, _ in used), max(high for _, high in used)
    labels = run.weights.labels
    assert labels.parameters["origin"] == first
    assert labels.max_positions == 1 + last - first + 1
    assert (run.machine, run.steps, run.start.head) == (BB4, 1000, 0)
    assert tmformer.run(run.weights).steps == 107


def test_a_context_is_as_long_as_the_run():
    run = fit(BB4, "", 40, **PLAIN | {"construction": "wei_ma"})
    assert tmformer.run(run.weights, max_steps=40).steps == 40
    assert run.weights.labels.max_positions == 1 + 1 + 1 + 40


def test_weights_run_as_far_as_they_are_for():
    weights = tmformer.compile(BB4, steps=9)
    assert fitted(weights, None, "", 5, None, None).steps == 5
    run = fitted(weights, None, "", 50, None, None)
    assert (run.steps, run.machine, run.labels) == (9, None, weights.labels)


def test_the_machine_that_was_chosen_runs():
    bb2 = tmformer.load_machine("bb2")
    options = {"other": tmformer.machine.format_machine(bb2)}
    run = fit(BB4, "", 50, **PLAIN | {"construction": "switchable", "options": options, "other": bb2, "choose": "b"})
    assert isinstance(run, Fitted)
    assert run.machine == bb2


@pytest.mark.parametrize("steps", [0, 2, 107, 200])
def test_only_the_states_that_a_run_visits_are_compiled(steps: int):
    run = fit(BB4, "", steps, **PLAIN, visited=True)
    plain = fit(BB4, "", steps, **PLAIN)
    assert run.machine == BB4
    assert (
        tmformer.run(run.weights, max_steps=steps).configuration
        == tmformer.run(plain.weights, max_steps=steps).configuration
    )
    states = run.labels.register("right").type.values
    assert set(states) <= set(BB4.states)
    assert (len(states) < len(BB4.states)) == (steps in {0, 2})


def test_options_of_compiling_are_refused_where_nothing_is_compiled():
    with pytest.raises(VerifyError) as caught:
        refuse_options("record", {"radix": 3, "construction": None})
    assert (caught.value.found, caught.value.where) == ("radix=3", "record")
    refuse_options("record", {"radix": None})
