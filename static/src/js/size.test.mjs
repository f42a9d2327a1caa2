// What a first visit loads stays small: all scripts together, and the style sheet, as Brotli.
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import test from "node:test";

const dist = new URL("../../dist/", import.meta.url);
const packed_kib = (ending) =>
  readdirSync(dist)
    .filter((name) => name.endsWith(`${ending}.br`))
    .reduce((sum, name) => sum + statSync(new URL(name, dist)).size, 0) / 1024;

test("all scripts together stay below 215 KB and the style sheet below 12 KB", () => {
  const [scripts, styles] = [packed_kib(".js"), packed_kib(".css")];
  assert.ok(scripts > 100 && scripts < 215, `${scripts.toFixed(1)} KB of script`);
  assert.ok(styles > 5 && styles < 12, `${styles.toFixed(1)} KB of style`);
});
