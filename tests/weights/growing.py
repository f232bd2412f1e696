"""Networks whose sequence grows, with a prompt each and the decoding steps that a test runs."""

from dataclasses import dataclass
from functools import cache

from tests.program.programs import EXAMPLES
from tmformer.constructions import CONSTRUCTIONS
from tmformer.machine import initial_configuration, parse
from tmformer.program import Program, Stream
from tmformer.weights import Weights, lower

BB2 = parse("1RB1LB_1LA1RZ")
BOUNCER = parse("1RB0LA_1LA0RB")
FORMS = ("decoder-only", "encoder-decoder")


@dataclass(frozen=True)
class Growing:
    """A program, a prompt of it, and decoding steps."""

    program: Program
    prompt: Stream
    steps: int

    @property
    def weights(self) -> Weights:
        return lower(self.program)


@cache
def wei_ma(radix: int = 3, form: str = "decoder-only", steps: int = 12) -> Growing:
    """A machine that turns often, on an input of three symbols; as many decoding steps as machine steps."""
    symbols = ("1", "0", "1")
    made = CONSTRUCTIONS["wei_ma"]
    options = {"radix": radix, "form": form}
    program = made.compile(BOUNCER, steps=steps, cells=None, head=0, input_length=3, origin=None, options=options)
    start = initial_configuration(BOUNCER.start, symbols, BOUNCER.blank)
    return Growing(program, made.encode_configuration(program.labels, start), steps)


def example(name: str, steps: int) -> Growing:
    return Growing(EXAMPLES[name].program, EXAMPLES[name].prompt, steps)


GROWING = {
    "copy": lambda: example("copy", 10),
    "counter": lambda: example("counter", 8),
    "wei_ma": wei_ma,
    "wei_ma with an encoder": lambda: wei_ma(2, "encoder-decoder"),
}
