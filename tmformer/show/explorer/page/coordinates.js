/** Every coordinate of the residual stream of the chosen row: its float, the exact number, and how many ulps apart. */

import { make } from "./elements.js";

export class Coordinates {
    constructor(run) {
        this.run = run;
        this.lines = [];
        this.body = make("tbody");
        const titles = ["coordinate", "before", "after attention", "exact", "ulps", "after the MLP", "exact", "ulps"];
        const table = make(
            "table",
            { class: "coordinates" },
            make("thead", {}, make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)))),
            this.body,
        );
        const scroll = make(
            "div",
            { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Coordinates" },
            table,
        );
        this.element = make(
            "details",
            {},
            make("summary", {}, `All ${run.width} coordinates, with their exact numbers`),
            scroll,
        );
    }

    /** Fill the table, if it is open. */
    show(record, row) {
        if (!this.element.open) return;
        if (!this.lines.length) this.build();
        const first = row * this.run.width;
        this.lines.forEach((cells, coordinate) => {
            const place = first + coordinate;
            const texts = [
                String(record.before[place]),
                ...this.stage(record.attended, record.attendedApart, place),
                ...this.stage(record.after, record.afterApart, place),
            ];
            texts.forEach((text, index) => {
                if (cells[index].textContent !== text) cells[index].textContent = text;
            });
            cells[1].className = record.before[place] === record.attended[place] ? "" : "changed";
            cells[4].className = record.attended[place] === record.after[place] ? "" : "changed";
        });
    }

    stage(stream, apart, place) {
        const own = apart.get(place);
        return [String(stream[place]), own ? own.exact : "exact", own ? (own.ulps ?? "no float is near") : "0"];
    }

    build() {
        this.lines = this.run.network.coordinates.map((name) => {
            const cells = Array.from({ length: 7 }, () => make("td"));
            this.body.append(make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, name)), ...cells));
            return cells;
        });
    }
}
