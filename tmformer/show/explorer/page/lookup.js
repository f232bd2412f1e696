/** What an attention head looks for, and what it found: read off its matrices and the residual stream. */

import { groupRegisters, groupText } from "./families.js";

/** The entries of a sparse matrix by row: for each row [column, value] pairs. */
export function rowsOfMatrix(matrix) {
    const rows = Array.from({ length: matrix.shape[0] }, () => []);
    for (const [row, column, value] of matrix.entries) rows[row].push([column, value]);
    return rows;
}

/** For each coordinate its register. */
export function registerOf(run, coordinate) {
    run.owners ??= [...run.registers.values()].flatMap((register) => Array(register.width).fill(register));
    return run.owners[coordinate];
}

/**
 * What an attention head compares: pairs of registers that must be equal, as groups side by side, and the register of
 * which it prefers the largest.
 */
export function comparisons(run, head) {
    if (head.comparisons) return head.comparisons;
    const asks = rowsOfMatrix(head.matrices.query);
    const shows = rowsOfMatrix(head.matrices.key);
    const pairs = new Map();
    let prefers = null;
    asks.forEach((asked, dimension) => {
        if (asked.length !== 1 || shows[dimension].length !== 1) return;
        const [query, key] = [registerOf(run, asked[0][0]), registerOf(run, shows[dimension][0][0])];
        if (key.name === head.null) return;
        if (query.name === head.where) prefers = key;
        else pairs.set(`${query.name} ${key.name}`, { query, key });
    });
    head.comparisons = { parts: comparedParts(run, [...pairs.values()]), prefers };
    return head.comparisons;
}

/** Pairs of registers, digits of one number together. */
function comparedParts(run, pairs) {
    return groupRegisters(
        run,
        pairs.map((pair) => pair.key),
    ).map((shown) => {
        const asking = pairs.filter((pair) => shown.registers.includes(pair.key)).map((pair) => pair.query);
        return { shown, asked: groupRegisters(run, [...new Set(asking)])[0] };
    });
}

/** What a row asks for: for each part its name among the keys, and the value wanted. */
export function asked(run, head, stream, row) {
    return comparisons(run, head).parts.map((part) => ({ part, value: groupText(run, part.asked, stream, row) }));
}

/** Whether another row holds what a row asks for, in one part. */
export function agrees(run, part, stream, row, other) {
    const wanted = part.asked.registers.flatMap((register) => [...run.values(register, stream, row)]);
    const held = part.shown.registers.flatMap((register) => [...run.values(register, stream, other)]);
    return (
        wanted.length === held.length &&
        wanted.some((value) => value !== 0) &&
        wanted.every((value, index) => value === held[index])
    );
}

/**
 * Whom a row attends to, as Run.attention says it, and besides: the null row it sees, the rows that beat it, and a
 * function that gives all rows seen, from the best to the worst.
 */
export function looked(run, head, stream, row) {
    const found = run.attention(head, stream, row, run.network.grows ? row + 1 : run.rows);
    const seen = [...found.scores.keys()].filter((other) => !Number.isNaN(found.scores[other]));
    const nullRow = seen.find((other) => run.holds(head.null, stream, other)) ?? null;
    const floor = nullRow === null ? Infinity : found.scores[nullRow];
    const candidates = found.asks ? seen.filter((other) => found.scores[other] > floor) : [];
    const ranked = () => seen.sort((one, other) => found.scores[other] - found.scores[one] || one - other);
    return { ...found, nullRow, ranked, candidates };
}

/** What a row brings through an attention head, in words of the register that takes it. */
export function brought(run, head, stream, row) {
    const register = run.registers.get(head.into);
    return run.text({ ...register, first: 0 }, run.product(head.matrices.value, stream, row), 0);
}

/** The names of the registers that a block's MLP fills from what an attention head brought. */
export function fills(run, parts, head) {
    const into = run.registers.get(head.into);
    const units = new Set();
    for (const [unit, column] of parts.mlp.w_in.entries) if (registerOf(run, column) === into) units.add(unit);
    const names = new Set();
    for (const [row, unit] of parts.mlp.w_out.entries) if (units.has(unit)) names.add(registerOf(run, row).name);
    names.delete(head.into);
    return names;
}

/** A number for people: few digits where that is all there is, never more than it has. */
export function decimal(value, most = 6) {
    if (value === 0 || Number.isInteger(value)) return String(value);
    const short = Number(value.toPrecision(most));
    if (short === 1) return value < 1 ? `1 − ${(1 - value).toPrecision(3)}` : String(value);
    return String(short);
}
