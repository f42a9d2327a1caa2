// Colours as ECharts takes them, read from the style sheet: a class sets `--p`, and the browser resolves the theme.
const parse = (text) => {
  const numbers = text.match(/-?[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [0, 0, 0];
  // color-mix() computes to color(srgb 0.1 0.2 0.3), everything else to rgb(…) or rgba(…).
  const [red, green, blue] = text.startsWith("color(") ? numbers.map((part) => part * 255) : numbers;
  return [red, green, blue].map((part) => Math.round(Math.min(255, Math.max(0, part))));
};

/** Colours of the theme that holds now, or of the light one for paper. */
export const palette = ({ forPaper = false } = {}) => {
  const probe = document.createElement("i");
  probe.className = "probe";
  if (forPaper) probe.style.colorScheme = "light";
  document.body.append(probe);
  const known = new Map();
  const resolve = (key, set) => {
    if (!known.has(key)) {
      set();
      known.set(key, parse(getComputedStyle(probe).color));
    }
    return known.get(key);
  };
  const css = ([red, green, blue], opacity) => `rgba(${red},${green},${blue},${opacity})`;
  return {
    /** A token of the style sheet: `token("t3")`. */
    token: (name, opacity = 1) =>
      css(
        resolve(`--${name}`, () => {
          probe.className = "probe";
          probe.style.color = `var(--${name})`;
        }),
        opacity,
      ),
    /** The colour of a class: `of("p-openai shade-1")`. */
    of: (className, opacity = 1) =>
      css(
        resolve(className, () => {
          probe.className = `probe ${className}`;
          probe.style.color = "var(--p)";
        }),
        opacity,
      ),
    close: () => probe.remove(),
  };
};

/** From a colour to nothing, downwards. */
export const fade = (palette, className, opacity) => ({
  type: "linear",
  x: 0,
  y: 0,
  x2: 0,
  y2: 1,
  colorStops: [
    { offset: 0, color: palette.of(className, opacity) },
    { offset: 1, color: palette.of(className, 0) },
  ],
});

/** Diagonal lines over a bar that still grows. */
export const hatch = (palette) => ({
  symbol: "rect",
  symbolSize: 1,
  dashArrayX: [1, 0],
  dashArrayY: [2, 4],
  rotation: -Math.PI / 4,
  color: palette.token("s1", 0.65),
});
