/** Puts the page together: each view fills its own element, and follows the cursor. */

import { openRun } from "./run.js";
import { Cursor } from "./cursor.js";
import { mountAbout } from "./about.js";
import { mountControls } from "./controls.js";
import { mountTape } from "./tape.js";
import { mountSpacetime } from "./spacetime.js";
import { mountDiagram } from "./diagram.js";
import { mountTable } from "./table.js";
import { mountAttention } from "./attention.js";
import { mountRegisters } from "./registers.js";
import { mountWeights } from "./weights.js";

const views = {
    about: mountAbout,
    controls: mountControls,
    tape: mountTape,
    "space-time": mountSpacetime,
    diagram: mountDiagram,
    table: mountTable,
    attention: mountAttention,
    registers: mountRegisters,
    weights: mountWeights,
};

const run = openRun();
const cursor = new Cursor(run);
for (const [id, mount] of Object.entries(views)) mount(document.getElementById(id), run, cursor);
window.tmformer = { run, cursor }; // for tests, and for the curious
document.documentElement.dataset.ready = "yes";
