// Numbers with their unit, by the same rules as `src/render/number.rs`; figure.cases.json holds what both must answer.
// A unit is what the chart spec says: { form: "money", prefix: "$", decimals: 2 }, { form: "share" }, …
import { compact, cost, duration, money } from "./figure.js";

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** A number with so many decimals and a comma between thousands, halves away from zero; the sign is not a hyphen. */
const grouped = (number, decimals) => {
  const scale = 10 ** decimals;
  const size = Math.round(Math.abs(number) * scale) / scale;
  const text = size.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return (number < 0 && size > 0 ? "−" : "") + text;
};

const withoutZeros = (text) => text.replace(/\.(\d*?)0+(?!\d)/, (_, kept) => (kept ? `.${kept}` : ""));

/** So many decimals that three digits show: 3.41, 33.3, 100. */
const threeDigits = (number) => {
  const size = Math.abs(number);
  if (Math.round(size * 100) / 100 < 10) return 2;
  return Math.round(size * 10) / 10 < 100 ? 1 : 0;
};

const number = (value) => {
  if (Math.round(Math.abs(value)) >= 1000) return compact(value);
  return withoutZeros(grouped(value, threeDigits(value)));
};

const seconds = (value) => {
  const size = Math.abs(value);
  const round = (size_of_step) => withoutZeros(grouped(value / size_of_step, 1));
  if (Math.round(size * 10) / 10 < MINUTE_S) return `${round(1)} s`;
  if (Math.round((size / MINUTE_S) * 10) / 10 < 60) return `${round(MINUTE_S)} min`;
  if (Math.round((size / HOUR_S) * 10) / 10 < 24) return `${round(HOUR_S)} h`;
  return `${round(DAY_S)} d`;
};

const milliseconds = (value) => {
  const { text, unit } = duration(Math.abs(value));
  return `${value < 0 && text !== "0" ? "−" : ""}${text} ${unit}`;
};

const small = (value, unit) => (value < 0 ? "−" : "") + cost(Math.abs(value), unit.prefix);
/** Amounts below one unit are costs of single calls, whose cents would all read 0.00. */
const isSmall = (value) => Math.abs(value) < 1;

/** For cells, tiles and labels: "1.2K", "$45.6K", "3.41%", "842 ms", "12.5 min". */
export const short = (value, unit) => {
  switch (unit.form) {
    case "share":
      return `${grouped(value * 100, threeDigits(value * 100))}%`;
    case "milliseconds":
      return milliseconds(value);
    case "seconds":
      return seconds(value);
    case "money":
      return isSmall(value) ? small(value, unit) : money(value, unit.prefix, unit.decimals);
    case "number":
      return number(value);
    default:
      return compact(value);
  }
};

/** For tooltips, tables and exports: "1,204,311", "$45,612.34", "33.33%", "12,340 ms". */
export const full = (value, unit) => {
  switch (unit.form) {
    case "share":
      return `${grouped(value * 100, 2)}%`;
    case "milliseconds":
      return `${grouped(value, 0)} ms`;
    case "seconds":
      return seconds(value);
    case "money":
      if (isSmall(value)) return small(value, unit);
      return (value < 0 ? "−" : "") + unit.prefix + grouped(Math.abs(value), unit.decimals);
    case "number":
      return withoutZeros(grouped(value, 2));
    default:
      return grouped(value, 0);
  }
};

/** For the ticks of an axis, which are round numbers: "2%", "$1.5K", "800 ms". */
export const tick = (value, unit) => {
  if (value === 0) return unit.form === "money" ? `${unit.prefix}0` : withoutZeros(short(0, unit));
  if (unit.form === "count" && Math.abs(value) < 10) return withoutZeros(grouped(value, 2));
  return withoutZeros(short(value, unit));
};
