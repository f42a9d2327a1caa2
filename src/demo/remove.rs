//! Removing what was removed: the events of projects that the control store has no more.
//!
//! The server looks every second, so that a removal from the terminal needs nothing else; and at each start, so
//! that one which was interrupted is finished.

use crate::app::App;

/// Erases the events of removed projects, and notes in the control store that they are gone.
///
/// # Errors
/// If the control store cannot be read or written. What is left is done at the next call.
pub async fn erase_removed(app: &App) -> anyhow::Result<()> {
    let mut erased = app.erased.lock().await;
    for removed in app.control.removed_projects().await? {
        let project = removed.id.get();
        if erased.contains(&project) {
            continue;
        }
        app.hub.forget(project);
        // None comes from a loader that has ended: the next start goes on here.
        if app.loader.erase(project).await.is_none() {
            return Ok(());
        }
        if removed.erased_at.is_none() {
            app.control.note_erased(removed.id).await?;
        }
        erased.insert(project);
    }
    Ok(())
}
