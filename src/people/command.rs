//! `analytics person`: export, erasure and merging of one person from the terminal, through the same interface that
//! programs use.

use std::io::{self, Write};

use anyhow::{Context, bail};
use reqwest::{Client, Method, Response};
use serde_json::Value as Json;

use crate::cli::{self, PersonCommand, Place, WrongUse};
use crate::own_server::{self, Errand, OwnServer};
use crate::store::person::NameKind;
use crate::telemetry;

/// About whom, in which project.
#[derive(Clone, Debug, clap::Args)]
pub struct Whom {
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
    /// The short name of the project; without it, the first project.
    #[arg(long, value_name = "SLUG")]
    pub project: Option<String>,
    /// The id is an anonymous id, not a user id.
    #[arg(long)]
    pub anonymous: bool,
    /// The user id or anonymous id, as it was sent with events.
    #[arg(value_name = "ID")]
    pub id: String,
}

impl Whom {
    fn kind(&self) -> NameKind {
        match self.anonymous {
            true => NameKind::Anonymous,
            false => NameKind::User,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// If no server can be reached or started, or it refuses: nobody has this id, or a merge is impossible.
pub fn run(command: PersonCommand) -> anyhow::Result<()> {
    let (whom, method, path, into) = match &command {
        PersonCommand::Export { whom } => (whom, Method::GET, "/export", None),
        PersonCommand::Erase { whom } => (whom, Method::DELETE, "", None),
        PersonCommand::Merge { whom, into } => (whom, Method::POST, "/merge", Some(into)),
        PersonCommand::UndoMerge { whom } => (whom, Method::POST, "/undo-merge", None),
    };
    if whom.id.is_empty() || into.is_some_and(String::is_empty) {
        return Err(WrongUse("an id must not be empty".to_owned()).into());
    }
    let mut query = vec![("kind", whom.kind().id()), ("id", whom.id.as_str())];
    query.extend(into.map(|into| ("into", into.as_str())));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    let config = whom.place.load()?;
    telemetry::start(&config.server);
    let errand = Errand {
        name: "person on the command line".to_owned(),
        project: whom.project.as_deref(),
    };
    actix_web::rt::System::new().block_on(own_server::with_server(config, errand, async |server| {
        let address = format!("/api/v1/people{path}?{query}");
        let answer = asked(&server, method, &address).await?;
        report(&command, answer).await
    }))
}

async fn asked(server: &OwnServer, method: Method, address: &str) -> anyhow::Result<Response> {
    let url = format!("{}{address}", server.url);
    let request = Client::new().request(method, url).bearer_auth(&server.key);
    let answer = request.send().await.context("the server did not answer")?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let problem: Json = answer.json().await.unwrap_or_default();
    match problem["detail"].as_str().filter(|text| !text.is_empty()) {
        Some(detail) => bail!("{detail}"),
        None => bail!("the server refused with {status}"),
    }
}

/// Says on standard output what was done.
async fn report(command: &PersonCommand, answer: Response) -> anyhow::Result<()> {
    let text = match command {
        PersonCommand::Export { .. } => return printed(answer).await,
        PersonCommand::Erase { whom } => {
            let receipt: Json = answer.json().await?;
            let (id, hash) = (&receipt["erasure"], &receipt["name_hash"]);
            if receipt["done_at"].is_null() {
                bail!(
                    "the erasure is asked for as number {id} and not finished; the server goes on with it, at the latest at its next start"
                );
            }
            format!(
                "erased {}: {} events, {} previews, {} names\nreceipt {id}, SHA-256 {}\n",
                whom.id,
                receipt["events"],
                receipt["previews"],
                receipt["names"],
                hash.as_str().unwrap_or_default()
            )
        }
        PersonCommand::Merge { whom, into } => {
            format!("{} is {into} from now on\n", whom.id)
        }
        PersonCommand::UndoMerge { whom } => {
            format!("{} is somebody of their own again\n", whom.id)
        }
    };
    cli::print(&text)?;
    Ok(())
}

/// Writes an answer to standard output as it comes, so that memory stays small.
async fn printed(mut answer: Response) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    while let Some(part) = answer.chunk().await.context("the export broke off")? {
        out.write_all(&part)?;
    }
    out.flush()?;
    Ok(())
}
