/** Choosing a block, of those that computed this machine step, and an attention head of it. */

import { make } from "./elements.js";

/** A group of buttons, one for each attention head, block by block. */
export class Chooser {
    /** @param cursor whose block and attention head it chooses. */
    constructor(cursor) {
        this.cursor = cursor;
        this.element = make("div", {
            class: "blocks",
            role: "group",
            "aria-label": "Blocks and their attention heads",
        });
        this.element.addEventListener("keydown", (event) => this.step(event));
        this.own = "";
    }

    /** Show the blocks of the machine step, the chosen one pressed. */
    show() {
        const { run, step } = this.cursor;
        const blocks = run.blocksOf(step);
        const own = `${blocks[0]} ${blocks.length}`;
        if (own !== this.own) this.fill(blocks);
        this.own = own;
        for (const button of this.element.querySelectorAll("button")) {
            const pressed =
                Number(button.dataset.block) === this.cursor.block && Number(button.dataset.head) === this.cursor.head;
            button.setAttribute("aria-pressed", pressed);
            button.tabIndex = pressed ? 0 : -1;
        }
    }

    fill(blocks) {
        const held = this.element.contains(document.activeElement);
        this.element.replaceChildren(...blocks.map((block) => this.group(block)));
        this.focusSoon = held;
        if (held) queueMicrotask(() => this.element.querySelector("[aria-pressed=true]")?.focus());
    }

    group(block) {
        const heads = this.cursor.run.parts(block).heads;
        const names = heads.length ? heads.map((head) => head.name) : ["MLP only"];
        const buttons = names.map((name, head) =>
            make(
                "button",
                {
                    type: "button",
                    "data-block": block,
                    "data-head": head,
                    class: heads.length ? "" : "plain",
                    click: () => this.cursor.look(block, head),
                },
                name,
            ),
        );
        return make(
            "div",
            { class: "block-of", role: "group", "aria-label": `Block ${block + 1}` },
            make("span", { class: "block-number", "aria-hidden": "true" }, String(block + 1)),
            ...buttons,
        );
    }

    /** Arrow keys go from button to button. */
    step(event) {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!by) return;
        const buttons = [...this.element.querySelectorAll("button")];
        const to = buttons[buttons.indexOf(document.activeElement) + by];
        event.preventDefault();
        event.stopPropagation();
        to?.click();
        to?.focus();
    }
}
