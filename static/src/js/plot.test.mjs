// Axes, changes, lines and stacks, by the same numbers as the server's tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { clockOf, scale, xTicks, yTicks } from "./axis.js";
import { curve, SPARK, sparkline } from "./curve.js";
import { delta } from "./delta.js";
import { search } from "./search.js";
import { layers, providerClass } from "./stack.js";

const cases = JSON.parse(readFileSync(new URL("plot.cases.json", import.meta.url), "utf8"));

const unit = (form) => ({ form, prefix: "$", decimals: 2 });

test("axes have the steps that the server gives them", () => {
  for (const [most, form, steps] of cases.scale) {
    assert.deepEqual(scale(most, unit(form)).map((step) => Math.round(step * 1e6) / 1e6), steps, `${most} ${form}`);
  }
  assert.deepEqual(yTicks([0, 20, 40], unit("count")), [
    { at: "0", text: "40" },
    { at: "50", text: "20" },
    { at: "100", text: "0" },
  ]);
});

test("changes read as the server writes them", () => {
  for (const [form, better, now, change, then, expected] of cases.delta) {
    assert.deepEqual(delta({ unit: unit(form), better, now, change, then }), expected, JSON.stringify([form, now, change, then]));
  }
});

test("a curve is drawn as the server draws it", () => {
  assert.deepEqual(curve([0, 4, 2], 4, SPARK), { line: "M0 38L80 3L160 20.5", fill: "M0 40L0 38L80 3L160 20.5L160 40Z" });
  assert.deepEqual(curve([1, 1, null, 1, null], 1, SPARK), { line: "M0 3L40 3M120 3h0", fill: "M0 40L0 3L40 3L40 40Z" });
  assert.deepEqual(curve([null, null], 0, SPARK), { line: "", fill: "" });
  const smooth = { width: 90, height: 90, top: 0, zero: 90, isSmooth: true };
  assert.equal(curve([0, 30, 90, 30], 90, smooth).line, "M0 90C10 82.5 20 75 30 60C40 45 50 0 60 0C70 0 80 30 90 60");
  assert.equal(curve([0, 90], 90, smooth).line, "M0 90L90 0");
  assert.equal(curve([90, null], 90, smooth).line, "M0 0h0");
  assert.equal(sparkline([1, 2], [4, 0]).today.line, "M0 29.3L160 20.5");
  assert.equal(sparkline([1, 2], [0, null]).yesterday, "");
});

test("times are of the project's clock, at its round minutes", () => {
  const twentyToNine = 1795293600000; // 21 November 2026, 20:40 UTC
  const ticks = xTicks(twentyToNine, 60, clockOf("Asia/Kathmandu"), String);
  assert.deepEqual(ticks.map((tick) => tick.text), ["02:30", "02:40", "02:50", "03:00", "03:10", "03:20"]);
  assert.equal(ticks[0].at, "5");
  assert.equal(clockOf("Nowhere/At_All")(twentyToNine), "20:40");
});

test("a provider keeps its colour however it is written, and others are grey", () => {
  assert.equal(providerClass("OpenAI"), "p-openai");
  assert.equal(providerClass("self-hosted"), "p-selfhosted");
  assert.equal(providerClass("local"), "p-selfhosted");
  assert.equal(providerClass("cohere"), "p-other");
  assert.equal(providerClass(null), "p-other");
});

test("a stack has the server's layers", () => {
  const calls = (id, values) => ({ id, label: id.toUpperCase(), calls: values });
  const given = [calls("openai", [1, 1]), calls("azure", [1, 0]), calls("groq", [1, 0]), calls("cohere", [1, 0]), calls("other", [0, 5])];
  const shown = layers(given, 2);
  assert.deepEqual(shown.map(({ kind, label }) => [kind, label]), [
    ["p-openai", "OPENAI"],
    ["p-grey1", "AZURE"],
    ["p-grey2", "GROQ"],
    ["p-other", "Other"],
  ]);
  assert.deepEqual(shown[3].calls, [1, 5]);
});

test("the palette finds words anywhere and names that begin with them first", () => {
  const entries = [
    { name: "Missing events", group: "Platform" },
    { name: "System", group: "Platform" },
    { name: "Event log", group: "Monitor" },
  ];
  const names = (text) => search(entries, text).map((entry) => entry.name);
  assert.deepEqual(names("event"), ["Event log", "Missing events"]);
  assert.deepEqual(names("plat sys"), ["System"]);
  assert.deepEqual(names(""), ["Missing events", "System", "Event log"]);
  assert.deepEqual(names("nothing of the kind"), []);
});
