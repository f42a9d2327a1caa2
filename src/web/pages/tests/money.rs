//! Budgets and prices as a browser meets them.

use crate::core::event::Event;
use crate::store::control::audit::Actor;
use crate::store::control::project_draft::ProjectDraft;
use crate::web::pages::tests::{Page, Place, fields};

/// A call that just cost `dollars`, or one without a price.
fn call(model: &str, dollars: Option<i64>) -> Event {
    Event {
        kind: "response_received".into(),
        provider: Some("openai".into()),
        model: Some(model.into()),
        user_id: Some("ana".into()),
        status: Some("ok".into()),
        input_tokens: Some(1_000_000),
        output_tokens: Some(0),
        cost: dollars.map(|dollars| dollars * 1_000_000_000),
        cost_source: Some(
            if dollars.is_some() {
                "reported"
            } else {
                "unpriced"
            }
            .into(),
        ),
        ..Event::default()
    }
}

/// Keeps an event as the journal does, at the present moment, and waits until it can be asked for.
pub(super) async fn keep(place: &Place, event: Event) {
    let project = place.app.control.directory().projects()[0].id.get();
    keep_in(place, project, event).await;
}

/// The same, in the project of this number.
async fn keep_in(place: &Place, project: u32, event: Event) {
    let app = &place.app;
    let now = app.clock.now().as_microsecond();
    let mut event = Event {
        project,
        occurred_at: now,
        received_at: now,
        ..event
    };
    event.set_id(uuid::Uuid::now_v7().as_u128());
    app.journal.submit(vec![event]).await.expect("it is kept");
    let all = app.journal.progress().next();
    assert!(
        app.loader
            .barrier(all, std::time::Duration::from_secs(30))
            .await
    );
}

fn budget(name: &str, amount: &str, model: &str) -> Vec<(&'static str, String)> {
    fields([
        ("name", name),
        ("amount", amount),
        ("cycle", "monthly"),
        ("by", if model.is_empty() { "" } else { "model" }),
        ("is", model),
        ("filter", ""),
        ("threshold_50", "on"),
        ("threshold_80", "on"),
        ("threshold_90", "on"),
        ("threshold_100", "on"),
        ("forecast", "on"),
    ])
}

fn has_banner(page: &Page) -> bool {
    page.text.contains("id=\"budget-banner\"")
}

#[actix_web::test]
async fn a_banner_stands_on_every_page_until_it_is_put_away_and_comes_back_at_the_next_threshold() {
    let mut place = Place::set_up().await;
    keep(&place, call("gpt-5-mini", Some(79))).await;
    let form = place.get("/costs/budgets/new").await;
    let made = place
        .post("/costs/budgets", &form, &budget("All", "100", ""))
        .await;
    assert_eq!(
        &*made.location,
        "/costs?project=default&notice=budget_created"
    );
    assert!(!has_banner(&place.get("/system").await), "79 of 100");

    keep(&place, call("gpt-5-mini", Some(1))).await;
    let costs = place.get("/costs").await;
    assert!(
        costs
            .text
            .contains("80% of the budget “All” is spent: $80.00 of $100.00")
    );
    assert!(
        costs
            .text
            .contains("80% of the budget is used: $80.00 of $100.00"),
        "the gauge"
    );
    let page = place.get("/settings/keys?project=default").await;
    assert!(has_banner(&page), "80 of 100, on any page");
    let back = [("back", "/settings/keys?project=default".to_owned())];
    let away = place.post("/costs/budgets/1/dismiss", &page, &back).await;
    assert_eq!(
        (away.status, &*away.location),
        (303, "/settings/keys?project=default")
    );
    assert!(!has_banner(&place.get("/system").await));

    keep(&place, call("gpt-5-mini", Some(9))).await;
    assert!(!has_banner(&place.get("/costs").await), "89 of 100");
    keep(&place, call("gpt-5-mini", Some(1))).await;
    let costs = place.get("/costs").await;
    assert!(has_banner(&costs), "90 is the next threshold");

    // Put away for 90 as well; an edit tells everybody again.
    place.post("/costs/budgets/1/dismiss", &costs, &back).await;
    assert!(!has_banner(&place.get("/system").await));
    let edit = place.get("/costs/budgets/1").await;
    let saved = place
        .post("/costs/budgets/1", &edit, &budget("All", "99", ""))
        .await;
    assert_eq!(saved.status, 303);
    assert!(has_banner(&place.get("/system").await));

    let archived = place.post("/costs/budgets/1/archive", &edit, &[]).await;
    assert_eq!(
        &*archived.location,
        "/costs?project=default&notice=budget_archived"
    );
    assert!(!has_banner(&place.get("/system").await));
    assert_eq!(place.get("/costs/budgets/1").await.status, 404);
    let audit = place.app.control.audit(None, 10).await.expect("the audit");
    let actions: Vec<&str> = audit
        .iter()
        .map(|entry| entry.action.as_str())
        .take(3)
        .collect();
    assert_eq!(
        actions,
        ["budget.archived", "budget.changed", "budget.created"]
    );
}

#[actix_web::test]
async fn a_budget_with_mistakes_is_told_each_of_them_and_one_from_elsewhere_is_refused() {
    let mut place = Place::set_up().await;
    let form = place
        .get("/costs/budgets/new?filter=model:is:gpt-5-mini;plan:is:team")
        .await;
    assert!(
        form.text.contains("value=\"plan:is:team\""),
        "the first condition stands apart"
    );
    let wrong = fields([
        ("name", " "),
        ("amount", "-5"),
        ("cycle", "daily"),
        ("filter", "modell:is:x"),
    ]);
    // An unknown field is told before the rest; then everything else at once.
    let refused = place.post("/costs/budgets", &form, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("`modell` is no dimension"),
        "with its remedy"
    );
    let wrong = fields([
        ("name", " "),
        ("amount", "-5"),
        ("cycle", "daily"),
        ("filter", "x"),
    ]);
    let refused = place.post("/costs/budgets", &form, &wrong).await;
    for told in [
        "It is empty; type at least one character.",
        "It is -5; a budget is more than 0.",
        "`daily` is no period; use one of monthly, weekly, quarterly.",
        "a condition is written field:test:value",
    ] {
        assert!(refused.text.contains(told), "{told}");
    }

    let foreign = Page {
        text: String::new(),
        ..form
    };
    for path in [
        "/costs/budgets",
        "/costs/budgets/1/archive",
        "/costs/budgets/1/dismiss",
        "/settings/prices",
        "/settings/prices/book",
        "/settings/prices/book/remove",
        "/settings/prices/reprice",
    ] {
        let answer = place.post(path, &foreign, &budget("All", "100", "")).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let project = place.app.control.directory().projects()[0].id;
    assert!(
        place
            .app
            .control
            .budgets(project)
            .await
            .expect("a list")
            .is_empty()
    );
}

#[actix_web::test]
async fn an_own_price_holds_at_once_and_stored_calls_follow_when_they_are_priced_anew() {
    let mut place = Place::set_up().await;
    keep(&place, call("house-model", None)).await;
    let page = place.get("/settings/prices?q=house-model").await;
    assert!(page.text.contains("No price has this name"));
    let form = place.get("/settings/prices/new?model=house-model").await;
    let wrong = fields([
        ("model", "house-model"),
        ("service_tier", "standard"),
        ("input", "1,50"),
        ("valid_from", "soon"),
    ]);
    let refused = place.post("/settings/prices", &form, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text
            .contains("It is 1,50; a price is a decimal number from 0 to 1000000")
    );
    assert!(
        refused
            .text
            .contains("`soon` is no day; write it like 2026-11-24.")
    );

    let price = fields([
        ("provider", "openai"),
        ("model", "house-model"),
        ("service_tier", "standard"),
        ("input", "1.25"),
        ("output", "0"),
    ]);
    let saved = place.post("/settings/prices", &form, &price).await;
    assert_eq!(
        &*saved.location,
        "/settings/prices?project=default&notice=price_saved"
    );
    let twice = place.post("/settings/prices", &form, &price).await;
    assert!(
        twice
            .text
            .contains("another standard price holds at the same time")
    );
    let page = place.get("/settings/prices?q=house-model").await;
    assert!(
        page.text
            .contains("Input 1.25, Output 0 per million tokens")
    );

    let page = place.get("/settings/prices/reprice").await;
    assert!(
        page.text.contains(
            "$0 as billed then, and $1.25 at the prices of each call’s day, for one call"
        ),
        "{}",
        page.between("card-body stack", "</section>")
    );
    assert!(page.text.contains("Price one call anew"));
    let (from, to) = (
        page.between("name=\"from\" value=\"", "\"").to_owned(),
        page.between("name=\"to\" value=\"", "\"").to_owned(),
    );
    let asked = place
        .post(
            "/settings/prices/reprice",
            &page,
            &[("from", from), ("to", to)],
        )
        .await;
    assert!(
        asked.location.contains("notice=repricing_asked"),
        "{}",
        asked.text
    );
    // The page started the work; whoever waits for the same lock sees it done.
    crate::prices::reprice_asked(&place.app)
        .await
        .expect("it is done");
    let project = place.app.control.directory().projects()[0].id;
    let done = place.app.control.repricings(project).await.expect("a list");
    assert_eq!(
        (done[0].changed, done[0].done_at.is_some()),
        (Some(1), true)
    );
    let summary = crate::store::summary::summary(&place.app.engine, project.get());
    let summary = serde_json::to_value(summary.await.expect("a summary")).expect("JSON");
    assert_eq!(summary["cost"], "1.25");
    let page = place.get("/settings/prices/reprice").await;
    assert!(
        !page.text.contains("Price one call anew"),
        "nothing is left to change"
    );

    let ended = place.post("/settings/prices/1/end", &page, &[]).await;
    assert_eq!(
        &*ended.location,
        "/settings/prices?project=default&notice=price_ended"
    );
}

#[actix_web::test]
async fn another_price_book_takes_effect_and_can_be_put_aside() {
    let mut place = Place::set_up().await;
    let page = place.get("/settings/prices").await;
    let embedded = place
        .app
        .pipeline
        .prices
        .load()
        .common()
        .version()
        .to_owned();
    let wrong = fields([("book", "version = 1\n[[model]]\nmodel = \"x\"\nprise = 1\n")]);
    let refused = place.post("/settings/prices/book", &page, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("line 4") && refused.text.contains("prise"),
        "with the line"
    );
    assert_eq!(
        place.app.pipeline.prices.load().common().version(),
        embedded
    );

    let text = "version = \"ours-1\"\r\n[[model]]\r\nprovider = \"openai\"\r\nmodel = \"x\"\r\n[[model.price]]\r\ninput = 2\r\noutput = 3\r\n";
    let done = place
        .post("/settings/prices/book", &page, &fields([("book", text)]))
        .await;
    assert_eq!(
        &*done.location,
        "/settings/prices?project=default&notice=book_uploaded"
    );
    assert_eq!(
        place.app.pipeline.prices.load().common().version(),
        "ours-1"
    );
    let page = place.get("/settings/prices").await;
    assert!(
        page.text.contains("Input 2, Output 3 per million tokens")
            && page.text.contains("one price")
    );

    let aside = place.post("/settings/prices/book/remove", &page, &[]).await;
    assert_eq!(
        &*aside.location,
        "/settings/prices?project=default&notice=book_removed"
    );
    assert_eq!(
        place.app.pipeline.prices.load().common().version(),
        embedded
    );
}

#[actix_web::test]
async fn spend_by_project_shows_each_project_that_the_person_may_see() {
    let mut place = Place::set_up().await;
    keep(&place, call("gpt-5-mini", Some(30))).await;
    let draft = ProjectDraft::new("support", "Support bot");
    let made = place.app.control.create_project(&draft, Actor::Terminal);
    let support = made.await.expect("a project");
    keep_in(&place, support.id.get(), call("gpt-5-mini", Some(50))).await;
    let retired = ProjectDraft::new("retired", "Retired bot");
    let made = place.app.control.create_project(&retired, Actor::Terminal);
    let retired = made.await.expect("a project").id;
    let archived = place.app.control.archive_project(retired, Actor::Terminal);
    archived.await.expect("it is archived");
    let form = place.get("/costs/budgets/new?project=support").await;
    let made = place
        .post(
            "/costs/budgets?project=support",
            &form,
            &budget("Everything", "200", ""),
        )
        .await;
    assert_eq!(made.status, 303);

    let costs = place.get("/costs?project=default&by=project").await;

    let table = costs.between("Spend against budget</caption>", "</table>");
    let places: Vec<Option<usize>> = ["Support bot · Everything a month", "Writing Desk"]
        .map(|name| table.find(name))
        .to_vec();
    assert!(
        places[0].is_some() && places[0] < places[1],
        "the dearest first: {table}"
    );
    // 50 of 200 in the other project, 30 without a budget in this one.
    for told in ["$50.00", "$200.00", "25%", "$30.00"] {
        assert!(table.contains(told), "{told}: {table}");
    }
    assert!(table.contains("/costs?project=support"), "a way in");
    assert!(!table.contains("Retired bot"));
    let own = place.get("/costs?project=default&by=provider").await;
    let table = own.between("Spend against budget</caption>", "</table>");
    assert!(
        table.contains("$30.00") && !table.contains("$50.00"),
        "other splits are of one project: {table}"
    );
}
