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

const plain = (number) => String(Number(fixed(number, 2)));

/** A value in one word, with its unit: "342", "$38.6K", "942 ms", "1.13%". */
export const short = (form, value, options = {}) => {
  if (form === "percent") return `${fixed(value, 2)}%`;
  if (form === "per_minute" && value < 10 && !Number.isInteger(Number(fixed(value, 1)))) return fixed(value, 1);
  const { text, unit } = figure(form, value, options);
  return form === "milliseconds" ? `${text} ${unit}` : text;
};

/** A value with all its digits, as a table shows it: "1,204", "$38,600.00", "942 ms", "1.13%". */
export const full = (form, value, options = {}) => {
  const { prefix = "", decimals = 2 } = options;
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  switch (form) {
    case "money": {
      const [whole, rest] = fixed(size, decimals).split(".");
      return `${sign}${prefix}${Number(whole).toLocaleString("en")}${rest ? `.${rest}` : ""}`;
    }
    case "milliseconds":
    case "percent":
      return short(form, value, options);
    default:
      return sign + Math.round(size).toLocaleString("en");
  }
};

/** A value as an axis shows it, without needless zeros: "1.5K", "$20", "2.5 s", "0.5%". */
export const axisText = (form, value, prefix = "") => {
  const brief = () => compact(value).replace(".0", "");
  switch (form) {
    case "money":
      return prefix + (Number.isInteger(value) || value >= 1000 ? brief() : fixed(value, 2));
    case "milliseconds":
      if (value === 0) return "0";
      return value < 1000 ? `${plain(value)} ms` : `${plain(value / 1000)} s`;
    case "percent":
      return `${plain(value)}%`;
    default:
      return brief();
  }
};
