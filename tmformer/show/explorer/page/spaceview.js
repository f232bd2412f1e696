/** Which cells and machine steps the picture of space and time shows, and how large. */

const MOST_SCALE = 26; // pixels of a cell, and of a machine step

export class SpaceView {
    /**
     * @param first cell
     * @param last cell
     * @param steps machine steps of the run
     */
    constructor(first, last, steps) {
        Object.assign(this, { first, cells: last - first + 1, times: steps + 1 });
    }

    /** Give it so many pixels; the whole run is shown. */
    resize(width, height) {
        Object.assign(this, { width, height });
        this.fit();
    }

    fit() {
        this.leastX = Math.min(MOST_SCALE, this.width / this.cells);
        this.leastY = Math.min(MOST_SCALE, this.height / this.times);
        Object.assign(this, { scaleX: this.leastX, scaleY: this.leastY, left: this.first, top: 0 });
        this.clamp();
    }

    get isWhole() {
        return this.scaleX <= this.leastX && this.scaleY <= this.leastY;
    }

    /** Enlarge around a point; what is there stays there. */
    zoom(factor, x = this.width / 2, y = this.height / 2) {
        const [cell, time] = [this.left + x / this.scaleX, this.top + y / this.scaleY];
        this.scaleX = Math.max(this.leastX, Math.min(MOST_SCALE, this.scaleX * factor));
        this.scaleY = Math.max(this.leastY, Math.min(MOST_SCALE, this.scaleY * factor));
        this.left = cell - x / this.scaleX;
        this.top = time - y / this.scaleY;
        this.clamp();
    }

    /** Move by so many pixels. */
    pan(x, y) {
        this.left -= x / this.scaleX;
        this.top -= y / this.scaleY;
        this.clamp();
    }

    /** Keep inside the run; what is narrower than the picture stands in its middle. */
    clamp() {
        const [wide, high] = [this.width / this.scaleX, this.height / this.scaleY];
        this.left =
            wide >= this.cells
                ? this.first - (wide - this.cells) / 2
                : Math.max(this.first, Math.min(this.first + this.cells - wide, this.left));
        this.top = high >= this.times ? 0 : Math.max(0, Math.min(this.times - high, this.top));
    }

    /** Move so that a cell at a time can be seen; says whether it moved. */
    reveal(cell, time) {
        const before = [this.left, this.top];
        const [wide, high] = [this.width / this.scaleX, this.height / this.scaleY];
        if (time < this.top || time + 1 > this.top + high) this.top = time - high / 2;
        if (cell < this.left || cell + 1 > this.left + wide) this.left = cell - wide / 2;
        this.clamp();
        return before[0] !== this.left || before[1] !== this.top;
    }

    x(cell) {
        return (cell - this.left) * this.scaleX;
    }

    y(time) {
        return (time - this.top) * this.scaleY;
    }

    /** The cell and the machine step at a point; null outside the run. */
    at(x, y) {
        const [cell, time] = [Math.floor(this.left + x / this.scaleX), Math.floor(this.top + y / this.scaleY)];
        return cell >= this.first && cell < this.first + this.cells && time >= 0 && time < this.times
            ? { cell, time }
            : null;
    }

    /** The cells and times in sight: {from, count} of each. */
    sight() {
        const fromCell = Math.max(this.first, Math.floor(this.left));
        const fromTime = Math.max(0, Math.floor(this.top));
        const toCell = Math.min(this.first + this.cells, Math.ceil(this.left + this.width / this.scaleX));
        const toTime = Math.min(this.times, Math.ceil(this.top + this.height / this.scaleY));
        return {
            cell: { from: fromCell, count: toCell - fromCell },
            time: { from: fromTime, count: toTime - fromTime },
        };
    }
}
