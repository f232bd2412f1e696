/** What stands around the picture of space and time, and on it: numbers of cells and machine steps, and where now is. */

import { signedNumber } from "./names.js";
import { READABLE } from "./spacepaint.js";
import { cssColour, paletteColour } from "./theme.js";

export const AXIS = { left: 50, top: 22 }; // pixels left to numbers

/** The context of a canvas that has as many pixels as the screen. */
export function sharpContext(canvas, { width, height }) {
    const ratio = devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
}

/** The distance of round numbers that are at least so many pixels apart. */
function roundDistance(scale, least) {
    let distance = 1;
    for (const factor of [2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2]) {
        if (distance * scale >= least) break;
        distance *= factor;
    }
    return distance;
}

/** Numbers of cells above, of machine steps on the left. */
export function paintAxes(context, view, size) {
    const { cell, time } = view.sight();
    Object.assign(context, {
        font: "11px system-ui, sans-serif",
        fillStyle: cssColour(paletteColour("--ink-soft")),
        textBaseline: "middle",
    });
    context.strokeStyle = cssColour(paletteColour("--line-strong"));
    context.lineWidth = 1;
    const wide = roundDistance(view.scaleX, 40);
    context.textAlign = "center";
    for (let at = Math.ceil(cell.from / wide) * wide; at < cell.from + cell.count; at += wide) {
        const x = AXIS.left + view.x(at + 0.5);
        if (x < AXIS.left + 4 || x > size.width - 8) continue;
        context.fillText(signedNumber(at), x, 9);
        context.fillRect(x, AXIS.top - 5, 1, 4);
    }
    const high = roundDistance(view.scaleY, 30);
    context.textAlign = "end";
    for (let at = Math.ceil(time.from / high) * high; at < time.from + time.count; at += high) {
        const y = AXIS.top + view.y(at + 0.5);
        if (y < AXIS.top || y > size.height - 5) continue;
        context.fillText(at.toLocaleString("en"), AXIS.left - 9, y);
        context.fillRect(AXIS.left - 6, y, 4, 1);
    }
}

/** The line of now, the tape head on it, and the chosen row: the column of its cell, or the line of its machine step. */
export function paintNow(context, view, { step, head, cell, time }) {
    const y = AXIS.top + view.y(step);
    const high = Math.max(view.scaleY, 2);
    const [ink, accent, chosen] = ["--ink", "--accent", "--accent-2"].map(paletteColour);
    if (cell !== null) {
        context.strokeStyle = cssColour(chosen);
        context.lineWidth = 1.5;
        context.strokeRect(AXIS.left + view.x(cell), AXIS.top + 0.75, view.scaleX, view.height - 1.5);
    }
    if (time !== null) {
        context.strokeStyle = cssColour(chosen);
        context.lineWidth = 2;
        context.strokeRect(AXIS.left + 1, AXIS.top + view.y(time), view.width - 2, Math.max(view.scaleY, 3));
    }
    for (const edge of [y, y + high]) {
        context.fillStyle = cssColour(paletteColour("--panel"), 0.8);
        context.fillRect(AXIS.left, edge - 1.5, view.width, 3);
        context.fillStyle = cssColour(ink);
        context.fillRect(AXIS.left, edge - 0.5, view.width, 1);
    }
    paintTag(context, y + high / 2, step.toLocaleString("en"), ink);
    if (Math.min(view.scaleX, view.scaleY) >= READABLE) {
        Object.assign(context, { strokeStyle: cssColour(accent), lineWidth: 3.5 });
        context.strokeRect(AXIS.left + view.x(head) + 0.5, y + 0.5, view.scaleX - 1, high - 1);
        return;
    }
    context.fillStyle = cssColour(accent);
    context.strokeStyle = cssColour(paletteColour("--panel"));
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(AXIS.left + view.x(head + 0.5), y + high / 2, Math.max(4.5, Math.min(view.scaleX, high) / 3.2), 0, 7);
    context.fill();
    context.stroke();
}

/** The number of the machine step of now, in a box on the axis. */
function paintTag(context, y, text, colour) {
    Object.assign(context, { font: "600 11px system-ui, sans-serif", textAlign: "end", textBaseline: "middle" });
    const width = context.measureText(text).width + 10;
    context.fillStyle = cssColour(colour);
    context.beginPath();
    context.roundRect(AXIS.left - 4 - width, y - 8, width, 16, 3);
    context.fill();
    context.fillStyle = cssColour(paletteColour("--panel"));
    context.fillText(text, AXIS.left - 9, y + 0.5);
}
