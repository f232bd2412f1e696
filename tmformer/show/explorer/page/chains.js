/** Binary searches of a network: the attention heads that find a time digit by digit, and the one that fetches what was there. */

import { comparisons, fills } from "./lookup.js";

/**
 * Each search: {lines: [{block, index, head, fills}], fetch: [the same], input: one or null}, found by what asks for what another one
 * fills.
 */
export function chains(run) {
    run.chains ??= findChains(run);
    return run.chains;
}

function findChains(run) {
    const all = [];
    run.network.blocks.forEach((parts, block) => {
        parts.heads.forEach((head, index) => {
            const asks = comparisons(run, head).parts.flatMap((part) =>
                part.asked.registers.map((register) => register.name),
            );
            const own = all.find((chain) => asks.some((name) => chain.fills.has(name)));
            const line = { block, index, head, fills: fills(run, parts, head) };
            if (head.searches) joinChain(all, own, line);
            else if (own) own.fetch.push(line);
            else if (head.mask === "across") addInput(all, line);
        });
    });
    return all;
}

/** Beside the one that fetches, an attention head may read the input of an encoder: for cells that no row records. */
function addInput(all, line) {
    const beside = all.find((chain) =>
        chain.fetch.some((each) => each.block === line.block && each.head.value === line.head.value),
    );
    if (beside) beside.input = line;
}

function joinChain(all, own, line) {
    const chain = own ?? { lines: [], fetch: [], input: null, fills: new Set() };
    if (!own) all.push(chain);
    chain.lines.push(line);
    for (const name of line.fills) chain.fills.add(name);
}

/** The search that an attention head belongs to, or the first one. */
export function chainOf(run, block, head) {
    const local = block % run.perLoop;
    const has = (line) => line.block === local && line.index === head;
    return (
        chains(run).find((chain) => [...chain.lines, ...chain.fetch, chain.input].some((line) => line && has(line))) ??
        chains(run)[0] ??
        null
    );
}
