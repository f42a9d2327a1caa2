// The feed of the latest events. Text only ever through textContent: an event may hold anything.
import { cost, duration } from "./figure.js";
import { timeElement } from "./moment.js";

/** Rows kept on the page; older ones leave as new ones come. */
export const ROWS_MAX = 50;
const PROVIDERS = new Set(["openai", "anthropic", "google", "mistral", "selfhosted", "xai", "deepseek"]);
const MARKS = { ok: "good", error: "bad", warning: "warn" };

/** The class of a provider's colour; one without a colour of its own is grey. */
export const providerClass = (id) => {
  const letters = (id ?? "").replace(/[-_]/g, "").toLowerCase();
  return `p-${PROVIDERS.has(letters) ? letters : "other"}`;
};

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const amountCell = (event, prefix) => {
  if (event.amount != null) return element("td", "r num paid", `+${cost(Number(event.amount), event.prefix ?? prefix)}`);
  return element("td", "r num", event.cost != null ? cost(Number(event.cost), "$") : "–");
};

const row = (event, prefix, now_ms) => {
  const made = element("tr", "is-new");
  made.dataset.id = event.id;
  const when = element("td", "num hide-narrow");
  when.append(timeElement(event.at, now_ms));
  const what = element("td", "what");
  what.append(element("i", `ev ${MARKS[event.status] ?? ""}`.trim()), event.label);
  const model = [event.model, event.user].filter(Boolean).join(" · ");
  what.append(element("span", "sub-narrow", model));
  const who = element("td", "clip hide-narrow");
  who.append(event.user ? element("code", "", event.user) : "–");
  const by = element("td", "clip hide-narrow");
  if (event.model || event.provider) by.append(element("i", `dot ${providerClass(event.provider)}`), event.model ?? event.provider);
  else by.append("–");
  const latency = event.latency_ms == null ? null : duration(event.latency_ms);
  made.append(
    when,
    what,
    who,
    by,
    element("td", "r num", latency ? `${latency.text} ${latency.unit}` : "–"),
    element("td", "r num hide-narrow", event.tokens == null ? "–" : event.tokens.toLocaleString("en")),
    amountCell(event, prefix),
    element("td", "hide-narrow", event.country ?? "–"),
  );
  return made;
};

/** Puts events, newest first, on top of the table's body; each id once, and never more than ROWS_MAX rows. */
export const addEvents = (body, events, prefix, now_ms) => {
  const known = new Set([...body.rows].map((each) => each.dataset.id));
  const fresh = events.filter((event) => !known.has(event.id)).slice(0, ROWS_MAX);
  if (fresh.length === 0) return;
  body.querySelector("[data-empty]")?.remove();
  // The highlight is for what just came; kept longer, it would play again when the table is laid out anew.
  for (const old of body.querySelectorAll(".is-new")) old.classList.remove("is-new");
  body.prepend(...fresh.map((event) => row(event, prefix, now_ms)));
  while (body.rows.length > ROWS_MAX) body.lastElementChild.remove();
};
