/** The cells near the chosen one, and an arrow for each attention head of the block: from the row that answers, what it brings. */

import { draw } from "./elements.js";
import { brought, looked } from "./lookup.js";

const ARROW_TILE = 44;
const ARROW_TOP = 128; // where tiles begin
const ARROW_HEIGHT = 226;

/** Whether a picture of cells says something: each cell is a row, and stays it. */
export function hasCells(run) {
    return !run.network.grows && run.rowOfCell.size > 0;
}

/** What each attention head of a block found for a row. */
function headAnswers(run, parts, stream, row) {
    return parts.heads.map((head, index) => {
        const found = looked(run, head, stream, row);
        return { head, index, found, text: brought(run, head, stream, found.winner) };
    });
}

/** The picture; `width` in pixels. */
export function cellArrows(run, cursor, stream, width) {
    const configuration = Math.floor(cursor.block / run.perLoop);
    const centre = run.network.cells[cursor.row] ?? run.heads[0][configuration];
    const across = Math.max(3, Math.floor(width / ARROW_TILE));
    const first = centre - Math.floor((across - 1) / 2);
    const place = (cell) => width / 2 + (cell - centre) * ARROW_TILE;
    const found = headAnswers(run, run.parts(cursor.block), stream, cursor.row);
    const picture = draw("svg", {
        class: "cell-arrows",
        viewBox: `0 0 ${width} ${ARROW_HEIGHT}`,
        width,
        height: ARROW_HEIGHT,
        role: "img",
        "aria-label": arrowsSpoken(run, cursor, found),
    });
    const symbols = run.tape(0, configuration);
    for (let cell = first; cell < first + across; cell += 1) {
        const row = run.rowOfCell.get(cell);
        if (row !== undefined) picture.append(arrowTile(run, cursor, cell, row, place(cell), symbols, configuration));
    }
    picture.append(nullTile(run, found));
    const chosen = run.network.cells[cursor.row] === null ? null : place(centre);
    if (chosen !== null) picture.append(...headArrows(run, cursor, found, chosen, place, width));
    return picture;
}

function arrowsSpoken(run, cursor, found) {
    const each = found.map(
        ({ head, found: own, text }) => `${head.name}: ${run.network.rows[own.winner]} brings ${text || "nothing"}`,
    );
    return `Attention of ${run.network.rows[cursor.row]}. ${each.join(". ")}.`;
}

function arrowTile(run, cursor, cell, row, x, symbols, configuration) {
    const here = run.heads[0][configuration] === cell;
    const group = draw("g", {
        class: `arrow-cell${row === cursor.row ? " chosen" : ""}${here ? " at-tape-head" : ""}`,
        click: () => cursor.choose(row),
    });
    group.append(
        draw("rect", { x: x - ARROW_TILE / 2 + 2, y: ARROW_TOP, width: ARROW_TILE - 4, height: ARROW_TILE - 4, rx: 4 }),
        draw("text", { x, y: ARROW_TOP + 26, class: "arrow-symbol" }, shortText(symbols.get(cell) ?? run.blank, 4)),
        draw("text", { x, y: ARROW_TOP + ARROW_TILE + 10, class: "arrow-number" }, String(cell)),
    );
    if (here) {
        group.append(draw("path", { class: "tape-head", d: `M${x},${ARROW_TOP + ARROW_TILE + 16}l7,10h-14z` }));
        group.append(
            draw(
                "text",
                { x, y: ARROW_TOP + ARROW_TILE + 42, class: "arrow-state" },
                `state ${shortText(run.states[configuration], 14)}`,
            ),
        );
    }
    return group;
}

/** The null row, at the left margin, if an attention head asked it. */
function nullTile(run, found) {
    const asked = found.find(({ found: own }) => run.network.cells[own.winner] === null);
    if (!asked) return "";
    const group = draw("g", { class: "arrow-cell null" });
    group.append(
        draw("rect", { x: 3, y: ARROW_TOP, width: ARROW_TILE - 6, height: ARROW_TILE - 4, rx: 4 }),
        draw(
            "text",
            { x: ARROW_TILE / 2, y: ARROW_TOP + 25, class: "arrow-symbol small" },
            shortText(run.network.rows[asked.found.winner], 5),
        ),
    );
    return group;
}

/** For each attention head a line from the row that answers, through its label, to the chosen cell. */
function headArrows(run, cursor, found, target, place, width) {
    const source = ({ found: own }) =>
        run.network.cells[own.winner] === null
            ? ARROW_TILE / 2
            : Math.max(10, Math.min(width - 10, place(run.network.cells[own.winner])));
    const sorted = [...found].sort((one, other) => source(one) - source(other));
    const gap = Math.min(170, width / sorted.length);
    const left = Math.max(
        gap / 2,
        Math.min(width - gap * (sorted.length - 0.5), target - (gap * (sorted.length - 1)) / 2),
    );
    return sorted.map((each, order) => {
        const from = source(each);
        const label = left + gap * order;
        const to = target + (order - (sorted.length - 1) / 2) * 11;
        const group = draw("g", {
            class: `head-arrow${each.text ? " brings" : ""}${each.index === cursor.head ? " chosen" : ""}`,
            click: () => cursor.look(cursor.block, each.index),
        });
        const top = ARROW_TOP - 3;
        const side = from < target ? -14 : 14;
        const [up, down] = [label + side, label - side];
        group.append(
            draw("circle", { class: "arrow-tip", cx: from, cy: top, r: 3.5 }),
            draw("path", { class: "arrow-line", d: `M${from},${top}C${from},${top - 46} ${up},${top - 20} ${up},52` }),
            draw("path", {
                class: "arrow-line",
                d: `M${down},52C${down},${top - 24} ${to},${top - 44} ${to},${top - 8}`,
            }),
            draw("path", { class: "arrow-tip", d: `M${to},${top}l-5,-9h10z` }),
            draw("rect", { class: "arrow-label", x: label - gap / 2 + 4, y: 8, width: gap - 8, height: 44, rx: 6 }),
            draw("text", { x: label, y: 26, class: "arrow-name" }, shortText(each.head.name, Math.floor(gap / 8))),
            draw(
                "text",
                { x: label, y: 44, class: "arrow-text" },
                each.text ? shortText(`brings ${each.text}`, Math.floor(gap / 7.2)) : "brings nothing",
            ),
        );
        group.append(draw("title", {}, each.head.sentence));
        return group;
    });
}

/** A text of at most so many characters. */
export function shortText(text, most) {
    const characters = [...text];
    return characters.length <= most ? text : `${characters.slice(0, Math.max(1, most - 1)).join("")}…`;
}
