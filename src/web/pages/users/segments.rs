//! `GET /users/segments`: segments built rule by rule, with how many people they find, and those that are saved. Saving
//! is `POST` there, deleting `POST /users/segments/{id}/delete`. For people who are logged in.
//!
//! What is being built stands in the address, as on the page of funnels; only saving and deleting change anything.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use crate::catalogue::dimension::{DIMENSIONS, DimensionKind};
use crate::core::code::Code;
use crate::core::currency::Currency;
use crate::core::filter::Condition;
use crate::people::rfm;
use crate::people::segment::cache::Held;
use crate::people::segment::definition::{Definition, DefinitionError, RULES_MAX};
use crate::people::segment::rule::{FIELDS, OFTEN, Rule};
use crate::people::stage::Stage;
use crate::query::answer::Answer;
use crate::query::question::Parameters;
use crate::render::unit::{Unit, share_in_list};
use crate::store::control::segment::{SavedSegment, SegmentError};
use crate::web::extract::{self, parameter};
use crate::web::form::PersonForm;
use crate::web::pages::analysis::controls::event_names;
use crate::web::pages::place::{see_other, with_query};
use crate::web::pages::report::address::Address;
use crate::web::pages::report::controls::TESTS;
use crate::web::pages::visit::{Visit, draw};
use crate::web::problem::Problem;
use crate::web::query::{Answered, answer};
use crate::web::segments::{people, saved};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::state::{Empty, Failure};
use crate::web::view::field::{Field, Select};
use crate::web::view::segments::{RuleChip, RuleForms, SegmentsPage, Size};
use crate::web::view::shell::Room;

/// Where the page is.
pub const PATH: &str = "/users/segments";

/// Parameters of its address, beside the project: the rules, and which segment is changed.
const OWN: [&str; 3] = ["if", "or", "edit"];

/// What is asked about each segment, over 30 days.
const FIGURES: &str =
    "metrics=active_users,requests,cost&by=segment&shape=breakdown&range=30d&limit=100";

/// `GET /users/segments`.
///
/// # Errors
/// If the address cannot be used, or a store fails.
pub async fn page(request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let address = Address::keeping(PATH, request.query_string(), &OWN);
    let sheet = Sheet::new(&request, &visit, &address).await?;
    let definition = match sheet.definition() {
        Ok(definition) => definition,
        Err(error) => {
            let name = Field::default();
            let told = Some(error.to_string());
            return sheet.draw(Definition::default(), name, told).await;
        }
    };
    let name = Field::new(sheet.edited.as_ref().map_or("", |one| one.name.as_str()));
    match added(&request, &definition) {
        None => sheet.draw(definition, name, None).await,
        Some(Ok(definition)) => {
            let place = sheet.with(&definition).path_and_query();
            Ok(see_other(&visit.app, &place))
        }
        Some(Err(error)) => sheet.draw(definition, name, Some(error.to_string())).await,
    }
}

/// `POST /users/segments`: saves a new segment, or changes one.
///
/// # Errors
/// If a store fails; what cannot be used is told on the page.
pub async fn save(request: HttpRequest, form: PersonForm) -> Result<HttpResponse, Problem> {
    let (visit, fields) = (&form.visit, &form.fields);
    let (name, text) = (fields.text("name"), fields.text("definition"));
    let id = match fields.text("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| unknown(id))?),
    };
    let definition = Definition::parse(text).and_then(Definition::checked);
    let refused = match &definition {
        Err(error) => error.to_string(),
        Ok(definition) => {
            let query = definition.to_query();
            let control = &visit.app.control;
            match control
                .save_segment(&visit.admin()?, id, name, &query)
                .await
            {
                Ok(_) => return Ok(back(visit, "segment_saved")),
                Err(SegmentError::Invalid(text)) => text,
                Err(error) => return Err(error.into()),
            }
        }
    };
    let mut query = text.to_owned();
    if let Some(id) = id {
        query.push_str(&format!("&edit={id}"));
    }
    let address = Address::keeping(PATH, &query, &OWN).with("project", &visit.project().slug);
    let sheet = Sheet::new(&request, visit, &address).await?;
    let name = Field::refused(name, format!("Nothing is saved: {refused}."));
    sheet
        .draw(
            definition.unwrap_or_default(),
            name,
            Some(format!("Nothing is saved: {refused}.")),
        )
        .await
}

/// `POST /users/segments/{id}/delete`.
///
/// # Errors
/// If the project has no such segment.
pub async fn delete(id: Path<String>, form: PersonForm) -> Result<HttpResponse, Problem> {
    let visit = &form.visit;
    let number = id.parse().map_err(|_| unknown(&id))?;
    visit
        .app
        .control
        .remove_segment(&visit.admin()?, number)
        .await?;
    Ok(back(visit, "segment_deleted"))
}

fn unknown(id: &str) -> Problem {
    let id: String = id.chars().take(40).collect();
    Problem::new(
        Code::NotFound,
        format!("there is no segment `{id}` in this project"),
    )
}

fn back(visit: &Visit, notice: &str) -> HttpResponse {
    let query = [
        ("project", visit.project().slug.as_str()),
        ("notice", notice),
    ];
    see_other(&visit.app, &with_query(PATH, &query))
}

/// The definition with the rule that a form has sent; `None` if it has sent none.
fn added(
    request: &HttpRequest,
    definition: &Definition,
) -> Option<Result<Definition, DefinitionError>> {
    let text = |name: &str| {
        parameter(request, name)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let with = |field: &str, test: &str, value: &str| {
        let condition = Condition::is(field, value).to_string();
        condition.replacen(":is:", &format!(":{test}:"), 1)
    };
    let rule = match text("add").as_str() {
        "did" => {
            let mut event = text("event").replace(';', "\\;");
            let value = text("where_value");
            if !value.is_empty() {
                event.push(';');
                event.push_str(&with(&text("where_by"), &text("where_is"), &value));
            }
            format!(
                "did:{}:{}:{}:{event}",
                text("often"),
                text("times"),
                text("days")
            )
        }
        "is" => with(&text("field"), &text("test"), &text("value")),
        "first_seen" => format!("first_seen:{}:{}", text("seen"), text("day")),
        _ => return None,
    };
    let rule = match Rule::parse(&rule) {
        Ok(rule) => rule,
        Err(error) => return Some(Err(error.into())),
    };
    let mut more = definition.clone();
    match (text("join").as_str(), more.clauses.last_mut()) {
        ("or", Some(clause)) => clause.push(rule),
        _ => more.clauses.push(vec![rule]),
    }
    // Read again, so that the form knows no more than an address.
    Some(Definition::parse(&more.to_query()))
}

/// The page about to be drawn.
struct Sheet<'a> {
    request: &'a HttpRequest,
    visit: &'a Visit,
    address: &'a Address,
    saved: Vec<SavedSegment>,
    edited: Option<SavedSegment>,
}

impl<'a> Sheet<'a> {
    async fn new(
        request: &'a HttpRequest,
        visit: &'a Visit,
        address: &'a Address,
    ) -> Result<Sheet<'a>, Problem> {
        let saved = saved(&visit.app, visit.access.scope()).await?;
        let edited = match address.get("edit") {
            None => None,
            Some(id) => {
                let found = saved.iter().find(|one| one.id.to_string() == id);
                Some(found.ok_or_else(|| unknown(id))?.clone())
            }
        };
        Ok(Sheet {
            request,
            visit,
            address,
            saved,
            edited,
        })
    }

    /// The rules of the address; of a segment that is opened to be changed, its own.
    fn definition(&self) -> Result<Definition, DefinitionError> {
        match &self.edited {
            Some(one) if self.address.get("if").is_none() => Definition::parse(&one.definition),
            _ => Definition::parse(&self.address.query()),
        }
    }

    /// The address with other rules.
    fn with(&self, definition: &Definition) -> Address {
        let rules = definition.to_pairs();
        let bare = self.address.without(&["if", "or"]);
        // Alternatives belong to the rule before them, so the order must stay.
        rules
            .into_iter()
            .fold(bare, |address, (name, rule)| address.and(name, &rule))
    }

    async fn draw(
        &self,
        definition: Definition,
        name: Field,
        error: Option<String>,
    ) -> Result<HttpResponse, Problem> {
        let (visit, scope) = (self.visit, self.visit.access.scope());
        let base = visit.app.config.server.base_path.as_str();
        let status = match error {
            None => StatusCode::OK,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let is_empty = definition.clauses.is_empty();
        let (mut size, mut failure) = (None, None);
        if !is_empty {
            match people(&visit.app, scope, vec![definition.to_query()]).await {
                Ok(held) => size = held.first().map(size_of),
                Err(problem) => {
                    failure = Some(Failure {
                        text: problem.text(),
                        request_id: extract::request_id(self.request).unwrap_or_default(),
                        retry_href: self.address.link(),
                    });
                }
            }
        }
        let table = self.table().await?;
        let page = SegmentsPage {
            frame: visit.frame(),
            shell: visit.shell(Room::Segments),
            action: format!("{base}{PATH}"),
            error,
            edited: self.edited.as_ref().map(|one| (one.id, one.name.clone())),
            chips: self.chips(&definition),
            forms: match definition.rules().count() < RULES_MAX {
                true => Some(self.forms(is_empty).await?),
                false => None,
            },
            kept: self.with(&definition).pairs_without(&[]),
            size,
            failure,
            definition: definition.to_query(),
            name,
            people_href: self.edited.as_ref().map(|one| self.people_href(&one.name)),
            new_href: self.address.without(&OWN).link(),
            table,
            empty: Empty {
                icon: "users",
                title: "No segment is saved yet".to_owned(),
                text: "Add rules above, look at how many people they find, and save them under a name.".to_owned(),
                step: None,
            },
        };
        draw(status, &page)
    }

    fn chips(&self, definition: &Definition) -> Vec<RuleChip> {
        let mut chips = Vec::new();
        for (clause, rules) in definition.clauses.iter().enumerate() {
            for (place, rule) in rules.iter().enumerate() {
                let mut rest = definition.clone();
                rest.clauses[clause].remove(place);
                rest.clauses.retain(|rules| !rules.is_empty());
                chips.push(RuleChip {
                    joined: match (clause, place) {
                        (0, 0) => "",
                        (_, 0) => "and",
                        (_, _) => "or",
                    },
                    label: rule.label(),
                    remove_href: self.with(&rest).link(),
                });
            }
        }
        chips
    }

    async fn forms(&self, is_first: bool) -> Result<RuleForms, Problem> {
        let joins = [("if", "and"), ("or", "or, with the rule before")];
        let fields = DIMENSIONS
            .iter()
            .filter(|dimension| dimension.kind != DimensionKind::Segment)
            .map(|dimension| (dimension.id, dimension.label));
        let stages = Stage::ALL.map(|stage| stage.id());
        let values = stages.into_iter().chain(rfm::labels()).map(str::to_owned);
        Ok(RuleForms {
            joins: (!is_first).then(|| Select::new(joins, "if")),
            often: Select::new(OFTEN.map(|(id, _, words)| (id, words)), "at_least"),
            event_fields: Select::new(fields, "feature"),
            tests: Select::new(TESTS, "is"),
            fields: Select::new(FIELDS, "plan"),
            values: values.collect(),
            events: event_names(&self.visit.app, self.visit.access.scope()).await?,
        })
    }

    /// The list of people with the segment as its filter.
    fn people_href(&self, name: &str) -> String {
        let base = self.visit.app.config.server.base_path.as_str();
        let filter = Condition::is("segment", name).to_string();
        let query = [
            ("project", self.visit.project().slug.as_str()),
            ("filter", filter.as_str()),
        ];
        format!("{base}{}", with_query(super::people::PATH, &query))
    }

    /// The saved segments with their sizes and figures; none without any.
    async fn table(&self) -> Result<Option<DataTable>, Problem> {
        if self.saved.is_empty() {
            return Ok(None);
        }
        let (app, scope) = (&self.visit.app, self.visit.access.scope());
        let definitions = self.saved.iter().map(|one| one.definition.clone());
        let sizes = people(app, scope, definitions.collect()).await?;
        let question = Parameters::parse(FIGURES, &[])?
            .question(&self.visit.project().time_zone, self.visit.now())?;
        let answer = match answer(app, scope, question).await? {
            Answered::Figures(answer) => answer,
            Answered::Distribution(_) | Answered::Rows(_) => {
                return Err(Problem::of(Code::Internal));
            }
        };
        let columns = vec![
            Column::words("Segment"),
            Column::words("Rules").wrapped().wide_only(),
            Column::numbers("People"),
            Column::numbers("Share").help("Of everybody whom the project knows."),
            Column::numbers("Active").help("People with an event that they caused, in 30 days."),
            Column::numbers("Requests").wide_only(),
            Column::numbers("Cost").wide_only(),
        ];
        let rows = self
            .saved
            .iter()
            .zip(&sizes)
            .map(|(one, held)| self.row(one, held, &answer));
        Ok(Some(DataTable::new(
            "Saved segments",
            columns,
            rows.collect(),
        )))
    }

    fn row(&self, one: &SavedSegment, held: &Held, answer: &Answer) -> Row {
        let link = self
            .address
            .without(&OWN)
            .with("edit", &one.id.to_string())
            .link();
        let figures = answer
            .rows
            .iter()
            .find(|row| row.keys.first().and_then(Option::as_deref) == Some(one.name.as_str()));
        let figure = |place: usize, unit: Unit| {
            let value = figures.and_then(|row| row.figures[place].value.as_f64());
            let value = value.unwrap_or(0.0);
            Cell::Number {
                text: unit.short(value),
                exact: unit.full(value),
            }
        };
        let (people, of) = (held.found.people.len(), held.found.of);
        let mut row = Row::new(vec![
            Cell::Link {
                label: one.name.clone(),
                href: link,
            },
            Cell::Text(
                Definition::parse(&one.definition)
                    .unwrap_or_default()
                    .label(),
            ),
            Cell::Number {
                text: Unit::Count.short(people as f64),
                exact: Unit::Count.full(people as f64),
            },
            match of {
                0 => Cell::Missing("The project knows nobody yet."),
                of => Cell::Number {
                    text: share_in_list(people as f64 / of as f64),
                    exact: String::new(),
                },
            },
            figure(0, Unit::Count),
            figure(1, Unit::Count),
            figure(2, Unit::money(Currency::USD)),
        ]);
        row.is_current = self
            .edited
            .as_ref()
            .is_some_and(|edited| edited.id == one.id);
        row
    }
}

fn size_of(held: &Held) -> Size {
    let (people, of) = (held.found.people.len(), held.found.of);
    let count = |number: u64| Unit::Count.full(number as f64);
    Size {
        people: match people {
            1 => "1 person".to_owned(),
            people => format!("{} people", count(people)),
        },
        share: match of {
            0 => "The project knows nobody yet.".to_owned(),
            of => format!(
                "now, {} of the {} whom the project knows",
                share_in_list(people as f64 / of as f64),
                count(of)
            ),
        },
    }
}
