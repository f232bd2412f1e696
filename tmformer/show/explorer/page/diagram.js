/** The state diagram, with the state of now and the transition that comes next lit. */

import { make } from "./elements.js";
import { transitionsUsed } from "./uses.js";

const SMALLEST_DIAGRAM = 0.62; // below it, a wide diagram scrolls instead
const LARGEST_DIAGRAM = 1.5;

/** @param place the element to fill. */
export function mountDiagram(place, run, cursor) {
    const diagram = run.machine?.diagram;
    if (!diagram) {
        const why = run.machine
            ? `There is no diagram: ${run.machine.undrawn}.`
            : "There is no diagram: the page was made of weights, without their machine.";
        place.append(make("p", { class: "note" }, why));
        return;
    }
    const drawing = adoptedSvg(diagram);
    const picture = make(
        "div",
        { class: "picture", role: "group", tabindex: 0, "aria-label": "State diagram" },
        drawing,
    );
    place.append(picture);
    const lit = [];
    cursor.watch(({ step }, changed) => {
        if (!changed.has("step")) return;
        for (const [element, name] of lit.splice(0)) element.classList.remove(name);
        for (const [selector, name] of litParts(run, step)) {
            for (const element of drawing.querySelectorAll(selector)) {
                element.classList.add(name);
                lit.push([element, name]);
            }
        }
        bringInSight(picture, lit[0]?.[0]);
    });
}

/** Scroll a picture, never the page, so that an element of it can be seen. */
function bringInSight(picture, element) {
    if (!element) return;
    const [inner, outer] = [element, picture].map((each) => each.getBoundingClientRect());
    if (inner.left < outer.left || inner.right > outer.right)
        picture.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
    if (inner.top < outer.top || inner.bottom > outer.bottom)
        picture.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
}

/** The SVG as an element of this page, without its own style: names in it are escaped, so that no other "<style>" is there. */
function adoptedSvg(text) {
    const bare = text.replace(/<style>[^]*?<\/style>/g, "");
    const drawing = document.importNode(new DOMParser().parseFromString(bare, "image/svg+xml").documentElement, true);
    const [width, height] = ["width", "height"].map((name) => Number(drawing.getAttribute(name)));
    drawing.style.width = `${width * Math.min(LARGEST_DIAGRAM, Math.max(1, 360 / height))}px`;
    drawing.style.minWidth = `${width * SMALLEST_DIAGRAM}px`;
    return drawing;
}

/** Selectors of what is lit, and the class that lights it. */
function litParts(run, step) {
    const states = run.machine.states;
    const from = states.indexOf(run.states[step]);
    const parts = [[`.state[data-state="${from}"]`, "now"]];
    const used = transitionsUsed(run)[step];
    if (step < run.steps && used >= 0) {
        const arrow = `${from}-${states.indexOf(run.machine.transitions[used][4])}`;
        parts.push([`.arrow[data-arrow="${arrow}"]`, "next"], [`.label[data-arrow="${arrow}"]`, "next"]);
    }
    return parts;
}
