/** Which transition each machine step of a run used. */

const known = new WeakMap();

/** For each configuration the number of the transition by which the machine leaves it, or -1; walked once. */
export function transitionsUsed(run) {
    if (!known.has(run)) known.set(run, walked(run));
    return known.get(run);
}

function walked(run) {
    const tapes = run.tapes.map((_, number) => new Map(run.tape(number, 0)));
    return Int32Array.from({ length: run.steps + 1 }, (_, step) => {
        const reads = tapes.map((cells, number) => cells.get(run.heads[number][step]) ?? run.blank);
        if (step < run.steps)
            tapes.forEach((cells, number) => cells.set(run.heads[number][step], run.written[number][step]));
        return run.transitions.get(JSON.stringify([run.states[step], reads])) ?? -1;
    });
}

/** The next machine step after `step` that uses a transition, from the start again after the end; null if none does. */
export function nextUse(run, transition, step) {
    const used = transitionsUsed(run);
    for (let ahead = 1; ahead <= used.length; ahead += 1) {
        const at = (step + ahead) % used.length;
        if (used[at] === transition) return at;
    }
    return null;
}

/** How often each transition is used. */
export function useCounts(run) {
    const counts = new Uint32Array(run.machine.transitions.length);
    const used = transitionsUsed(run);
    for (let step = 0; step < run.steps; step += 1) if (used[step] >= 0) counts[used[step]] += 1;
    return counts;
}
