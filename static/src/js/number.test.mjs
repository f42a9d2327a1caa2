// Numbers with their unit, by the same cases as the server's tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { changeText } from "./charts/change.js";
import { full, short, tick } from "./number.js";

const cases = JSON.parse(readFileSync(new URL("figure.cases.json", import.meta.url), "utf8"));

for (const [name, write] of Object.entries({ short, full, tick })) {
  test(`a number reads in its ${name} form as the server writes it`, () => {
    assert.ok(cases[name].length > 10);
    for (const [unit, value, text] of cases[name]) assert.equal(write(value, unit), text, `${JSON.stringify(unit)} ${value}`);
  });
}

test("a change reads as the server writes it", () => {
  for (const [form, current, previous, text] of cases.change) {
    assert.equal(changeText(current, previous, { form }), text, `${current} after ${previous}`);
  }
});
