// The axes of the last hour: round steps upwards, round minutes of the project's clock sideways.
import { tick } from "./number.js";

const LEAST = { count: 4, number: 4, money: 1, share: 0.01, milliseconds: 100 };

/** Round steps from zero to at least `most`: 0, 20, 40, 60 for 47. At most six of them. */
export const scale = (most, { form }) => {
  // A chart of nothing still needs a scale.
  const top = Math.max(most, LEAST[form]);
  const hasHalves = form === "money" || form === "share";
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fits = (step) => step >= rough * 0.999999 && (hasHalves || step % 1 < 1e-6);
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find(fits) ?? 10 * power;
  return Array.from({ length: Math.ceil(top / step - 1e-6) + 1 }, (_, number) => number * step);
};

/** Labels of the steps, the highest first, with their place in per cent. */
export const yTicks = (steps, unit) =>
  steps.toReversed().map((value) => ({ at: String(Number((100 - (value / steps.at(-1)) * 100).toFixed(2))), text: tick(value, unit) }));

/** Writes a time as "21:40" on the clock of a zone; UTC where the browser does not know the zone. */
export const clockOf = (zone) => {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  let format;
  try {
    format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  } catch {
    format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  }
  return (at_ms) => format.format(at_ms);
};

/** Labels at every tenth minute of the clock. `place` gives the per cent of a step. */
export const xTicks = (first_ms, count, clock, place) =>
  Array.from({ length: count }, (_, index) => ({ at: place(index, count), text: clock(first_ms + index * 60_000) })).filter((tick) =>
    tick.text.endsWith("0"),
  );
