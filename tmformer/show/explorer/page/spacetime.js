/** The whole run in one picture: cells from left to right, machine steps from top to bottom. */

import { make } from "./elements.js";
import { namedText, signedNumber } from "./names.js";
import { markSymbol, symbolsOf } from "./symbols.js";
import { watchTheme } from "./theme.js";
import { SpaceView } from "./spaceview.js";
import { paintSpace } from "./spacepaint.js";
import { AXIS, paintAxes, paintNow, sharpContext } from "./spaceaxes.js";
import { listenToPointer } from "./spacepointer.js";

const MOST_LEGEND = 64; // symbols named below the picture
const TALLEST = 620; // pixels
const KEY_ZOOM = 1.5;

/** @param place the element to fill. */
export function mountSpacetime(place, run, cursor) {
    new SpaceTime(place, run, cursor);
}

class SpaceTime {
    constructor(place, run, cursor) {
        Object.assign(this, { place, run, cursor, number: 0, showsPath: true });
        this.symbols = symbolsOf(run);
        this.build();
        this.choose(0);
        cursor.watch(() => this.follow());
        watchTheme(() => this.paint());
        new ResizeObserver(() => this.measure()).observe(this.picture);
    }

    build() {
        this.under = make("canvas", { role: "img", tabindex: 0 });
        this.over = make("canvas", { "aria-hidden": "true" });
        this.picture = make("div", { class: "picture" }, this.under, this.over);
        this.readout = make("p", { class: "readout quiet" });
        this.under.addEventListener("keydown", (event) => this.key(event));
        listenToPointer(this.picture, this);
        this.place.append(
            make(
                "p",
                { class: "lead" },
                "The whole run: cells from left to right, machine steps from top to bottom. Click to go there; the wheel with Ctrl, or the buttons, enlarge.",
            ),
            this.tools(),
            this.picture,
            this.readout,
            this.legend(),
        );
    }

    tools() {
        const press = (text, label, click) =>
            make("button", { type: "button", "aria-label": label, title: label, click }, text);
        this.whole = press("Whole run", "Show the whole run", () => this.change(() => this.view.fit()));
        const path = make("input", { type: "checkbox", checked: true });
        path.addEventListener("change", () => {
            this.showsPath = path.checked;
            this.paint();
        });
        const zoom = (factor) => () => this.change(() => this.view.zoom(factor, ...this.now()));
        return make(
            "div",
            { class: "tools" },
            ...this.tapeChoice(),
            press("+", "Enlarge", zoom(2)),
            press("\u2212", "Reduce", zoom(0.5)),
            this.whole,
            make("label", { class: "push" }, path, "way of the tape head"),
        );
    }

    tapeChoice() {
        if (this.run.tapes.length === 1) return [];
        const choice = make(
            "select",
            { "aria-label": "Tape" },
            ...this.run.tapes.map((_, number) => make("option", { value: number }, `Tape ${number + 1}`)),
        );
        choice.addEventListener("change", () => this.choose(Number(choice.value)));
        return [choice];
    }

    legend() {
        const entries = this.symbols.slice(0, MOST_LEGEND).map((symbol, index) => {
            const swatch = make("span", { class: "swatch" });
            markSymbol(swatch, index);
            swatch.style.background = "var(--own)";
            return make("li", {}, swatch, namedText(symbol), index === 0 ? " (blank)" : "");
        });
        const path = make("li", {}, make("span", { class: "swatch path" }), "tape head");
        return make("ul", { class: "legend", "aria-label": "Legend" }, ...entries, path);
    }

    /** Show a tape. */
    choose(number) {
        this.number = number;
        const [first, last] = this.run.extent(number);
        this.view = new SpaceView(first, last, this.run.steps);
        this.under.setAttribute(
            "aria-label",
            `Space-time diagram: cells ${first} to ${last}, machine steps 0 to ${this.run.steps}. The arrow keys up and down step.`,
        );
        this.measure();
    }

    /** Use the room there is; a short run needs less. */
    measure() {
        const width = this.picture.clientWidth;
        if (!width) return;
        const height =
            Math.min(TALLEST, Math.max(300, innerHeight * 0.7), Math.max(160, (this.run.steps + 1) * 24)) + AXIS.top;
        if (this.view.width === width - AXIS.left && this.view.height === height - AXIS.top) return;
        this.size = { width, height };
        this.view.resize(width - AXIS.left, height - AXIS.top);
        this.follow();
        this.paint();
    }

    /** Change the view, and paint it. */
    change(act) {
        act();
        this.paint();
    }

    /** Paint once before the next frame, however often this is asked. */
    paint() {
        if (this.waits || !this.size) return;
        this.waits = true;
        requestAnimationFrame(() => {
            this.waits = false;
            const context = sharpContext(this.under, this.size);
            paintAxes(context, this.view, this.size);
            context.save();
            context.translate(AXIS.left, AXIS.top);
            context.beginPath();
            context.rect(0, 0, this.view.width, this.view.height);
            context.clip();
            paintSpace(context, this.view, this.run, this.number, this.symbols, this.showsPath);
            context.restore();
            this.whole.disabled = this.view.isWhole;
            this.paintOver();
        });
    }

    /** Paint what moves: the machine step of now, and the chosen row. */
    paintOver() {
        if (!this.size) return;
        const { step, row, follows } = this.cursor;
        const { grows, cells, prompt_rows: prompt } = this.run.network;
        const cell = follows || grows ? null : cells[row];
        const time = follows || !grows || row < prompt - 1 ? null : row - prompt + 1;
        paintNow(sharpContext(this.over, this.size), this.view, {
            step,
            head: this.run.heads[this.number][step],
            cell,
            time,
        });
    }

    /** Keep the machine step of now in sight. */
    follow() {
        if (!this.size) return;
        const { step } = this.cursor;
        if (this.view.reveal(this.run.heads[this.number][step], step)) this.paint();
        else this.paintOver();
        this.say({ cell: this.run.heads[this.number][step], time: step });
    }

    /** Where now is, in pixels. */
    now() {
        const { step } = this.cursor;
        return [this.view.x(this.run.heads[this.number][step] + 0.5), this.view.y(step + 0.5)];
    }

    /** Go to a machine step, and to the row of a cell if it has one. */
    go({ cell, time }) {
        this.cursor.goTo(time);
        const row = this.number === 0 && !this.run.network.grows ? this.run.rowOfCell.get(cell) : undefined;
        if (row !== undefined) this.cursor.choose(row === this.run.rowOf(time) ? null : row);
    }

    /** Say in words what is at a cell and machine step. */
    say({ cell, time }) {
        const head = this.run.heads[this.number][time] === cell;
        const where = head
            ? ["the tape head is here, in state ", namedText(this.run.states[time])]
            : ["the tape head is at cell ", signedNumber(this.run.heads[this.number][time])];
        this.readout.replaceChildren(
            `Step ${time}, cell ${signedNumber(cell)}: `,
            namedText(this.run.read(this.number, time, cell)),
            "; ",
            ...where,
            ".",
        );
    }

    key(event) {
        const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key];
        const factor = { "+": KEY_ZOOM, "=": KEY_ZOOM, "-": 1 / KEY_ZOOM }[event.key];
        if (event.ctrlKey || event.metaKey || (!step && !factor && event.key !== "0")) return;
        event.preventDefault();
        if (step) this.cursor.goTo(this.cursor.step + step);
        else if (factor) this.change(() => this.view.zoom(factor, ...this.now()));
        else this.change(() => this.view.fit());
    }
}
