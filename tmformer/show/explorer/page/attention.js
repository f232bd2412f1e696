/** To be drawn. */

/** @param place the element to fill. */
export function mountAttention(place, run, cursor) {
}
