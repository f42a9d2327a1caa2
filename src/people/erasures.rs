//! Erasing the people who were asked for: the server looks every second, and at each start, so that an erasure which
//! was interrupted is finished.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::app::App;
use crate::core::project_id::ProjectId;
use crate::live::rebuild;
use crate::store::alias::Name;
use crate::store::control::audit::Actor;
use crate::store::control::person_erasure::{ErasureReceipt, PendingErasure};
use crate::store::erase_person::{self, ErasedPerson};

/// Longest wait until everything that was acknowledged can be counted.
const LOAD_PATIENCE: Duration = Duration::from_secs(60);

/// Asks for the erasure of somebody and does it. The receipt says whether it is done; what could not be done now
/// follows by itself.
///
/// # Errors
/// If the control store or the engine fails.
pub async fn erase(
    app: &App,
    project: ProjectId,
    name: &Name,
    actor: Actor,
) -> anyhow::Result<ErasureReceipt> {
    let id = app.control.ask_person_erasure(project, name, actor).await?;
    erase_asked(app).await?;
    let receipt = app.control.person_erasure(id).await?;
    receipt.context("an erasure that was asked for is not there")
}

/// Erases everybody who is to be erased, and notes the receipts.
///
/// # Errors
/// If the control store or the engine fails. What is left is done at the next call.
pub async fn erase_asked(app: &App) -> anyhow::Result<()> {
    let _one_at_a_time = app.erasing.lock().await;
    for pending in app.control.pending_person_erasures().await? {
        if !erase_one(app, &pending).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Returns whether somebody is gone; if not, the next look goes on here.
async fn erase_one(app: &App, pending: &PendingErasure) -> anyhow::Result<bool> {
    let project = pending.project.get();
    // The journal holds what it was given until it is trimmed, and it is not trimmed where it is being written.
    app.journal.turn().await?;
    if !app
        .loader
        .barrier(app.journal.progress().next(), LOAD_PATIENCE)
        .await
    {
        bail!("events are still being loaded");
    }
    let (engine, name) = (Arc::clone(&app.engine), pending.name.clone());
    let counting = move || erase_person::count(&engine, project, &name);
    let found = tokio::task::spawn_blocking(counting).await??;
    if found != ErasedPerson::default() {
        app.control.note_person_found(pending, found).await?;
    }
    // None comes from a loader that has ended, or that could not write the file.
    let erased = app.loader.erase_person(project, pending.name.clone()).await;
    let Some(erased) = erased else {
        return Ok(false);
    };
    // The live windows hold the latest events as they came, so the project's is made anew from what is left.
    if let Some(known) = app.control.directory().project(pending.project) {
        app.hub.forget(project);
        app.hub.configure(&known);
        let (hub, sessions) = (&app.hub, &app.pipeline.sessions);
        rebuild::from_store(hub, &app.engine, sessions, &[known], app.clock.now()).await?;
    }
    // Nobody there means that they were gone before a crash, and that what was written down then is what is gone.
    let erased = (erased != ErasedPerson::default()).then_some(erased);
    app.control.note_person_erased(pending, erased).await?;
    Ok(true)
}
