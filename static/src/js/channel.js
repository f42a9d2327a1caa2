// The live channel: one WebSocket, its states, and how it comes back. Knows nothing of the page.
//
// States: "connecting", "live", "reconnecting", "paused" (by the reader, or because the tab is hidden) and
// "stale" (connected, and nothing heard for STALE_MS). The server sends a full frame when a socket opens,
// so a tab that comes back has nothing to ask for.

/** Without a frame for this long the figures are called stale; a slow server says in `tick_ms` how slow it is. */
export const STALE_MS = 20_000;
/** Without a frame for this long the socket is taken for dead and replaced. */
export const DEAD_MS = 45_000;
/** So many frames may be missing before the figures of a slow server are called stale. */
const MISSING_MAX = 3;
/** The server closes with this code when the session has ended: only a new log-in helps. */
export const SIGNED_OUT = 4401;
const BACKOFF_FIRST_MS = 1000;
const BACKOFF_MAX_MS = 30_000;

/** How long to wait after one more failure than `failures`: 0.5 s to 30 s, doubling, half of it random. */
export const backoff = (failures, random) => {
  const most = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 16));
  return most / 2 + random * (most / 2);
};

export class Channel {
  /**
   * @param {{url: string, onFrame: (frame: object) => void, onState: (state: string) => void,
   *   onSignedOut: () => void, open?: (url: string) => WebSocket, now?: () => number, random?: () => number,
   *   later?: typeof setTimeout, never?: typeof clearTimeout}} options
   */
  constructor(options) {
    this.open = (url) => new WebSocket(url);
    this.now = () => performance.now();
    this.random = Math.random;
    this.later = (task, ms) => setTimeout(task, ms);
    this.never = (timer) => clearTimeout(timer);
    Object.assign(this, options);
    this.state = "connecting";
    this.failures = 0;
    this.pausedByReader = false;
    this.hidden = false;
    this.socket = null;
    this.retry = null;
    this.heard_ms = null;
    this.tick_ms = 0;
  }

  start() {
    if (this.socket || this.pausedByReader || this.hidden) return;
    this.never(this.retry);
    this.retry = null;
    this.#enter(this.heard_ms === null ? "connecting" : "reconnecting");
    const socket = this.open(this.url);
    this.socket = socket;
    this.opened_ms = this.now();
    socket.onmessage = (message) => {
      if (socket === this.socket) this.#heard(message.data);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.#lost(event.code);
    };
  }

  /** Stops until `resume`: the reader wants the figures to hold still. */
  pause() {
    this.pausedByReader = true;
    this.#stop();
  }

  resume() {
    this.pausedByReader = false;
    this.failures = 0;
    this.start();
  }

  /** A hidden tab costs the server nothing; a shown one catches up at once. */
  setHidden(hidden) {
    this.hidden = hidden;
    if (hidden) this.#stop();
    else {
      this.failures = 0;
      this.start();
    }
  }

  /** To be called about once a second: notices silence. */
  tick() {
    if (!this.socket) return;
    const quiet_ms = this.now() - Math.max(this.heard_ms ?? 0, this.opened_ms);
    const slack_ms = MISSING_MAX * this.tick_ms;
    if (quiet_ms > DEAD_MS + slack_ms) {
      const socket = this.socket;
      this.#lost(1006);
      socket.close();
    } else if (quiet_ms > Math.max(STALE_MS, slack_ms) && this.state === "live") this.#enter("stale");
  }

  /** Milliseconds since the last frame, or null before the first. */
  age() {
    return this.heard_ms === null ? null : this.now() - this.heard_ms;
  }

  #heard(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return; // A frame that cannot be read says nothing about the figures; the next one will.
    }
    this.failures = 0;
    this.heard_ms = this.now();
    this.tick_ms = Number(frame.tick_ms) || 0;
    this.#enter("live");
    this.onFrame(frame);
  }

  #lost(code) {
    this.socket = null;
    if (code === SIGNED_OUT) {
      this.#enter("paused");
      this.onSignedOut();
      return;
    }
    this.#enter("reconnecting");
    this.retry = this.later(() => this.start(), backoff(this.failures, this.random()));
    this.failures += 1;
  }

  #stop() {
    this.never(this.retry);
    this.retry = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
    this.#enter("paused");
  }

  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }
}
