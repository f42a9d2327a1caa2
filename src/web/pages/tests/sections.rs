//! Pages of sections: what is drawn at once, what waits, and sections on their own.

use crate::catalogue::section::PAGES;
use crate::web::pages::tests::Place;

/// How often `what` stands in `text`.
fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

#[actix_web::test]
async fn sections_below_the_first_screen_wait_and_are_drawn_on_their_own_or_all_at_once() {
    let mut place = Place::set_up().await;
    // The overview of an empty project has no sections yet.
    for page in PAGES.iter().filter(|page| page.id != "overview") {
        let path = format!("{}?range=7d&filter=model:is:a", page.path);
        let answer = place.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let later = page.sections.len() - page.first;
        assert_eq!(count(&answer.text, " data-waiting"), later, "{path}");
        assert_eq!(
            count(&answer.text, "<an-section "),
            page.sections.len(),
            "{path}: each can be tried again alone"
        );
        assert_eq!(
            count(&answer.text, "<noscript><meta http-equiv=\"refresh\""),
            1,
            "{path}: who has no script gets the whole page"
        );

        let whole = place.get(&format!("{path}&draw=all")).await;
        assert_eq!(count(&whole.text, " data-waiting"), 0, "{path}");
        assert_eq!(count(&whole.text, "<noscript>"), 0, "{path}");
        assert!(
            count(&whole.text, "draw=all") > 6,
            "{path}: its links keep drawing all"
        );
    }
}

#[actix_web::test]
async fn every_section_of_the_catalogue_is_answered_on_its_own() {
    let mut place = Place::set_up().await;
    for page in PAGES {
        for section in page.sections {
            let path = format!("/sections/{}/{}?range=24h", page.id, section.id);
            let answer = place.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            let title = format!("id=\"h-{}\"", section.id);
            assert_eq!(count(&answer.text, &title), 1, "{path}");
            assert_eq!(
                (
                    count(&answer.text, "<html"),
                    count(&answer.text, "<section ")
                ),
                (0, 1),
                "{path}: the card alone"
            );
        }
    }
    assert_eq!(place.get("/sections/performance/nothing").await.status, 404);
    assert_eq!(place.get("/sections/nothing/figures").await.status, 404);
    let wrong = place.get("/sections/costs/figures?range=soon").await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);

    place.cookies.clear();
    let away = place.get("/sections/costs/figures").await;
    assert_eq!(away.status, 303, "to the log-in");
}
