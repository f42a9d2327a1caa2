//! The project that holds the demo: found by its mark, or made.

use std::sync::Arc;

use anyhow::{Context, bail};
use jiff::Timestamp;

use crate::demo::rhythm::DAY_MS;
use crate::demo::world::WorldSettings;
use crate::store::control::Control;
use crate::store::control::audit::Actor;
use crate::store::control::demo_project::DemoOrigin;
use crate::store::control::project::Project;
use crate::store::control::project_draft::ProjectDraft;

/// Slug of the demo, until somebody changes it.
const SLUG: &str = "demo";
/// Its name, until somebody changes it.
const NAME: &str = "Quill (demo)";
/// The seed without another wish.
const SEED: u64 = 1;
/// Days of history without another wish.
const DAYS: u32 = 90;

/// What a demo is wanted to be like; nothing said is as it is, or as usual.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// What everything is drawn from.
    pub seed: Option<u64>,
    /// Days of history.
    pub days: Option<u32>,
}

/// A project with how its data is made.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The project.
    pub project: Arc<Project>,
    /// How its data is made.
    pub origin: DemoOrigin,
}

impl Demo {
    /// Size and place in time of its world.
    pub fn settings(&self) -> WorldSettings {
        WorldSettings::demo(self.origin.seed, self.origin.launch, self.origin.days)
    }
}

/// The demo of this installation, if there is one.
pub fn find(control: &Control) -> Option<Demo> {
    let projects = control.directory().all_projects();
    projects.into_iter().find_map(|project| {
        let origin = project.demo?;
        Some(Demo { project, origin })
    })
}

/// The demo of this installation, made if there is none. A new one has its launch so long before `now` that its
/// history ends with the day before.
///
/// # Errors
/// If there is one that is made otherwise than wished, or archived, or if another project has its slug.
pub async fn ensure(
    control: &Control,
    wish: Wish,
    now: Timestamp,
    actor: Actor,
) -> anyhow::Result<Demo> {
    if let Some(demo) = find(control) {
        let DemoOrigin { seed, days, .. } = demo.origin;
        if wish.seed.is_some_and(|wished| wished != seed)
            || wish.days.is_some_and(|wished| wished != days)
        {
            bail!(
                "there is a demo of {days} days with the seed {seed}; remove it first with `analytics demo --remove`"
            );
        }
        if demo.project.archived_at.is_some() {
            bail!(
                "the demo project `{}` is archived; restore it in the settings, or remove it with `analytics demo --remove`",
                demo.project.slug
            );
        }
        return Ok(demo);
    }
    if control.directory().project_by_slug(SLUG).is_some() {
        bail!(
            "the project `{SLUG}` exists and is not a demo; give it another slug in the settings first"
        );
    }
    let days = wish.days.unwrap_or(DAYS);
    let today = now.as_millisecond().div_euclid(DAY_MS);
    let origin = DemoOrigin {
        seed: wish.seed.unwrap_or(SEED),
        launch: today - i64::from(days),
        days,
    };
    let draft = ProjectDraft::new(SLUG, NAME);
    let made = control.create_demo_project(&draft, origin, actor).await;
    let project = made.context("cannot make the demo project")?;
    Ok(Demo { project, origin })
}
