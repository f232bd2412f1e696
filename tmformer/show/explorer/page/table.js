/** To be drawn. */

/** @param place the element to fill. */
export function mountTable(place, run, cursor) {
}
