//! Events of choice and saved funnels.

use crate::web::pages::tests::{Place, fields};

#[actix_web::test]
async fn an_event_is_picked_by_a_form_and_stands_in_the_address_after_it() {
    let mut place = Place::set_up().await;
    let form = "/funnels?project=default&step=a&pick=step&pick_event=plan_upgraded&pick_by=plan&pick_is=is&pick_value=pro&pick_as=Pro";
    let answer = place.get(form).await;
    assert_eq!(
        (answer.status, &*answer.location),
        (
            303,
            "/funnels?project=default&step=a&step=plan_upgraded%3Bplan%3Ais%3Apro%3Bas%3APro"
        )
    );
    let page = place.get(&answer.location).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(
        page.text.contains("<b>Pro</b>"),
        "the step bears its own name"
    );
    let wrong = place.get("/funnels?pick=step&pick_event=a:b").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("a:b"), "{}", wrong.text);
}

#[actix_web::test]
async fn a_funnel_is_saved_for_everybody_replaced_by_name_and_forgotten() {
    let mut place = Place::set_up().await;
    let query = "step=sign_up&step=trial_started&window=14d";
    let page = place.get(&format!("/funnels?{query}")).await;
    assert!(!page.text.contains("Forget"), "nothing is saved yet");
    for text in [query, "step=sign_up&step=plan_upgraded&window=14d"] {
        let saved = place
            .post(
                "/funnels/save",
                &page,
                &fields([("name", "Trials"), ("query", text)]),
            )
            .await;
        assert_eq!(saved.status, 303, "{}", saved.text);
    }
    let listed = place.get("/funnels").await;
    assert_eq!(
        listed
            .text
            .matches("step=sign_up&#38;step=plan_upgraded&#38;window=14d")
            .count(),
        1,
        "the second took the first one's place"
    );
    let refused = place
        .post(
            "/funnels/save",
            &page,
            &fields([("name", " "), ("query", query)]),
        )
        .await;
    assert_eq!(refused.status, 422);
    let broken = place
        .post(
            "/funnels/save",
            &page,
            &fields([("name", "x"), ("query", "step=a")]),
        )
        .await;
    assert_eq!(broken.status, 422, "one step is no funnel");
    let forgotten = place.post("/funnels/1/forget", &page, &[]).await;
    assert_eq!(forgotten.status, 303, "{}", forgotten.text);
    assert_eq!(
        place.post("/funnels/1/forget", &page, &[]).await.status,
        404
    );
}
