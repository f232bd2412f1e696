/** The hidden units of an MLP: which transition of the machine one is, and which fire at a row. */

import { registerOf } from "./lookup.js";

/** Whether two lists hold the same names. */
function sameNames(one, other) {
    return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** For each unit of a block the number of the machine's transition that it is a part of, or null. */
export function unitTransitions(run, parts) {
    parts.transitions ??= findTransitions(run, parts);
    return parts.transitions;
}

function findTransitions(run, parts) {
    const units = parts.units.map(() => []);
    for (const [unit, column, value] of parts.mlp.w_in.entries) if (value > 0) units[unit].push(column);
    return units.map((columns) => (run.machine ? transitionOf(run, columns) : null));
}

/** The transition whose state and symbols are what a unit wants set. */
function transitionOf(run, columns) {
    const { states, symbols, tapes } = run.machine;
    const held = columns
        .sort((one, other) => one - other)
        .map((column) => ({ register: registerOf(run, column), column }));
    const value = ({ register, column }) => register.values[column - register.first];
    const oneHot = held.filter(({ register }) => register.kind === "one-hot");
    const state = oneHot.filter(({ register }) => sameNames(register.values, states));
    const reads = oneHot.filter(({ register }) => sameNames(register.values, symbols) && !sameNames(symbols, states));
    if (state.length !== 1 || reads.length !== tapes) return null;
    return run.transitions.get(JSON.stringify([value(state[0]), reads.map(value)])) ?? null;
}

/** A transition in one line: A 0 → 1 R B. */
export function transitionText(run, number) {
    const [state, reads, writes, moves, next] = run.machine.transitions[number];
    return `${state} ${reads.join(" ")} → ${writes.join(" ")} ${moves.join(" ")} ${next}`;
}

/** What each unit of a block computes at a row: the larger of 0 and w_in x + b_in. */
export function activations(run, parts, stream, row) {
    const out = run.product(parts.mlp.w_in, stream, row);
    for (const [unit, , bias] of parts.mlp.b_in.entries) out[unit] += bias;
    return out.map((value) => Math.max(0, value));
}
