/** To be drawn. */

/** @param place the element to fill. */
export function mountTape(place, run, cursor) {
}
