// The parts of Apache ECharts that the kit draws with. Its tooltip, legend and axis pointer are left out: ours are
// ordinary elements, which keep the content policy, reach across cards, and answer to the keyboard.
import * as echarts from "echarts/core";
import { BarChart, LineChart, PieChart, RadarChart, SankeyChart, ScatterChart } from "echarts/charts";
import { GridSimpleComponent, MarkAreaComponent, MarkLineComponent, RadarComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart,
  LineChart,
  PieChart,
  RadarChart,
  SankeyChart,
  ScatterChart,
  GridSimpleComponent,
  MarkAreaComponent,
  MarkLineComponent,
  RadarComponent,
  SVGRenderer,
]);

export const open = (host) => echarts.init(host, null, { renderer: "svg" });
