// The feed of the latest events. Text only ever through textContent: an event may hold anything.
// The server writes the first rows by the same rules (src/web/pages/overview/feed.rs).
import { cost, duration } from "./figure.js";
import { timeElement } from "./moment.js";
import { providerClass } from "./stack.js";
import { element } from "./svg.js";

/** Rows kept on the page; older ones leave as new ones come. */
export const ROWS_MAX = 50;
const MARKS = { ok: "good", error: "bad", warning: "warn" };

/** "49.00" and "€" → "+€49.00", "-5.00" and "$" → "−$5.00"; null for an event that is no payment. */
export const payment = (event, prefix) => {
  if (event.amount == null) return null;
  const amount = Number(event.amount);
  return (amount < 0 ? "−" : "+") + cost(Math.abs(amount), event.prefix ?? prefix);
};

/** What else is known of an event, in few words. */
export const facts = (event) => {
  const latency = event.latency_ms == null ? null : duration(event.latency_ms);
  return [
    latency && `${latency.text} ${latency.unit}`,
    event.tokens == null ? null : `${event.tokens.toLocaleString("en")} tokens`,
    event.cost == null ? null : cost(Number(event.cost), "$"),
    event.country,
  ].filter((fact) => fact != null);
};

const row = (event, prefix, now_ms) => {
  const made = element("li", "is-new");
  made.dataset.id = event.id;
  const paid = payment(event, prefix);
  const mark = MARKS[event.status] ?? (event.status == null && paid ? "good" : "");
  const what = element("div", "feed-what");
  what.append(element("b", "", event.label));
  if (paid) what.append(" ", element("span", "paid num", paid));
  const known = element("div", "feed-facts");
  if (event.user) known.append(element("code", "", event.user));
  if (event.model || event.provider) {
    const model = element("span");
    model.append(element("i", `dot ${providerClass(event.provider)}`), event.model ?? event.provider);
    known.append(model);
  }
  known.append(...facts(event).map((fact) => element("span", "num", fact)));
  made.append(element("i", `ev ${mark}`.trim()), what, timeElement(event.at, now_ms), known);
  return made;
};

/** Puts events, newest first, on top of the list; each id once, and never more than ROWS_MAX rows. */
export const addEvents = (list, events, prefix, now_ms) => {
  const known = new Set([...list.children].map((each) => each.dataset.id));
  const fresh = events.filter((event) => !known.has(event.id)).slice(0, ROWS_MAX);
  if (fresh.length === 0) return;
  list.querySelector("[data-empty]")?.remove();
  // The highlight is for what just came; kept longer, it would play again when the list is laid out anew.
  for (const old of list.querySelectorAll(".is-new")) old.classList.remove("is-new");
  list.prepend(...fresh.map((event) => row(event, prefix, now_ms)));
  while (list.childElementCount > ROWS_MAX) list.lastElementChild.remove();
};
