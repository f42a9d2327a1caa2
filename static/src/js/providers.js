// The table of providers in the last five minutes.
import { full, short } from "./number.js";
import { providerClass } from "./stack.js";
import { element } from "./svg.js";

const ROWS_MAX = 8;

const rowOf = (provider) => {
  const row = element("tr");
  row.dataset.provider = provider.id;
  const name = element("th");
  name.scope = "row";
  name.append(element("i", `dot ${providerClass(provider.id)}`), provider.label);
  row.append(name, element("td", "r num"), element("td", "r num"), element("td", "r num"));
  return row;
};

/** Shows the providers of a frame, which come ranked. */
export const showProviders = (body, nothing, providers) => {
  const rows = new Map([...body.rows].map((row) => [row.dataset.provider, row]));
  const wanted = providers.slice(0, ROWS_MAX).map((provider) => {
    const row = rows.get(provider.id) ?? rowOf(provider);
    const [, calls, latency, errors] = row.cells;
    const rate = provider.error_rate_percentage;
    calls.textContent = provider.per_minute.toLocaleString("en");
    latency.textContent = provider.avg_latency_ms === null ? "–" : short(provider.avg_latency_ms, { form: "milliseconds" });
    errors.textContent = rate === null ? "–" : full(rate / 100, { form: "share" });
    errors.classList.toggle("warn", rate > 1 && rate <= 5);
    errors.classList.toggle("bad", rate > 5);
    return row;
  });
  body.replaceChildren(...wanted);
  body.parentElement.hidden = wanted.length === 0;
  nothing.hidden = wanted.length > 0;
};
