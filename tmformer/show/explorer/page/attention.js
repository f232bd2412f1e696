/** Attention: what the chosen attention head looked for, what it found, and how sure it was. */

import { counted } from "./names.js";
import { make } from "./elements.js";
import { Chooser } from "./chooser.js";
import { Matrix } from "./matrix.js";
import { cellArrows, hasCells } from "./arrows.js";
import { asked, brought, comparisons, looked } from "./lookup.js";
import { chainName } from "./search.js";
import { chains } from "./chains.js";
import { marginWords, rankingList, recordedWords } from "./ranking.js";
import { onTheme } from "./palette.js";
import { onWidth, painter } from "./visible.js";
import { recallOf } from "./recall.js";
import { searchFor, searchPicture, runSearch, searchStory } from "./search.js";

/** @param place the element to fill. */
export function mountAttention(place, run, cursor) {
    if (!run.blocks) {
        place.append(make("p", { class: "soft" }, "The machine made no step, so no block was computed."));
        return;
    }
    const view = attentionParts(cursor, run);
    const first = run.blocksOf(cursor.step).find((block) => run.parts(block).heads.length);
    if (first !== undefined && !run.parts(cursor.block).heads.length) cursor.look(first);
    place.append(view.chooser.element, view.sentence, view.now, view.picture, view.details);
    const paint = painter(place, async (newest) => {
        const shown = `${cursor.step} ${cursor.block} ${cursor.head} ${cursor.row}`;
        await showAttention(view, run, cursor, newest);
        if (newest()) place.dataset.shown = shown; // what is on the screen now, for those who wait for it
    });
    cursor.watch(paint);
    onWidth(place, paint);
    onTheme(paint);
}

function attentionParts(cursor, run) {
    const list = make("div", { class: "scored" });
    const matrix = new Matrix(cursor);
    const grid = make(
        "div",
        { class: "attention-grid" },
        make("div", { class: "list" }, make("h3", {}, "Whom it scored"), list),
        make("div", { class: "square" }, make("h3", {}, "Who attends to whom"), matrix.element),
    );
    return {
        chooser: new Chooser(cursor),
        sentence: make("p", { class: "sentence" }),
        now: make("p", { class: "asks-now", "aria-live": "polite" }),
        picture: make("div", { class: "attention-picture" }),
        details: grid,
        list,
        matrix,
        chains: run.network.grows ? chains(run) : [],
    };
}

/** Fill the view with what the cursor looks at. */
async function showAttention(view, run, cursor, newest) {
    const { block, row } = cursor;
    const widths = {
        picture: Math.floor(view.picture.clientWidth),
        matrix: Math.floor(view.matrix.element.clientWidth),
    };
    view.chooser.show();
    const recall = recallOf(run);
    const parts = run.parts(block);
    const head = parts.heads[cursor.head];
    const record = await recall.block(block);
    if (!newest()) return;
    view.details.hidden = !head;
    if (!head) {
        view.sentence.textContent = `Block ${block + 1} has no attention head: only its MLP computes.`;
        view.now.replaceChildren();
    } else {
        const found = looked(run, head, record.before, row);
        view.sentence.textContent = head.sentence;
        view.now.replaceChildren(...attentionNow(run, cursor, head, record.before, found));
        view.list.replaceChildren(
            make("p", { class: "margin" }, marginWords(run, head, record.before, found)),
            rankingList(run, head, record.before, row, found),
            recordedWords(run, record.found[cursor.head], row, found),
        );
        view.matrix.show(head, record.before, widths.matrix || Math.floor(view.matrix.element.clientWidth));
    }
    await showPicture(view, run, cursor, record, widths.picture, newest);
}

/** What the row asks now, who answers, and what that brings. */
function attentionNow(run, cursor, head, stream, found) {
    const name = run.network.rows[cursor.row];
    const answers = run.network.rows[found.winner];
    const brings = make("bdi", { class: "value" }, brought(run, head, stream, found.winner) || "nothing");
    if (!found.asks)
        return [
            make("b", {}, name),
            ` is not flagged ${head.where}, so it asks for nothing; ${answers} answers it with `,
            brings,
            ".",
        ];
    const wanted = asked(run, head, stream, cursor.row).flatMap(({ part, value }, index) => [
        index ? " and " : "",
        make("span", { class: "chip" }, `${part.shown.name} = `, make("bdi", {}, value || "nothing")),
    ]);
    const { prefers } = comparisons(run, head);
    const ending =
        found.winner === found.nullRow
            ? `. No row has it, so the null row ${answers} answers and brings `
            : `${prefers ? `, and of several the largest ${prefers.name}` : ""}: `;
    const others = found.scores.filter((score) => score === found.scores[found.winner]).length - 1;
    const answer = others ? ` and ${counted(others, "row")} more answer and bring ` : " answers and brings ";
    const who = found.winner === found.nullRow ? [] : [make("b", {}, answers), answer];
    return [make("b", {}, name), " asks for ", ...wanted, ending, ...who, `${head.into} = `, brings, "."];
}

/** Arrows between cells, or the search through time. */
async function showPicture(view, run, cursor, record, width, newest) {
    if (hasCells(run)) {
        view.picture.replaceChildren(cellArrows(run, cursor, record.before, width));
        return;
    }
    const chain = searchFor(run, cursor);
    if (!chain) return;
    const lines = await runSearch(run, recallOf(run), chain, cursor.row);
    if (!newest()) return;
    const wide = matchMedia("(max-width: 700px)").matches ? width : width - 362;
    const words = make("p", { class: "search-story" }, ...searchStory(run, cursor, chain, lines));
    const pressed = view.picture.contains(document.activeElement)
        ? [...view.picture.querySelectorAll("button")].indexOf(document.activeElement)
        : -1;
    view.picture.replaceChildren(
        make("h3", {}, "The search for the last visit"),
        ...searchChoice(view, run, cursor, chain),
        words,
        ...(lines[0].found.asks ? [searchPicture(run, cursor, chain, lines, Math.max(200, wide))] : []),
    );
    view.picture.querySelectorAll("button")[pressed]?.focus();
}

/** Buttons for the searches, where there are several: one for each tape. */
function searchChoice(view, run, cursor, chain) {
    if (view.chains.length < 2) return [];
    const buttons = view.chains.map((each) =>
        make(
            "button",
            {
                type: "button",
                "aria-pressed": String(each === chain),
                click: () => cursor.look(each.lines[0].block, each.lines[0].index),
            },
            `by ${chainName(run, each)}`,
        ),
    );
    return [make("div", { class: "modes", role: "group", "aria-label": "Searches" }, ...buttons)];
}
