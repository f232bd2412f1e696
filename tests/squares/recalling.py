"""What the squares of retrieval over a sequence that grows check: `Recalling` beside `Cached`, row by row, as functions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import msgspec
from hypothesis import strategies as st

from tests.planted.mutants import set_entry
from tests.squares.growing import Kind, cases_of
from tmformer.constructions import construction
from tmformer.decode import Cached, Engine, ExactRows, Recalling, State
from tmformer.decode.retrieval.recalling import Run
from tmformer.errors import TmformerError
from tmformer.precision import Uncertified
from tmformer.program import Code, Flag, Labels, Stream, Value
from tmformer.weights import Weights, lower_lookup

# Drawn in the test, not in a strategy: what compiles may use the `random` module.
CHANGED = Uncertified(reason="its weights were changed")
VALUES = (1, -1, 0, 2, Fraction(1, 2), -2, 3)


@dataclass(frozen=True)
class Compared:
    """What a comparison found: the first difference, if any, and why the dense engine ran, if it did."""

    different: str | None
    why_dense: str | None


def compare_recalling(
    weights: Weights, prompt: Stream, steps: int, format_name: str = "float32", *, decodes: bool = False
) -> Compared:
    """cached engine = retrieval: the newest row byte for byte, steps, outcome and layers, after every decoding step.

    Args:
        weights: the network.
        prompt: the embedded sequence.
        steps: decoding steps.
        format_name: number format.
        decodes: whether configurations are compared too, by what the construction makes of the rows of each engine.
    """
    options = {"format_name": format_name, "certificate": CHANGED}
    by_rows, recalling = _made(Cached, weights, options), _made(Recalling, weights, options)
    if isinstance(by_rows, str) or isinstance(recalling, str):
        return Compared(None if by_rows == recalling else f"{by_rows}, {recalling}", None)
    one, other = _state(by_rows.start, prompt), _state(recalling.start, prompt)
    for step in range(steps + 1):
        if not isinstance(one, str) and not isinstance(other, str):
            one = _state(by_rows.advance, one, min(step, 1))
            other = _state(recalling.advance, other, min(step, 1))
        if isinstance(one, str) or isinstance(other, str):
            return Compared(None if one == other else f"step {step}: {one}, {other}", recalling.why_dense)
        if one[1:4] != other[1:4]:
            return Compared(f"step {step}: {one[1:4]}, {other[1:4]}", recalling.why_dense)
        newest, found = by_rows.array(one)[-1], recalling.array(other)[-1]
        if newest.dtype != found.dtype or newest.tobytes() != found.tobytes():
            return Compared(_first(weights, step, newest, found), recalling.why_dense)
        if decodes and (different := _decoded(by_rows, one) != _decoded(recalling, other)):
            return Compared(f"step {step}: configurations differ, {different}", recalling.why_dense)
    return Compared(None, recalling.why_dense)


def _made(kind: type, weights: Weights, options: dict[str, object]) -> Engine | str:
    try:
        return kind(weights, **options)
    except TmformerError as error:
        return said(error)


def _state(call: Callable[..., State], *arguments: object) -> State | str:
    """What a call of an engine gives, or what it refuses."""
    try:
        return call(*arguments)
    except TmformerError as error:
        return said(error)


def said(error: TmformerError) -> str:
    return f"{type(error).__name__}: {error}"


def _decoded(engine: Engine, state: State) -> object:
    made, labels = construction(engine.weights.labels.construction), engine.weights.labels
    decode = made.decode_latest if state.kept == "latest" else made.decode_configuration
    return decode(labels, engine.stream(state))


def _first(weights: Weights, step: int, newest: object, found: object) -> str:
    names = weights.layout.coordinate_names()
    pairs = zip(names, newest.tolist(), found.tolist(), strict=True)
    return f"step {step}: " + ", ".join(f"{name} {one} {other}" for name, one, other in pairs if one != other)


# Changes ----------------------------------------------------------------------------------------------------------------


def changed_weights(draw: st.DrawFn, weights: Weights) -> Weights:
    """One to three entries of matrices changed: those that are there, new ones, or a whole unit of an MLP."""
    for _ in range(draw(st.integers(1, 3))):
        block = draw(st.integers(0, len(weights.blocks) - 1))
        matrices = weights.blocks[block].matrices()
        kind = draw(st.sampled_from(["entry", "there", "unit", "moved", "moved", "moved"]))
        if kind == "moved":
            weights = _moved_entry(draw, weights, block)
            continue
        names = ["mlp.w_out", "mlp.w_in", "mlp.b_in"]
        names += draw(st.sampled_from([[], [], [], sorted(matrices)]))
        name = "mlp.w_out" if kind == "unit" else draw(st.sampled_from(names))
        rows, columns = matrices[name].shape
        if 0 in (rows, columns) or (kind == "there" and not matrices[name].items()):
            continue
        places = [(draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1)))]
        if kind == "there":
            places = [draw(st.sampled_from(sorted(matrices[name].items())))]
        if kind == "unit":
            unit = draw(st.sampled_from(sorted({place[1] for place in matrices[name].items()})))
            places = [(draw(st.integers(0, rows - 1)), unit) for _ in range(draw(st.integers(1, 2)))]
        for place in places:
            weights = set_entry(weights, name, place, draw(st.sampled_from(VALUES)), block)
    return weights


def _moved_entry(draw: st.DrawFn, weights: Weights, block: int) -> Weights:
    """A unit of an MLP that writes to another coordinate what it wrote to one: another digit, symbol, state or flag."""
    held = weights.blocks[block].mlp.w_out.items()
    row, unit = draw(st.sampled_from(sorted(held)))
    d_model = weights.layout.d_model
    own = next(span for span in weights.layout.spans.values() if row in span)
    near = [place for place in range(own.start - 3, own.stop + 3) if 0 <= place < d_model]
    to = draw(st.sampled_from(near) | st.integers(0, d_model - 1))
    return set_entry(
        set_entry(weights, "mlp.w_out", (row, unit), 0, block), "mlp.w_out", (to, unit), held[row, unit], block
    )


def changed_labels(draw: st.DrawFn, weights: Weights) -> Weights:
    """Generators, feedback or an annotation of other registers; the annotation alone, or its matrices too."""
    labels = weights.labels
    flags = [each.name for each in labels.registers if isinstance(each.type, Flag)]
    codes = [each.name for each in labels.registers if isinstance(each.type, Code)]
    kind = draw(st.sampled_from(["generator", "feedback", "fed too", "lookup", "lookup", "lookup"]))
    if kind == "generator":
        held = list(labels.generators)
        index = draw(st.integers(0, len(held) - 1))
        change = draw(
            st.sampled_from(
                [
                    {"where": draw(st.sampled_from(flags))},
                    {"offset": draw(st.integers(-4, 3))},
                    {"divisor": 2},
                    {"modulus": 2},
                    {"modulus": 4},
                    {"register": draw(st.sampled_from(codes))},
                ]
            )
        )
        held[index] = msgspec.structs.replace(held[index], **change)
        return replace(weights, labels=msgspec.structs.replace(labels, generators=tuple(held)))
    if kind in ("feedback", "fed too"):
        held = list(labels.feedback)
        each = draw(st.sampled_from(held))
        types = {register.name: register.type for register in labels.registers}
        alike = [name for name, type_ in types.items() if type_ == types[each.source]]
        if kind == "fed too":
            held.append(msgspec.structs.replace(each, target=draw(st.sampled_from(alike))))
        else:
            held[held.index(each)] = msgspec.structs.replace(each, source=draw(st.sampled_from(alike)))
        return replace(weights, labels=msgspec.structs.replace(labels, feedback=tuple(held)))
    block, number = draw(
        st.sampled_from(
            [(block, number) for block, each in enumerate(weights.blocks) for number in range(len(each.heads))]
        )
    )
    head = weights.blocks[block].heads[number]
    lookup = _changed_lookup(draw, labels, head.lookup, flags)
    is_lie = draw(st.sampled_from([True, False, False]))
    other = replace(head, lookup=lookup) if is_lie else lower_lookup(weights.layout, lookup)
    heads = list(weights.blocks[block].heads)
    heads[number] = other
    blocks = list(weights.blocks)
    blocks[block] = replace(blocks[block], heads=tuple(heads))
    return replace(weights, blocks=tuple(blocks))


def _changed_lookup(draw: st.DrawFn, labels: Labels, lookup: object, flags: list[str]) -> object:
    types = {register.name: register.type for register in labels.registers}
    match draw(st.sampled_from(["where", "null", "idle", "into", "value", "prefer", "matches", "default", "mask"])):
        case "where":
            return msgspec.structs.replace(lookup, where=draw(st.sampled_from(flags)))
        case "null":
            return msgspec.structs.replace(lookup, null=draw(st.sampled_from(flags)))
        case "idle":
            return msgspec.structs.replace(lookup, idle=tuple(draw(st.lists(st.sampled_from(flags), max_size=3))))
        case "into" | "value" as name:
            alike = [other for other, type_ in types.items() if type_ == types[getattr(lookup, name)]]
            return msgspec.structs.replace(lookup, **{name: draw(st.sampled_from(alike))})
        case "prefer" if lookup.prefer is not None:
            alike = [other for other, type_ in types.items() if type_ == types[lookup.prefer]]
            other = draw(st.sampled_from(alike))
            value = draw(st.sampled_from([other, lookup.value]))
            return msgspec.structs.replace(lookup, prefer=other, value=value)
        case "matches":
            held = list(draw(st.permutations(lookup.matches)))
            index = draw(st.integers(0, len(held) - 1))
            part = draw(st.sampled_from(["query", "key"]))
            alike = [other for other, type_ in types.items() if type_ == types[getattr(held[index], part)]]
            held[index] = msgspec.structs.replace(held[index], **{part: draw(st.sampled_from(alike))})
            return msgspec.structs.replace(lookup, matches=tuple(held))
        case "default" if lookup.default is not None:
            return msgspec.structs.replace(lookup, default=None)
        case "mask" if labels.encoder is not None:
            return msgspec.structs.replace(lookup, mask=draw(st.sampled_from(["causal", "across"])))
        case _:
            return lookup


def changed_prompts(draw: st.DrawFn, labels: Labels, prompt: Stream) -> Stream:
    """Rows in another order, twice, left out, or with other values; position codes are generated anew."""
    rows = [prompt.row(index) for index in range(prompt.num_rows)]
    generated = {each.register for each in labels.generators}
    for _ in range(draw(st.integers(1, 2))):
        match draw(st.sampled_from(["swap", "roll", "cut", "twice", "values", "values", "flags", "cell"])):
            case "swap":
                one, other = (draw(st.integers(0, len(rows) - 1)) for _ in range(2))
                rows[one], rows[other] = rows[other], rows[one]
            case "roll":
                at = draw(st.integers(0, len(rows)))
                rows = rows[at:] + rows[:at]
            case "cut":
                at = draw(st.integers(0, len(rows) - 1))
                rows = rows[:at] + rows[at + 1 :] if len(rows) > 1 else rows
            case "twice":
                at = draw(st.integers(0, len(rows) - 1))
                rows = [*rows[:at], dict(rows[at]), *rows[at:]]
            case "cell":
                one, other = (draw(st.integers(0, len(rows) - 1)) for _ in range(2))
                codes = {name: rows[other][name] for name in rows[0] if "cell" in name and "next" not in name}
                rows[one] = rows[one] | codes
            case kind:
                for _ in range(draw(st.integers(1, 2))):
                    at = draw(st.integers(0, len(rows) - 1))
                    name = draw(st.sampled_from(sorted(_names(labels, kind, generated))))
                    type_ = labels.register(name).type
                    rows[at] = rows[at] | {name: draw(_values(type_))}
    columns = {name: tuple(row[name] for row in rows) for name in rows[0]}
    return Stream(columns)


def _names(labels: Labels, kind: str, generated: set[str]) -> list[str]:
    return [
        each.name
        for each in labels.registers
        if each.name not in generated and (isinstance(each.type, Flag) or kind == "values")
    ]


def _values(type_: object) -> st.SearchStrategy[Value]:
    if isinstance(type_, Flag):
        return st.booleans()
    if isinstance(type_, Code):
        return st.sampled_from([None, *range(2**type_.digits)])
    return st.sampled_from([None, *type_.values])


def changed_cases(draw: st.DrawFn, kind: Kind, what: str) -> tuple[Weights, Stream]:
    """A network and a prompt of it, of small sizes, changed: `what` has w for weights, l for labels, p for the prompt."""
    case = draw(cases_of(kind, steps=8))
    weights = case.weights(kind.options)
    prompt = case.prompt(weights)
    if "w" in what:
        weights = changed_weights(draw, weights)
    if "l" in what:
        weights = changed_labels(draw, weights)
    if "p" in what:
        prompt = changed_prompts(draw, weights.labels, prompt)
    return weights, prompt


# In rationals -----------------------------------------------------------------------------------------------------------


def unlike_exact(weights: Weights, prompt: Stream, steps: int) -> str | None:
    """Where the newest row by retrieval first differs from that in rationals, as long as retrieval goes on by itself."""
    engine, exact = _made(Recalling, weights, {"certificate": CHANGED}), ExactRows(weights)
    if isinstance(engine, str) or engine.why_dense is not None:
        return None
    state, other = _state(engine.start, prompt), exact.start(prompt)
    for step in range(steps + 1):
        if isinstance(state, str) or not isinstance(state.x, Run):
            return None
        state, other = (
            _state(engine.advance, state, min(step, 1)),
            _state(exact.advance, other, min(step, 1)),
        )
        if isinstance(state, str) or isinstance(other, str):
            return None if isinstance(other, str) else f"step {step}: {state}, {other[1:]}"
        if not isinstance(state.x, Run):
            return None
        if state[1:4] != other[1:4]:
            return f"step {step}: {state[1:4]}, {other[1:4]}"
        newest, found = (each.array(at)[-1].astype(float) for each, at in ((exact, other), (engine, state)))
        if (newest != found).any():
            return _first(weights, step, newest, found)
    return None
