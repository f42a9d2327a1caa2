// What charts with two axes share: the look of the axes, which labels stand, and the lines across the drawing.
import { tick } from "../number.js";

const FONT = "Inter, system-ui, sans-serif";
/** Steps that suit hours, days and weeks alike. */
const STEPS = [1, 2, 3, 4, 6, 7, 8, 12, 14, 16, 21, 24, 28, 36, 48, 60, 72, 96, 120, 144, 180];

export const labelText = (palette, tone = "t3") => ({ color: palette.token(tone), fontSize: 11, fontFamily: FONT });

/** Every how many buckets a label stands, so that labels of `labelWidth` pixels do not touch. */
export const labelStep = (count, width, labelWidth) => {
  const wanted = Math.ceil(count / Math.max(1, Math.floor(width / labelWidth)));
  return STEPS.find((step) => step >= wanted) ?? wanted;
};

/** Pixels that the widest of the labels takes, with a gap. Digits and letters of 11 px are about 6.2 px wide. */
export const labelWidth = (labels) => labels.reduce((most, label) => Math.max(most, label.length), 0) * 6.2 + 24;

export const grid = (top = 14) => ({
  left: 4,
  right: 8,
  top,
  bottom: 5,
  outerBoundsMode: "same",
  outerBoundsContain: "axisLabel",
});

/**
 * An axis of buckets or categories. Over time the label of the last one stands, since it is what people look for;
 * where `fromFirst` says so, labels are counted from the first one.
 */
export const categoryAxis = (palette, labels, { width, isBand, everyLabel = false, fromFirst = false }) => {
  const step = everyLabel ? 1 : labelStep(labels.length, width, labelWidth(labels));
  const offset = fromFirst ? 0 : (labels.length - 1) % step;
  return {
    type: "category",
    data: labels.map((_, index) => String(index)),
    boundaryGap: isBand,
    axisTick: { show: false },
    axisLine: { show: false },
    axisLabel: {
      ...labelText(palette),
      margin: 10,
      hideOverlap: true,
      width: everyLabel ? Math.max(40, width / labels.length - 8) : undefined,
      overflow: everyLabel ? "truncate" : undefined,
      formatter: (value) => labels[Number(value)],
      interval: (index) => index % step === offset,
      alignMinLabel: isBand ? undefined : "left",
      alignMaxLabel: isBand ? undefined : "right",
    },
  };
};

export const valueAxis = (palette, unit, { isFitted = false, isQuiet = false } = {}) => ({
  type: "value",
  splitNumber: 4,
  scale: isFitted,
  minInterval: ["count", "tokens"].includes(unit.form) ? 1 : undefined,
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { ...labelText(palette), formatter: (value) => tick(value, unit) },
  splitLine: { show: !isQuiet, lineStyle: { color: palette.token("grid") } },
});

/** Lines across the drawing at values of the value axis. */
export const thresholdLines = (palette, thresholds) =>
  thresholds.map(({ value, label, tone }) => ({
    yAxis: value,
    name: label,
    lineStyle: { color: palette.of(`c-${tone}`), type: [4, 3], width: 1 },
    label: { show: true, position: "insideStartTop", color: palette.of(`c-${tone}`), fontSize: 11, fontFamily: FONT, formatter: label },
  }));

/** Upright lines at buckets. A label that would touch the one before it is left to the tooltip. */
export const uprightLines = (palette, marks, pixelsPerBucket) => {
  let free = -Infinity;
  return [...marks]
    .sort((one, other) => one.index - other.index)
    .map(({ index, label }) => {
      const middle = index * pixelsPerBucket;
      const half = label.length * 3.1 + 6;
      const fits = middle - half >= free;
      if (fits) free = middle + half;
      return {
        xAxis: String(index),
        name: label,
        lineStyle: { color: palette.token("line-3"), type: [2, 3], width: 1 },
        label: { show: fits, color: palette.token("t2"), fontSize: 11, fontFamily: FONT, position: "end", distance: 6, formatter: label },
      };
    });
};

export const markLine = (data) => ({ symbol: "none", silent: true, animation: false, data });
