//! Erasing the people who were asked for: the server looks every second, and at each start, so that an erasure which
//! was interrupted is finished.

use crate::app::App;
use crate::live::rebuild;

/// Erases everybody who is to be erased, and notes the receipts.
///
/// # Errors
/// If the control store or the engine fails. What is left is done at the next call.
pub async fn erase_asked(app: &App) -> anyhow::Result<()> {
    let _one_at_a_time = app.erasing.lock().await;
    for pending in app.control.pending_person_erasures().await? {
        let project = pending.project.get();
        let erased = app.loader.erase_person(project, pending.name.clone()).await;
        // None comes from a loader that has ended, or that could not write the file: the next look goes on here.
        let Some(erased) = erased else {
            return Ok(());
        };
        // The live windows hold the latest events as they came, so the project's is made anew from what is left.
        if let Some(known) = app.control.directory().project(pending.project) {
            app.hub.forget(project);
            app.hub.configure(&known);
            let (hub, sessions) = (&app.hub, &app.pipeline.sessions);
            rebuild::from_store(hub, &app.engine, sessions, &[known], app.clock.now()).await?;
        }
        app.control.note_person_erased(&pending, erased).await?;
    }
    Ok(())
}
