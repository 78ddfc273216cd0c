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
import { marked, savePicture } from "./takealong.js";

echarts.use([
  BarChart, HeatmapChart, LineChart, MapChart, PieChart, TreemapChart, AriaComponent, DatasetComponent, GeoComponent,
  GridComponent, LegendComponent, MarkLineComponent, MarkPointComponent, TitleComponent, TooltipComponent,
  VisualMapComponent, LabelLayout, CanvasRenderer,
]);

// Distinguishable with every common colour blindness (after Okabe and Ito), the accent first.
const PALETTE = ["#e08e0b", "#0f8a6b", "#b45a9c", "#56a5d8", "#8a6d1b", "#5b6673"];
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
  const accent = style.getPropertyValue("--accent").trim() || "#1d64a5";
  // Numbers beside bars and lines stand on the paper: in its ink, without the outline that ECharts would draw.
  const beside = (series) =>
    series.label && ["bar", "line"].includes(series.type) ? { symbol: "circle", ...series, label: { color: ink, textBorderWidth: 0, ...series.label } } : series;
  const axis = { axisLabel: { color: quiet }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
  chart.setOption(
    {
      color: [accent, ...PALETTE],
      backgroundColor: "transparent",
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches && !option.still,
      textStyle: { color: ink, fontFamily: style.getPropertyValue("--font").trim() },
      aria: { enabled: false },
      ...option,
      // Text in the tooltip is drawn, not injected as markup: the content security policy stays strict.
      tooltip: { renderMode: "richText", confine: true, ...(option.tooltip || {}) },
      legend: option.legend ? { textStyle: { color: ink }, ...option.legend } : undefined,
      series: option.series && [].concat(option.series).map(beside),
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
  const one = button && drawn.get(document.querySelector(button.dataset.of));
  if (!one) return;
  const content = marked(JSON.parse(document.getElementById(button.dataset.picture).textContent));
  savePicture(framed(one.chart, { ...content, marks: [content.legend, ...content.marks].filter(Boolean) }), content.title);
});

/** The drawing under its title, over its as-of time and the mark of a demonstration. */
function framed(chart, { title, marks }) {
  const style = getComputedStyle(document.documentElement);
  const [paper, ink, font] = ["--paper", "--ink", "--font"].map((name) => style.getPropertyValue(name).trim());
  const drawing = chart.renderToCanvas({ pixelRatio: 2, backgroundColor: paper });
  const [edge, head, line] = [40, 90, 42];
  const canvas = document.createElement("canvas");
  canvas.width = drawing.width + edge * 2;
  canvas.height = head + drawing.height + line * marks.length + edge;
  const pen = canvas.getContext("2d");
  pen.fillStyle = paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(drawing, edge, head);
  pen.fillStyle = ink;
  pen.font = `bold 36px ${font}`;
  pen.fillText(title, edge, 62);
  pen.font = `26px ${font}`;
  marks.forEach((one, at) => pen.fillText(one, edge, head + drawing.height + line * (at + 1)));
  return canvas;
}
