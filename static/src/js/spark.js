// Sparkline paths from numbers: the same drawing as the server's, so that a redraw does not move the line.
const WIDTH = 160;
const HEIGHT = 40;
const round = (number) => String(Number(number.toFixed(1)));

/** Paths for the values of equal steps, oldest first; null is a gap. The base line is zero. */
export const sparkPaths = (values) => {
  const top = Math.max(...values.map((value) => value ?? 0));
  const x = (index) => round(values.length < 2 ? 0 : (index / (values.length - 1)) * WIDTH);
  const y = (value) => round(HEIGHT - 2 - (top > 0 ? value / top : 0) * (HEIGHT - 5));
  let line = "";
  let fill = "";
  let start = 0;
  while (start < values.length) {
    if (values[start] === null) {
      start += 1;
      continue;
    }
    let end = start;
    while (end + 1 < values.length && values[end + 1] !== null) end += 1;
    const points = values.slice(start, end + 1).map((value, offset) => `${x(start + offset)} ${y(value)}`);
    // One point alone has no length; a zero-length stroke with round caps is a dot.
    line += `M${points.join("L")}${points.length === 1 ? "h0" : ""}`;
    if (points.length > 1) fill += `M${x(start)} ${HEIGHT}L${points.join("L")}L${x(end)} ${HEIGHT}Z`;
    start = end + 1;
  }
  return { line, fill };
};
