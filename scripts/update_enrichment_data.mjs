#!/usr/bin/env node
// Refreshes the data files which src/ingest/enrich embeds, from their npm packages.
//
//   node scripts/update_enrichment_data.mjs
//
// countries.bin.gz  @ip-location-db/geo-whois-asn-country-mmdb, as a sorted table of ranges
// agents.tsv        crawler-user-agents, sorted into crawlers, automated browsers and HTTP clients
//
// Needs node 20 and npm, nothing else. Prints versions and dates for DATA.md, which it does
// not edit: read the licence notes of a new version before writing them down.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DATA = join(dirname(fileURLToPath(import.meta.url)), "../src/ingest/enrich/data");
const COUNTRIES = "@ip-location-db/geo-whois-asn-country-mmdb";
const CRAWLERS = "crawler-user-agents";

// The list tags these as HTTP libraries, but they exist to copy pages.
const LIBRARIES_THAT_CRAWL = new Set([
  "phpcrawl", "HTTrack", "SimpleCrawler", "crawler4j", "Scrapy", "newspaper\\/", "BTWebClient",
  "python-opengraph", "ALittle Client", "colly", "Salesforce\\.com", "trafilatura",
  "Download Ninja", "GoParserBot", "larbin", "rawweb-bot",
]);

// These match people: editors with a built-in browser, and words too short to be sure of.
const PATTERNS_THAT_MATCH_PEOPLE = new Set(["Code\\/1\\.", "Trae\\/", "Fluid", "Fever", "GoPay", "^Silk\\/"]);

const folder = mkdtempSync(join(tmpdir(), "enrichment-"));
try {
  const options = ["--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", ...options, COUNTRIES, CRAWLERS], { stdio: ["ignore", "ignore", "inherit"] });
  writeCountries();
  writeAgents();
} finally {
  rmSync(folder, { recursive: true });
}

/** The version of an installed package. */
function version(name) {
  return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version;
}

/** Writes countries.bin.gz. The layout is described in geo/table.rs, which reads it. */
function writeCountries() {
  const file = readFileSync(join(folder, "node_modules", COUNTRIES, "geo-whois-asn-country.mmdb"));
  const tree = openTree(file);
  const codes = ["\0\0"]; // index 0 means that no country is known
  const indexOf = new Map([[null, 0]]);
  const index = (code) => {
    if (!indexOf.has(code)) {
      indexOf.set(code, codes.length);
      codes.push(code);
    }
    return indexOf.get(code);
  };

  const v4 = [];
  let node = 0;
  for (let depth = 0; depth < 96; depth++) node = tree.child(node, 0);
  walk(tree, node, 0n, 32, 32, (start, code) => append(v4, start, index(code)));

  // Only 2000::/3 is public address space, and no network is told apart below /64.
  const v6 = [];
  node = tree.child(tree.child(tree.child(0, 0), 0), 1);
  append(v6, 0n, 0);
  walk(tree, node, 1n << 61n, 61, 64, (start, code) => append(v6, start, index(code)));
  append(v6, 1n << 62n, 0);

  if (codes.length > 256) throw new Error(`${codes.length} codes do not fit one byte`);
  const parts = [Buffer.from("COUNTRY1"), u32(tree.buildEpoch), u32(codes.length), Buffer.from(codes.join(""), "latin1")];
  for (const ranges of [v4, v6]) {
    parts.push(u32(ranges.length), deltas(ranges), Buffer.from(ranges.map((range) => range.index)));
  }
  const packed = gzipSync(Buffer.concat(parts), { level: 9 });
  writeFileSync(join(DATA, "countries.bin.gz"), packed);
  const date = new Date(tree.buildEpoch * 1000).toISOString().slice(0, 10);
  console.log(`countries.bin.gz: ${COUNTRIES} ${version(COUNTRIES)}, built ${date}, ` +
    `${v4.length} IPv4 and ${v6.length} IPv6 ranges, ${codes.length - 1} codes, ${packed.length} bytes`);
}

/** Adds a range, unless it continues the one before. */
function append(ranges, start, index) {
  if (ranges.length === 0 || ranges.at(-1).index !== index) ranges.push({ start, index });
}

/** Calls `visit` with the first address and the code of each leaf below `node`, in order. */
function walk(tree, node, prefix, bits, bitsMost, visit) {
  if (node >= tree.nodeCount || bits === 0) {
    // A node split below the smallest network we keep takes the country of its first leaf.
    while (node < tree.nodeCount) node = tree.child(node, 0);
    visit(prefix, tree.code(node));
    return;
  }
  walk(tree, tree.child(node, 0), prefix, bits - 1, bitsMost, visit);
  walk(tree, tree.child(node, 1), prefix | (1n << BigInt(bits - 1)), bits - 1, bitsMost, visit);
}

/** The search tree of a MaxMind DB file with 24-bit records. */
function openTree(file) {
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  const metadata = decode(file, file.lastIndexOf(marker) + marker.length, 0).value;
  if (metadata.record_size !== 24 || metadata.ip_version !== 6) throw new Error("an IPv6 tree of 24-bit records is expected");
  const nodeCount = metadata.node_count;
  const data = nodeCount * 6 + 16;
  const codes = new Map();
  return {
    nodeCount,
    buildEpoch: metadata.build_epoch,
    child: (node, side) => (node >= nodeCount ? node : file.readUIntBE(node * 6 + side * 3, 3)),
    code(record) {
      if (record === nodeCount) return null;
      if (!codes.has(record)) {
        const { country_code: code } = decode(file, data + record - nodeCount - 16, data).value;
        codes.set(record, /^[A-Z]{2}$/.test(code) && code !== "ZZ" ? code : null);
      }
      return codes.get(record);
    },
  };
}

/** One value of the MaxMind DB data format: just the types which these files hold. */
function decode(file, at, base) {
  let control = file[at++];
  let type = control >> 5;
  if (type === 1) {
    const size = (control >> 3) & 3;
    const low = control & 7;
    const target =
      size === 0 ? (low << 8) | file[at]
      : size === 1 ? ((low << 16) | file.readUInt16BE(at)) + 2048
      : size === 2 ? ((low << 24) | file.readUIntBE(at, 3)) + 526336
      : file.readUInt32BE(at);
    return { value: decode(file, base + target, base).value, at: at + size + 1 };
  }
  if (type === 0) type = 7 + file[at++];
  let size = control & 31;
  if (size === 29) size = 29 + file[at++];
  else if (size === 30) { size = 285 + file.readUInt16BE(at); at += 2; }
  else if (size === 31) throw new Error("a value is longer than these files need");
  if (type === 7) {
    const value = {};
    for (let entry = 0; entry < size; entry++) {
      const key = decode(file, at, base);
      const item = decode(file, key.at, base);
      value[key.value] = item.value;
      at = item.at;
    }
    return { value, at };
  }
  if (type === 11) {
    const value = [];
    for (let entry = 0; entry < size; entry++) {
      const item = decode(file, at, base);
      value.push(item.value);
      at = item.at;
    }
    return { value, at };
  }
  if (type === 2) return { value: file.toString("utf8", at, at + size), at: at + size };
  if (type === 5 || type === 6 || type === 9) {
    return { value: size === 0 ? 0 : Number("0x" + file.toString("hex", at, at + size)), at: at + size };
  }
  throw new Error(`type ${type} is not expected in these files`);
}

/** The starts of `ranges` as LEB128 differences. */
function deltas(ranges) {
  const bytes = [];
  let last = 0n;
  for (const { start } of ranges) {
    let delta = start - last;
    last = start;
    while (delta >= 128n) {
      bytes.push(Number(delta & 127n) | 128);
      delta >>= 7n;
    }
    bytes.push(Number(delta));
  }
  return Buffer.from(bytes);
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Writes agents.tsv: class, form (text, start or pattern), name, and what to look for. */
function writeAgents() {
  const list = JSON.parse(readFileSync(join(folder, "node_modules", CRAWLERS, "crawler-user-agents.json"), "utf8"));
  const lines = [];
  for (const { pattern, tags } of list) {
    if (PATTERNS_THAT_MATCH_PEOPLE.has(pattern)) continue;
    const kind =
      tags.includes("browser-automation") ? "headless"
      : tags.includes("http-library") && !LIBRARIES_THAT_CRAWL.has(pattern) ? "client"
      : "crawler";
    const anchored = pattern.startsWith("^");
    const text = pattern.replace(/^\^/, "").replace(/\\([^a-zA-Z0-9])/g, "$1");
    // What still differs after this is not plain text and needs the regular expression.
    const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const plain = escaped === pattern.replace(/^\^/, "").replace(/\\([^\\^$.*+?()[\]{}|a-zA-Z0-9])/g, "$1");
    const form = !plain ? "pattern" : anchored ? "start" : "text";
    lines.push([kind, form, displayName(pattern), plain ? text : pattern.replace(/\\\//g, "/")].join("\t"));
  }
  lines.sort();
  writeFileSync(join(DATA, "agents.tsv"), lines.join("\n") + "\n");
  console.log(`agents.tsv: ${CRAWLERS} ${version(CRAWLERS)}, ${lines.length} entries`);
}

/** A name for people, from a pattern: `[cC]laude[bB]ot` is ClaudeBot, `Googlebot\/` is Googlebot. */
function displayName(pattern) {
  const name = pattern
    .replace(/\(\[[^\]]*\]\|\$\)|\(\^\| \)|^\^|\$$/g, "")
    .replace(/\[([a-z])([A-Z])\]/g, "$2")
    .replace(/\[([A-Z])([a-z])\]/g, "$1")
    .replace(/\[\\s\\S\]\*/g, " ")
    .replace(/\(([^|)]*)\|[^)]*\)/g, "$1")
    .split("|")[0]
    .replace(/\\?\/?\\d.*/, "")
    .replace(/\\(.)/g, "$1")
    .replace(/[/;,(: ]+$/, "")
    .trim();
  return name || pattern;
}
