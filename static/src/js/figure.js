// Figures as text, by the same rules as the server, so that a live update never changes the style of a number.
// figure.cases.json holds what both must answer.
const STEPS = ["", "K", "M", "B", "T"];

/** A positive number with so many decimals, halves rounded up; the server does the same steps. */
const fixed = (number, decimals) => (Math.round(number * 10 ** decimals) / 10 ** decimals).toFixed(decimals);

/** 12 → "12", 1234 → "1.2K", 123456 → "123K", 999960 → "1.0M". */
export const compact = (number) => {
  const sign = number < 0 ? "−" : "";
  let size = Math.abs(number);
  if (Math.round(size) < 1000) return sign + Math.round(size);
  let step = 0;
  const text = () => fixed(size, Number(fixed(size, 1)) < 100 ? 1 : 0);
  // The step is chosen after rounding, or 999,960 would read "1000K".
  while (step < STEPS.length - 1 && Number(text()) >= 1000) {
    size /= 1000;
    step += 1;
  }
  return sign + text() + STEPS[step];
};

/** Exact below a thousand, with the currency's decimals; compact above. */
export const money = (amount, prefix, decimals) => {
  const size = Math.abs(amount);
  const exact = fixed(size, decimals);
  return (amount < 0 ? "−" : "") + prefix + (Number(exact) < 1000 ? exact : compact(size));
};

/** A cost of one call: two decimals from 1 on, four below, and never a zero that is not one. */
export const cost = (amount, prefix) => {
  if (amount === 0) return `${prefix}0`;
  if (amount < 0.0001) return `<${prefix}0.0001`;
  return prefix + fixed(amount, Number(fixed(amount, 4)) >= 1 ? 2 : 4);
};

/** A duration: milliseconds with a thousands separator, from ten seconds on seconds. */
export const duration = (value_ms) => {
  const whole_ms = Math.round(value_ms);
  return whole_ms < 10_000
    ? { text: whole_ms.toLocaleString("en"), unit: "ms" }
    : { text: fixed(value_ms / 1000, 1), unit: "s" };
};

/** The text and unit of one card's figure. `form` is the card's `data-form`. */
export const figure = (form, value, { prefix = "", decimals = 2 } = {}) => {
  switch (form) {
    case "money":
      return { text: money(value, prefix, decimals), unit: "" };
    case "milliseconds":
      return duration(value);
    case "percent":
      return { text: fixed(value, 2), unit: "%" };
    case "per_minute":
      return { text: compact(value), unit: "/min" };
    default:
      return { text: compact(value), unit: "" };
  }
};

/** The unit of number.js in which charts, comparisons and tables write what a card shows. */
export const unitOf = (form, { prefix = "", decimals = 2 } = {}) => {
  const forms = { per_minute: "number", money: "money", milliseconds: "milliseconds", percent: "share" };
  return { form: forms[form] ?? "count", prefix, decimals };
};

/** What a frame says, in that unit: frames send hundredths, units know shares of one. */
export const inUnit = (form, value) => (form === "percent" && value !== null ? value / 100 : value);
