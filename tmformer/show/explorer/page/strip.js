/** One tape as a strip of cells; only cells in sight have elements. */

import { make } from "./elements.js";
import { isolated, signedNumber, visibleText } from "./names.js";
import { markSymbol, symbolsOf } from "./symbols.js";

const AHEAD = 8; // cells drawn beyond either edge
const ABOVE = 10; // pixels above the cells
const BELOW = 92; // pixels from the upper edge of the cells to the lower edge of the tape head

export class TapeStrip {
    /** @param number of the tape; cells of the first one may be rows. */
    constructor(run, cursor, number) {
        Object.assign(this, { run, cursor, number });
        this.rowOf = number === 0 ? run.rowOfCell : new Map();
        this.isRows = number === 0 && !run.network.grows;
        this.symbols = new Map(symbolsOf(run).map((symbol, index) => [symbol, index]));
        this.range();
        this.tiles = new Map();
        this.build();
    }

    /** Which cells there are: those that the run uses and those that are rows, with some blank ones where the tape has no end. */
    range() {
        const [first, last] = this.run.extent(this.number);
        const cells = [first, last, ...this.rowOf.keys()];
        const open = this.isRows ? 0 : 2;
        this.first =
            cells.reduce((least, cell) => Math.min(least, cell)) - (this.run.machine?.one_way && first >= 0 ? 0 : open);
        this.last = cells.reduce((most, cell) => Math.max(most, cell)) + open;
        this.nullRow = this.isRows ? this.run.network.cells.indexOf(null) : -1;
    }

    build() {
        this.label = make("bdi", { class: "state", dir: "auto" });
        this.pointer = make(
            "div",
            { class: "pointer" },
            make("span", { class: "tip", "aria-hidden": "true" }),
            this.label,
        );
        this.inner = make("div", { class: "cells" }, this.pointer);
        if (this.nullRow >= 0) this.inner.append((this.nullTile = this.nullButton()));
        if (this.run.machine?.one_way && this.run.extent(this.number)[0] >= 0)
            this.inner.append((this.wall = make("div", { class: "wall", title: "the tape ends here" })));
        const about = {
            class: "strip",
            role: "group",
            "aria-label": this.run.tapes.length > 1 ? `Tape ${this.number + 1}` : "Tape",
            tabindex: this.rowOf.size ? null : 0,
        };
        this.element = make("div", about, this.inner);
        this.element.addEventListener("scroll", () => this.update(false), { passive: true });
        this.element.addEventListener("keydown", (event) => this.key(event));
    }

    /** The row that stands for no cell, beside the tape. */
    nullButton() {
        const name = this.run.network.rows[this.nullRow];
        const choose = () => this.cursor.choose(this.nullRow);
        return make(
            "button",
            {
                type: "button",
                class: "tile null",
                tabindex: -1,
                title: `row ${name}, of no cell`,
                click: choose,
                pointerdown: keepFocus,
            },
            make("span", { class: "symbol" }, name),
        );
    }

    measure() {
        this.tile = Number.parseFloat(getComputedStyle(this.element).getPropertyValue("--tile")) || 44;
        this.visible = this.element.clientWidth;
        this.inner.style.height = `${ABOVE + BELOW}px`;
        this.inner.style.setProperty("--room", `${ABOVE}px`);
        this.before = this.nullRow >= 0 ? this.tile * 1.75 : this.tile * 0.25;
        this.width = this.before + (this.last - this.first + 1) * this.tile + this.tile * 0.25;
        this.offset = Math.max(0, (this.visible - this.width) / 2);
        this.inner.style.width = `${Math.max(this.width, this.visible)}px`;
        if (this.nullTile) this.nullTile.style.left = `${this.offset + this.tile * 0.25}px`;
        if (this.wall) this.wall.style.left = `${this.left(Math.max(this.first, 0)) - 4}px`;
        for (const tile of this.tiles.values()) tile.remove();
        this.tiles.clear();
        this.centre(true);
    }

    /** The left edge of a cell. */
    left(cell) {
        return this.offset + this.before + (cell - this.first) * this.tile;
    }

    /** The middle of a cell, or of the row that is no cell. */
    middle(cell) {
        return cell === null ? this.offset + this.tile * 0.75 : this.left(cell) + this.tile / 2;
    }

    get head() {
        return this.run.heads[this.number][this.cursor.step];
    }

    /** Scroll so that the tape head is in the middle half, if it is not. */
    centre(jump) {
        if (this.width <= this.visible) return;
        const middle = this.middle(this.head);
        const from = middle - this.element.scrollLeft;
        if (!jump && from > this.visible / 4 && from < (this.visible * 3) / 4) return;
        const glide = Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue("--glide"), 10);
        const smooth = !jump && glide > 60 && Math.abs(from) < 2 * this.visible;
        this.element.scrollTo({ left: middle - this.visible / 2, behavior: smooth ? "smooth" : "instant" });
    }

    /** Show the configuration of now. */
    update(moves = true) {
        if (this.tile === undefined) return;
        const step = this.cursor.step;
        if (moves && step !== this.shown) this.centre(this.shown === undefined);
        this.shown = step;
        const cells = this.content(step);
        const from = Math.max(
            this.first,
            Math.floor((this.element.scrollLeft - this.offset - this.before) / this.tile) + this.first - AHEAD,
        );
        const to = Math.min(this.last, from + Math.ceil(this.visible / this.tile) + 2 * AHEAD);
        this.drop(from, to);
        for (let cell = from; cell <= to; cell += 1)
            this.write(this.tiles.get(cell) ?? this.added(cell), cell, cells.get(cell) ?? this.run.blank);
        this.point();
        this.nullTile?.classList.toggle("chosen", this.cursor.row === this.nullRow);
    }

    /** The cells of now; read once for a machine step. */
    content(step) {
        if (this.read !== step) this.cells = this.run.tape(this.number, step);
        this.read = step;
        return this.cells;
    }

    drop(from, to) {
        for (const [cell, tile] of this.tiles) {
            if ((cell < from || cell > to) && tile !== document.activeElement) {
                tile.remove();
                this.tiles.delete(cell);
            }
        }
    }

    added(cell) {
        const row = this.rowOf.get(cell);
        const symbol = make("span", { class: "symbol", dir: "auto" });
        const parts = [symbol, make("span", { class: "number", "aria-hidden": "true" }, signedNumber(cell))];
        const tile =
            row === undefined
                ? make("div", { class: "tile" }, ...parts)
                : make(
                      "button",
                      {
                          type: "button",
                          class: "tile",
                          tabindex: -1,
                          click: () => this.cursor.choose(row),
                          pointerdown: keepFocus,
                      },
                      ...parts,
                  );
        tile.style.left = `${this.left(cell)}px`;
        tile.symbol = symbol;
        this.tiles.set(cell, tile);
        this.inner.append(tile);
        return tile;
    }

    /** Write what is on a cell, if it is different from what its element shows. */
    write(tile, cell, symbol) {
        const here = cell === this.head;
        const row = this.rowOf.get(cell);
        const chosen = row !== undefined && row === this.cursor.row;
        const key = `${symbol}\n${here}${chosen}`;
        if (tile.key === key) return;
        tile.key = key;
        tile.symbol.textContent = visibleText(symbol);
        tile.title = visibleText(symbol).length > 3 ? visibleText(symbol) : "";
        tile.classList.toggle("long", [...symbol].length > 2);
        tile.classList.toggle("blank", symbol === this.run.blank);
        tile.classList.toggle("here", here);
        tile.classList.toggle("chosen", chosen);
        markSymbol(tile, this.symbols.get(symbol) ?? 0);
        if (row === undefined) return;
        tile.setAttribute("aria-label", `cell ${cell}: ${isolated(symbol)}${here ? ", tape head" : ""}`);
        tile.setAttribute("aria-pressed", chosen);
        tile.tabIndex = chosen ? 0 : -1;
    }

    point() {
        this.pointer.style.transform = `translateX(${this.left(this.head)}px)`;
        const state = this.run.states[this.cursor.step];
        if (this.label.textContent !== visibleText(state)) this.label.textContent = visibleText(state);
        this.label.title = visibleText(state);
    }

    /** Arrow keys choose the cell beside the one that has the focus. */
    key(event) {
        const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        const tile = event.target.closest?.("button.tile");
        if (!along || !tile || event.shiftKey || !this.rowOf.size) return;
        event.preventDefault();
        const row = this.cursor.row + along;
        if (row < 0 || row >= this.run.rows) return;
        this.cursor.choose(row);
        const cell = this.run.network.cells[row];
        const next = cell === null ? this.nullTile : this.tiles.get(cell);
        next?.focus({ preventScroll: true });
        this.element.scrollTo({ left: this.middle(cell) - this.visible / 2, behavior: "instant" });
    }
}

/** A press of a pointer leaves the focus where it is, so that the arrow keys still step. */
function keepFocus(event) {
    event.preventDefault();
}
