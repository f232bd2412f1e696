/** The residual stream of the chosen row: what each register holds before and after attention, and after the MLP. */

import { make } from "./elements.js";
import { groupText, groupRegisters } from "./families.js";
import { Coordinates } from "./coordinates.js";
import { painter } from "./visible.js";
import { recallOf } from "./recall.js";

const STREAM_STAGES = ["before", "attended", "after"];
const STAGE_TITLES = ["before the block", "after attention", "after the MLP"];

/** @param place the element to fill. */
export function mountRegisters(place, run, cursor) {
    if (!run.blocks) {
        place.append(make("p", { class: "soft" }, "The machine made no step, so no block was computed."));
        return;
    }
    const view = registerParts(run);
    place.append(
        view.caption,
        view.options,
        make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Registers" }, view.table),
        view.coordinates.element,
    );
    const paint = painter(place, async (newest) => {
        const shown = `${cursor.step} ${cursor.block} ${cursor.row}`;
        await showRegisters(view, run, cursor, newest);
        if (newest()) place.dataset.shown = shown;
    });
    view.all.addEventListener("change", paint);
    view.coordinates.element.addEventListener("toggle", paint);
    cursor.watch(paint);
}

function registerParts(run) {
    const all = make("input", { type: "checkbox", id: "registers-all" });
    const body = make("tbody");
    const heading = make(
        "tr",
        {},
        make("th", { scope: "col" }, "register"),
        ...STAGE_TITLES.map((title) => make("th", { scope: "col" }, title)),
    );
    const lines = groupRegisters(run).flatMap((group) => groupLines(run, group));
    body.append(...lines.map((each) => each.element));
    return {
        caption: make("p", { class: "asks-now", "aria-live": "polite" }),
        options: make(
            "label",
            { for: "registers-all", class: "option" },
            all,
            " also registers that are empty all along",
        ),
        all,
        lines,
        table: make("table", { class: "registers" }, make("thead", {}, heading), body),
        coordinates: new Coordinates(run),
    };
}

/** A line for a group of registers, and below it, folded, one for each digit. */
function groupLines(run, group) {
    const digits = group.folded
        ? [...group.registers]
              .reverse()
              .map((register) =>
                  registerLine(
                      run,
                      { name: register.name, registers: [register], all: [register], folded: false },
                      "digit",
                  ),
              )
        : [];
    const whole = registerLine(run, group, group.folded ? "family" : "");
    for (const each of digits) each.parent = whole;
    if (!group.folded) return [whole];
    whole.open = false;
    whole.button = make(
        "button",
        {
            type: "button",
            class: "unfold",
            "aria-expanded": "false",
            title: "its digits",
            click: () => unfoldDigits(whole, digits),
        },
        `${group.registers.length} digits`,
    );
    whole.element.firstChild.append(" ", whole.button);
    return [whole, ...digits];
}

function unfoldDigits(whole, digits) {
    whole.open = !whole.open;
    whole.button.setAttribute("aria-expanded", whole.open);
    for (const each of digits) each.element.hidden = !whole.open;
}

function registerLine(run, group, kind) {
    const scratch = group.registers.some((register) => register.scratch);
    const name = make(
        "th",
        { scope: "row" },
        make("bdi", {}, group.name),
        ...(scratch
            ? [
                  " ",
                  make(
                      "span",
                      { class: "tag", title: "a scratch register: the block clears it at its end" },
                      "scratch",
                  ),
              ]
            : []),
    );
    const cells = STREAM_STAGES.map((_, index) => make("td", { "data-stage": STAGE_TITLES[index] }));
    return { group, kind, cells, element: make("tr", { class: kind, hidden: kind === "digit" }, name, ...cells) };
}

async function showRegisters(view, run, cursor, newest) {
    const { block, row } = cursor;
    const record = await recallOf(run).block(block);
    if (!newest()) return;
    const inexact = [record.attendedApart, record.afterApart].map(
        (apart) => [...apart.keys()].filter((place) => Math.floor(place / run.width) === row).length,
    );
    view.caption.textContent = `${run.network.rows[row]}, block ${block + 1}. ${exactnessWords(run, inexact)}`;
    for (const each of view.lines) showRegisterLine(view, run, each, record, row);
    view.coordinates.show(record, row);
}

function exactnessWords(run, [attended, after]) {
    if (!attended && !after)
        return `Every float (${run.network.format}) here is exactly the number that the exact run has.`;
    const some = `${attended} ${attended === 1 ? "float is" : "floats are"} not the exact number after attention`;
    return after ? `${some}, ${after} after the MLP.` : `${some}; after the MLP every float is exact again: the snap.`;
}

function showRegisterLine(view, run, each, record, row) {
    const texts = STREAM_STAGES.map((stage) => groupText(run, each.group, record[stage], row));
    each.cells.forEach((cell, index) => {
        const changed =
            index > 0 &&
            groupDiffers(each.group, run, record[STREAM_STAGES[index - 1]], record[STREAM_STAGES[index]], row);
        const apart = index
            ? worstApart(run, each.group, record[STREAM_STAGES[index]], record[`${STREAM_STAGES[index]}Apart`], row)
            : null;
        fillStage(cell, texts[index], changed, apart);
    });
    const empty = texts.every((text) => text === "");
    each.element.hidden = (empty && !view.all.checked) || (each.kind === "digit" && !each.parent.open);
}

function fillStage(cell, text, changed, apart) {
    const words =
        apart === null
            ? ""
            : `${Number(apart.float.toPrecision(9))} is ${apart.ulps ?? "?"} ulps from the exact ${apart.exact}`;
    const told = `${text} ${changed} ${words}`;
    if (cell.told === told) return;
    cell.told = told;
    cell.className = `${text === "" ? "empty" : ""}${changed ? " changed" : ""}`;
    cell.replaceChildren(make("bdi", {}, text === "" ? "–" : text), ...(words ? [make("small", {}, words)] : []));
    if (changed) cell.append(make("span", { class: "unseen" }, " (changed)"));
}

function groupDiffers(group, run, one, other, row) {
    return group.registers.some((register) => {
        const first = row * run.width + register.first;
        for (let place = first; place < first + register.width; place += 1)
            if (one[place] !== other[place]) return true;
        return false;
    });
}

/** The float of a group that is farthest from its exact number; null if all are exact. */
function worstApart(run, group, stream, apart, row) {
    let most = null;
    for (const register of group.registers) {
        const first = row * run.width + register.first;
        for (let place = first; place < first + register.width; place += 1) {
            const own = apart.get(place);
            if (own && (most === null || Number(own.ulps) > Number(most.ulps))) most = { ...own, float: stream[place] };
        }
    }
    return most;
}
