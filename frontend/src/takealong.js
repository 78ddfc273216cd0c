// Take along: a figure or list as text or as a picture for the work group's chat. The server hands over only what may
// leave the screen (no personal data), with its as-of time: {title, note, columns: [...], rows: [[...], ...]}.

export function startTakeAlong() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take]");
    if (!button) return;
    const source = document.getElementById(button.dataset.source);
    if (!source) return;
    const content = marked(JSON.parse(source.textContent));
    if (button.dataset.take === "text") copy(button, asText(content));
    else savePicture(draw(content), content.title);
  });
}

// What leaves a demonstration says so too.
export function marked(content) {
  const mark = document.querySelector(".synthetic-mark")?.textContent.trim();
  return { ...content, marks: [...(content.notes || []), content.note, mark].filter(Boolean) };
}

// Without the thin blanks between thousands and with the sign of the keyboard: pasted into a table, a figure stays a number.
function plain(cell) {
  return String(cell ?? "").replaceAll("\u202f", "").replaceAll("\u2212", "-");
}

function asText({ title, marks, columns, rows }) {
  const lines = [title, ...(columns?.length ? [columns.join("\t")] : []), ...rows.map((row) => row.map(plain).join("\t")), ...marks];
  return lines.filter(Boolean).join("\n");
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain http has no clipboard interface; the old command still works there.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  tell(button, button.dataset.done || "");
}

// Said aloud to who cannot see it, and for two seconds on the button itself.
function tell(button, done) {
  const status = document.getElementById("status-line");
  if (status) status.textContent = done;
  const label = button.querySelector("span");
  if (!label || button.dataset.label) return;
  button.dataset.label = label.textContent;
  label.textContent = done;
  setTimeout(() => {
    label.textContent = button.dataset.label;
    delete button.dataset.label;
  }, 2000);
}

export function savePicture(canvas, title) {
  const link = document.createElement("a");
  link.href = canvas.toDataURL("image/png");
  link.download = `${title.replace(/[\\/:*?"<>|\s]+/g, "_")}.png`;
  link.click();
}

const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';

function draw({ title, marks, columns, rows }) {
  const scale = 2;
  const line = 30;
  const edge = 24;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = `15px ${FONT}`;
  const all = columns?.length ? [columns, ...rows] : rows;
  const count = Math.max(...all.map((row) => row.length), 1);
  const widths = Array.from({ length: count }, (_, at) => Math.max(...all.map((row) => pen.measureText(String(row[at] ?? "")).width)) + 28);
  pen.font = `bold 19px ${FONT}`;
  const width = Math.max(widths.reduce((sum, one) => sum + one, 0), pen.measureText(title).width, ...marks.map((one) => pen.measureText(one).width * 0.75), 320) + edge * 2;
  const height = edge * 2 + 34 + line * all.length + 14 + 20 * marks.length;
  canvas.width = width * scale;
  canvas.height = height * scale;
  pen.scale(scale, scale);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.textBaseline = "middle";
  pen.fillStyle = "#16202b";
  pen.font = `bold 19px ${FONT}`;
  pen.fillText(title, edge, edge + 12);
  let top = edge + 34;
  all.forEach((row, index) => {
    const isHead = Boolean(columns?.length) && index === 0;
    if (isHead) {
      pen.fillStyle = "#eef2f6";
      pen.fillRect(edge - 8, top, width - edge * 2 + 16, line);
    }
    pen.font = `${isHead ? "bold " : ""}15px ${FONT}`;
    pen.fillStyle = "#16202b";
    let left = edge;
    row.forEach((cell, at) => {
      const text = String(cell ?? "");
      const isNumber = at > 0 && /\d/.test(text) && /^[\d\s  .,%+−-]+$/.test(text);
      pen.textAlign = isNumber ? "right" : "left";
      pen.fillText(text, isNumber ? left + widths[at] - 20 : left, top + line / 2);
      left += widths[at];
    });
    pen.textAlign = "left";
    top += line;
    pen.strokeStyle = "#dde3ea";
    pen.beginPath();
    pen.moveTo(edge - 8, top);
    pen.lineTo(width - edge + 8, top);
    pen.stroke();
  });
  pen.font = `13px ${FONT}`;
  pen.fillStyle = "#52606d";
  marks.forEach((one, at) => pen.fillText(one, edge, top + 22 + 20 * at));
  return canvas;
}
