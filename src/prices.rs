//! Which prices are in force: the program's book, the configured file, or an uploaded one, and own prices before it.
//!
//! Read at the start and after each change on screen. Events that come later are priced by what was read last.

use std::sync::Arc;

use anyhow::Context;

use crate::app::App;
use crate::config::Config;
use crate::pricing::book::PriceBook;
use crate::pricing::books::{BookOrigin, PriceBooks};
use crate::pricing::problem::Problem;
use crate::store::control::own_price;
use crate::store::control::{Control, ControlError};
use crate::store::reprice::Job;

/// The book of the configuration, else the program's own.
///
/// # Errors
/// If the configured file cannot be read, with every problem of its text.
pub fn configured(config: &Config) -> anyhow::Result<PriceBooks> {
    let Some(path) = &config.prices.file else {
        return Ok(PriceBooks::new(PriceBook::embedded(), BookOrigin::Embedded));
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the price book {}", path.display()))?;
    let book = PriceBook::parse(&text).map_err(|problems| {
        anyhow::anyhow!(
            "the price book {} cannot be used:\n{}",
            path.display(),
            lines(&problems)
        )
    })?;
    Ok(PriceBooks::new(book, BookOrigin::File))
}

/// Every price that is in force now.
///
/// An uploaded book or an own price that this version cannot read is left out, and the log says so: prices that are
/// missing show as unpriced calls, while a server that does not start shows nothing.
///
/// # Errors
/// If the control store or the configured file cannot be read.
pub async fn in_force(config: &Config, control: &Control) -> anyhow::Result<PriceBooks> {
    let mut books = match control.uploaded_book().await? {
        None => configured(config)?,
        Some(uploaded) => match PriceBook::parse(&uploaded.content) {
            Ok(book) => {
                let at = uploaded.uploaded_at;
                PriceBooks::new(book, BookOrigin::Uploaded { at })
            }
            Err(problems) => {
                let problems = lines(&problems);
                tracing::error!(problems, "the uploaded price book cannot be used");
                configured(config)?
            }
        },
    };
    for project in control.directory().all_projects() {
        let prices = control.own_prices(project.id).await?;
        if prices.is_empty() {
            continue;
        }
        if let Err(problems) = books.set_own(project.id.get(), own_price::entries(&prices)) {
            let (problems, project) = (lines(&problems), project.id.get());
            tracing::error!(project, problems, "own prices cannot be used");
        }
    }
    Ok(books)
}

/// Reads all prices again; events that come from now on are priced by them.
///
/// # Errors
/// If the control store or the configured file cannot be read. The former prices stay in force.
pub async fn reload(app: &App) -> anyhow::Result<()> {
    let books = in_force(&app.config, &app.control).await?;
    app.pipeline.prices.store(Arc::new(books));
    Ok(())
}

/// Prices the days of every re-pricing that was asked for and is not done, one after the other.
///
/// # Errors
/// If the control store fails. What is left is done at the next call, or the next start.
pub async fn reprice_asked(app: &App) -> Result<(), ControlError> {
    let _one_at_a_time = app.repricing.lock().await;
    for asked in app.control.open_repricings().await? {
        let job = Job {
            project: asked.project.get(),
            first: asked.first,
            last: asked.last,
            books: app.pipeline.prices.load_full(),
        };
        // None comes from a loader that has ended: the next start goes on here.
        let Some(changed) = app.loader.reprice(job).await else {
            return Ok(());
        };
        app.control.note_repriced(asked.id, changed).await?;
        tracing::info!(
            project = asked.project.get(),
            changed,
            "priced the calls from {} to {} anew",
            asked.first,
            asked.last
        );
        let project = app.control.directory().project(asked.project);
        if let Some(project) = project {
            let now = app.clock.now();
            let look = app.budgets.look(&app.control, &app.engine, &project, now);
            if let Err(error) = look.await {
                tracing::warn!(%error, "how budgets stand could not be told");
            }
        }
    }
    Ok(())
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
