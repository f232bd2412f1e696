/** What the page shows now: the machine step, the block, the row and the attention head; whoever wants to know is told. */

export class Cursor {
    /** @param run a Run. */
    constructor(run) {
        this.run = run;
        this.step = 0;
        this.block = run.blocksOf(0)[0] ?? 0;
        this.row = run.rowOf(0);
        this.head = 0;
        this.follows = true; // whether the row is that of the tape head
        this.listeners = [];
    }

    /** Call a function now, and after every change, with the cursor and the names of what changed. */
    watch(listener) {
        this.listeners.push(listener);
        listener(this, new Set(["step", "block", "row", "head"]));
    }

    /** Go to a machine step; blocks go along, and the row too unless one was chosen. */
    goTo(step) {
        const to = Math.max(0, Math.min(this.run.steps, Math.round(step)));
        const own = this.run.blocksOf(to);
        const place = this.run.network.grows ? this.block : (own[0] ?? 0) + (this.block % this.run.perLoop);
        this.set({
            step: to,
            block: own.includes(place) ? place : (own[0] ?? 0),
            row: this.follows ? this.run.rowOf(to) : this.row,
        });
    }

    /** Choose a row, or follow the tape head again with null. */
    choose(row) {
        this.follows = row === null;
        this.set({ row: row ?? this.run.rowOf(this.step) });
    }

    /** Choose a block and an attention head of it. */
    look(block, head = 0) {
        this.set({ block, head });
    }

    set(changes) {
        const changed = new Set(Object.keys(changes).filter((name) => this[name] !== changes[name]));
        Object.assign(this, changes);
        const most = this.run.rowsAt(this.step) - 1;
        if (this.row > most) this.row = most;
        const heads = this.run.blocks ? this.run.parts(this.block).heads.length : 0;
        if (this.head >= heads) this.head = 0;
        if (changed.size) for (const listener of this.listeners) listener(this, changed);
    }
}
