"""Networks to export: each with its prompt, and what our own engines say of it."""

from dataclasses import dataclass
from functools import cache, cached_property

from tmformer.constructions import construction_of
from tmformer.decode import NetworkTrace
from tmformer.export import Network, network_of
from tmformer.machine import Configuration, Machine, load
from tmformer.pipeline import Result, certify, compile, run, start_of, trace
from tmformer.program import Stream
from tmformer.weights import Weights


@dataclass(frozen=True)
class Exported:
    """A network with its prompt, and the machine that it runs."""

    machine: Machine
    weights: Weights
    given: str
    network: Network
    prompt: Stream

    @property
    def brought(self) -> Machine | None:
        """The machine, where the weights know none."""
        return self.machine if construction_of(self.weights.labels).tell else None

    @cached_property
    def trace(self) -> NetworkTrace:
        return trace(self.weights, self.given, machine=self.brought)

    @cached_property
    def exact(self) -> NetworkTrace:
        """The same in rationals, which needs no compiled function."""
        return trace(self.weights, self.given, machine=self.brought, engine="exact")

    @cached_property
    def result(self) -> Result:
        return run(self.weights, self.given, machine=self.brought)

    def decode(self, stream: Stream) -> Configuration:
        """The configuration that a residual stream in symbols represents."""
        labels, _ = start_of(self.weights, self.brought, self.given, None)
        return construction_of(self.weights.labels).decode_configuration(labels, stream)


@cache
def exported(name: str, given: str = "", construction: str = "cellular", **options: str | int) -> Exported:
    """A shipped machine, compiled for exactly as many machine steps as it runs on this input."""
    machine = load(name)
    options.setdefault("steps", run(machine, given).steps)
    if "other" in options:
        options["other"] = load(str(options["other"]))
    weights = compile(machine, construction, input_length=len(given), **options)
    made = construction_of(weights.labels)
    prompt = made.encode_configuration(*start_of(weights, machine if made.tell else None, given, None))
    return Exported(machine, weights, given, network_of(weights, certify(weights), prompt), prompt)


MACHINES = {
    "increment": ("increment", "1011"),
    "parentheses accepted": ("balanced_parentheses", "(())"),
    "parentheses rejected": ("balanced_parentheses", "(()"),
    "palindrome": ("palindrome", "aba"),
    "bb2": ("bb2",),
    "bb3": ("bb3",),
    "sort": ("sort", "ca"),
    "macro blocks": ("bb2", "", "cellular", {"macro": 2}),
    "wei_ma bb2": ("bb2", "", "wei_ma"),
    "wei_ma bb3": ("bb3", "", "wei_ma"),
    "wei_ma increment": ("increment", "1011", "wei_ma"),
    "wei_ma parentheses accepted": ("balanced_parentheses", "()", "wei_ma"),
    "wei_ma parentheses rejected": ("balanced_parentheses", "(()", "wei_ma"),
    "wei_ma encoder": ("increment", "11", "wei_ma", {"form": "encoder-decoder"}),
    "wei_ma radix 3": ("bb3", "", "wei_ma", {"radix": 3}),
    "universal": ("bb2", "", "universal"),
    "switchable": ("bb2", "", "switchable", {"other": "bb3"}),
}
"""What is exported: a machine, its input, the construction and its options, by a name."""


def machine_named(name: str) -> Exported:
    """One of MACHINES."""
    machine, given, construction, options = (*MACHINES[name], *("", "cellular", {})[len(MACHINES[name]) - 1 :])
    return exported(machine, given, construction, **options)
