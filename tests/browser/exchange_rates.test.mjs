// Exchange rates in a browser: a payment in a foreign currency is missing from the revenue, a rate brings it in, a file
// brings many, removing one takes it out again; the page is sound in both themes and widths.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertNoSidewaysScroll, audit } from "./browser.mjs";
import { until } from "./shop.mjs";
import { visits } from "./visits.mjs";

const PATH = "/settings/exchange-rates";
const stage = visits(() => Appliance.start());

/** What the query interface says was earned; the project is in dollars. */
const revenue = async (page) => {
  const answer = await page.request.get(`${stage.appliance.url}/api/v1/query?metrics=revenue&range=7d`);
  return Number((await answer.json()).total.figures.revenue.value);
};

test("a rate brings in what was paid in another currency, and its removal takes it out", { skip: needsBinary }, async () => {
  const payment = (amount, currency) => stage.appliance.send({ type: "payment_completed", user_id: "ana", amount, currency });
  await payment(10, "USD");
  await payment(20, "EUR");
  await stage.visit(PATH, async (page) => {
    const missing = page.getByRole("region", { name: "Missing" });
    await until(async () => {
      await page.reload();
      return missing.isVisible();
    });
    assert.match(await missing.innerText(), /EUR, euro\s+1\s+No rate is known/);
    assert.deepEqual(await audit(page), []);

    await missing.getByRole("link", { name: /Enter a rate of EUR/ }).click();
    assert.equal(await page.getByLabel("One unit of").inputValue(), "EUR");
    await page.getByLabel("From this day on").fill("2020-01-01");
    await page.getByLabel("Is worth, in US dollars").fill("-1");
    await page.getByRole("button", { name: "Save rate" }).click();
    await page.getByRole("alert").waitFor();
    assert.deepEqual(await audit(page), [], "with an error");
    await page.getByLabel("Is worth, in US dollars").fill("1.25");
    await page.getByRole("button", { name: "Save rate" }).click();
    await page.getByRole("row", { name: /EUR, euro.*1\.25/ }).waitFor();
    assert.equal(await missing.count(), 0);
    await until(async () => (await revenue(page)) === 35);

    await page.getByLabel("A file").setInputFiles({
      name: "rates.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("currency,day,usd\nGBP,2020-01-01,1.3\nJPY,2020-01-01,0.0069\n"),
    });
    await until(async () => (await page.getByLabel("Its text").inputValue()).includes("JPY"));
    await page.getByRole("button", { name: "Save these rates" }).click();
    await page.getByRole("row", { name: /JPY, Japanese yen.*0\.0069/ }).waitFor();
    await page.getByLabel("Currency", { exact: true }).fill("yen");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.waitForURL(/q=yen/);
    assert.equal(await page.getByRole("region", { name: "Rates table" }).locator("tbody tr").count(), 1);

    await page.goto(stage.appliance.url + PATH);
    const row = page.getByRole("row", { name: /EUR, euro/ });
    await row.getByText("Remove", { exact: true }).click();
    await row.getByRole("button", { name: "Remove it" }).click();
    await missing.waitFor();
    await until(async () => (await revenue(page)) === 10);
  });
});

test("the page of exchange rates is sound in both themes at every width", { skip: needsBinary }, async () => {
  for (const colorScheme of ["dark", "light"]) {
    for (const width of [390, 1100, 1440]) {
      await stage.visit(
        PATH,
        async (page) => {
          await assertNoSidewaysScroll(page);
          assert.deepEqual(await audit(page), [], `${colorScheme} ${width}`);
        },
        { colorScheme, viewport: { width, height: 900 } },
      );
    }
  }
});
