/** The tapes, each a strip of cells with its tape head; where a cell is a row of the transformer, it can be chosen. */

import { make } from "./elements.js";
import { TapeStrip } from "./strip.js";

/** @param place the element to fill. */
export function mountTape(place, run, cursor) {
    const strips = run.tapes.map((_, number) => new TapeStrip(run, cursor, number));
    const titles = strips.map((strip, number) =>
        strips.length > 1 ? [make("h3", {}, `Tape ${number + 1}`), strip.element] : [strip.element],
    );
    place.append(make("p", { class: "lead" }, tapeLead(run)), ...titles.flat(), chosenLine(run, cursor));
    const update = () => {
        for (const strip of strips) strip.update();
    };
    new ResizeObserver(() => {
        for (const strip of strips) strip.measure();
        update();
    }).observe(place);
    cursor.watch(update);
}

function tapeLead(run) {
    if (run.network.grows)
        return "The tape as the rows so far describe it: nothing in this transformer holds a tape, each row remembers one machine step.";
    return "Each cell of the tape is one row of the transformer, and all rows are computed at once. Choose a cell to look inside its row.";
}

/** Which row is looked at, and the way back to that of the tape head. */
function chosenLine(run, cursor) {
    const text = make("span", {});
    const follow = make("button", { type: "button", click: () => cursor.choose(null) }, "Follow the tape head");
    const atWork = run.network.grows ? "the newest one" : "where the tape head was when this was computed";
    cursor.watch(({ row, follows }) => {
        text.replaceChildren(
            "Looking inside row ",
            make("strong", {}, run.network.rows[row] ?? String(row)),
            follows ? `, ${atWork}.` : ".",
        );
        follow.hidden = follows;
    });
    return make("p", { class: "tools looking" }, text, follow);
}
