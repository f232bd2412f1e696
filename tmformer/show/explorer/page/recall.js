/** Blocks that were unpacked lately, so that several views, and several lines of one, share them. */

const MOST_RECALLED = 1 << 27; // of residual streams kept

export class Recall {
    /** @param run a Run. */
    constructor(run) {
        this.run = run;
        this.kept = new Map();
        this.most = Math.max(2, Math.floor(MOST_RECALLED / (24 * Math.max(1, run.rows * run.width))));
    }

    /** What block number `block` computed, as a Run gives it. */
    block(block) {
        const known = this.kept.get(block) ?? this.run.block(block);
        this.kept.delete(block);
        this.kept.set(block, known);
        if (this.kept.size > this.most) this.kept.delete(this.kept.keys().next().value);
        return known;
    }
}

const recalls = new WeakMap();

/** The recall of a run: one for all views. */
export function recallOf(run) {
    if (!recalls.has(run)) recalls.set(run, new Recall(run));
    return recalls.get(run);
}
