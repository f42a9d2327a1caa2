// Which providers a stack shows: at most seven, each with its colour or one of two greys, the rest as "Other".
// The server stacks by the same rule (src/web/pages/overview/hour.rs).
const COLOURED = new Set(["openai", "anthropic", "google", "mistral", "selfhosted", "xai", "deepseek"]);
const AT_HOME = new Set(["local", "ollama"]);
const LAYERS_MAX = 7;

/** The class of a provider's colour; one without a colour of its own is grey. */
export const providerClass = (id) => {
  const letters = (id ?? "").replace(/[-_]/g, "").toLowerCase();
  if (AT_HOME.has(letters)) return "p-selfhosted";
  return `p-${COLOURED.has(letters) ? letters : "other"}`;
};

/** @param {{id: string, label: string, calls: number[]}[]} providers the one with the most calls first */
export const layers = (providers, count) => {
  const greys = ["p-grey1", "p-grey2"];
  const shown = [];
  const other = new Array(count).fill(0);
  for (const { id, label, calls } of providers) {
    let kind = providerClass(id);
    if (kind === "p-other") kind = id !== "other" && shown.length < LAYERS_MAX ? greys.shift() : undefined;
    else if (shown.length >= LAYERS_MAX) kind = undefined;
    if (kind) shown.push({ kind, label, calls });
    else calls.forEach((value, index) => (other[index] += value));
  }
  if (other.some((value) => value > 0)) shown.push({ kind: "p-other", label: "Other", calls: other });
  return shown;
};
