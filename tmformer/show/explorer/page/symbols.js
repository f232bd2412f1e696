/** The symbols of a run, each with a colour that all views share; the blank is symbol 0. */

import { paletteColour } from "./theme.js";

const HUES = 7; // colours besides that of the blank

/** All symbols of a run, the blank first. */
export function symbolsOf(run) {
    const used = run.machine ? run.machine.symbols : [...run.tapes.map((tape) => tape.symbols), ...run.written].flat();
    return [...new Set([run.blank, ...used])];
}

/** The number of the colour of a symbol, and whether it is a paler one because all colours are taken. */
export function hueOf(index) {
    return index === 0
        ? { hue: 0, paler: 0 }
        : { hue: 1 + ((index - 1) % HUES), paler: Math.min(Math.floor((index - 1) / HUES), 3) };
}

/** The colours of so many symbols, as [red, green, blue], in the theme of now. */
export function symbolColours(count) {
    const paper = paletteColour("--symbol-0");
    const own = Array.from({ length: HUES + 1 }, (_, hue) => paletteColour(`--symbol-${hue}`));
    return Array.from({ length: count }, (_, index) => {
        const { hue, paler } = hueOf(index);
        return own[hue].map((part, place) => Math.round(part + (paper[place] - part) * paler * 0.25));
    });
}

/** Mark an element with the colour of a symbol, for the style sheet. */
export function markSymbol(element, index) {
    const { hue, paler } = hueOf(index);
    element.dataset.hue = hue;
    element.dataset.paler = paler;
}
