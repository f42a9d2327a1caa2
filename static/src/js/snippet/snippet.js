// The script for pages: page views, visible time, clicks, and `analytics.track` and `analytics.identify`.
//
// At most 2,048 bytes when packed, which the build checks: where a number stands by itself, that is why. No cookie;
// README.md says what it sends and keeps.
import { startClicks } from "./click.js";
import { retry } from "./delivery.js";
import { add, identify, remember } from "./event.js";
import { look, startPages } from "./page.js";
import { isOn, on } from "./settings.js";

const calls = {
  track(name, metadata) {
    look();
    add(name, { metadata });
  },
  identify,
  q: { push: ([name, ...values]) => calls[name]?.(...values) },
};

/** What the page has put there before, to hold its calls until this script is loaded. */
const early = window.analytics;
const queue = early?.q || [];

const start = () => {
  retry();
  remember();
  // Who it is holds for the page view too, whatever else was called before.
  const runThose = (isIdentify) => queue.forEach((call) => (call[0] == "identify") == isIdentify && calls.q.push(call));
  runThose(true);
  startPages();
  startClicks();
  runThose(false);
};

// Only a copy of this script that is at work already has a queue that is no list.
if (queue.filter) {
  // Another product's `analytics` stays; page views and clicks are counted beside it.
  if (!early || early.q) window.analytics = calls;
  // A page that is drawn in advance has not been seen yet.
  if (isOn) document.prerendering ? on("prerenderingchange", start) : start();
}
