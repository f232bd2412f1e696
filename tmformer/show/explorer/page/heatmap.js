/** A labelled heat map of a sparse matrix, of any size: only what is in sight is drawn, and its labels stay in sight. */

import { make } from "./elements.js";
import { colour, colourRamp, sized } from "./palette.js";
import { decimal } from "./lookup.js";

const HEAT_TOP = 130; // the most room for the names of columns
const HEAT_LEFT = 320; // and for those of rows

export class HeatMap {
    /** @param said told which entry is looked at: a function of its row and column. */
    constructor(said) {
        this.said = said;
        this.size = 18;
        this.at = [0, 0];
        this.canvas = make("canvas", { tabindex: "0", role: "img", "aria-describedby": "weight-said" });
        this.inner = make("div", { class: "heat-inner" }, this.canvas);
        this.element = make("div", { class: "heat", scroll: () => this.paint() }, this.inner);
        this.canvas.addEventListener("pointermove", (event) => this.hover(event));
        this.canvas.addEventListener("click", (event) => this.hover(event));
        this.canvas.addEventListener("keydown", (event) => this.key(event));
    }

    /**
     * Show a matrix.
     * @param model {label, rows: names, columns: names, rowGroups, columnGroups: for each a name of its group, entries}.
     * @param marked the rows that are lit, a Set.
     */
    show(model, marked) {
        if (this.model !== model) {
            this.model = model;
            this.values = new Map(
                model.entries.map(([row, column, value]) => [row * model.columns.length + column, value]),
            );
            this.most = Math.max(...model.entries.map(([, , value]) => Math.abs(value)), 0);
            this.at = [0, 0];
            this.element.scrollTo(0, 0);
        }
        this.marked = marked;
        this.layOut();
    }

    zoom(by) {
        this.size = Math.max(6, Math.min(30, this.size + by));
        this.layOut();
    }

    layOut() {
        const wide = this.element.clientWidth;
        if (!wide || !this.model) return;
        const { rows, columns } = this.model;
        this.left = this.room(rows, Math.min(HEAT_LEFT, Math.floor(wide * 0.36)));
        this.top = this.room(columns, HEAT_TOP);
        const full = [this.left + columns.length * this.size + 2, this.top + rows.length * this.size + 2];
        this.inner.style.width = `${full[0]}px`;
        this.inner.style.height = `${full[1]}px`;
        this.element.style.height = `${Math.min(520, full[1] + 16)}px`;
        this.view = [Math.min(wide, full[0]), Math.min(504, full[1])];
        this.canvas.setAttribute(
            "aria-label",
            `${this.model.label}: ${rows.length} rows, ${columns.length} columns, ${this.model.entries.length} entries that are not zero. Arrow keys go from entry to entry.`,
        );
        this.paint();
    }

    /** How much room names take, but no more than there is. */
    room(names, most) {
        const context = this.canvas.getContext("2d");
        context.font = this.font();
        let wide = 40;
        for (const name of names) {
            if (wide >= most) return most;
            wide = Math.max(wide, Math.ceil(context.measureText(name.slice(0, 80)).width) + 26);
        }
        return Math.min(wide, most);
    }

    font() {
        return `11px ${getComputedStyle(this.element).fontFamily}`;
    }

    paint() {
        if (!this.model || !this.view) return;
        const context = sized(this.canvas, ...this.view);
        const [x, y] = [this.element.scrollLeft, this.element.scrollTop];
        const seen = {
            rows: this.range(y, this.view[1] - this.top, this.model.rows.length),
            columns: this.range(x, this.view[0] - this.left, this.model.columns.length),
            x: (column) => this.left + column * this.size - x,
            y: (row) => this.top + row * this.size - y,
        };
        context.font = this.font();
        context.textBaseline = "middle";
        this.inside(context, () => this.cells(context, seen));
        this.columnNames(context, seen);
        this.rowNames(context, seen);
    }

    range(from, length, count) {
        return [Math.max(0, Math.floor(from / this.size)), Math.min(count, Math.ceil((from + length) / this.size))];
    }

    inside(context, work) {
        context.save();
        context.beginPath();
        context.rect(this.left, this.top, this.view[0] - this.left, this.view[1] - this.top);
        context.clip();
        work();
        context.restore();
    }

    cells(context, seen) {
        const { rows, columns, rowGroups, columnGroups } = this.model;
        const [plus, minus] = [
            colourRamp(colour("--panel"), colour("--accent")),
            colourRamp(colour("--panel"), colour("--accent-2")),
        ];
        context.fillStyle = colour("--panel");
        context.fillRect(seen.x(0), seen.y(0), columns.length * this.size, rows.length * this.size);
        this.grid(context, seen, rowGroups, columnGroups);
        context.textAlign = "center";
        for (let row = seen.rows[0]; row < seen.rows[1]; row += 1) {
            if (this.marked.has(row)) this.band(context, seen, row);
            for (let column = seen.columns[0]; column < seen.columns[1]; column += 1) {
                const value = this.values.get(row * columns.length + column);
                if (value !== undefined)
                    this.entry(context, seen.x(column), seen.y(row), value, value > 0 ? plus : minus);
            }
        }
        context.lineWidth = 2;
        context.strokeStyle = colour("--ink");
        context.strokeRect(seen.x(this.at[1]) - 0.5, seen.y(this.at[0]) - 0.5, this.size, this.size);
    }

    entry(context, x, y, value, shade) {
        const strength = 0.35 + (0.65 * Math.abs(value)) / this.most;
        context.fillStyle = shade(strength);
        context.fillRect(x + 0.5, y + 0.5, this.size - 1, this.size - 1);
        const text = decimal(value, 2).replace("-", "−");
        if (this.size < 14 || text.length > 4) return;
        context.fillStyle = colour(strength > 0.6 ? "--paper" : "--ink");
        context.fillText(text, x + this.size / 2, y + this.size / 2 + 0.5, this.size - 2);
    }

    band(context, seen, row) {
        context.fillStyle = colour("--ramp-1");
        context.globalAlpha = 0.5;
        context.fillRect(this.left, seen.y(row), this.view[0], this.size);
        context.globalAlpha = 1;
    }

    /** A thin line where another register begins. */
    grid(context, seen, rowGroups, columnGroups) {
        context.fillStyle = colour("--line");
        for (let row = Math.max(1, seen.rows[0]); row < seen.rows[1]; row += 1)
            if (rowGroups[row] !== rowGroups[row - 1]) context.fillRect(this.left, seen.y(row) - 0.5, this.view[0], 1);
        for (let column = Math.max(1, seen.columns[0]); column < seen.columns[1]; column += 1)
            if (columnGroups[column] !== columnGroups[column - 1])
                context.fillRect(seen.x(column) - 0.5, this.top, 1, this.view[1]);
    }

    columnNames(context, seen) {
        const { columns, columnGroups } = this.model;
        const every = Math.ceil(12 / this.size);
        context.save();
        context.beginPath();
        context.rect(this.left, 0, this.view[0] - this.left, this.top);
        context.clip();
        context.textAlign = "left";
        for (let column = seen.columns[0]; column < seen.columns[1]; column += 1) {
            const starts = column === 0 || columnGroups[column] !== columnGroups[column - 1];
            if (every > 1 && !starts && column !== this.at[1]) continue;
            context.save();
            context.translate(seen.x(column) + this.size / 2, this.top - 5);
            context.rotate(-Math.PI / 2);
            context.fillStyle = colour(column === this.at[1] ? "--accent" : starts ? "--ink" : "--ink-soft");
            context.fillText(fittedText(context, columns[column], this.top - 10), 0, 0);
            context.restore();
        }
        context.restore();
    }

    rowNames(context, seen) {
        const { rows, rowGroups } = this.model;
        const every = Math.ceil(11 / this.size);
        context.save();
        context.beginPath();
        context.rect(0, this.top, this.left, this.view[1] - this.top);
        context.clip();
        context.textAlign = "right";
        for (let row = seen.rows[0]; row < seen.rows[1]; row += 1) {
            const starts = row === 0 || rowGroups[row] !== rowGroups[row - 1];
            if (every > 1 && row % every && row !== this.at[0]) continue;
            const own = row === this.at[0];
            context.fillStyle = colour(own ? "--accent" : starts || this.marked.has(row) ? "--ink" : "--ink-soft");
            context.fillText(
                fittedText(context, `${this.marked.has(row) ? "▸ " : ""}${rows[row]}`, this.left - 10),
                this.left - 6,
                seen.y(row) + this.size / 2,
            );
        }
        context.restore();
    }

    hover(event) {
        const box = this.canvas.getBoundingClientRect();
        const column = Math.floor((event.clientX - box.left - this.left + this.element.scrollLeft) / this.size);
        const row = Math.floor((event.clientY - box.top - this.top + this.element.scrollTop) / this.size);
        const named = {
            row: event.clientY - box.top < this.top ? this.at[0] : row,
            column: event.clientX - box.left < this.left ? this.at[1] : column,
        };
        this.select(named.row, named.column, false);
    }

    key(event) {
        const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (!by) return;
        event.preventDefault();
        event.stopPropagation();
        this.select(this.at[0] + by[0], this.at[1] + by[1], true);
    }

    /** Look at an entry; scroll to it if asked. */
    select(row, column, follow) {
        const { rows, columns } = this.model;
        if (row < 0 || column < 0 || row >= rows.length || column >= columns.length) return;
        this.at = [row, column];
        if (follow) {
            this.element.scrollTop = scrolledWithin(
                this.element.scrollTop,
                row * this.size,
                this.view[1] - this.top - this.size,
            );
            this.element.scrollLeft = scrolledWithin(
                this.element.scrollLeft,
                column * this.size,
                this.view[0] - this.left - this.size,
            );
        }
        this.paint();
        this.said(row, column);
    }

    value(row, column) {
        return this.values.get(row * this.model.columns.length + column) ?? 0;
    }
}

/** Where to scroll so that a place is seen. */
function scrolledWithin(scroll, place, room) {
    return Math.max(place - room, Math.min(scroll, place));
}

/** A text, cut so that it fits. */
function fittedText(context, text, width) {
    if (context.measureText(text).width <= width) return text;
    let [low, high] = [0, Math.min(text.length, 200)];
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
        else high = middle - 1;
    }
    return `${text.slice(0, low)}…`;
}
