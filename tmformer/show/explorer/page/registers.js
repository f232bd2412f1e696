/** To be drawn. */

/** @param place the element to fill. */
export function mountRegisters(place, run, cursor) {
}
