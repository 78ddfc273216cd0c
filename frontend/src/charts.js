// Charts and maps. <div data-chart="id-of-json"> draws the ECharts option in that <script type="application/json">;
// data-map names a GeoJSON address and is registered under its option's `series.map`. The numbers stand beside every
// chart as a table, so nothing is told by the picture alone.
import { BarChart, HeatmapChart, LineChart, MapChart, PieChart, TreemapChart } from "echarts/charts";
import {
  AriaComponent, DatasetComponent, GeoComponent, GridComponent, LegendComponent, MarkLineComponent, MarkPointComponent,
  TitleComponent, TooltipComponent, VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  BarChart, HeatmapChart, LineChart, MapChart, PieChart, TreemapChart, AriaComponent, DatasetComponent, GeoComponent,
  GridComponent, LegendComponent, MarkLineComponent, MarkPointComponent, TitleComponent, TooltipComponent,
  VisualMapComponent, LabelLayout, CanvasRenderer,
]);

// Distinguishable with every common colour blindness (after Okabe and Ito), the accent first.
const PALETTE = ["#1d64a5", "#e08e0b", "#0f8a6b", "#b45a9c", "#56a5d8", "#8a6d1b", "#5b6673"];
const drawn = new Map();

export function startCharts(root = document) {
  for (const box of root.querySelectorAll("[data-chart]:not([data-started])")) draw(box);
}

async function draw(box) {
  const source = document.getElementById(box.dataset.chart);
  if (!source) return;
  box.dataset.started = "1";
  const option = JSON.parse(source.textContent);
  if (box.dataset.map) {
    const name = option.geo?.map || [].concat(option.series).find((series) => series.map)?.map;
    const shapes = await (await fetch(box.dataset.map)).json();
    echarts.registerMap(name, shapes);
  }
  const chart = echarts.init(box, null, { renderer: "canvas" });
  drawn.set(box, { chart, option });
  paint(chart, option);
  chart.on("click", (event) => {
    if (event.data?.href) location.assign(event.data.href);
  });
  new ResizeObserver(() => chart.resize()).observe(box);
}

function paint(chart, option) {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim() || "#16202b";
  const line = style.getPropertyValue("--line").trim() || "#dde3ea";
  const quiet = style.getPropertyValue("--ink-quiet").trim() || "#52606d";
  const axis = { axisLabel: { color: quiet }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
  chart.setOption(
    {
      color: PALETTE,
      backgroundColor: "transparent",
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches && !option.still,
      textStyle: { color: ink, fontFamily: style.getPropertyValue("--font").trim() },
      aria: { enabled: false },
      ...option,
      // Text in the tooltip is drawn, not injected as markup: the content security policy stays strict.
      tooltip: { renderMode: "richText", confine: true, ...(option.tooltip || {}) },
      legend: option.legend ? { textStyle: { color: ink }, ...option.legend } : undefined,
      xAxis: option.xAxis && [].concat(option.xAxis).map((one) => ({ ...axis, ...one })),
      yAxis: option.yAxis && [].concat(option.yAxis).map((one) => ({ ...axis, ...one })),
    },
    true,
  );
}

document.addEventListener("fupin:theme", () => drawn.forEach(({ chart, option }) => paint(chart, option)));
document.addEventListener("DOMContentLoaded", () => startCharts());
document.addEventListener("htmx:load", (event) => startCharts(event.detail.elt.parentNode || document));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-picture]");
  const one = button && drawn.get(document.querySelector(button.dataset.picture));
  if (!one) return;
  const link = document.createElement("a");
  link.href = one.chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" });
  link.download = `${button.dataset.name || "chart"}.png`;
  link.click();
});
