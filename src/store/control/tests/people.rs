//! People, set-up, log-in, sessions, settings, salts.

use std::time::Duration;

use crate::core::secret_token::bytes_to_hex;
use crate::store::control::ControlError;
use crate::store::control::audit::Actor;
use crate::store::control::log_in::LogInError;
use crate::store::control::password::Password;
use crate::store::control::person::PersonError;
use crate::store::control::setup::SetupError;
use crate::store::control::tests::{HOSTILE, Store, log_in, log_in_from, person};
use crate::store::control::throttle::RetryAfter;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn the_set_up_link_makes_one_administrator_and_is_then_used_up() {
    let store = Store::open().await;
    assert!(store.control.setup_needed().await.unwrap());
    let former = store.control.renew_setup_link().await.unwrap().unwrap();
    let link = store.control.renew_setup_link().await.unwrap().unwrap();
    assert!(
        !store
            .control
            .setup_link_is_valid(former.reveal())
            .await
            .unwrap()
    );
    assert!(
        store
            .control
            .setup_link_is_valid(link.reveal())
            .await
            .unwrap()
    );

    let ana = person(" Ana@Example.com ", "correct horse");
    for token in ["", former.reveal(), "' OR 1=1 --"] {
        let refused = store.control.redeem_setup_link(token, &ana).await;
        assert!(matches!(refused, Err(SetupError::LinkInvalid)), "{token}");
    }
    // A password that is too short does not use the link up.
    let short = person("ana@example.com", "short");
    let refused = store.control.redeem_setup_link(link.reveal(), &short).await;
    assert!(matches!(
        refused,
        Err(SetupError::Person(PersonError::Invalid(_)))
    ));

    let made = store
        .control
        .redeem_setup_link(link.reveal(), &ana)
        .await
        .unwrap();
    assert_eq!(made.email, "ana@example.com");
    assert_eq!(made.name, "ana");
    assert!(!store.control.setup_needed().await.unwrap());
    let bo = person("bo@example.com", "correct horse");
    let again = store.control.redeem_setup_link(link.reveal(), &bo).await;
    assert!(matches!(again, Err(SetupError::LinkInvalid)));
    assert!(store.control.renew_setup_link().await.unwrap().is_none());
    assert!(
        log_in(&store.control, "ana@example.com", "correct horse")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn of_two_people_who_use_the_set_up_link_at_once_one_succeeds() {
    let store = Store::open().await;
    let other = store.other_process().await;
    let link = store.control.renew_setup_link().await.unwrap().unwrap();
    let ana = person("ana@example.com", "correct horse");
    let bo = person("bo@example.com", "battery staple");
    let (first, second) = tokio::join!(
        store.control.redeem_setup_link(link.reveal(), &ana),
        other.redeem_setup_link(link.reveal(), &bo),
    );
    assert!(first.is_ok() != second.is_ok());
    assert_eq!(store.control.people().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_environment_makes_the_first_administrator_only() {
    let store = Store::open().await;
    let link = store.control.renew_setup_link().await.unwrap().unwrap();
    let ana = person("ana@example.com", "correct horse");
    let made = store
        .control
        .create_first_administrator(&ana)
        .await
        .unwrap();
    assert!(made.is_some());
    assert!(
        !store
            .control
            .setup_link_is_valid(link.reveal())
            .await
            .unwrap()
    );

    // At the next start the variables still stand there, perhaps with another password.
    let changed = person("ana@example.com", "battery staple");
    assert!(
        store
            .control
            .create_first_administrator(&changed)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        log_in(&store.control, "ana@example.com", "correct horse")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn every_problem_of_a_new_person_is_told_at_once() {
    let store = Store::open().await;
    let mut new = person("not an address", "short");
    new.name = "a\0b".to_string();
    let error = store
        .control
        .create_person(&new, Actor::Terminal)
        .await
        .unwrap_err();
    let PersonError::Invalid(problems) = error else {
        panic!("{error}");
    };
    let fields: Vec<&str> = problems
        .list()
        .iter()
        .map(|problem| problem.field)
        .collect();
    assert_eq!(fields, ["email", "name", "password"]);

    store.person("ana@example.com").await;
    let again = person("ANA@example.com", "correct horse");
    let error = store
        .control
        .create_person(&again, Actor::Terminal)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "email: `ana@example.com` is taken; reset the password instead"
    );
}

#[tokio::test]
async fn a_right_password_gives_a_session_and_everything_else_the_same_refusal() {
    let store = Store::open().await;
    let ana = store.person("ana@example.com").await;
    store.person("bo@example.com").await;
    store
        .control
        .disable_person("bo@example.com", Actor::Terminal)
        .await
        .unwrap();

    let logged_in = log_in(&store.control, " ANA@example.com", "correct horse")
        .await
        .unwrap();
    let session = store
        .control
        .session(logged_in.token.reveal())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(session.person, ana);
    assert_eq!(session.id, logged_in.session.id);
    assert!(session.csrf_token.is(logged_in.session.csrf_token.reveal()));
    assert_ne!(session.csrf_token, logged_in.token);
    assert!(session.administrator().is_some());
    assert!(
        store
            .control
            .directory()
            .enter(&session, "default")
            .is_some()
    );
    assert!(store.control.directory().enter(&session, "other").is_none());

    for (number, (email, password)) in [
        ("ana@example.com", "Correct horse"),
        ("bo@example.com", "correct horse"), // disabled
        ("nobody@example.com", "correct horse"),
        (HOSTILE[0], HOSTILE[1]),
        ("", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let address = format!("198.51.100.{number}");
        let error = log_in_from(&store.control, email, password, &address)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "email address and password do not belong together",
            "{email}"
        );
    }
    for token in [
        "",
        "x",
        HOSTILE[0],
        session.csrf_token.reveal(),
        &"x".repeat(1 << 20),
    ] {
        assert!(store.control.session(token).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn the_audit_table_tells_who_logged_in_but_not_what_was_typed() {
    let store = Store::open().await;
    store.person("ana@example.com").await;
    log_in(&store.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    log_in(&store.control, "ana@example.com", "swordfish")
        .await
        .unwrap_err();
    log_in(&store.control, "swordfish", "").await.unwrap_err();
    assert_eq!(
        store.audit().await[1..],
        [
            "terminal person.created person:1".to_string(),
            "person:1 login.done person:1".to_string(),
            "visitor login.failed person:1".to_string(),
            "visitor login.failed unknown".to_string(),
        ]
    );
    let entries = store.control.audit(None, 500).await.unwrap();
    let written = format!("{entries:?}");
    for typed in [
        "swordfish",
        "correct horse",
        "203.0.113.9",
        "ana@example.com",
    ] {
        assert!(!written.contains(typed), "{typed}");
    }
    // Pages follow each other without a gap.
    let first = store.control.audit(None, 2).await.unwrap();
    let second = store.control.audit(Some(first[1].id), 2).await.unwrap();
    let ids: Vec<i64> = first.iter().chain(&second).map(|entry| entry.id).collect();
    assert_eq!(ids, [5, 4, 3, 2]);
}

#[tokio::test]
async fn failed_log_ins_must_wait_and_a_right_one_starts_anew() {
    let store = Store::open().await;
    store.person("ana@example.com").await;
    let throttled = |outcome| match outcome {
        Err(LogInError::Throttled(RetryAfter { seconds })) => Some(seconds),
        Ok(_) | Err(_) => None,
    };
    // Two failed attempts are allowed within 900 seconds.
    for _ in 0..2 {
        log_in(&store.control, "ana@example.com", "wrong")
            .await
            .unwrap_err();
        store.clock.advance(Duration::from_secs(100));
    }
    let outcome = log_in(&store.control, "ana@example.com", "correct horse").await;
    assert_eq!(throttled(outcome), Some(700)); // 0 + 900 - 200, even with the right password
    store.clock.advance(Duration::from_secs(700));
    log_in(&store.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    // The account starts anew: two more failures, and then a wait.
    for _ in 0..2 {
        let outcome = log_in(&store.control, "ana@example.com", "wrong").await;
        assert!(matches!(outcome, Err(LogInError::Refused)));
    }
    let outcome = log_in(&store.control, "ana@example.com", "wrong").await;
    assert_eq!(throttled(outcome), Some(900));
    // The throttled attempt is not in the audit table: one success, four failures.
    let failed = store
        .audit()
        .await
        .iter()
        .filter(|row| row.contains("login.failed"))
        .count();
    assert_eq!(failed, 4);
}

#[tokio::test]
async fn a_session_ends_after_its_lifetime_even_if_it_was_just_seen() {
    let store = Store::open().await;
    store.person("ana@example.com").await;
    let logged_in = log_in(&store.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    let token = logged_in.token.reveal();
    store.clock.advance(30 * DAY - Duration::from_secs(1));
    assert!(store.control.session(token).await.unwrap().is_some());
    store.clock.advance(Duration::from_secs(1));
    assert!(store.control.session(token).await.unwrap().is_none());
    assert!(
        store
            .control
            .sessions_of(&logged_in.session.person)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn logging_out_ends_one_session_and_logging_out_everywhere_ends_all() {
    let store = Store::open().await;
    let ana = store.person("ana@example.com").await;
    let bo = store.person("bo@example.com").await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let logged_in = log_in(&store.control, "ana@example.com", "correct horse")
            .await
            .unwrap();
        tokens.push(logged_in.token);
    }
    let others = log_in(&store.control, "bo@example.com", "correct horse")
        .await
        .unwrap();
    let holds = async |token: &str| store.control.session(token).await.unwrap().is_some();
    let first = store
        .control
        .session(tokens[0].reveal())
        .await
        .unwrap()
        .unwrap();
    assert!(
        !store.control.end_session(bo.id, first.id).await.unwrap(),
        "not Bo's to end"
    );
    assert!(holds(tokens[0].reveal()).await);
    store.control.log_out(&first).await.unwrap();
    assert!(!holds(tokens[0].reveal()).await);
    assert!(holds(tokens[1].reveal()).await);
    assert_eq!(store.control.sessions_of(&ana).await.unwrap().len(), 2);

    assert_eq!(store.control.log_out_everywhere(ana.id).await.unwrap(), 2);
    assert!(!holds(tokens[1].reveal()).await);
    assert!(!holds(tokens[2].reveal()).await);
    assert!(holds(others.token.reveal()).await);
}

#[tokio::test]
async fn a_new_password_ends_all_sessions_and_the_former_password() {
    let store = Store::open().await;
    store.person("ana@example.com").await;
    let logged_in = log_in(&store.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    let reset = async |email: &str, password: &str| {
        let password = Password::typed(password);
        store
            .control
            .reset_password(email, &password, Actor::Terminal)
            .await
    };
    assert!(matches!(
        reset("ana@example.com", "short").await,
        Err(PersonError::Invalid(_))
    ));
    assert!(
        store
            .control
            .session(logged_in.token.reveal())
            .await
            .unwrap()
            .is_some()
    );
    let unknown = reset("bo@example.com", "battery staple").await.unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "there is no person `bo@example.com`; add them with `analytics user create`"
    );

    reset("ANA@example.com", "battery staple").await.unwrap();
    assert!(
        store
            .control
            .session(logged_in.token.reveal())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        log_in(&store.control, "ana@example.com", "correct horse")
            .await
            .is_err()
    );
    assert!(
        log_in(&store.control, "ana@example.com", "battery staple")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once_but_never_the_last_one() {
    let store = Store::open().await;
    store.person("ana@example.com").await;
    let last = store
        .control
        .disable_person("ana@example.com", Actor::Terminal)
        .await;
    assert!(matches!(last, Err(PersonError::LastAdministrator(_))));

    let bo = store.person("bo@example.com").await;
    let logged_in = log_in(&store.control, "bo@example.com", "correct horse")
        .await
        .unwrap();
    store
        .control
        .disable_person("bo@example.com", Actor::Terminal)
        .await
        .unwrap();
    assert!(
        store
            .control
            .session(logged_in.token.reveal())
            .await
            .unwrap()
            .is_none()
    );
    store
        .control
        .enable_person("bo@example.com", Actor::Terminal)
        .await
        .unwrap();
    // The former session stays ended; the password works again.
    assert!(
        store
            .control
            .session(logged_in.token.reveal())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        log_in(&store.control, "bo@example.com", "correct horse")
            .await
            .is_ok()
    );
    assert_eq!(store.control.people().await.unwrap()[1], bo);
}

#[tokio::test]
async fn last_seen_follows_the_person_in_steps_of_five_minutes() {
    let store = Store::open().await;
    let ana = store.person("ana@example.com").await;
    let logged_in = log_in(&store.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    let start = store.now();
    let seen = async || store.control.sessions_of(&ana).await.unwrap()[0].last_seen_at;
    store.clock.advance(Duration::from_secs(299));
    store
        .control
        .session(logged_in.token.reveal())
        .await
        .unwrap();
    assert_eq!(seen().await, start);
    store.clock.advance(Duration::from_secs(301));
    store
        .control
        .session(logged_in.token.reveal())
        .await
        .unwrap();
    assert_eq!(seen().await, start + Duration::from_secs(600));
}

#[tokio::test]
async fn hostile_names_and_browsers_are_kept_as_they_are() {
    let store = Store::open().await;
    for (number, text) in HOSTILE.into_iter().enumerate() {
        let password = format!("{text} and more");
        let mut new = person(&format!("p{number}@example.com"), &password);
        new.name = text.to_string();
        let made = store
            .control
            .create_person(&new, Actor::Terminal)
            .await
            .unwrap();
        assert_eq!(made.name, text);
        let logged_in = store.control.log_in_directly(made, text).await.unwrap();
        assert_eq!(logged_in.session.user_agent_label, text);
        let email = format!("p{number}@example.com");
        log_in(&store.control, &email, &password).await.unwrap();
    }
    let people = store.control.people().await.unwrap();
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, HOSTILE);
}

#[tokio::test]
async fn a_setting_is_what_was_set_last() {
    let store = Store::open().await;
    assert_eq!(
        store
            .control
            .setting::<Vec<String>>("prices")
            .await
            .unwrap(),
        None
    );
    let hostile: Vec<String> = HOSTILE.map(str::to_string).to_vec();
    store
        .control
        .set_setting("prices", &["old"], Actor::Terminal)
        .await
        .unwrap();
    store
        .control
        .set_setting("prices", &hostile, Actor::Terminal)
        .await
        .unwrap();
    let other = store.other_process().await;
    assert_eq!(
        other.setting::<Vec<String>>("prices").await.unwrap(),
        Some(hostile)
    );
    let error = other.setting::<u32>("prices").await.unwrap_err();
    assert!(matches!(error, ControlError::Row { .. }));
    assert_eq!(
        store.audit().await[1],
        "terminal setting.changed setting:prices"
    );
}

#[tokio::test]
async fn a_day_has_one_salt_in_all_processes_and_loses_it_after_two_days() {
    let store = Store::open().await;
    let other = store.other_process().await;
    let today = jiff::civil::date(2026, 3, 29);
    let (here, there) = tokio::join!(store.control.visitor_salt(today), other.visitor_salt(today));
    let salt = here.unwrap();
    assert_eq!(salt, there.unwrap());
    assert_ne!(
        salt,
        store
            .control
            .visitor_salt(jiff::civil::date(2026, 3, 30))
            .await
            .unwrap()
    );

    store.clock.advance(2 * DAY); // 31 March: the 29th is two days ago
    assert_eq!(store.control.purge().await.unwrap(), 0);
    assert_eq!(store.control.visitor_salt(today).await.unwrap(), salt);
    let is_on_disk = || {
        let hex = bytes_to_hex(&salt);
        let files = std::fs::read_dir(store.folder.path()).unwrap();
        files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .any(|bytes| {
                bytes
                    .windows(hex.len())
                    .any(|window| window == hex.as_bytes())
            })
    };
    assert!(is_on_disk());
    store.clock.advance(DAY); // 1 April
    assert_eq!(store.control.purge().await.unwrap(), 1);
    assert!(!is_on_disk(), "neither in the file nor in its log");
    assert_ne!(store.control.visitor_salt(today).await.unwrap(), salt);
}

#[tokio::test]
async fn purging_deletes_what_is_over_and_nothing_else() {
    let store = Store::open().await;
    let ana = store.person("ana@example.com").await;
    let first = log_in(&store.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    let second = log_in(&store.control, "ana@example.com", "correct horse")
        .await
        .unwrap();
    store.control.log_out(&first.session).await.unwrap();
    assert_eq!(store.control.purge().await.unwrap(), 1); // the session that was ended
    assert!(
        store
            .control
            .session(second.token.reveal())
            .await
            .unwrap()
            .is_some()
    );
    store.clock.advance(30 * DAY);
    assert_eq!(store.control.purge().await.unwrap(), 1); // the session that expired
    // project.created, person.created, two log-ins, one log-out
    assert_eq!(store.audit().await.len(), 5);
    store.clock.advance(370 * DAY); // 400 days after: not older than 400 days
    assert_eq!(store.control.purge().await.unwrap(), 0);
    store.clock.advance(Duration::from_secs(1));
    assert_eq!(store.control.purge().await.unwrap(), 5);
    assert_eq!(store.control.people().await.unwrap(), [ana]);
}
