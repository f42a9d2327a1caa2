// Builds static/dist from static/src. `npm run build` writes it; `npm run check` fails if what is committed
// differs from a fresh build by one byte or one file.
//
// File names carry a hash of their content, so that browsers may keep them for ever; manifest.json maps the
// names that templates use to the hashed ones. Text files get a Brotli and a gzip twin, so that the server
// never compresses while it answers. Twins are checked by unpacking: two versions of the compressors may
// write different bytes for the same text.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import esbuild from "esbuild";
import { worldMap } from "./world_map.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const from = (...parts) => path.join(root, ...parts);
const dist = from("static/dist");
/** Browsers that know light-dark(), subgrid and color-mix(). */
const target = ["chrome123", "firefox120", "safari17.5"];
/** The snippet runs in other people's pages, and so in older browsers: all since 2020. */
const snippetTarget = "es2020";
const SNIPPET_PACKED_BYTES_MAX = 2048;

const files = new Map();
const manifest = {};

const put = (name, content) => {
  const bytes = Buffer.from(content);
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = `${stem}.${hash}${ext}`;
  files.set(hashed, bytes);
  return hashed;
};

const script = async (name, scriptTarget = target) => {
  const result = await esbuild.build({
    entryPoints: [from("static/src/js", name)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: scriptTarget,
    // What libraries keep for developers is left out.
    define: { "process.env.NODE_ENV": '"production"', __DEV__: "false" },
    legalComments: "none",
    logLevel: "warning",
  });
  return put(name, result.outputFiles[0].contents);
};

/** The script for other people's pages, which must stay small. */
const snippet = async () => {
  const name = await script("snippet/snippet.js", snippetTarget);
  const packedBytes = zlib.gzipSync(files.get(name), { level: 9 }).length;
  if (packedBytes > SNIPPET_PACKED_BYTES_MAX) {
    throw new Error(`the snippet has ${packedBytes} bytes packed; the most is ${SNIPPET_PACKED_BYTES_MAX}`);
  }
  return name;
};

const style = async () => {
  const result = await esbuild.build({
    entryPoints: [from("static/src/css/app.css")],
    bundle: true,
    minify: true,
    write: false,
    target,
    external: ["*.woff2"],
    legalComments: "none",
    logLevel: "warning",
  });
  const text = result.outputFiles[0].text
    .replaceAll("inter.woff2", manifest.font)
    .replaceAll("inter-ext.woff2", manifest.font_ext);
  return put("app.css", text);
};

const icon = (name) => {
  const svg = fs.readFileSync(from(`node_modules/lucide-static/icons/${name}.svg`), "utf8");
  const inner = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/[\s\S]*?<svg[^>]*>/, "")
    .replace("</svg>", "")
    .replace(/\s+/g, " ")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
};

const icons = () => {
  const names = JSON.parse(fs.readFileSync(from("static/src/icons.json"), "utf8"));
  return put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${names.map(icon).join("")}</svg>\n`);
};

const licences = () => {
  const parts = [
    ["Inter (typeface), SIL Open Font License 1.1", "node_modules/@fontsource-variable/inter/LICENSE"],
    ["Lucide (icons), ISC License", "node_modules/lucide-static/LICENSE"],
    ["Apache ECharts (charts), Apache License 2.0", "node_modules/echarts/NOTICE", "node_modules/echarts/LICENSE", "node_modules/echarts/licenses/LICENSE-d3"],
    ["zrender (part of the charts), BSD 3-Clause License", "node_modules/zrender/LICENSE"],
    ["tslib (part of the charts), Zero-Clause BSD License", "node_modules/tslib/LICENSE.txt"],
    ["World Atlas (map), ISC License; its shapes are Natural Earth's, in the public domain", "node_modules/world-atlas/LICENSE"],
  ];
  const text = parts.map(([title, ...names]) => {
    const licence = names.map((name) => fs.readFileSync(from(name), "utf8").replaceAll("\r\n", "\n").trim()).join("\n\n");
    return `${title}\n${"=".repeat(title.length)}\n\n${licence}\n`;
  });
  return put("licenses.txt", `Files in this folder that others made, and their licences.\n\n${text.join("\n\n")}`);
};

const font = (subset) => fs.readFileSync(from(`node_modules/@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`));

manifest.font = put("inter.woff2", font("latin"));
manifest.font_ext = put("inter-ext.woff2", font("latin-ext"));
manifest.css = await style();
manifest.app_js = await script("app.js");
manifest.boot_js = await script("boot.js");
manifest.snippet_js = await snippet();
manifest.charts_js = await script("charts.js");
manifest.icons = icons();
manifest.world = put("world.svg", worldMap(fs.readFileSync(from("node_modules/world-atlas/countries-110m.json"), "utf8")));
manifest.favicon = put("favicon.svg", fs.readFileSync(from("static/src/favicon.svg")));
manifest.licenses = licences();
files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));

/** Fonts are compressed already, and the manifest is read by the server only. */
const hasTwins = (name) => !name.endsWith(".woff2") && name !== "manifest.json";
const twins = {
  ".br": {
    pack: (bytes) =>
      zlib.brotliCompressSync(bytes, {
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }),
    unpack: zlib.brotliDecompressSync,
  },
  ".gz": { pack: (bytes) => zlib.gzipSync(bytes, { level: 9 }), unpack: zlib.gunzipSync },
};

const read = (name) => {
  const file = path.join(dist, name);
  return fs.existsSync(file) ? fs.readFileSync(file) : null;
};

const unpacks = (packed, unpack, bytes) => {
  try {
    return unpack(packed).equals(bytes);
  } catch {
    return false;
  }
};

if (process.argv.includes("--check")) {
  const expected = new Set();
  const problems = [];
  for (const [name, bytes] of files) {
    expected.add(name);
    const committed = read(name);
    if (committed === null) problems.push(`${name} is missing`);
    else if (!committed.equals(bytes)) problems.push(`${name} differs from a fresh build`);
    if (!hasTwins(name)) continue;
    for (const [suffix, { unpack }] of Object.entries(twins)) {
      expected.add(name + suffix);
      const twin = read(name + suffix);
      if (twin === null) problems.push(`${name}${suffix} is missing`);
      else if (!unpacks(twin, unpack, bytes)) problems.push(`${name}${suffix} does not unpack to ${name}`);
    }
  }
  const present = fs.existsSync(dist) ? fs.readdirSync(dist, { recursive: true }).map(String) : [];
  for (const name of present) if (!expected.has(name)) problems.push(`${name} is not made by the build`);
  if (problems.length > 0) {
    console.error(`static/dist is not a fresh build; run \`npm ci && npm run build\` and commit the result:\n  ${problems.join("\n  ")}`);
    process.exit(1);
  }
  console.log(`static/dist equals a fresh build (${expected.size} files)`);
} else {
  fs.rmSync(dist, { recursive: true, force: true });
  fs.mkdirSync(dist, { recursive: true });
  for (const [name, bytes] of files) {
    fs.writeFileSync(path.join(dist, name), bytes);
    const sizes = [`${bytes.length} bytes`];
    if (hasTwins(name)) {
      for (const [suffix, { pack }] of Object.entries(twins)) {
        const packed = pack(bytes);
        fs.writeFileSync(path.join(dist, name + suffix), packed);
        sizes.push(`${suffix.slice(1)} ${packed.length}`);
      }
    }
    console.log(name.padEnd(30), sizes.join(", "));
  }
}
