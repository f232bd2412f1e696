/** To be drawn. */

/** @param place the element to fill. */
export function mountControls(place, run, cursor) {
}
