//! Keys and people from the command line, directly in the control store.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};

use crate::cli::{self, KeyCommand, Place, UserCommand};
use crate::core::clock::Clock;
use crate::data_folder::DataFolder;
use crate::store::control::audit::Actor;
use crate::store::control::key::KeyId;
use crate::store::control::password::Password;
use crate::store::control::person::NewPerson;
use crate::store::control::{Control, ControlOptions};

/// `analytics key …`
///
/// # Errors
/// If the store cannot be opened or refuses.
pub fn key(command: KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create {
            place,
            kind,
            name,
            project,
        } => with_control(&place, async |control| {
            let made = control
                .create_key(project.as_deref(), kind, &name, Actor::Terminal)
                .await?;
            cli::print(&format!("{}\n", made.token.reveal()))?;
            Ok(())
        }),
        KeyCommand::List { place } => with_control(&place, async |control| {
            let mut text = String::from(
                "NUMBER  PROJECT           KIND    NAME                      KEY               LAST USED\n",
            );
            for key in control.list_keys() {
                let project = control
                    .directory()
                    .project(key.project)
                    .map_or_else(String::new, |p| p.slug.clone());
                let used = match (key.revoked_at, key.last_used_at) {
                    (Some(at), _) => format!("revoked {at}"),
                    (None, Some(at)) => at.to_string(),
                    (None, None) => "never".to_owned(),
                };
                let row = format!(
                    "{:<6}  {:<16}  {:<6}  {:<24}  {:<16}  {used}\n",
                    key.id, project, key.kind, key.name, key.visible
                );
                text.push_str(&row);
            }
            cli::print(&text)?;
            Ok(())
        }),
        KeyCommand::Revoke { place, id } => with_control(&place, async |control| {
            let key = control.revoke_key(KeyId(id), Actor::Terminal).await?;
            cli::print(&format!("revoked key {id}, \"{}\"\n", key.name))?;
            Ok(())
        }),
    }
}

/// `analytics user …`
///
/// # Errors
/// If the store cannot be opened or refuses, or no password is given.
pub fn user(command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Create { place, email, name } => {
            let password = read_password()?;
            let name =
                name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
            with_control(&place, async move |control| {
                let person = NewPerson {
                    email: email.clone(),
                    name,
                    password,
                };
                control.create_person(&person, Actor::Terminal).await?;
                cli::print(&format!("created {email}\n"))?;
                Ok(())
            })
        }
        UserCommand::ResetPassword { place, email } => {
            let password = read_password()?;
            with_control(&place, async move |control| {
                control
                    .reset_password(&email, &password, Actor::Terminal)
                    .await?;
                cli::print(&format!(
                    "the password of {email} is changed; all sessions have ended\n"
                ))?;
                Ok(())
            })
        }
    }
}

fn with_control(
    place: &Place,
    work: impl AsyncFnOnce(Control) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let config = place.load()?;
    let folder = DataFolder::open(&config.server.data_dir)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let options = ControlOptions {
            password_length_min: config.auth.password_length_min,
            ..ControlOptions::default()
        };
        let opened = Control::open_with(folder.root(), Clock::System, options).await;
        let control = opened.context("cannot open the control store")?;
        control.ensure_project(Actor::Terminal).await?;
        let done = work(control.clone()).await;
        control.close().await?;
        done
    })
}

fn read_password() -> anyhow::Result<Password> {
    let mut input = io::stdin().lock();
    if io::stdin().is_terminal() {
        write!(io::stderr(), "new password (it will be visible): ")?;
    }
    let mut line = String::new();
    input.read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!(
            "no password came on standard input; pipe it in, for example: printf %s \"$PASSWORD\" | analytics user …"
        );
    }
    Ok(Password::typed(password))
}
