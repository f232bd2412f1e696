/** Which rows an attention head scored for the chosen row: the winner, those next to it, the null row, and the margin. */

import { make } from "./elements.js";
import { groupText } from "./families.js";
import { agrees, brought, comparisons, decimal } from "./lookup.js";

const MOST_RANKED = 6; // rows listed

/** The rows to list: the best ones, and the null row wherever it is. */
function rankedRows(found) {
    const best = found.order.slice(0, MOST_RANKED);
    return found.nullRow === null || best.includes(found.nullRow)
        ? best
        : [...best.slice(0, MOST_RANKED - 1), found.nullRow];
}

/** The list: for each row its score as a bar, its share, and what it holds of what was asked. */
export function rankingList(run, head, stream, row, found) {
    found.order ??= found.ranked();
    const lowest = Math.min(...found.order.slice(-1).map((other) => found.scores[other]));
    const best = found.scores[found.winner];
    const width = (other) => (best === lowest ? 1 : (found.scores[other] - lowest) / (best - lowest));
    const items = rankedRows(found).map((other, place) =>
        rankedEntry(run, head, stream, row, found, other, place, width(other)),
    );
    const more = found.order.length - items.length;
    return make(
        "div",
        { class: "ranking" },
        make("ol", {}, ...items),
        make(
            "p",
            { class: "soft" },
            more > 0
                ? `and ${more} more ${more > 1 ? "rows" : "row"}, none with a higher score`
                : "these are all the rows it sees",
        ),
    );
}

function rankedEntry(run, head, stream, row, found, other, place, width) {
    const score = found.scores[other];
    const name = make("span", { class: "row-name" }, run.network.rows[other], ...rankTags(found, other, place));
    const bar = make("span", { class: "score-bar", "aria-hidden": "true" }, make("span", { class: "fill" }));
    bar.firstChild.style.width = `${Math.max(1, 100 * width)}%`;
    const numbers = make(
        "span",
        { class: "numbers" },
        `score ${decimal(score)}`,
        make("span", { class: "soft" }, ` · share ${decimal(found.shares[other], 4)}`),
    );
    return make(
        "li",
        { class: other === found.winner ? "winner" : other === found.nullRow ? "null" : "" },
        name,
        numbers,
        bar,
        rankedChips(run, head, stream, row, other),
    );
}

function rankTags(found, other, place) {
    const ties = found.order.length > 1 && found.scores[found.order[1]] === found.scores[found.winner];
    const first =
        ties && found.scores[other] === found.scores[found.winner]
            ? "tied for the best"
            : other === found.winner && "winner";
    const words = [first, place === 1 && !ties && "runner-up", other === found.nullRow && "null row"];
    return words.filter(Boolean).map((word) => make("span", { class: "tag" }, word));
}

/** What a row holds of what was asked, marked where it agrees, and what it would bring. */
function rankedChips(run, head, stream, row, other) {
    const { parts, prefers } = comparisons(run, head);
    const chips = parts.map((part) => {
        const text = groupText(run, part.shown, stream, other);
        const same = agrees(run, part, stream, row, other);
        return make(
            "span",
            { class: same ? "chip same" : "chip" },
            `${same ? "✓" : "✗"} ${part.shown.name} `,
            make("bdi", {}, text === "" ? "empty" : text),
        );
    });
    if (prefers)
        chips.push(
            make(
                "span",
                { class: "chip" },
                `${prefers.name} `,
                make("bdi", {}, run.text(prefers, stream, other) || "empty"),
            ),
        );
    const brings = brought(run, head, stream, other);
    return make(
        "span",
        { class: "chips" },
        ...chips,
        make("span", { class: "chip brings" }, "brings ", make("bdi", {}, brings || "nothing")),
    );
}

/** The margin in words, in score units, in nats, and as what it leaves to the runner-up; rows that tie are one. */
export function marginWords(run, head, stream, found) {
    found.order ??= found.ranked();
    const best = found.scores[found.winner];
    const below = found.order.find((other) => found.scores[other] < best);
    const tied = below === undefined ? found.order : found.order.slice(0, found.order.indexOf(below));
    if (found.order.length === 1) return "It sees one row only, so there is no margin.";
    const together =
        tied.length > 1 ? `${tied.length} rows tie and share the attention${alike(run, head, stream, tied)}. ` : "";
    if (below === undefined) return together;
    return (
        together + marginSentence(run, best - found.scores[below], tied.length > 1 ? "The next row" : "The runner-up")
    );
}

/** Whether rows that tie bring the same. */
function alike(run, head, stream, tied) {
    const brings = new Set(tied.map((other) => brought(run, head, stream, other)));
    const [only] = brings;
    return brings.size === 1 ? `: all of them bring ${only || "nothing"}` : "";
}

function marginSentence(run, margin, who) {
    const nats = run.network.beta * margin;
    return `Margin ${decimal(margin)} ${margin === 1 ? "score unit" : "score units"}: at β = ${decimal(run.network.beta)}, ${decimal(nats)} nats. ${who} weighs ${decimal(Math.exp(-nats), 3)} of the best.`;
}

/** What the Flax model recorded, beside what the matrices say here. */
export function recordedWords(run, record, row, found) {
    const winner = record.winners[row];
    const agree = winner === found.winner;
    const mark = make("strong", { class: agree ? "agrees" : "differs" }, agree ? "✓ agrees" : "✗ DIFFERS");
    return make(
        "p",
        { class: "recorded" },
        mark,
        ` The Flax model attended to ${run.network.rows[winner]} with weight ${decimal(record.shares[row], 9)}.`,
    );
}
