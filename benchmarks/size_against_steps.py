"""How large is the network for T machine steps: d_model, key size, parameters, claimed and measured?"""

from dataclasses import asdict

import tmformer
from tmformer.constructions import construction, evaluate
from tmformer.weights import measure as measured

STEPS = tuple(2**exponent for exponent in (0, 4, 8, 12, 16, 20, 26))
MACHINES = ("bb5", "binary_multiplication")


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """Sizes read off the weights; the formulas of CLAIMS must give the same."""
    return [_row(name, steps) for name in MACHINES for steps in (STEPS[:2] if small else STEPS)]


def _row(name: str, steps: int) -> dict[str, object]:
    weights = tmformer.compile(tmformer.load_machine(name), steps=steps)
    made = construction(weights.labels.construction)
    sizes = asdict(measured(weights))
    claimed = evaluate(made.claims_of(weights.labels), made.variables(weights.labels))
    if sizes != {name: claimed[name] for name in sizes}:
        raise RuntimeError(f"{name} at {steps} steps: claimed and measured sizes differ")
    keys = ("d_model", "d_key", "d_value", "d_mlp", "parameters", "nonzero", "sharpness")
    return {"machine": name, "steps": steps, **{key: sizes[key] for key in keys}}
