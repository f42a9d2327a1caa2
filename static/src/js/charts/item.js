// Charts whose pieces are pointed at one by one: donut, scatter, radar, sankey.
import { full } from "../number.js";
import { grid, labelText, valueAxis } from "./axis.js";

const SHAPES = ["circle", "rect", "triangle", "diamond", "roundRect", "pin", "arrow"];

export const donut = (spec, { palette, hidden }) => {
  const shown = spec.slices.filter((slice) => !hidden.has(slice.id));
  const all = shown.reduce((sum, slice) => sum + slice.value, 0);
  return {
    option: {
      series: [
        {
          id: "slices",
          type: "pie",
          radius: ["66%", "92%"],
          center: ["50%", "50%"],
          padAngle: shown.length > 1 ? 1.5 : 0,
          label: { show: false },
          emphasis: { scaleSize: 3 },
          itemStyle: { borderRadius: 3 },
          data: shown.map(({ label, value, colour }) => ({ name: label, value, itemStyle: { color: palette.of(colour) } })),
        },
      ],
    },
    pointer: {
      kind: "item",
      items: shown.map((_, dataIndex) => ({ seriesId: "slices", dataIndex })),
      describe: ({ dataIndex }) => {
        const { label, value, colour } = shown[dataIndex];
        return {
          head: label,
          rows: [
            { mark: `dot ${colour}`, name: spec.value_label, value: full(value, spec.unit) },
            { mark: "", name: "Share", value: all > 0 ? full(value / all, { form: "share" }) : "–" },
          ],
        };
      },
    },
    linkOf: ({ dataIndex }) => shown[dataIndex]?.link ?? null,
  };
};

const namedAxis = (palette, { label, unit }, isAcross) => ({
  ...valueAxis(palette, unit, { isQuiet: isAcross }),
  name: label,
  nameLocation: isAcross ? "middle" : "end",
  nameGap: isAcross ? 26 : 10,
  nameTextStyle: { ...labelText(palette), align: isAcross ? "center" : "left", padding: isAcross ? 0 : [0, 0, 0, -4] },
});

export const scatter = (spec, { palette, hidden }) => {
  const shown = spec.series.filter((series) => !hidden.has(series.id));
  const seriesOf = ({ seriesId }) => spec.series.find((series) => series.id === seriesId);
  return {
    option: {
      grid: { ...grid(26), bottom: 20 },
      xAxis: namedAxis(palette, spec.x, true),
      yAxis: namedAxis(palette, spec.y, false),
      series: shown.map((series) => ({
        id: series.id,
        type: "scatter",
        // Shapes stay with a series even while others are hidden.
        symbol: SHAPES[spec.series.indexOf(series) % SHAPES.length],
        symbolSize: 8,
        itemStyle: { color: palette.of(series.colour, 0.75), borderColor: palette.token("s1"), borderWidth: 1 },
        data: series.points.map(({ x, y }) => [x, y]),
      })),
    },
    pointer: {
      kind: "item",
      items: shown.flatMap((series) => series.points.map((_, dataIndex) => ({ seriesId: series.id, dataIndex }))),
      describe: (item) => {
        const series = seriesOf(item);
        const { x, y, label } = series.points[item.dataIndex];
        return {
          head: label,
          rows: [
            { mark: `dot ${series.colour}`, name: spec.y.label, value: full(y, spec.y.unit) },
            { mark: "", name: spec.x.label, value: full(x, spec.x.unit) },
          ],
        };
      },
    },
    linkOf: (item) => seriesOf(item)?.points[item.dataIndex]?.link ?? null,
  };
};

export const radar = (spec, { palette, hidden, height }) => {
  const shown = spec.series.filter((series) => !hidden.has(series.id));
  return {
    option: {
      radar: {
        radius: Math.max(40, height / 2 - 34),
        center: ["50%", "52%"],
        indicator: spec.axes.map(({ label, most }) => ({ name: label, max: most })),
        axisName: labelText(palette, "t2"),
        splitNumber: 4,
        splitArea: { show: false },
        splitLine: { lineStyle: { color: palette.token("line") } },
        axisLine: { lineStyle: { color: palette.token("line") } },
      },
      series: [
        {
          id: "radar",
          type: "radar",
          symbolSize: 4,
          data: shown.map(({ label, values, colour }) => ({
            name: label,
            // A value that is not known is drawn at the middle and said to be missing in tooltip and table.
            value: values.map((value) => value ?? 0),
            lineStyle: { color: palette.of(colour), width: 1.8 },
            itemStyle: { color: palette.of(colour) },
            areaStyle: { color: palette.of(colour, 0.1) },
          })),
        },
      ],
    },
    pointer: {
      kind: "item",
      items: shown.map((_, dataIndex) => ({ seriesId: "radar", dataIndex })),
      describe: ({ dataIndex }) => ({
        head: shown[dataIndex].label,
        rows: spec.axes.map(({ label, unit }, index) => ({
          mark: index === 0 ? `dot ${shown[dataIndex].colour}` : "",
          name: label,
          value: shown[dataIndex].values[index] === null ? "–" : full(shown[dataIndex].values[index], unit),
        })),
      }),
    },
    linkOf: ({ dataIndex }) => shown[dataIndex]?.link ?? null,
  };
};

export const sankey = (spec, { palette, width }) => {
  const node = (id) => spec.nodes.find((each) => each.id === id);
  const isNarrow = width < 480;
  return {
    option: {
      series: [
        {
          id: "flow",
          type: "sankey",
          left: 4,
          right: isNarrow ? 60 : 92,
          top: 10,
          bottom: 10,
          nodeWidth: 8,
          nodeGap: 14,
          draggable: false,
          layoutIterations: 32,
          label: { ...labelText(palette, "t1"), formatter: ({ name }) => node(name).label, width: isNarrow ? 56 : 110, overflow: "truncate" },
          itemStyle: { borderWidth: 0 },
          lineStyle: { curveness: 0.5 },
          emphasis: { focus: "adjacency", lineStyle: { opacity: 0.6 } },
          data: spec.nodes.map(({ id, colour }) => ({ name: id, itemStyle: { color: palette.of(colour) } })),
          links: spec.links.map(({ from, to, value }) => ({
            source: from,
            target: to,
            value,
            lineStyle: { color: palette.of(node(to).colour), opacity: node(to).colour === "c-quiet" ? 0.2 : 0.3 },
          })),
        },
      ],
    },
    pointer: {
      kind: "item",
      items: spec.links.map((_, dataIndex) => ({ seriesId: "flow", dataIndex, dataType: "edge" })),
      describe: ({ dataType, dataIndex }) => {
        if (dataType === "edge") {
          const { from, to, value } = spec.links[dataIndex];
          return { head: `${node(from).label} → ${node(to).label}`, rows: [{ mark: "stroke c-accent", name: spec.value_label, value: full(value, spec.unit) }] };
        }
        const { id, label, colour } = spec.nodes[dataIndex];
        const sum = (end) => spec.links.filter((link) => link[end] === id).reduce((all, link) => all + link.value, 0);
        return { head: label, rows: [{ mark: `dot ${colour}`, name: spec.value_label, value: full(Math.max(sum("from"), sum("to")), spec.unit) }] };
      },
    },
    linkOf: ({ dataType, dataIndex }) => (dataType === "edge" ? spec.links : spec.nodes)[dataIndex]?.link ?? null,
  };
};
