/** Paints cells by machine steps; work is proportional to pixels, and to the machine steps in sight. */

import { visibleText } from "./names.js";
import { cssColour, paletteColour } from "./theme.js";
import { symbolColours } from "./symbols.js";

export const READABLE = 13; // pixels from which on symbols are written
const GRID = 6; // pixels from which on cells stand apart

/** Paint what is in sight of a view: a colour for each symbol, the way of the tape head, and symbols where there is room. */
export function paintSpace(context, view, run, tape, symbols, showsPath) {
    const sight = view.sight();
    context.clearRect(0, 0, view.width, view.height);
    const columns = Math.min(sight.cell.count, Math.ceil(view.width * devicePixelRatio));
    const lines = Math.min(sight.time.count, Math.ceil(view.height * devicePixelRatio));
    if (columns < 1 || lines < 1) return;
    const colours = symbolColours(symbols.length);
    const walk = walkedSpace(run, tape, symbols, sight, columns, lines, colours);
    const image = new OffscreenCanvas(columns, lines);
    image.getContext("2d").putImageData(walk.image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(
        image,
        view.x(sight.cell.from),
        view.y(sight.time.from),
        sight.cell.count * view.scaleX,
        sight.time.count * view.scaleY,
    );
    if (view.scaleX >= GRID && view.scaleY >= GRID) paintGrid(context, view, sight);
    if (showsPath) paintPath(context, view, run, tape, sight, walk.ranges);
    if (view.scaleX >= READABLE && view.scaleY >= READABLE)
        paintSymbols(context, view, run, tape, sight, symbols, colours);
}

/** One pixel for each cell and machine step, fewer where there are more than pixels; and where the tape head was in each line. */
function walkedSpace(run, tape, symbols, sight, columns, lines, colours) {
    const packed = Uint32Array.from(
        colours,
        ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0,
    );
    const numbers = new Map(symbols.map((symbol, index) => [symbol, index]));
    const { from, count } = sight.cell;
    const line = new Uint32Array(count).fill(packed[0]);
    const put = (cell, symbol) => {
        if (cell >= from && cell < from + count) line[cell - from] = packed[numbers.get(symbol)];
    };
    for (const [cell, symbol] of run.tape(tape, sight.time.from)) put(cell, symbol);
    const image = new ImageData(columns, lines);
    const pixels = new Uint32Array(image.data.buffer);
    const ranges = [];
    let time = sight.time.from;
    for (let at = 0; at < lines; at += 1) {
        const next = sight.time.from + Math.floor(((at + 1) * sight.time.count) / lines);
        pixels.set(sampledLine(line, columns, packed[0]), at * columns);
        let [least, most] = [Infinity, -Infinity];
        for (; time < next; time += 1) {
            const head = run.heads[tape][time];
            least = Math.min(least, head);
            most = Math.max(most, head);
            if (time < run.steps) put(head, run.written[tape][time]);
        }
        ranges.push([least, most]);
    }
    return { image, ranges };
}

/** A line in fewer pixels: of several cells the first that is not blank. */
function sampledLine(line, columns, blank) {
    if (columns === line.length) return line;
    return Uint32Array.from({ length: columns }, (_, column) => {
        const end = Math.floor(((column + 1) * line.length) / columns);
        for (let at = Math.floor((column * line.length) / columns); at < end; at += 1)
            if (line[at] !== blank) return line[at];
        return blank;
    });
}

function paintGrid(context, view, { cell, time }) {
    context.fillStyle = cssColour(paletteColour("--panel"));
    const [left, top] = [view.x(cell.from), view.y(time.from)];
    const [width, height] = [cell.count * view.scaleX, time.count * view.scaleY];
    for (let at = 0; at <= cell.count; at += 1) context.fillRect(left + at * view.scaleX - 0.5, top, 1, height);
    for (let at = 0; at <= time.count; at += 1) context.fillRect(left, top + at * view.scaleY - 0.5, width, 1);
}

/** The way of the tape head: a line through its cells, or where one pixel is many machine steps, from the leftmost to the rightmost. */
function paintPath(context, view, run, tape, sight, ranges) {
    context.strokeStyle = cssColour(paletteColour("--accent"), ranges.length === sight.time.count ? 0.9 : 0.6);
    context.lineWidth = Math.max(1, Math.min(2.5, Math.min(view.scaleX, view.scaleY) / 5));
    context.lineJoin = "round";
    context.beginPath();
    if (ranges.length === sight.time.count) {
        for (let at = 0; at < sight.time.count; at += 1) {
            const time = sight.time.from + at;
            context.lineTo(view.x(run.heads[tape][time] + 0.5), view.y(time + 0.5));
        }
    } else {
        ranges.forEach(([least, most], at) => {
            const y = view.y(sight.time.from + ((at + 0.5) * sight.time.count) / ranges.length);
            context.moveTo(view.x(least), y);
            context.lineTo(view.x(most + 1), y);
        });
    }
    context.stroke();
}

/** Symbols in their cells, and a frame around the cell of the tape head. */
function paintSymbols(context, view, run, tape, { cell, time }, symbols, colours) {
    const size = Math.min(view.scaleX, view.scaleY) * 0.6;
    const numbers = new Map(symbols.map((symbol, index) => [symbol, index]));
    const inks = colours.map((colour) => (brightness(colour) > 140 ? "#1d1f23" : "#ffffff"));
    const cells = new Map(run.tape(tape, time.from));
    Object.assign(context, {
        font: `${size}px ui-monospace, monospace`,
        textAlign: "center",
        textBaseline: "middle",
        lineWidth: 2,
    });
    context.strokeStyle = cssColour(paletteColour("--accent"));
    for (let at = time.from; at < time.from + time.count; at += 1) {
        const head = run.heads[tape][at];
        const y = view.y(at);
        for (let place = cell.from; place < cell.from + cell.count; place += 1) {
            const symbol = cells.get(place) ?? run.blank;
            if (symbol === run.blank && place !== head) continue;
            const number = numbers.get(symbol);
            const x = view.x(place);
            if (place === head) {
                context.fillStyle = cssColour(colours[number]);
                context.fillRect(x + 2, y + 2, view.scaleX - 4, view.scaleY - 4);
                context.strokeRect(x + 1.5, y + 1.5, view.scaleX - 3, view.scaleY - 3);
            }
            context.fillStyle = inks[number];
            context.fillText(briefSymbol(symbol), x + view.scaleX / 2, y + view.scaleY / 2 + 1, view.scaleX - 3);
        }
        if (at < run.steps) cells.set(head, run.written[tape][at]);
    }
}

/** A symbol in at most three characters; where more are left out, it says so. */
function briefSymbol(symbol) {
    const characters = [...visibleText(symbol)];
    return characters.length <= 3 ? characters.join("") : `${characters.slice(0, 2).join("")}\u2026`;
}

function brightness([red, green, blue]) {
    return 0.3 * red + 0.59 * green + 0.11 * blue;
}
