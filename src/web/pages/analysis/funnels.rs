//! `GET /funnels`: for people who are logged in. Saving and forgetting: `POST /funnels/save`, `/funnels/{id}/forget`.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use crate::analysis::funnel::ask;
use crate::analysis::funnel::question::{
    ORDERS, PARAMETERS, Question, STEPS_MAX, UNITS, window_text,
};
use crate::core::code::Code;
use crate::store::control::saved_funnel::{SavedFunnel, SavedFunnelError};
use crate::web::analysis::answer;
use crate::web::form::PersonForm;
use crate::web::pages::analysis::controls::{
    PAGE_PARAMETERS, chip, chips, menu, picked, split_menu,
};
use crate::web::pages::analysis::funnel_card;
use crate::web::pages::analysis::sheet::{Sheet, failure};
use crate::web::pages::place::see_other;
use crate::web::pages::report::controls::added_filter;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::view::analysis::{AnalysisPage, EventForm, SavedLink, Saving, Section};
use crate::web::view::block::card::{Card, Width};
use crate::web::view::shell::Room;

/// Where the page is.
pub const PATH: &str = "/funnels";

/// The funnel that the page opens with: from a visitor to the largest plan.
const SHIPPED: [&str; 6] = [
    "page_view;as:Visitors",
    "sign_up;as:Signups",
    "*;plan:is:free;outcome:exists;as:Free active",
    "trial_started;as:Trial started",
    "plan_upgraded;plan:is:pro;as:Pro subscribed",
    "plan_upgraded;plan:is:enterprise;as:Enterprise upgraded",
];
/// Its window: trials and upgrades take weeks.
const SHIPPED_WINDOW: &str = "30d";
/// Its range, so that most entries have had their whole window.
const SHIPPED_RANGE: &str = "90d";

/// Windows that the menu offers; the first is the usual one.
const WINDOWS: [(&str, &str); 8] = [
    ("7d", "7 days"),
    ("30m", "30 minutes"),
    ("1h", "1 hour"),
    ("1d", "1 day"),
    ("14d", "14 days"),
    ("30d", "30 days"),
    ("90d", "90 days"),
    ("365d", "a year"),
];

/// `GET /funnels`.
///
/// # Errors
/// If a parameter of the address cannot be used.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let mut sheet = Sheet::new(&visit, PATH, request.query_string(), &PARAMETERS);
    if let Some(place) = added_filter(&request, &sheet.address)? {
        return Ok(see_other(&visit.app, &place));
    }
    if let Some(place) = picked(&request, &sheet.address, &["step", "exclude"], "step")? {
        return Ok(see_other(&visit.app, &place));
    }
    let given = sheet.address.all("step").count();
    if given == 0 {
        let shipped = SHIPPED.map(str::to_owned).to_vec();
        let address = sheet.address.with_all("step", shipped);
        sheet.address = match address.get("range").or(address.get("from")) {
            Some(_) => address,
            None => address.with("range", SHIPPED_RANGE),
        };
        if sheet.address.get("window").is_none() {
            sheet.address = sheet.address.with("window", SHIPPED_WINDOW);
        }
    }
    let names = ("Funnels", "Where do they drop?");
    if given == 1 {
        // One step is the beginning of a funnel that is being built.
        return being_built(&sheet, names).await;
    }
    let question = Question::parse(
        &sheet.address.query(),
        &PAGE_PARAMETERS,
        &visit.project().time_zone,
        visit.now(),
    )?;
    let mut page = sheet
        .page(Room::Funnels, names, question.period.range)
        .await?;
    fill_controls(&sheet, &question, &mut page);
    page.saving = Some(saving(&sheet).await?);
    let answered = answer(&visit.app, visit.access.scope(), question, ask::answer).await;
    page.sections = match answered {
        Ok(answer) => funnel_card::sections(&sheet, &answer),
        Err(problem) => vec![Section {
            card: Card::new("steps", "Steps", Width::Full),
            content: failure(&request, &sheet.address, &problem),
            note: String::new(),
        }],
    };
    draw(StatusCode::OK, &page)
}

/// The page of a funnel that has one step.
async fn being_built(
    sheet: &Sheet<'_>,
    names: (&'static str, &'static str),
) -> Result<HttpResponse, Problem> {
    let step = sheet.address.all("step").next().unwrap_or_default();
    let first = crate::analysis::choice::EventChoice::parse("step", step)?;
    let range = crate::core::range::Range::Days(30);
    let mut page = sheet.page(Room::Funnels, names, range).await?;
    page.chips = chips(&sheet.address, "step", &[first]);
    page.forms = vec![EventForm {
        name: "step",
        label: "Add a step",
        has_label: true,
    }];
    page.sections = vec![Section {
        card: Card::new("steps", "Steps", Width::Full),
        content: sheet.nothing(
            "A funnel has two steps or more",
            "Add the step that should follow.",
        ),
        note: String::new(),
    }];
    draw(StatusCode::OK, &page)
}

fn fill_controls(sheet: &Sheet, question: &Question, page: &mut AnalysisPage) {
    let address = &sheet.address;
    page.kept = address.pairs_without(&["people", "state"]);
    page.chips = chips(address, "step", &question.steps);
    if question.steps.len() < STEPS_MAX {
        page.forms.push(EventForm {
            name: "step",
            label: "Add a step",
            has_label: true,
        });
    }
    match &question.exclude {
        Some(exclude) => page
            .chips
            .push(chip(address, "exclude", "without", exclude)),
        None => page.forms.push(EventForm {
            name: "exclude",
            label: "Exclude",
            has_label: false,
        }),
    }
    let order = ORDERS
        .iter()
        .find(|(_, order)| *order == question.order)
        .map_or("", |(id, _)| id);
    let unit = UNITS
        .iter()
        .find(|(_, unit)| *unit == question.unit)
        .map_or("", |(id, _)| id);
    page.menus = vec![
        menu(
            address,
            "Order",
            "order",
            order,
            &[
                ("sequential", "one after the other"),
                ("strict", "nothing between"),
                ("any", "any order"),
            ],
        ),
        menu(
            address,
            "Within",
            "window",
            &window_text(question.window_us),
            &WINDOWS,
        ),
        menu(
            address,
            "Count",
            "unit",
            unit,
            &[("user", "people"), ("visit", "visits")],
        ),
        split_menu(address, "by", question.by.as_ref().map(|by| by.id())),
    ];
}

async fn saving(sheet: &Sheet<'_>) -> Result<Saving, Problem> {
    let visit = sheet.visit;
    let base = visit.app.config.server.base_path.as_str();
    let slug = visit.project().slug.as_str();
    let query = sheet
        .address
        .without(&["project", "people", "state", "metric"])
        .query();
    let project = url::form_urlencoded::byte_serialize(slug.as_bytes()).collect::<String>();
    let saved = visit
        .app
        .control
        .saved_funnels(visit.access.scope())
        .await
        .map_err(Problem::internal)?;
    let link = |saved: &SavedFunnel| SavedLink {
        name: saved.name.clone(),
        href: format!("?project={project}&{}", saved.query),
        remove_action: format!("{base}{PATH}/{}/forget?project={project}", saved.id),
        is_current: saved.query == query,
    };
    Ok(Saving {
        action: format!("{base}{PATH}/save?project={project}"),
        saved: saved.iter().map(link).collect(),
        query,
    })
}

/// `POST /funnels/save`: for people who are logged in.
///
/// # Errors
/// If what is saved is no funnel, or has no name.
pub async fn save(form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, fields) = (&form.visit, &form.fields);
    let query = fields.text("query");
    Question::parse(
        query,
        &PAGE_PARAMETERS,
        &visit.project().time_zone,
        visit.now(),
    )?;
    let saved = visit
        .app
        .control
        .save_funnel(
            visit.access.scope(),
            fields.text("name"),
            query,
            visit.actor(),
        )
        .await;
    match saved {
        Ok(()) => Ok(see_other(
            &visit.app,
            &with_notice(visit, query, "funnel_saved"),
        )),
        Err(SavedFunnelError::Invalid(text)) => Err(Problem::new(Code::FormInvalid, text)),
        Err(SavedFunnelError::Control(error)) => Err(Problem::internal(error)),
    }
}

/// `POST /funnels/{id}/forget`: for people who are logged in.
///
/// # Errors
/// If the project has no such funnel.
pub async fn forget(id: Path<i64>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let removed = visit
        .app
        .control
        .forget_funnel(visit.access.scope(), *id, visit.actor())
        .await
        .map_err(Problem::internal)?;
    match removed {
        true => Ok(see_other(
            &visit.app,
            &with_notice(visit, "", "funnel_forgotten"),
        )),
        false => Err(Problem::new(
            Code::NotFound,
            format!("there is no saved funnel {}", *id),
        )),
    }
}

fn with_notice(visit: &Visit, query: &str, notice: &str) -> String {
    let mut serializer = url::form_urlencoded::Serializer::new(String::new());
    serializer.append_pair("project", &visit.project().slug);
    serializer.extend_pairs(url::form_urlencoded::parse(query.as_bytes()));
    serializer.append_pair("notice", notice);
    format!("{PATH}?{}", serializer.finish())
}
