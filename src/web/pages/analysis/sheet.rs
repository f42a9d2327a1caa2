//! What the pages of analyses share: their frame, links to the API, and cards without figures.

use actix_web::HttpRequest;

use crate::catalogue::dimension::DIMENSIONS;
use crate::core::range::Range;
use crate::query::question::Parameters;
use crate::web::extract;
use crate::web::pages::analysis::controls::{PAGE_PARAMETERS, event_names};
use crate::web::pages::report::address::Address;
use crate::web::pages::report::controls::{TESTS, filter_bar, range_bar};
use crate::web::pages::visit::Visit;
use crate::web::problem::Problem;
use crate::web::view::analysis::{AnalysisPage, Content};
use crate::web::view::block::state::{Empty, Failure, Step};
use crate::web::view::field::Select;
use crate::web::view::shell::Room;

/// A page about to be filled.
pub struct Sheet<'a> {
    /// Who looks.
    pub visit: &'a Visit,
    /// The address.
    pub address: Address,
    own: &'static [&'static str],
}

impl<'a> Sheet<'a> {
    /// The page at `path` with parameters of its own.
    pub fn new(
        visit: &'a Visit,
        path: &'static str,
        query: &str,
        own: &'static [&'static str],
    ) -> Sheet<'a> {
        let mut kept: Vec<&str> = own.to_vec();
        kept.push("by");
        Sheet {
            visit,
            address: Address::keeping(path, query, &kept),
            own,
        }
    }

    /// The page without any card.
    ///
    /// # Errors
    /// If the address cannot be used, or the engine fails.
    pub async fn page(
        &self,
        room: Room,
        (title, question): (&'static str, &'static str),
        range: Range,
    ) -> Result<AnalysisPage, Problem> {
        let (visit, address) = (self.visit, &self.address);
        let others: Vec<&str> = self.own.iter().chain(&PAGE_PARAMETERS).copied().collect();
        let parameters = Parameters::parse(&address.query(), &others)?;
        let fields = DIMENSIONS
            .iter()
            .map(|dimension| (dimension.id, dimension.label));
        Ok(AnalysisPage {
            frame: visit.frame(),
            shell: visit.shell(room),
            title,
            question,
            range: range_bar(visit, address, &parameters, range)?,
            filters: filter_bar(visit, address, &parameters)?,
            chips: Vec::new(),
            forms: Vec::new(),
            events: event_names(&visit.app, visit.access.scope()).await?,
            kept: address.pairs_without(&[]),
            fields: Select::new(fields, "plan"),
            tests: Select::new(TESTS, "is"),
            action: format!(
                "{}{}",
                visit.app.config.server.base_path.as_str(),
                address.path()
            ),
            menus: Vec::new(),
            saving: None,
            sections: Vec::new(),
        })
    }

    /// The same question to the API, as CSV.
    pub fn csv(&self, name: &str) -> String {
        let address = self
            .address
            .without(&["metric"])
            .with("project", &self.visit.project().slug)
            .with("format", "csv");
        format!(
            "{}/api/v1/{name}{}",
            self.visit.app.config.server.base_path.as_str(),
            address.link()
        )
    }

    /// Nothing is there, with a wider range as the next step.
    pub fn nothing(&self, title: &str, text: &str) -> Content {
        let step = Step {
            label: "Look back a year".to_owned(),
            href: self
                .address
                .without(&["from", "to"])
                .with("range", "1y")
                .link(),
        };
        Content::Empty(Box::new(Empty::range(title, text, Some(step))))
    }
}

/// The answer could not be computed.
pub fn failure(request: &HttpRequest, address: &Address, problem: &Problem) -> Content {
    Content::Failure(Box::new(Failure {
        text: problem.text(),
        request_id: extract::request_id(request).unwrap_or_default(),
        retry_href: address.link(),
    }))
}
