//! `GET /users`: who comes, who stays, who leaves. For people who are logged in.
//!
//! The figures are those of `GET /api/v1/users/…` over the same range and filters; top users come from the catalogue.

mod draw;
pub mod export;
pub mod people;
pub mod person;
pub mod segments;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::{join, join_all};

use crate::catalogue::section::users::{ACTIVITY, TOP};
use crate::core::range::Interval;
use crate::people::answer::{Coverage, Table, Topic};
use crate::render::unit::{Unit, share_in_list};
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::report::address::Address;
use crate::web::pages::report::split::Split;
use crate::web::pages::report::{self, controls, wording};
use crate::web::pages::users::draw::{Board, Tile};
use crate::web::pages::visit::{Visit, draw};
use crate::web::people::{Asked, tables};
use crate::web::problem::Problem;
use crate::web::view::block::card::{Card, MenuLink, Width};
use crate::web::view::report::{Content, Report, ReportPage, ReportSection};
use crate::web::view::shell::Room;

/// Where it is.
pub const PATH: &str = "/users";

/// A section: its topic, and how wide its card is.
struct Part {
    id: &'static str,
    topic: Topic,
    title: &'static str,
    help: &'static str,
    width: Width,
}

const fn part(
    id: &'static str,
    topic: Topic,
    title: &'static str,
    width: Width,
    help: &'static str,
) -> Part {
    Part {
        id,
        topic,
        title,
        help,
        width,
    }
}

const PARTS: [Part; 10] = [
    part(
        "growth",
        Topic::Growth,
        "User growth",
        Width::Eight,
        "Total is everybody active in 30 days. It grows by new and resurrected people and shrinks by churned ones.",
    ),
    part(
        "engagement",
        Topic::Engagement,
        "Engagement",
        Width::Four,
        "How much and how often active people use the product; the median first, as a few heavy users pull the mean up.",
    ),
    part(
        "lifecycle",
        Topic::Lifecycle,
        "Lifecycle",
        Width::Eight,
        "Above the line who was active, below it who stayed away. More below than new above, and the product shrinks.",
    ),
    part(
        "stages",
        Topic::Stages,
        "Lifecycle stages",
        Width::Four,
        "Everybody ever seen, by where they stand at the end of the period, and what to do with them.",
    ),
    part(
        "active_days",
        Topic::ActiveDays,
        "Active days in 28",
        Width::Four,
        "People by the number of days on which they came. A second peak at the right is a habit.",
    ),
    part(
        "sessions",
        Topic::Sessions,
        "Session duration",
        Width::Eight,
        "The median from first to last event; half of the sessions are shorter.",
    ),
    part(
        "session_lengths",
        Topic::SessionLengths,
        "Sessions by length",
        Width::Four,
        "How many sessions of each length began.",
    ),
    part(
        "features",
        Topic::Features,
        "Feature adoption",
        Width::Eight,
        "Who uses what, and how soon after they were first seen. Little use and late means that it is not found.",
    ),
    part(
        "rfm",
        Topic::Rfm,
        "Recency, frequency and money",
        Width::Full,
        "People of the last 365 days scored from 1 to 5; recency 5 came last. Each row is one score of recency, each column of frequency and money together.",
    ),
    part(
        "active",
        Topic::Active,
        "Daily, weekly and monthly active people",
        Width::Full,
        "People active on the day, in 7 days and in 30 days that end with it.",
    ),
];

/// `GET /users`.
///
/// # Errors
/// If a parameter of the address cannot be used.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let address = Address::of(PATH, request.query_string());
    if let Some(place) = controls::added_filter(&request, &address)? {
        return Ok(see_other(&visit.app, &place));
    }
    let parameters = address.parameters()?;
    let range = parameters.range()?;
    let asked = Asked::of(&parameters, &visit.project().time_zone, visit.now())?;
    let topics: Vec<Topic> = PARTS.iter().map(|part| part.topic).collect();
    let answered = tables(&visit.app, visit.access.scope(), asked.clone(), topics).await;
    let mut sections = Vec::with_capacity(PARTS.len() + TOP.len() + 1);
    let mut doubt = String::new();
    let board = Board {
        address: &address,
        currency: &visit.project().currency,
    };
    match &answered {
        Ok(tables) => {
            doubt = tables
                .first()
                .map(|table| told(&table.coverage))
                .unwrap_or_default();
            let online = visit
                .app
                .hub
                .snapshot(visit.access.scope().project_id().get());
            let online = online.map(|frame| frame.kpi.active_users_now);
            let mut hero = hero(&board, tables, online);
            hero.card.menu.push(MenuLink {
                label: "List of people".to_owned(),
                href: format!(
                    "{}{}",
                    visit.app.config.server.base_path.as_str(),
                    with_query(people::PATH, &[("project", &visit.project().slug)])
                ),
                is_download: false,
            });
            sections.push(hero);
            for (part, table) in PARTS.iter().zip(tables) {
                sections.push(section(
                    &visit,
                    &address,
                    &asked,
                    part,
                    board.content(part.id, part.title, table),
                ));
            }
        }
        Err(problem) => {
            for part in &PARTS {
                let content = report::failure(&request, &address, problem);
                sections.push(section(&visit, &address, &asked, part, content));
            }
        }
    }
    let split = Split::of(&address)?;
    let page = report::Asked {
        request: &request,
        visit: &visit,
        address: &address,
        parameters: &parameters,
        split: split.as_ref(),
    };
    let top = TOP.iter().map(|section| report::section_of(&page, section));
    let (activity, top) = join(report::section_of(&page, &ACTIVITY), join_all(top)).await;
    // What can be split stands below the tiles, where a choice is seen at once.
    sections.insert(usize::from(answered.is_ok()), activity?.0);
    for answered in top {
        sections.push(answered?.0);
    }
    let mut filters = controls::filter_bar(&visit, &address, &parameters)?;
    filters.split = Some(Split::menu(split.as_ref(), &address));
    draw(
        StatusCode::OK,
        &ReportPage {
            frame: visit.frame(),
            shell: visit.shell(Room::Users),
            title: "Users",
            question: "Who comes, and who stays?",
            budgets: None,
            report: Report {
                range: controls::range_bar(&visit, &address, &parameters, range)?,
                filters,
                split: match &split {
                    Some(split) => format!(
                        "{} Figures that follow people over days, such as growth and lifecycle, are not: filter by one value for those.",
                        split.note(parameters.compare()?)
                    ),
                    None => String::new(),
                },
                doubt,
                sections,
            },
        },
    )
}

/// The tiles over the course of the chosen one.
fn hero(board: &Board, tables: &[Table], online: Option<u64>) -> ReportSection {
    let of = |topic: Topic| tables.iter().find(|table| table.topic == topic);
    let tiles = [
        Tile::new(of(Topic::Active), "dau", "Daily active"),
        Tile::new(of(Topic::Active), "mau", "Monthly active"),
        Tile::new(of(Topic::Active), "stickiness", "Stickiness"),
        Tile::new(of(Topic::Growth), "new_users", "New"),
        Tile::new(of(Topic::Growth), "churned_users", "Churned"),
        Tile::new(
            of(Topic::Sessions),
            "visit_duration_median_s",
            "Median session",
        ),
    ];
    let mut card = Card::new("figures", "Who comes, and who stays", Width::Full).chart("figures");
    card.help = "Choose a figure to see its course.".to_owned();
    if let Some(online) = online {
        card.about = format!("{online} online now");
    }
    let tiles: Vec<Tile> = tiles.into_iter().flatten().collect();
    ReportSection {
        card,
        content: board.tiles(&tiles),
    }
}

fn section(
    visit: &Visit,
    address: &Address,
    asked: &Asked,
    part: &Part,
    content: Content,
) -> ReportSection {
    let period = &asked.period;
    let mut card = Card::new(part.id, part.title, part.width);
    card.help = part.help.to_owned();
    card.about = match part.topic {
        Topic::Growth | Topic::Lifecycle | Topic::Sessions => wording::per_bar(period),
        Topic::Active => format!("per day, {}", wording::zone_name(&period.zone)),
        Topic::Rfm => "365 days".to_owned(),
        Topic::ActiveDays
        | Topic::Engagement
        | Topic::Stages
        | Topic::Features
        | Topic::SessionLengths => wording::days(period),
    };
    let base = visit.app.config.server.base_path.as_str();
    let mut pairs = address.pairs_without(&["metric", "compare", "project"]);
    pairs.push(("project".to_owned(), visit.project().slug.clone()));
    pairs.push(("format".to_owned(), "csv".to_owned()));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    card = card.csv(format!("{base}/api/v1/users/{}?{query}", part.topic.id()));
    if matches!(
        part.topic,
        Topic::Growth | Topic::Lifecycle | Topic::Sessions
    ) {
        for interval in [Interval::Day, Interval::Week, Interval::Month] {
            card.menu.push(MenuLink {
                label: format!("By {}", interval.id()),
                href: format!(
                    "{}#h-{}",
                    address.with("interval", interval.id()).link(),
                    part.id
                ),
                is_download: false,
            });
        }
    }
    if matches!(content, Content::Chart(_)) {
        card = card.chart(part.id);
    }
    ReportSection { card, content }
}

/// Of whom the figures are, in a sentence; empty if everybody is identified.
fn told(coverage: &Coverage) -> String {
    let Some(share) = coverage
        .share()
        .filter(|_| coverage.anonymous + coverage.cookieless > 0)
    else {
        return String::new();
    };
    let count = |number: i64| Unit::Count.short(number as f64);
    let left_out = match coverage.cookieless {
        0 => String::new(),
        number => format!(
            " {} cookieless visitors cannot be followed and are left out.",
            count(number)
        ),
    };
    format!(
        "Figures over days are of {} people with a user id and {} with an anonymous id of their own.{left_out} Identified: {} of all visitors.",
        count(coverage.identified),
        count(coverage.anonymous),
        share_in_list(share),
    )
}
