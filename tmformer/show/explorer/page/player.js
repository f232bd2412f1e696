/** Moves the cursor along by itself, so many machine steps a second. */

export const SPEEDS = [1, 2, 4, 8, 16, 32, 64, 125, 250, 500, 1000, 5000];
const USUAL_SPEED = 2;
const LONGEST_FRAME = 0.25; // seconds made up for after the page was out of sight

export class Player {
    constructor(cursor) {
        this.cursor = cursor;
        this.speed = USUAL_SPEED;
        this.plays = false;
        this.listeners = [];
    }

    /** Call a function now, and whenever playing or the speed has changed. */
    watch(listener) {
        this.listeners.push(listener);
        listener();
    }

    toggle() {
        if (this.plays) this.pause();
        else this.play();
    }

    /** Play on, or from the start if this is the end. */
    play() {
        if (this.cursor.step === this.cursor.run.steps) this.cursor.goTo(0);
        this.plays = true;
        this.due = 0;
        this.last = performance.now();
        this.tell();
        requestAnimationFrame((now) => this.frame(now));
    }

    pause() {
        if (!this.plays) return;
        this.plays = false;
        this.tell();
    }

    /** Choose one of SPEEDS by its number. */
    choose(speed) {
        this.speed = Math.max(0, Math.min(SPEEDS.length - 1, speed));
        this.tell();
    }

    frame(now) {
        if (!this.plays) return;
        this.due += Math.min(Math.max(now - this.last, 0) / 1000, LONGEST_FRAME) * SPEEDS[this.speed];
        this.last = now;
        const whole = Math.floor(this.due);
        this.due -= whole;
        if (whole) this.cursor.goTo(this.cursor.step + whole);
        if (this.cursor.step === this.cursor.run.steps) this.pause();
        else requestAnimationFrame((next) => this.frame(next));
    }

    tell() {
        const glide = this.plays ? Math.min(160, 600 / SPEEDS[this.speed]) : 160;
        document.documentElement.style.setProperty("--glide", `${glide < 20 ? 0 : Math.round(glide)}ms`);
        for (const listener of this.listeners) listener();
    }
}
