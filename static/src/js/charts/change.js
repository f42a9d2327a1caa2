// How one number differs from an earlier one, by the same rule as `src/render/change.rs`.

/** "+14.2%", "−0.70 pp" for a share, "new" from nothing, and null where there is nothing to compare. */
export const changeText = (current, previous, unit) => {
  if (current === null || previous === null) return null;
  const signed = (number, decimals, ending) => {
    const scale = 10 ** decimals;
    const size = Math.round(Math.abs(number) * scale) / scale;
    return `${size === 0 ? "" : number > 0 ? "+" : "−"}${size.toFixed(decimals)}${ending}`;
  };
  if (unit.form === "share") return signed((current - previous) * 100, 2, " pp");
  if (previous === 0) return current === 0 ? "0.0%" : "new";
  return signed(((current - previous) / Math.abs(previous)) * 100, 1, "%");
};
