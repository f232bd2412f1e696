/** A recorded run: the machine's configurations, and what each block of the transformer computed. */

const CHECKPOINT = 256; // machine steps from one tape that is kept to the next

/** The window with this number, unpacked. */
async function unpacked(number) {
    const packed = atob(document.getElementById(`window-${number}`).textContent);
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
}

/** Places from the first one and the differences. */
function summed(steps) {
    let place = 0;
    return steps.map((step) => (place += step));
}

export class Run {
    /** @param data what the page holds in the element "data". */
    constructor(data) {
        this.machine = data.machine;
        this.network = data.network;
        this.windows = data.windows;
        this.states = data.run.states;
        this.heads = data.run.heads;
        this.written = data.run.written;
        this.tapes = data.run.tapes;
        this.blank = data.run.blank;
        this.steps = data.run.steps;
        this.outcome = data.run.outcome;
        this.accepted = data.run.accepted;
        this.name = data.run.machine;
        this.rows = data.network.rows.length;
        this.width = data.network.d_model;
        this.perLoop = data.network.blocks.length;
        this.blocks = data.windows.reduce((sum, window) => sum + window.count, 0);
        this.registers = new Map(data.network.registers.map((register) => [register.name, register]));
        this.kept = this.tapes.map((tape) => [
            new Map(tape.symbols.map((symbol, index) => [tape.first + index, symbol])),
        ]);
        this.transitions = new Map(
            (data.machine?.transitions ?? []).map((each, index) => [JSON.stringify([each[0], each[1]]), index]),
        );
        this.rowOfCell = new Map(data.network.cells.flatMap((cell, row) => (cell === null ? [] : [[cell, row]])));
        this.loaded = new Map();
    }

    /** The cells of a tape that are not blank after some machine steps: Map(cell -> symbol). */
    tape(number, step) {
        const kept = this.kept[number];
        const from = Math.min(kept.length - 1, Math.floor(step / CHECKPOINT));
        const cells = new Map(kept[from]);
        for (let at = from * CHECKPOINT; at < step; at += 1) {
            const symbol = this.written[number][at];
            const cell = this.heads[number][at];
            if (symbol === this.blank) cells.delete(cell);
            else cells.set(cell, symbol);
            if ((at + 1) % CHECKPOINT === 0 && kept.length === (at + 1) / CHECKPOINT) kept.push(new Map(cells));
        }
        return cells;
    }

    /** The symbol at a cell of a tape after some machine steps. */
    read(number, step, cell) {
        return this.tape(number, step).get(cell) ?? this.blank;
    }

    /** The first and the last cell of a tape that the run uses. */
    extent(number) {
        const tape = this.tapes[number];
        let first = Math.min(tape.first, ...(tape.symbols.length ? [] : this.heads[number].slice(0, 1)));
        let last = tape.symbols.length ? tape.first + tape.symbols.length - 1 : first;
        for (const cell of this.heads[number]) {
            if (cell < first) first = cell;
            if (cell > last) last = cell;
        }
        return [first, last];
    }

    /** The number of the transition by which the machine leaves the configuration after `step` steps, or null. */
    transition(step) {
        const reads = this.heads.map((cells, number) => this.read(number, step, cells[step]));
        return this.transitions.get(JSON.stringify([this.states[step], reads])) ?? null;
    }

    /** The numbers of the blocks that computed the configuration after `step` steps; of step 0, those of the first step. */
    blocksOf(step) {
        const first = this.network.grows ? 0 : Math.max(step - 1, 0) * this.perLoop;
        const count = this.network.grows ? this.blocks : this.perLoop;
        return Array.from({ length: Math.min(count, this.blocks - first) }, (_, index) => first + index);
    }

    /** The row where the tape head was when it computed the configuration after `step` steps. */
    rowOf(step) {
        if (this.network.grows) return this.network.prompt_rows - 1 + step;
        return this.rowOfCell.get(this.heads[0][Math.max(step - 1, 0)]) ?? 0;
    }

    /** How many rows there are after `step` steps. */
    rowsAt(step) {
        return this.network.grows ? this.network.prompt_rows + step : this.rows;
    }

    /** The attention heads and the MLP of block number `block`. */
    parts(block) {
        return this.network.blocks[block % this.perLoop];
    }

    /** What block number `block` computed: the stream before it, after attention and after the MLP, each [rows * width]. */
    async block(block) {
        const number = this.windows.findIndex((each) => block < each.first + each.count);
        const window = await this.window(number);
        const stream = new Float64Array(this.rows * this.width);
        const write = ([steps, values]) => summed(steps).forEach((place, index) => (stream[place] = values[index]));
        write(window.start);
        const local = block - this.windows[number].first;
        for (const each of window.blocks.slice(0, local)) [each.attended, each.after].forEach(write);
        const own = window.blocks[local];
        const before = stream.slice();
        write(own.attended);
        const attended = stream.slice();
        write(own.after);
        const apart = own.apart.map((list) => new Map(list.map(([place, exact, ulps]) => [place, { exact, ulps }])));
        return {
            before,
            attended,
            after: stream,
            attendedApart: apart[0],
            afterApart: apart[1],
            found: this.found(window, local),
        };
    }

    /** For each attention head of a block the recorded winners and their shares, one for each row. */
    found(window, local) {
        return window.blocks[local].found.map((_, head) => {
            let at = local;
            while (window.blocks[at].found[head] === 0) at -= this.perLoop;
            const [winners, partial] = window.blocks[at].found[head];
            const shares = new Float64Array(winners.length).fill(1);
            for (const [row, share] of partial) shares[row] = share;
            return { winners, shares };
        });
    }

    /** A window, unpacked; the last two are kept. */
    async window(number) {
        if (!this.loaded.has(number)) {
            this.loaded.set(number, unpacked(number));
            if (this.loaded.size > 2) this.loaded.delete(this.loaded.keys().next().value);
        }
        return this.loaded.get(number);
    }

    /**
     * Whom a row attends to, computed from the matrices: for each row its score (NaN where it is not seen) and its share.
     * @param head an attention head, of `parts(block).heads`.
     * @param before the residual stream before the block.
     * @param row the row that asks.
     * @param rows how many rows there are.
     */
    attention(head, before, row, rows = this.rows) {
        const query = this.product(head.matrices.query, before, row);
        const direction = new Map();
        for (const [dimension, column, value] of head.matrices.key.entries) {
            direction.set(column, (direction.get(column) ?? 0) + value * query[dimension]);
        }
        const scores = new Float64Array(rows).fill(NaN);
        let best = -Infinity;
        for (let other = 0; other < rows; other += 1) {
            if (!this.sees(head.mask, before, row, other)) continue;
            let score = 0;
            for (const [column, weight] of direction) score += weight * before[other * this.width + column];
            scores[other] = score;
            best = Math.max(best, score);
        }
        const powers = scores.map((score) => (Number.isNaN(score) ? 0 : Math.exp(this.network.beta * (score - best))));
        const total = powers.reduce((sum, power) => sum + power, 0);
        const winner = scores.indexOf(best);
        return {
            scores,
            shares: powers.map((power) => power / total),
            winner,
            asks: this.holds(head.where, before, row),
        };
    }

    /** Whether a row sees another one. */
    sees(mask, before, row, other) {
        if (mask === "none") return true;
        const encoder = this.network.encoder;
        const encoded = (each) => encoder !== null && before[each * this.width + encoder] > 0.5;
        return mask === "across" ? encoded(other) : other <= row && encoded(other) === encoded(row);
    }

    /** A sparse matrix times the residual stream of a row. */
    product(matrix, stream, row) {
        const out = new Float64Array(matrix.shape[0]);
        for (const [index, column, value] of matrix.entries) out[index] += value * stream[row * this.width + column];
        return out;
    }

    /** Whether a flag is set in a row. */
    holds(flag, stream, row) {
        return stream[row * this.width + this.registers.get(flag).first] > 0.5;
    }

    /** The coordinates of a register in a row. */
    values(register, stream, row) {
        const first = row * this.width + register.first;
        return stream.slice(first, first + register.width);
    }

    /** What a register holds in a row, in words; an empty text where it holds nothing. */
    text(register, stream, row) {
        const values = [...this.values(register, stream, row)];
        if (values.every((value) => value === 0)) return "";
        if (register.kind === "code" && values.every((value) => Math.abs(value) === 1)) {
            return String(values.reduce((sum, value, digit) => sum + (value > 0 ? 2 ** digit : 0), 0));
        }
        if (register.kind === "flag" && values[0] === 1) return "set";
        const set = values.flatMap((value, index) => (value === 0 ? [] : [[index, value]]));
        if (register.kind === "one-hot" && set.length === 1 && set[0][1] === 1) return register.values[set[0][0]];
        const name = (index) =>
            register.kind === "one-hot" ? register.values[index] : register.kind === "code" ? `digit ${index}` : "set";
        return set.map(([index, value]) => `${name(index)} ${shortNumber(value)}`).join(", ");
    }
}

/** A number in few digits, none of which is made up. */
export function shortNumber(value) {
    if (Number.isInteger(value)) return String(value);
    const short = value.toPrecision(4);
    return Number(short) === value
        ? String(Number(short))
        : Math.abs(value) > 0.999 && Math.abs(value) < 1
          ? value.toPrecision(7)
          : short;
}

/** The run that the page holds. */
export function openRun() {
    return new Run(JSON.parse(document.getElementById("data").textContent));
}
