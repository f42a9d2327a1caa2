import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./kit/waiting.js";

test("what the reader sees comes first, from the top, then what is nearest to the window", () => {
  const far = (section) => section.far;
  const [above, seen, alsoSeen, below] = [300, 0, 0, 120].map((far) => ({ far }));
  assert.equal(nearest(new Set([above, seen, alsoSeen, below]), far), seen);
  assert.equal(nearest(new Set([above, below]), far), below);
});
