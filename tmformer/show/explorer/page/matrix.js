/** The attention matrix of one attention head: rows that ask by rows that answer, as shares or as scores. */

import { make } from "./elements.js";
import { colour, sequential, sized } from "./palette.js";
import { decimal, looked } from "./lookup.js";

const MATRIX_ROWS = 40; // rows that ask shown at once
const MATRIX_LEFT = 64; // room for their names
const MATRIX_BELOW = 24;

export class Matrix {
    /** @param cursor whose row it chooses. */
    constructor(cursor) {
        this.cursor = cursor;
        this.known = new Map();
        this.shows = "share";
        this.canvas = make("canvas", { tabindex: "0", role: "img", "aria-describedby": "matrix-said" });
        this.said = make("p", { class: "said", id: "matrix-said", "aria-live": "polite" });
        this.modes = ["share", "score"].map((mode) =>
            make(
                "button",
                { type: "button", "aria-pressed": String(mode === this.shows), click: () => this.choose(mode) },
                mode,
            ),
        );
        this.element = make(
            "div",
            { class: "matrix" },
            make(
                "div",
                { class: "modes", role: "group", "aria-label": "What the colour says" },
                make("span", { class: "soft" }, "colour: "),
                ...this.modes,
            ),
            this.canvas,
            this.said,
        );
        this.canvas.addEventListener("click", (event) => this.click(event));
        this.canvas.addEventListener("pointermove", (event) => this.hover(event));
        this.canvas.addEventListener("pointerleave", () => this.say(this.cursor.row, this.winner));
        this.canvas.addEventListener("keydown", (event) => this.key(event));
    }

    choose(mode) {
        this.shows = mode;
        this.modes.forEach((button) => button.setAttribute("aria-pressed", button.textContent === mode));
        if (this.head) this.paint();
    }

    /** Show an attention head; what was computed is kept while its block is. */
    show(head, stream, width) {
        if (this.head !== head || this.stream !== stream) this.known.clear();
        Object.assign(this, { head, stream, width });
        this.paint();
    }

    look(row) {
        if (!this.known.has(row)) {
            const { scores, shares, winner, nullRow } = looked(this.cursor.run, this.head, this.stream, row);
            this.known.set(row, { scores, shares, winner, nullRow });
        }
        return this.known.get(row);
    }

    paint() {
        const { run, row, step } = this.cursor;
        const rows = run.rowsAt(step);
        this.count = Math.min(rows, MATRIX_ROWS);
        this.first = Math.max(0, Math.min(rows - this.count, row - Math.floor(this.count / 2)));
        this.rows = rows;
        this.cell = Math.min(22, (this.width - MATRIX_LEFT - 4) / rows);
        this.tall = rows <= MATRIX_ROWS ? Math.max(this.cell, Math.min(14, 480 / rows)) : 11;
        const context = sized(this.canvas, this.width, this.count * this.tall + MATRIX_BELOW);
        context.font = `11px ${getComputedStyle(this.canvas).fontFamily}`;
        this.cells(context);
        this.names(context);
        this.crosshair(context);
        this.winner = this.look(row).winner;
        this.say(row, this.winner);
        this.canvas.setAttribute(
            "aria-label",
            `Attention matrix of ${this.head.name}: ${this.count} rows that ask, ${rows} that answer. Arrow keys up and down choose a row.`,
        );
    }

    cells(context) {
        const shade = sequential();
        context.fillStyle = colour("--panel");
        context.fillRect(MATRIX_LEFT, 0, this.rows * this.cell, this.count * this.tall);
        for (let at = 0; at < this.count; at += 1) {
            const found = this.look(this.first + at);
            const strength = this.shows === "share" ? (other) => found.shares[other] : scaledScores(found.scores);
            for (let other = 0; other < found.scores.length; other += 1) {
                const value = strength(other);
                if (!(value > 0.001)) continue;
                context.fillStyle = shade(0.12 + 0.88 * value);
                const wide = this.shows === "share" ? Math.max(this.cell, 3) : this.cell;
                context.fillRect(
                    MATRIX_LEFT + other * this.cell,
                    at * this.tall,
                    Math.max(wide - 0.5, 0.5),
                    this.tall - 0.5,
                );
            }
        }
    }

    names(context) {
        const { run, row } = this.cursor;
        context.textBaseline = "middle";
        const every = Math.ceil(13 / this.tall);
        for (let at = 0; at < this.count; at += 1) {
            const own = this.first + at;
            if (own !== row && ((own - row) % every || Math.abs(own - row) * this.tall < 12)) continue;
            context.fillStyle = colour(own === row ? "--ink" : "--ink-soft");
            context.fillText(run.network.rows[own], 0, (at + 0.5) * this.tall, MATRIX_LEFT - 6);
        }
        context.fillStyle = colour("--ink-soft");
        context.textBaseline = "bottom";
        const bottom = this.count * this.tall + MATRIX_BELOW - 2;
        const wide = this.rows * this.cell;
        context.fillText(run.network.rows[0], MATRIX_LEFT, bottom);
        const last = run.network.rows[this.rows - 1];
        const needs = context.measureText(last).width;
        const caption = "rows that answer →";
        if (wide > 2 * needs + context.measureText(caption).width + 40)
            context.fillText(caption, MATRIX_LEFT + wide / 2 - context.measureText(caption).width / 2, bottom);
        if (wide > needs + 34) context.fillText(last, MATRIX_LEFT + wide - needs, bottom);
    }

    /** The chosen row, its winner, and the null row's column. */
    crosshair(context) {
        const found = this.look(this.cursor.row);
        const y = (this.cursor.row - this.first) * this.tall;
        const high = this.count * this.tall;
        context.lineWidth = 1.5;
        context.strokeStyle = colour("--accent");
        context.strokeRect(MATRIX_LEFT + 0.75, y + 0.25, this.rows * this.cell - 1.5, this.tall - 1);
        const wide = Math.max(this.cell, 4);
        context.strokeStyle = colour("--accent-2");
        context.strokeRect(MATRIX_LEFT + found.winner * this.cell - 0.5, y - 1, wide, this.tall + 1);
        if (found.nullRow === null) return;
        context.setLineDash([3, 3]);
        context.strokeStyle = colour("--ink-soft");
        context.strokeRect(MATRIX_LEFT + found.nullRow * this.cell + 0.5, 0.5, wide - 1, high - 1);
        context.fillStyle = colour("--ink-soft");
        context.setLineDash([]);
    }

    /** The rows under a pointer. */
    under(event) {
        const box = this.canvas.getBoundingClientRect();
        const row = this.first + Math.floor((event.clientY - box.top) / this.tall);
        const other = Math.floor((event.clientX - box.left - MATRIX_LEFT) / this.cell);
        return row < this.first + this.count ? { row, other: other >= 0 && other < this.rows ? other : null } : null;
    }

    click(event) {
        const at = this.under(event);
        if (at) this.cursor.choose(at.row);
    }

    hover(event) {
        const at = this.under(event);
        if (at && at.other !== null) this.say(at.row, at.other);
    }

    key(event) {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        event.stopPropagation();
        this.cursor.choose(Math.max(0, Math.min(this.rows - 1, this.cursor.row + by)));
    }

    say(row, other) {
        const names = this.cursor.run.network.rows;
        const found = this.look(row);
        const score = found.scores[other];
        const seen = score !== undefined && !Number.isNaN(score);
        const words = seen
            ? `score ${decimal(score)}, share ${decimal(found.shares[other], 4)}${other === found.winner ? ", the winner" : ""}${other === found.nullRow ? ", the null row" : ""}`
            : "not seen: it comes later";
        this.said.textContent = `${names[row]} asks ${names[other]}: ${words}`;
    }
}

/** Scores between the lowest one seen and the best. */
function scaledScores(scores) {
    let [low, high] = [Infinity, -Infinity];
    for (const score of scores) if (!Number.isNaN(score)) [low, high] = [Math.min(low, score), Math.max(high, score)];
    return (other) =>
        Number.isNaN(scores[other]) ? 0 : high === low ? 1 : 0.002 + (0.998 * (scores[other] - low)) / (high - low);
}
