/** Pointing at the picture of space and time: a click goes there, a drag moves it, the wheel enlarges it. */

import { AXIS } from "./spaceaxes.js";

const STILL = 4; // pixels that a click may move

/** @param picture the element that is pointed at. @param owner the SpaceTime that answers. */
export function listenToPointer(picture, owner) {
    let held = null;
    const point = (event) => {
        const box = picture.getBoundingClientRect();
        return [event.clientX - box.left - AXIS.left, event.clientY - box.top - AXIS.top];
    };
    picture.addEventListener("pointerdown", (event) => {
        if (event.button === 0) held = { at: point(event), from: point(event), moved: false };
    });
    picture.addEventListener("pointermove", (event) => {
        const at = point(event);
        if (!held) {
            const found = owner.view.at(...at);
            if (found) owner.say(found);
            return;
        }
        held.moved ||= Math.hypot(at[0] - held.from[0], at[1] - held.from[1]) > STILL;
        if (!held.moved || owner.view.isWhole) return;
        picture.setPointerCapture(event.pointerId);
        picture.classList.add("grabbed");
        owner.change(() => owner.view.pan(at[0] - held.at[0], at[1] - held.at[1]));
        held.at = at;
    });
    const release = () => {
        held = null;
        picture.classList.remove("grabbed");
    };
    picture.addEventListener("pointerup", (event) => {
        const found = held && !held.moved ? owner.view.at(...point(event)) : null;
        release();
        if (found) owner.go(found);
    });
    picture.addEventListener("pointercancel", release);
    picture.addEventListener("pointerleave", () => held || owner.follow());
    picture.addEventListener("wheel", (event) => turned(event, owner, point(event)), { passive: false });
}

/** The wheel with Ctrl enlarges; alone it moves an enlarged picture, and at its edge the page. */
function turned(event, owner, at) {
    if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        owner.change(() => owner.view.zoom(Math.exp(-event.deltaY / 300), ...at));
        return;
    }
    const top = owner.view.top;
    owner.view.pan(-event.deltaX, -event.deltaY);
    if (owner.view.top === top) return;
    event.preventDefault();
    owner.paint();
}
