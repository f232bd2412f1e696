/** Symbols, states and numbers as the page writes them; what a user has named stands by itself, whatever is in it. */

import { make } from "./elements.js";

/** A name as text that can be seen: a name of spaces alone is shown by open boxes. */
export function visibleText(text) {
    return text.trim() === "" ? "\u2423".repeat(Math.max(text.length, 1)) : text;
}

/** A symbol or state as an element of its own, in full when pointed at. */
export function namedText(text) {
    const shown = visibleText(text);
    return make("bdi", { class: "name", dir: "auto", title: shown.length > 8 ? shown : null }, shown);
}

/** Names with a comma between, as children of an element. */
export function namedList(texts) {
    return texts.flatMap((text, index) => (index ? [", ", namedText(text)] : [namedText(text)]));
}

/** A name inside a text that can only be text, such as a label: it cannot change the direction of what is around it. */
export function isolated(text) {
    return `\u2068${visibleText(text)}\u2069`;
}

/** A whole number with a true minus sign. */
export function signedNumber(number) {
    return number < 0 ? `\u2212${-number}` : String(number);
}

/** A count and its noun: "1 machine step", "2 machine steps". */
export function counted(number, noun) {
    return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

export const moveWords = { L: "moves left", R: "moves right", S: "stays" };
export const moveSigns = { L: "\u2190", R: "\u2192", S: "\u00b7" };
