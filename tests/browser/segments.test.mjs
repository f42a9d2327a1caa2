// Segments over the demo's ninety days: built by forms, used as a filter and a split, deleted; sound in both themes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertNoSidewaysScroll, audit } from "./browser.mjs";
import { PATIENT, visits } from "./visits.mjs";

const SKIP = { skip: needsBinary, timeout: 600_000 };
const NAME = "Often; <b>asked</b>";

const { visit } = visits(() => Appliance.startDemo());

const number = (text) => Number(text.replaceAll(/[^0-9.]/g, ""));

test("a segment is built, saved, used as a filter and a split, changed and deleted", SKIP, async () => {
  await visit("/users/segments", async (page) => {
    await page.getByText("No segment is saved yet").waitFor();
    await page.locator("summary", { hasText: "Did something" }).click();
    await page.getByLabel("Event", { exact: true }).fill("query_sent");
    await page.getByLabel("Times").fill("3");
    await page.getByRole("button", { name: "Add this rule" }).click();
    await page.waitForURL(/if=did%3Aat_least%3A3%3A30%3Aquery_sent/);
    const size = number(await page.locator("[data-size] b").textContent());
    assert.ok(size > 0, "the demo's people ask");
    await page.locator("summary", { hasText: "Is something" }).click();
    await page.getByLabel("this", { exact: true }).locator("visible=true").fill("pro");
    await page.getByRole("button", { name: "Add this rule" }).click();
    await page.waitForURL(/if=plan%3Ais%3Apro/);
    const fewer = number(await page.locator("[data-size] b").textContent());
    assert.ok(fewer > 0 && fewer < size, `${fewer} of ${size}`);
    await page.getByLabel("Name", { exact: true }).fill(NAME);
    await page.getByRole("button", { name: "Save this segment" }).click();
    await page.getByText("The segment is saved.").waitFor();
    const row = page.locator("tbody tr", { hasText: NAME });
    assert.equal(number(await row.locator("td").nth(1).textContent()), fewer);
  });

  const chip = encodeURIComponent(`segment:is:${NAME.replace(";", "\\;")}`);
  for (const colorScheme of ["dark", "light"]) {
    for (const path of ["/users/segments?edit=1", `/users/list?filter=${chip}`, `/funnels?by=segment&filter=${chip}`]) {
      for (const width of [390, 1440]) {
        await visit(
          path,
          async (page) => {
            assert.equal(await page.locator(".is-error").count(), 0, path);
            await assertNoSidewaysScroll(page);
            assert.deepEqual(await audit(page), [], `${path} at ${width} px, ${colorScheme}`);
          },
          { colorScheme, viewport: { width, height: 900 } },
        );
      }
    }
  }

  // By the form of every page's filters, which suggests the name.
  await visit("/costs?range=30d", async (page) => {
    await page.locator("summary", { hasText: "Filter" }).click();
    assert.ok(await page.locator(`#add_values option[value="${NAME}"]`).count(), "the name is suggested");
    await page.locator("#add_by").selectOption("segment");
    await page.locator("#add_value").fill(NAME);
    await page.getByRole("button", { name: "Add the filter" }).click();
    await page.waitForURL(/filter=segment%3Ais/);
    await page.locator(".chip b", { hasText: NAME }).waitFor();
    assert.equal(await page.locator(".is-error").count(), 0);
  });
  await visit("/funnels", async (page) => {
    await page.locator("summary", { hasText: "Split by" }).click();
    await page.getByRole("link", { name: "Segment", exact: true }).click();
    await page.waitForURL(/by=segment/);
    await page.getByText(NAME).first().waitFor(PATIENT);
    await page.getByText("in no segment").first().waitFor(PATIENT);
  });

  await visit("/users/segments?edit=1", async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("Pro");
    await page.getByRole("button", { name: "Save the changes" }).click();
    await page.getByText("The segment is saved.").waitFor();
    await page.getByRole("link", { name: "Pro", exact: true }).click();
    await page.getByRole("button", { name: "Delete “Pro”" }).click();
    await page.getByText("The segment is deleted.").waitFor();
    await page.getByText("No segment is saved yet").waitFor();
  });
  // An address that names it says so.
  await visit("/funnels?filter=segment:is:Pro", async (page) => {
    await page.getByText("this project has no segments").first().waitFor();
  });
});
