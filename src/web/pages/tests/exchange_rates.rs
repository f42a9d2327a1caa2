//! Exchange rates as a browser meets them: what is missing, one rate, a file of them, and their removal.

use crate::core::event::Event;
use crate::web::pages::tests::money::keep;
use crate::web::pages::tests::{Page, Place, fields};

const PATH: &str = "/settings/exchange-rates";

/// A payment of just now.
fn payment(amount: i64, currency: &str) -> Event {
    Event {
        kind: "payment_completed".into(),
        user_id: Some("ana".into()),
        amount: Some(amount),
        currency: Some(currency.into()),
        ..Event::default()
    }
}

fn rate(currency: &str, day: &str, usd: &str) -> Vec<(&'static str, String)> {
    fields([("currency", currency), ("day", day), ("usd", usd)])
}

/// What the live card says: the project earns in euros.
fn live(place: &Place) -> String {
    let project = place.app.control.directory().projects()[0].id.get();
    let frame = place.app.hub.snapshot(project).expect("a frame");
    frame.kpi.revenue_today
}

async fn last_action(place: &Place) -> (String, String, serde_json::Value) {
    let audit = place.app.control.audit(None, 1).await.expect("the audit");
    let entry = audit.into_iter().next().expect("a row");
    (entry.action, entry.subject, entry.detail)
}

#[actix_web::test]
async fn what_is_missing_is_told_until_a_rate_is_entered_and_again_when_it_is_removed() {
    let mut place = Place::set_up().await;
    let page = place.get(PATH).await;
    assert!(page.text.contains("No rate yet") && !page.text.contains("id=\"h-missing\""));
    keep(&place, payment(110_0000, "USD")).await;
    keep(&place, payment(10_0000, "GBP")).await;
    keep(&place, payment(5_0000, "EUR")).await;
    let page = place.get(PATH).await;
    let missing = page.between("id=\"h-missing\"", "</section>").to_owned();
    assert!(missing.contains("EUR, the project’s currency, has no rate itself"));
    assert!(missing.contains("USD, US dollar") && missing.contains("GBP, pound sterling"));
    assert_eq!(live(&place), "5.00");

    // A euro of 1.1 dollars: the dollars count, the pounds still do not.
    let done = place
        .post(PATH, &page, &rate("EUR", "2020-01-01", "1.1"))
        .await;
    let back = "/settings/exchange-rates?project=default&notice=rate_entered";
    assert_eq!((done.status, &*done.location), (303, back), "{}", done.text);
    assert_eq!(live(&place), "105.00", "110 / 1.1 + 5, at once");
    let page = place.get(back).await;
    let missing = page.between("id=\"h-missing\"", "</section>").to_owned();
    assert!(!missing.contains("USD, US dollar") && !missing.contains("has no rate itself"));
    assert!(missing.contains("No rate is known.") && missing.contains("currency=GBP#new"));
    assert!(page.text.contains("<td class=\"num r\">1.1</td>"));
    assert_eq!(
        last_action(&place).await,
        (
            "exchange_rate.entered".to_owned(),
            "exchange_rate:EUR:2020-01-01".to_owned(),
            serde_json::json!({ "usd": "1.1", "before": null })
        )
    );

    // The same day again is a correction.
    place
        .post(PATH, &page, &rate("EUR", "2020-01-01", "1.25"))
        .await;
    assert_eq!(live(&place), "93.00", "110 / 1.25 + 5");
    let (_, _, detail) = last_action(&place).await;
    assert_eq!(detail["before"], "1.1");

    let remove = fields([("currency", "EUR"), ("day", "2020-01-01")]);
    let path = "/settings/exchange-rates/remove";
    let done = place.post(path, &page, &remove).await;
    assert_eq!(
        &*done.location,
        "/settings/exchange-rates?project=default&notice=rate_removed"
    );
    assert_eq!(live(&place), "5.00");
    assert!(place.get(PATH).await.text.contains("No rate yet"));
    assert_eq!(last_action(&place).await.0, "exchange_rate.removed");
    let again = place.post(path, &page, &remove).await;
    assert_eq!(again.status, 404);
    assert!(
        again
            .text
            .contains("there is no rate of EUR from 2020-01-01 on")
    );
}

#[actix_web::test]
async fn a_file_is_read_as_a_whole_or_not_at_all() {
    let mut place = Place::set_up().await;
    let page = place.get(PATH).await;
    let path = "/settings/exchange-rates/file";
    let file = |text: &str| fields([("rates", text)]);
    let refused = place
        .post(
            path,
            &page,
            &file("currency,day,usd\r\nEUR,2026-03-01,1.1\r\nEUR,2026-03-02,-1\r\nUSD,2026-03-02,1\r\n"),
        )
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text
            .contains("line 3: `usd` is -1; one unit is worth from 0.0000001 to 1000")
    );
    assert!(
        refused
            .text
            .contains("line 4: `currency` is USD, in which rates are told")
    );
    assert!(refused.text.contains("EUR,2026-03-01,1.1") && refused.text.contains("No rate yet"));

    let text = "currency,day,usd\nEUR,2026-03-01,1.1\nGBP,2026-03-01,1.25\nEUR,2026-03-05,1.2";
    let done = place.post(path, &page, &file(text)).await;
    assert_eq!(
        &*done.location,
        "/settings/exchange-rates?project=default&notice=rates_read"
    );
    let page = place.get(PATH).await;
    assert!(page.text.contains("3 rates"));
    let first = page.between(
        "aria-label=\"Rates table\"",
        "</tr>\n          \n          <tr>",
    );
    assert!(first.contains("EUR"), "{first}");
    assert!(
        page.text.contains("2026-03-04"),
        "the day before the next rate"
    );
    let found = place.get("/settings/exchange-rates?q=pound").await;
    let table = found.between("aria-label=\"Rates table\"", "</table>");
    assert!(table.contains("GBP, pound sterling") && !table.contains("EUR"));
    assert!(found.text.contains("1 of 3"));

    let done = place
        .post(path, &page, &file("EUR,2026-03-05,1.3\nEUR,2026-03-01,1.1"))
        .await;
    assert_eq!(done.status, 303);
    let (action, _, detail) = last_action(&place).await;
    assert_eq!(
        (&*action, detail),
        (
            "exchange_rates.read",
            serde_json::json!({ "rates": 2, "added": 0, "changed": 1 })
        )
    );
}

#[actix_web::test]
async fn a_rate_with_mistakes_is_told_each_of_them_and_a_form_from_elsewhere_is_refused() {
    let mut place = Place::set_up().await;
    let page = place.get(PATH).await;
    for (entered, told) in [
        (
            rate("USD", "2026-03-01", "1"),
            "It is USD, in which rates are told; a dollar is always worth one.",
        ),
        (
            rate("XYZ", "2026-03-01", "1"),
            "`XYZ` is not a currency code; use three upper-case letters of ISO 4217, like EUR.",
        ),
        (
            rate("", "2026-03-01", "1"),
            "It is empty; choose a currency.",
        ),
        (
            rate("EUR", "", "1"),
            "It is empty; write the first day of the rate like 2026-03-31.",
        ),
        (
            rate("EUR", "31.3.2026", "1"),
            "It is `31.3.2026`, which is no day; write it like 2026-03-31.",
        ),
        (
            rate("EUR", "2226-03-01", "1"),
            "It is 2226-03-01; a rate begins between 1970-01-01 and a year from now",
        ),
        (
            rate("EUR", "2026-03-01", "0"),
            "It is 0; one unit is worth from 0.0000001 to 1000 US dollars",
        ),
        (
            rate("EUR", "2026-03-01", "1,1"),
            "It is `1,1`, which is no decimal number; write it like 1.0834.",
        ),
        (
            rate("EUR", "2026-03-01", ""),
            "It is empty; write what one unit is worth in US dollars, like 1.0834.",
        ),
    ] {
        let refused = place.post(PATH, &page, &entered).await;
        assert_eq!(refused.status, 422, "{entered:?}");
        assert!(refused.text.contains(told), "{told}");
        assert!(refused.text.contains("Nothing is saved yet"));
    }
    let all = place.post(PATH, &page, &rate("usd", "x", "y")).await;
    for id in ["currency-error", "day-error", "usd-error"] {
        assert!(all.text.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(all.text.contains("value=\"y\""), "what was entered is kept");
    let foreign = Page {
        text: String::new(),
        ..page
    };
    for path in [
        PATH,
        "/settings/exchange-rates/file",
        "/settings/exchange-rates/remove",
    ] {
        let refused = place
            .post(path, &foreign, &rate("EUR", "2026-03-01", "1"))
            .await;
        assert_eq!(refused.status, 403, "{path}");
    }
    assert!(place.get(PATH).await.text.contains("No rate yet"));
}
