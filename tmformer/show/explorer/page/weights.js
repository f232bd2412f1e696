/** The weights: each matrix of the chosen block as a labelled heat map, and the hidden units that fire. */

import { make } from "./elements.js";
import { HeatMap } from "./heatmap.js";
import { activations, transitionText, unitTransitions } from "./units.js";
import { decimal, registerOf } from "./lookup.js";
import { onTheme } from "./palette.js";
import { onWidth, painter } from "./visible.js";
import { recallOf } from "./recall.js";

const HEAD_MATRICES = { W_Q: "query", W_K: "key", W_V: "value", W_O: "output" };
const MATRIX_MEANING = {
    W_Q: "what a row asks: each row of the matrix is a dimension of the query",
    W_K: "what a row shows to those that ask: each row is a dimension of the key",
    W_V: "what a row brings when it answers",
    W_O: "where what is brought is added in the residual stream",
    W_in: "what each hidden unit reads; the last column is its bias b_in",
    W_out: "what each hidden unit adds to the residual stream",
};
const MOST_FIRING = 12; // units that fire listed

/** @param place the element to fill. */
export function mountWeights(place, run, cursor) {
    if (!run.network.blocks.length) return;
    const view = new WeightsView(run, cursor);
    place.append(...view.elements());
    const paint = painter(place, async (newest) => {
        const shown = `${cursor.step} ${cursor.block} ${cursor.head} ${cursor.row}`;
        await view.paint(newest);
        if (newest()) place.dataset.shown = shown;
    });
    view.asks = paint;
    cursor.watch(paint);
    onWidth(place, paint);
    onTheme(paint);
}

class WeightsView {
    constructor(run, cursor) {
        Object.assign(this, { run, cursor, matrix: null, models: new Map() });
        this.parts = make("div", { class: "modes", role: "group", "aria-label": "Part of the block and its matrix" });
        this.meaning = make("p", { class: "soft" });
        this.said = make(
            "p",
            { class: "said", id: "weight-said", "aria-live": "polite" },
            "Point at an entry, or use the arrow keys.",
        );
        this.map = new HeatMap((row, column) => this.say(row, column));
        this.firing = make("div", { class: "firing" });
    }

    elements() {
        const zoom = (by, name, sign) =>
            make("button", { type: "button", "aria-label": name, click: () => this.map.zoom(by) }, sign);
        const zooms = make(
            "div",
            { class: "modes zoom", role: "group", "aria-label": "Size of entries" },
            zoom(-4, "smaller", "−"),
            zoom(4, "larger", "+"),
        );
        const legend = make(
            "p",
            { class: "soft legend" },
            make("span", { class: "plus" }, "+"),
            " positive ",
            make("span", { class: "minus" }, "−"),
            " negative, empty is 0",
        );
        return [
            this.parts,
            make("div", { class: "weights-top" }, this.meaning, legend, zooms),
            this.map.element,
            this.said,
            this.firing,
        ];
    }

    /** Which matrices there are to choose: those of the chosen attention head, and those of the MLP. */
    choices() {
        const head = this.head();
        return [...(head ? Object.keys(HEAD_MATRICES) : []), ...(this.block().units.length ? ["W_in", "W_out"] : [])];
    }

    block() {
        return this.run.parts(this.cursor.block);
    }

    head() {
        return this.block().heads[this.cursor.head];
    }

    async paint(newest) {
        const choices = this.choices();
        if (!choices.includes(this.matrix)) this.matrix = choices.includes("W_in") ? "W_in" : choices[0];
        this.buttons(choices);
        const fires = await this.fires(newest);
        if (!newest()) return;
        this.meaning.textContent = `${this.matrix}: ${MATRIX_MEANING[this.matrix]}.`;
        const lit = new Set(this.matrix === "W_in" ? fires.map(([unit]) => unit) : []);
        this.map.show(this.model(), lit);
        this.list(fires);
    }

    buttons(choices) {
        const told = `${this.cursor.block % this.run.perLoop} ${this.cursor.head} ${this.matrix} ${choices}`;
        if (told === this.told) return;
        this.told = told;
        const held = this.parts.contains(document.activeElement);
        const head = this.head();
        const button = (name) =>
            make(
                "button",
                { type: "button", "aria-pressed": String(name === this.matrix), click: () => this.choose(name) },
                name,
            );
        const named = choices.filter((name) => name in HEAD_MATRICES).map(button);
        const mlp = choices.filter((name) => !(name in HEAD_MATRICES)).map(button);
        const where = make("span", { class: "soft" }, `block ${(this.cursor.block % this.run.perLoop) + 1}: `);
        this.parts.replaceChildren(
            where,
            ...(head ? [make("span", {}, "attention head ", make("b", {}, head.name)), ...named] : []),
            ...(mlp.length ? [make("span", {}, "MLP"), ...mlp] : []),
        );
        if (held) this.parts.querySelector("[aria-pressed=true]")?.focus();
    }

    choose(name) {
        this.matrix = name;
        this.asks();
    }

    /** The units that fire at the chosen row: [unit, activation]. */
    async fires(newest) {
        if (!this.run.blocks) return [];
        const record = await recallOf(this.run).block(this.cursor.block);
        if (!newest()) return [];
        return [...activations(this.run, this.block(), record.attended, this.cursor.row).entries()].filter(
            ([, value]) => value > 0,
        );
    }

    list(fires) {
        const { run, cursor } = this;
        const parts = this.block();
        if (!parts.units.length || !run.blocks) return this.firing.replaceChildren();
        const transitions = unitTransitions(run, parts);
        const order = [...fires].sort(
            (one, other) => (transitions[other[0]] !== null) - (transitions[one[0]] !== null),
        );
        const items = order.slice(0, MOST_FIRING).map(([unit, value]) => this.unit(unit, value, transitions[unit]));
        const title = `${fires.length} of ${parts.units.length} hidden units ${fires.length === 1 ? "fires" : "fire"} at ${run.network.rows[cursor.row]}`;
        const more =
            fires.length > MOST_FIRING ? [make("p", { class: "soft" }, `and ${fires.length - MOST_FIRING} more`)] : [];
        this.firing.replaceChildren(make("h3", {}, title), make("ul", {}, ...items), ...more);
    }

    unit(unit, value, transition) {
        const lit =
            transition === null
                ? []
                : [
                      make(
                          "span",
                          { class: "tag rule" },
                          "transition ",
                          make("bdi", {}, transitionText(this.run, transition)),
                      ),
                  ];
        return make(
            "li",
            {},
            make(
                "button",
                { type: "button", title: "show it in the matrix", click: () => this.find(unit) },
                `unit ${unit}`,
            ),
            ...lit,
            make("span", { class: "amount" }, decimal(value)),
            make("bdi", { class: "does" }, this.block().units[unit]),
        );
    }

    find(unit) {
        if (this.matrix !== "W_in") {
            this.matrix = "W_in";
            this.buttons(this.choices());
            this.map.show(this.model(), new Set());
            this.asks();
        }
        this.map.select(unit, this.map.model.entries.find(([row]) => row === unit)?.[1] ?? 0, true);
    }

    /** The matrix with the names of its rows and columns, made once. */
    model() {
        const key = `${this.cursor.block % this.run.perLoop} ${this.matrix in HEAD_MATRICES ? this.cursor.head : ""} ${this.matrix}`;
        if (!this.models.has(key)) this.models.set(key, this.matrix in HEAD_MATRICES ? this.ofHead() : this.ofMlp());
        return this.models.get(key);
    }

    ofHead() {
        const head = this.head();
        const matrix = head.matrices[HEAD_MATRICES[this.matrix]];
        const side = { W_Q: 0, W_K: 1 }[this.matrix];
        const stream = this.stream();
        const label = `${this.matrix} of attention head ${head.name}`;
        const dimensions = side === undefined ? head.values : head.keys.map((name) => name.split(" · ")[side] ?? name);
        const narrow = { names: dimensions, groups: dimensions.map((_, index) => (side === undefined ? 0 : index)) };
        const [rows, columns] = this.matrix === "W_O" ? [stream, narrow] : [narrow, stream];
        return {
            label,
            rows: rows.names,
            columns: columns.names,
            rowGroups: rows.groups,
            columnGroups: columns.groups,
            entries: matrix.entries,
        };
    }

    ofMlp() {
        const { mlp, units } = this.block();
        const stream = this.stream();
        const pairs = units.map(
            (text, unit) => text.replace(/, (1st|2nd) half: .*$/, "") + (/, (1st|2nd) half: /.test(text) ? "" : unit),
        );
        if (this.matrix === "W_out")
            return {
                label: "W_out",
                rows: stream.names,
                columns: units,
                rowGroups: stream.groups,
                columnGroups: pairs,
                entries: mlp.w_out.entries,
            };
        const last = stream.names.length;
        const entries = [...mlp.w_in.entries, ...mlp.b_in.entries.map(([unit, , bias]) => [unit, last, bias])];
        return {
            label: "W_in and b_in",
            rows: units,
            columns: [...stream.names, "bias b_in"],
            rowGroups: pairs,
            columnGroups: [...stream.groups, "bias"],
            entries,
        };
    }

    /** The coordinates of the residual stream, grouped by register. */
    stream() {
        const names = this.run.network.coordinates;
        return { names, groups: names.map((_, coordinate) => registerOf(this.run, coordinate).name) };
    }

    /** An entry in words; of a unit also what it is for. */
    say(row, column) {
        const { rows, columns } = this.map.model;
        const unit = { W_in: row, W_out: column }[this.matrix];
        const transition = unit === undefined ? null : unitTransitions(this.run, this.block())[unit];
        const value = make("b", {}, decimal(this.map.value(row, column)));
        const other = this.matrix === "W_in" ? columns[column] : rows[row];
        const rule =
            transition === null
                ? []
                : [" Part of the transition ", make("bdi", {}, transitionText(this.run, transition)), "."];
        const words =
            unit === undefined
                ? [make("bdi", {}, rows[row]), " × ", make("bdi", {}, columns[column]), " = ", value]
                : [
                      `unit ${unit}, `,
                      make("bdi", {}, other),
                      " = ",
                      value,
                      ". ",
                      make("bdi", {}, this.block().units[unit]),
                      ".",
                      ...rule,
                  ];
        this.said.replaceChildren(...words);
    }
}
