// Builds what the screens load into fupin/core/static/built: styles, scripts, charts, icons, fonts, and their fingerprints.
// Everything third-party comes from the npm packages in package-lock.json; nothing of it is committed.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ICONS } from "./src/icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../fupin/core/static/built");
const packages = join(here, "node_modules");

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "fonts"), { recursive: true });

await build({
  entryPoints: ["fupin.css", "fupin.js", "theme.js", "charts.js", "places.js", "wall.js"].map((name) => join(here, "src", name)),
  outdir: out,
  bundle: true,
  minify: true,
  legalComments: "linked",
  target: ["chrome90", "firefox90", "safari14"],
  external: ["*.woff2"],
  loader: { ".svg": "dataurl", ".png": "dataurl" },
  logLevel: "warning",
});

cpSync(
  join(packages, "@fontsource/noto-sans-mongolian/files/noto-sans-mongolian-mongolian-400-normal.woff2"),
  join(out, "fonts/mongolian.woff2"),
);
writeFileSync(join(out, "icons.svg"), sprite());
writeFileSync(join(out, "manifest.json"), JSON.stringify(fingerprints(), null, 1) + "\n");

/** One file with every icon the screens use, referred to as icons.svg#name. */
function sprite() {
  const symbols = ICONS.map((name) => {
    const source = readFileSync(join(packages, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const body = source.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body.replace(/\s+/g, " ").trim()}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

/** Fingerprint of every file, for addresses that change with the content; texts are compressed beside. */
function fingerprints() {
  const marks = {};
  for (const name of readdirSync(out).sort()) {
    if (!/\.(css|js|svg)$/.test(name)) continue;
    const body = readFileSync(join(out, name));
    marks[name] = createHash("sha256").update(body).digest("hex").slice(0, 12);
    writeFileSync(join(out, `${name}.gz`), gzipSync(body, { level: 9 }));
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(body));
  }
  return marks;
}
