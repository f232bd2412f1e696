/** The search through time: line by line, digit by digit, closing in on the last visit of a cell. */

import { draw, make } from "./elements.js";
import { chainOf } from "./chains.js";
import { groupText, groupRegisters } from "./families.js";
import { brought, comparisons, looked } from "./lookup.js";

const SEARCH_LINE = 30;

/** What each line of a search found for a row: [{line, found, remain, digit, band}]. */
export async function runSearch(run, recall, chain, row) {
    const lines = [];
    for (const line of [...chain.lines, ...chain.fetch, chain.input]) {
        if (!line || (line === chain.input && !lines[lines.length - 1].none)) continue;
        const { before } = await recall.block(line.block);
        const found = looked(run, line.head, before, row);
        const none = found.winner === found.nullRow;
        const digit = brought(run, line.head, before, found.winner);
        const value = run.registers.get(line.head.value);
        const remain = none ? [] : found.candidates.filter((other) => run.text(value, before, other) === digit);
        lines.push({ line, found, none, digit, remain, stream: before });
    }
    searchBands(run, chain, lines, row);
    return lines;
}

/** For each line the stretch of rows whose time has the digits found so far: it narrows with each digit. */
function searchBands(run, chain, lines, row) {
    let within = Array.from({ length: row + 1 }, (_, other) => other);
    lines.forEach((each, index) => {
        if (index < chain.lines.length) {
            const time = run.registers.get(each.line.head.value);
            within = within.filter((other) => run.text(time, each.stream, other) === each.digit);
        }
        each.band = within.length ? [within[0], within[within.length - 1]] : null;
    });
}

/** How many rows the axis has: a power of two, so that digits halve it, but no more than there are. */
function searchAxisLength(run, row) {
    return Math.min(run.rows, Math.max(16, 2 ** Math.ceil(Math.log2(row + 1))));
}

/** The stretch of rows that each line shows: it zooms in where what remains would be too narrow to see. */
function searchViews(run, chain, lines, row, width) {
    const whole = [0, searchAxisLength(run, row)];
    let view = whole;
    const views = lines.map((each, index) => {
        const above = lines[index - 1]?.band;
        const narrow =
            above &&
            !each.none &&
            ((above[1] - above[0] + 1) / (view[1] - view[0])) * width < width / 12 &&
            view[1] - view[0] > 16;
        if (narrow && index < chain.lines.length) view = around(above[0], above[1], run.rows);
        return view;
    });
    return views.map((own, index) =>
        index < chain.lines.length ? own : fetchView(run, lines[index], row, whole, view, width),
    );
}

/** A few rows more than those from the first to the last one: at least sixteen. */
function around(first, last, rows) {
    const more = Math.max(2, Math.ceil((16 - (last - first + 1)) / 2));
    const from = Math.max(0, Math.min(first - more, rows - 16));
    return [from, Math.min(rows, Math.max(last + 1 + more, from + 16))];
}

/** The whole axis for the arrow back in time, or, if it is too short to see, the rows around it. */
function fetchView(run, each, row, whole, above, width) {
    if (above[0] <= each.found.winner && row < above[1])
        return above[1] - above[0] > 16 && !isFar(each, row, above, width)
            ? around(each.found.winner, row, run.rows)
            : above;
    return isFar(each, row, whole, width) ? whole : around(each.found.winner, row, run.rows);
}

/** Whether an arrow from a row to the one that answers is long enough to see. */
function isFar(each, row, [first, end], width) {
    return ((row - each.found.winner) / (end - first)) * width > 36;
}

/** The place of a row on a line that shows a stretch of rows. */
function searchScale([first, end], width) {
    return (row) => ((row - first + 0.5) / (end - first)) * width;
}

/** The picture: an ordered list, a line for each attention head. */
export function searchPicture(run, cursor, chain, lines, width) {
    const whole = [0, searchAxisLength(run, cursor.row)];
    const views = searchViews(run, chain, lines, cursor.row, width);
    const items = lines.map((each, index) => {
        const scale = {
            x: searchScale(views[index], width),
            view: views[index],
            from: views[index - 1] ?? whole,
            width,
        };
        return searchItem(run, cursor, each, index < chain.lines.length, scale, lines[index - 1]);
    });
    return make(
        "ol",
        { class: "search" },
        searchAxis(run, cursor, searchScale(whole, width), width, whole[1]),
        ...items,
    );
}

function searchAxis(run, cursor, x, width, length) {
    const picture = draw("svg", {
        class: "axis",
        viewBox: `0 0 ${width} ${SEARCH_LINE}`,
        width,
        height: SEARCH_LINE,
        "aria-hidden": "true",
    });
    const start = run.network.prompt_rows;
    const every = roundStep((length / width) * 74);
    picture.append(
        draw("rect", { class: "prompt", x: 0, y: SEARCH_LINE - 6, width: Math.min(width, x(start - 0.5)), height: 6 }),
    );
    picture.append(
        draw("rect", {
            class: "past",
            x: x(start - 0.5),
            y: SEARCH_LINE - 6,
            width: Math.max(0, x(cursor.row + 0.5) - x(start - 0.5)),
            height: 6,
        }),
    );
    const steps = [];
    for (let step = every; start - 1 + step < length; step += every) steps.push(step);
    const clear = (place) => Math.abs(place - x(cursor.row)) > 62 && place > 58 && place < width - 24;
    for (const step of steps.filter((each) => clear(x(start - 1 + each))))
        picture.append(draw("text", { x: x(start - 1 + step), y: SEARCH_LINE - 12 }, String(step)));
    picture.append(
        draw("text", { class: "prompt-label", x: 0, y: SEARCH_LINE - 12 }, x(cursor.row) > 62 ? "prompt" : ""),
    );
    const here = Math.max(30, Math.min(width - 30, x(cursor.row)));
    picture.append(draw("text", { class: "here", x: here, y: SEARCH_LINE - 12 }, run.network.rows[cursor.row]));
    return make(
        "li",
        { class: "axis-line", "aria-hidden": "true" },
        make("span", { class: "asks" }, "rows so far"),
        picture,
        make("span", { class: "decided" }),
    );
}

/** The smallest of 1, 2, 5, 10, 20 ... that is not smaller. */
function roundStep(least) {
    const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
    return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= least) ?? power;
}

/** One attention head: its button, its candidates on the axis, and what it decided. */
function searchItem(run, cursor, each, searches, scale, above) {
    const { line } = each;
    const chosen = cursor.block % run.perLoop === line.block && cursor.head === line.index;
    const button = make(
        "button",
        {
            type: "button",
            "aria-pressed": String(chosen),
            title: line.head.sentence,
            click: () => cursor.look(line.block, line.index),
        },
        line.head.name,
    );
    const asks = make("span", { class: "asks" }, searches ? `largest ${line.head.value} ` : "", button);
    const picture = searches ? searchTicks(run, cursor, each, scale, above) : fetchArrow(run, cursor, each, scale);
    const words = searches ? decidedWords(run, each) : fetchedWords(each);
    const zoomed = String(scale.view) === String(scale.from) ? [] : [searchZoom(run, cursor, scale)];
    return make(
        "li",
        { class: `${searches ? "digit" : "fetch"}${each.none ? " none" : ""}${chosen ? " chosen" : ""}` },
        ...zoomed,
        asks,
        picture,
        words,
    );
}

/** Where a line shows fewer rows than the one above: how they spread, and which they are. */
function searchZoom(run, cursor, { view, from, width }) {
    const back = view[1] - view[0] > from[1] - from[0];
    const [inner, outer] = back ? [from, view] : [view, from];
    const x = searchScale(outer, width);
    const [left, right] = [x(inner[0] - 0.5), x(inner[1] - 0.5)];
    const points = back ? `0,0 ${width},0 ${right},26 ${left},26` : `${left},0 ${right},0 ${width},26 0,26`;
    const picture = draw("svg", {
        class: "zoom",
        viewBox: `0 0 ${width} 26`,
        width,
        height: 26,
        "aria-hidden": "true",
    });
    picture.append(draw("polygon", { points }));
    const middle = Math.max(110, Math.min(width - 110, (left + right + width) / 3));
    const all = view[0] === 0 && view[1] >= cursor.row + 1;
    const words = all
        ? "all rows again"
        : `${back ? "" : "only "}${run.network.rows[view[0]]} to ${run.network.rows[view[1] - 1]}`;
    picture.append(draw("text", { x: middle, y: 18 }, words));
    return picture;
}

function searchTicks(run, cursor, each, { x, view, width }, above) {
    const picture = draw("svg", {
        viewBox: `0 0 ${width} ${SEARCH_LINE}`,
        width,
        height: SEARCH_LINE,
        role: "img",
        "aria-label": searchSpoken(run, each),
    });
    if (above?.band && !each.none) picture.append(searchStretch(above.band, x, "band before"));
    if (each.band && !each.none) picture.append(searchStretch(each.band, x, "band"));
    picture.append(searchGuide(x(cursor.row), SEARCH_LINE));
    const stays = new Set(each.remain);
    const seen = each.found.candidates.filter((other) => other >= view[0] && other < view[1]);
    const size = seen.length > width / 10 ? 2.4 : 4.5;
    for (const other of seen)
        if (!stays.has(other)) picture.append(searchDot(run, x(other), other, size - 0.8, "dropped"));
    for (const other of each.remain) picture.append(searchDot(run, x(other), other, size, "stays"));
    if (each.none) picture.append(searchDot(run, x(each.found.winner), each.found.winner, 4, "null"));
    return picture;
}

function searchGuide(x, height) {
    return draw("path", { class: "guide", d: `M${x},0V${height}` });
}

function searchStretch([first, last], x, kind) {
    return draw("rect", {
        class: kind,
        x: x(first - 0.5),
        y: 2,
        width: Math.max(2, x(last + 0.5) - x(first - 0.5)),
        height: SEARCH_LINE - 4,
        rx: 3,
    });
}

function searchDot(run, x, row, radius, kind) {
    const shape = draw("circle", { class: kind, cx: x, cy: SEARCH_LINE / 2, r: radius });
    shape.append(draw("title", {}, run.network.rows[row]));
    return shape;
}

/** The last line: from the row that asks back to the one that answers. */
function fetchArrow(run, cursor, each, { x, width }) {
    const height = 2 * SEARCH_LINE;
    const [from, to] = [x(cursor.row), x(each.found.winner)];
    const picture = draw("svg", {
        viewBox: `0 0 ${width} ${height}`,
        width,
        height,
        role: "img",
        "aria-label": `${run.network.rows[each.found.winner]} answers`,
    });
    const deep = Math.min(height - 6, 18 + Math.abs(from - to) / 6);
    picture.append(
        draw("path", { class: "guide", d: `M${from},0V8` }),
        draw("path", { class: "back", d: `M${from},10C${from},${deep + 14} ${to},${deep + 14} ${to},16` }),
        draw("path", { class: "arrow-tip", d: `M${to},8l-5,10h10z` }),
        draw("circle", { class: "from", cx: from, cy: 8, r: 4 }),
    );
    return picture;
}

function searchSpoken(run, each) {
    return each.none
        ? `${run.network.rows[each.found.winner]} answers`
        : `${each.found.candidates.length} rows, ${each.remain.length} of them remain`;
}

function decidedWords(run, each) {
    if (each.none)
        return make(
            "span",
            { class: "decided" },
            make("b", {}, each.digit || "–"),
            make("span", {}, " no row matches"),
        );
    const [all, left] = [each.found.candidates.length, each.remain.length];
    const words =
        left === all
            ? all === 1
                ? " the only one stays"
                : ` all ${all} stay`
            : ` ${left} of ${all} ${left === 1 ? "stays" : "stay"}`;
    return make(
        "span",
        { class: "decided", title: `the largest ${each.line.head.value} is ${each.digit}` },
        make("b", {}, each.digit),
        make("span", {}, words),
    );
}

function fetchedWords(each) {
    const words = make("bdi", {}, each.digit || "nothing");
    return make("span", { class: "decided" }, make("b", {}, words), make("span", {}, ` ${each.line.head.value}`));
}

/** The whole search in words. */
export function searchStory(run, cursor, chain, lines) {
    const row = run.network.rows[cursor.row];
    const [first] = lines;
    if (!first.found.asks)
        return [`${row} asks for nothing: it is not flagged ${first.line.head.where}. Choose another row.`];
    const wanted = comparisons(run, first.line.head).parts.map(
        (part) => `${part.shown.name} ${groupText(run, part.asked, first.stream, cursor.row)}`,
    );
    const place = wanted.join(" and ");
    const last = lines[lines.length - 1];
    if (first.none) return noneStory(run, row, place, chain, first, last);
    const many = first.found.candidates.length;
    const digits = lines
        .slice(0, chain.lines.length)
        .map((each) => each.digit)
        .join(" ");
    const heads = chain.lines.length;
    return [
        `${row} goes to ${place} and must know what was written there last. ${many === 1 ? "One row records" : `${many} rows record`} ${place}. `,
        `${heads === 1 ? "One attention head finds" : `${heads} attention heads, one block after the other, find`} the latest of them, digit by digit of its time, the most significant first: each takes the largest digit, and only the rows that have it stay. The digits are `,
        make("b", { class: "digits" }, digits),
        ...(chain.fetch.length
            ? [
                  `${timeWords(run, cursor, last)}: that of ${wroteWords(run, last, place)}`,
                  make("bdi", { class: "value" }, last.digit || "nothing"),
              ]
            : []),
        ".",
    ];
}

/** What happens where no row matches. */
function noneStory(run, row, place, chain, first, last) {
    const answers = run.network.rows[first.found.winner];
    const symbol = make("bdi", { class: "value" }, last.digit || "nothing");
    const begin = `${row} goes to ${place} and must know what was written there last. No row records ${place}: each code misses, so the null row ${answers} answers every attention head`;
    if (last.line !== chain.input || last.none)
        return [`${begin}, and what it brings in the end is the default, `, symbol, "."];
    return [
        `${begin}. So the input counts: the attention head ${last.line.head.name} finds ${run.network.rows[last.found.winner]} of the encoder, which holds `,
        symbol,
        ".",
    ];
}

/** The time that was found, as a number, if digits make one. */
function timeWords(run, cursor, last) {
    const time = comparisons(run, last.line.head).parts.find(
        (part) => part.asked.folded && !part.shown.name.endsWith("cell"),
    );
    const number = time ? groupText(run, time.asked, last.stream, cursor.row) : "";
    return number ? `, time ${number}` : "";
}

function wroteWords(run, last, place) {
    const name = run.network.rows[last.found.winner];
    return last.found.winner < run.network.prompt_rows
        ? `${name}, a row of the prompt, which holds `
        : `${name}, which on ${place} wrote `;
}

/** The search to show for what the cursor looks at, or null. */
export function searchFor(run, cursor) {
    return run.network.grows ? chainOf(run, cursor.block, cursor.head) : null;
}

/** What the chooser of searches calls one: the cells that it goes by. */
export function chainName(run, chain) {
    const parts = comparisons(run, chain.lines[0].head).parts;
    return groupRegisters(
        run,
        parts.flatMap((part) => part.shown.registers),
    )
        .map((group) => group.name)
        .join(", ");
}
