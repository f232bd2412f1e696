/** The transition table, with the rule that is used next lit; only rows in sight have elements. */

import { make } from "./elements.js";
import { counted } from "./names.js";
import { nextUse, transitionsUsed, useCounts } from "./uses.js";
import { listOfRules, matrixOfRules } from "./rules.js";

const ROW = 30; // pixels, as in the style sheet
const AROUND = 12; // rows drawn beyond either edge
const MANY = 24; // rows from which on there is a search field
const MOST_COLUMNS = 64; // symbols; with more of them, or several tapes, the table is a list of transitions

/** @param place the element to fill. */
export function mountTable(place, run, cursor) {
    if (!run.machine) {
        place.append(
            make("p", { class: "note" }, "There is no table: the page was made of weights, without their machine."),
        );
        return;
    }
    new TransitionTable(place, run, cursor);
}

class TransitionTable {
    constructor(place, run, cursor) {
        Object.assign(this, { place, run, cursor });
        this.counts = useCounts(run);
        const plain = run.machine.tapes === 1 && run.machine.symbols.length <= MOST_COLUMNS;
        this.shape = (plain ? matrixOfRules : listOfRules)(run.machine, (rule) => this.toNextUse(rule), this.counts);
        this.shown = this.shape.rows;
        this.build();
        cursor.watch((_, changed) => changed.has("step") && this.light());
        new ResizeObserver(() => this.fill()).observe(this.window);
    }

    build() {
        this.body = make("tbody");
        const widths = this.shape.widths.map((width) => {
            const column = make("col");
            column.style.width = `${width}ch`;
            return column;
        });
        const table = make(
            "table",
            { "aria-rowcount": this.shape.rows.length + 1 },
            make("colgroup", {}, ...widths),
            make("thead", {}, this.shape.header),
            this.body,
        );
        table.style.width = `${this.shape.widths.reduce((sum, width) => sum + width, 0)}ch`;
        this.window = make(
            "div",
            { class: "window", tabindex: 0, role: "region", "aria-labelledby": "table-title" },
            table,
        );
        this.window.addEventListener("scroll", () => this.fill(), { passive: true });
        this.window.addEventListener("keydown", (event) => this.key(event));
        const became =
            this.run.network.construction === "universal"
                ? "Each transition is a row of the prompt."
                : "Each transition became units of the MLP.";
        this.place.append(
            make("p", { class: "lead" }, `${became} Choose one to go to its next use in the run.`),
            ...this.tools(),
            this.window,
        );
    }

    tools() {
        this.found = make(
            "span",
            { class: "quiet", "aria-live": "polite" },
            counted(this.shape.rows.length, this.shape.noun),
        );
        if (this.shape.rows.length <= MANY) return [];
        const search = make("input", { type: "search", placeholder: "Find a state", "aria-label": "Find a state" });
        search.addEventListener("input", () => this.find(search.value));
        const back = make("button", { type: "button", click: () => this.reveal() }, "To the transition of now");
        return [make("div", { class: "tools" }, search, back, this.found)];
    }

    /** Show the rows whose state has a text in its name. */
    find(text) {
        const all = this.shape.rows;
        this.shown = text === "" ? all : all.filter((row) => row.state.toLowerCase().includes(text.toLowerCase()));
        const words = counted(this.shown.length, this.shape.noun);
        this.found.textContent = text === "" ? words : `${words} of ${all.length.toLocaleString("en")}`;
        this.window.scrollTop = 0;
        this.drawn = null;
        this.fill();
    }

    /** Make the rows in sight, if others are there. */
    fill() {
        const from = Math.max(0, Math.floor(this.window.scrollTop / ROW) - AROUND);
        const to = Math.min(this.shown.length, from + Math.ceil(this.window.clientHeight / ROW) + 2 * AROUND);
        if (this.drawn?.from === from && this.drawn.to === to) return;
        this.drawn = { from, to };
        const rows = this.shown.slice(from, to).map((row) => row.element());
        this.body.replaceChildren(...spacerRow(from), ...rows, ...spacerRow(this.shown.length - to));
        this.mark();
    }

    /** Light the rule of now, and bring it in sight. */
    light() {
        this.reveal();
        this.mark();
    }

    mark() {
        const step = this.cursor.step;
        const rule = step < this.run.steps ? transitionsUsed(this.run)[step] : -1;
        const state = this.run.states[step];
        for (const element of this.window.querySelectorAll(".now, .next")) element.classList.remove("now", "next");
        for (const row of this.body.rows) if (row.dataset.state === state) row.classList.add("now");
        this.window.querySelector(`[data-rule="${rule}"]`)?.classList.add("next");
        const read = this.run.read(0, step, this.run.heads[0][step]);
        this.shape.headings.get(read)?.classList.add("now");
    }

    /** Scroll the table, never the page, so that the rule of now is in sight. */
    reveal() {
        const step = this.cursor.step;
        const index = this.shape.rowOf(this.run.states[step], transitionsUsed(this.run)[step], this.shown);
        if (index < 0) return;
        this.fill(); // before there are rows, or spaces for them, there is nothing to scroll
        const top = index * ROW;
        const visible = this.window.clientHeight - 2 * ROW;
        if (top < this.window.scrollTop || top > this.window.scrollTop + visible)
            this.window.scrollTop = Math.max(0, top - visible / 2);
        this.fill();
        this.revealColumn();
    }

    revealColumn() {
        const heading = this.shape.headings.get(
            this.run.read(0, this.cursor.step, this.run.heads[0][this.cursor.step]),
        );
        if (!heading) return;
        const [column, frame] = [heading, this.window].map((element) => element.getBoundingClientRect());
        const left = frame.left + this.shape.header.firstElementChild.offsetWidth;
        if (column.left < left) this.window.scrollLeft -= left - column.left;
        else if (column.right > frame.right) this.window.scrollLeft += column.right - frame.right;
    }

    /** Keys scroll the table while it has the focus. */
    key(event) {
        const by = {
            ArrowUp: -ROW,
            ArrowDown: ROW,
            PageUp: -this.window.clientHeight,
            PageDown: this.window.clientHeight,
        }[event.key];
        if (!by || event.target !== this.window) return;
        event.preventDefault();
        this.window.scrollTop += by;
    }

    toNextUse(rule) {
        const step = nextUse(this.run, rule, this.cursor.step);
        if (step !== null) this.cursor.goTo(step);
    }
}

/** A row as high as so many rows that have no elements. */
function spacerRow(count) {
    if (count <= 0) return [];
    const cell = make("td", { class: "spacer" });
    cell.style.height = `${count * ROW}px`;
    return [make("tr", { "aria-hidden": "true" }, cell)];
}
