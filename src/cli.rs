//! The commands, their help, and their exit codes: 0 done, 1 failed, 2 wrong use.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::bench::ingest::BenchIngestOptions;
use crate::bench::load::BenchLoadOptions;
use crate::bench::query::BenchQueryOptions;
use crate::config::Config;
use crate::demo::command::DemoOptions;
use crate::import::ImportOptions;
use crate::people::command::Whom;
use crate::store::control::key_kind::KeyKind;
use crate::{admin, bench, demo, import, people, recover, serve, telemetry};

/// Self-hosted analytics for teams that run a product on AI models.
#[derive(Parser)]
#[command(
    name = "analytics",
    version,
    about,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where the configuration and the data are.
#[derive(Args, Clone, Debug, Default)]
pub struct Place {
    /// Read settings from this file. Without it the defaults and the environment hold.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep all data in this folder instead of the configured one.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server: it takes events, keeps them and shows them.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Listen on this address instead of the configured one; port 0 takes a free port.
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
        /// Also show a product with made-up data: fill the demo project in the background, go on with live traffic,
        /// and show this project first. `analytics demo --remove` takes it away again.
        #[arg(long)]
        demo: bool,
    },
    /// Fill a project with the made-up data of a small AI product, to look around in. Works while the server runs and
    /// while it does not. Running it again adds what has happened since; --remove takes all of it away.
    Demo {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        options: DemoOptions,
    },
    /// Import events from a CSV, NDJSON or Parquet file. Importing a file twice adds nothing.
    Import {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        options: ImportOptions,
        /// Send the events to the server at this address (http) instead of the one on the data folder.
        #[arg(long, value_name = "URL", requires = "key")]
        url: Option<String>,
        /// Use this admin key for the server at --url.
        #[arg(
            long,
            value_name = "KEY",
            requires = "url",
            env = "ANALYTICS_KEY",
            hide_env_values = true
        )]
        key: Option<String>,
        /// Import into the project with this short name; without it, into the first one.
        #[arg(long, value_name = "SLUG")]
        project: Option<String>,
    },
    /// Check the data folder after a crash and set aside what cannot be read. The server must not run.
    Recover {
        #[command(flatten)]
        place: Place,
        /// Only open and close the database; the server calls itself like this.
        #[arg(long, hide = true)]
        probe: bool,
    },
    /// Create, list and revoke keys. Works while the server runs and while it does not.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Create people who can log in and reset their passwords. Works while the server runs and while it does not.
    #[command(subcommand)]
    User(UserCommand),
    /// Export, erase or merge one of the people whom events are about. Works while the server runs and while it does
    /// not. Everything is noted in the audit table.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Check or print the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Measure this machine with realistic work.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Print the version of the program and of what is built into it.
    Version,
    /// Ask a running server whether it is well; for container health checks.
    #[command(hide = true)]
    Healthcheck {
        #[command(flatten)]
        place: Place,
    },
}

/// `analytics key …`
#[derive(Subcommand)]
pub enum KeyCommand {
    /// Create a key and print just the key. It is shown once and stored only as a hash.
    Create {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
        /// What the key may do: ingest (send events), read (ask questions) or admin (both, and backdate events).
        #[arg(long, value_name = "KIND", value_parser = key_kind)]
        kind: KeyKind,
        /// A name by which people will know the key.
        #[arg(long)]
        name: String,
        /// The short name of the project; without it, the first project.
        #[arg(long, value_name = "SLUG")]
        project: Option<String>,
    },
    /// List the keys of all projects, without the keys themselves.
    List {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Revoke the key with this number. A running server refuses it within a second.
    Revoke {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
        /// The number that the list shows.
        id: i64,
    },
}

/// `analytics user …`
#[derive(Subcommand)]
pub enum UserCommand {
    /// Create a person who can log in. The password is read from standard input.
    Create {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
        /// The email address to log in with.
        #[arg(long)]
        email: String,
        /// The person's name; without it, the part of the address before the @.
        #[arg(long)]
        name: Option<String>,
    },
    /// Set a new password, read from standard input, and end all of the person's sessions.
    ResetPassword {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
        /// The email address of the person.
        #[arg(long)]
        email: String,
    },
}

/// `analytics person …`
#[derive(Subcommand)]
pub enum PersonCommand {
    /// Print everything that is stored about a person as JSON, one event a line; the first line says who they are. An id
    /// that was merged into a person stands for the whole person.
    Export {
        /// About whom.
        #[command(flatten)]
        whom: Whom,
    },
    /// Erase a person for good, with all events, previews, names and sums, and print the receipt. This cannot be undone.
    /// Stop sending events about them first: later ones are those of a new person.
    Erase {
        /// About whom.
        #[command(flatten)]
        whom: Whom,
    },
    /// Say that somebody is really a user: from then on the events of both count for that user. It can be undone.
    Merge {
        /// About whom.
        #[command(flatten)]
        whom: Whom,
        /// The user id of the person who they really are.
        #[arg(long, value_name = "USER")]
        into: String,
    },
    /// Take a merge back: the events of this id count for themselves again.
    UndoMerge {
        /// About whom.
        #[command(flatten)]
        whom: Whom,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Check the configuration and tell every problem at once.
    Check {
        #[command(flatten)]
        place: Place,
    },
    /// Print the configuration as it holds, with where each value comes from. Secrets are not shown.
    Print {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum BenchCommand {
    /// Measure how many events a server on this machine takes, durable and de-duplicated, and what that costs.
    Ingest(BenchIngestOptions),
    /// Write a large set of made-up events to measure questions on: the demo's mix with many more people.
    Load(BenchLoadOptions),
    /// Measure how long every section of every page takes on a set of events, cold and warm.
    Query(BenchQueryOptions),
}

fn key_kind(word: &str) -> Result<KeyKind, String> {
    KeyKind::parse(word).ok_or_else(|| "the kind must be ingest, read or admin".to_owned())
}

/// An error that is the caller's: exit code 2.
#[derive(Debug)]
pub struct WrongUse(pub String);

impl fmt::Display for WrongUse {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

impl Place {
    /// The configuration that holds here.
    ///
    /// # Errors
    /// `WrongUse` with every problem of the configuration.
    pub fn load(&self) -> Result<Config, WrongUse> {
        let loaded = Config::load(self.config.as_deref(), Config::environment());
        let mut config = loaded.map_err(|problems| WrongUse(problems.to_string()))?;
        if let Some(data) = &self.data {
            config.server.data_dir.clone_from(data);
        }
        Ok(config)
    }
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _closed_pipe = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run(cli.command) {
        Ok(code) => code,
        Err(error) => {
            let _closed_pipe = writeln!(io::stderr(), "analytics: {error:#}");
            ExitCode::from(if error.is::<WrongUse>() { 2 } else { 1 })
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve {
            place,
            listen,
            demo,
        } => {
            let mut config = place.load()?;
            if let Some(listen) = listen {
                config.server.listen = listen;
            }
            telemetry::start(&config.server);
            serve::run(config, demo)?;
        }
        Command::Demo { place, options } => {
            let config = place.load()?;
            telemetry::start(&config.server);
            demo::command::run(config, &options)?;
        }
        Command::Import {
            place,
            options,
            url,
            key,
            project,
        } => {
            let config = place.load()?;
            telemetry::start(&config.server);
            let remote = url.zip(key);
            return import::command::run(config, options, remote, project);
        }
        Command::Recover { place, probe } => {
            let config = place.load()?;
            telemetry::start(&config.server);
            recover::run(&config, probe)?;
        }
        Command::Key(command) => admin::key(command)?,
        Command::User(command) => admin::user(command)?,
        Command::Person(command) => people::command::run(command)?,
        Command::Config(ConfigCommand::Check { place }) => {
            place.load()?;
            print("the configuration is good\n")?;
        }
        Command::Config(ConfigCommand::Print { place }) => print(&place.load()?.print())?,
        Command::Bench(BenchCommand::Ingest(options)) => bench::ingest::run(options)?,
        Command::Bench(BenchCommand::Load(options)) => bench::load::run(&options)?,
        Command::Bench(BenchCommand::Query(options)) => bench::query::run(&options)?,
        Command::Version => print(&version())?,
        Command::Healthcheck { place } => serve::healthcheck(&place.load()?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes to standard output.
///
/// # Errors
/// If the reader has gone.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn version() -> String {
    let book = crate::pricing::book::PriceBook::embedded();
    format!(
        "analytics {}\nDuckDB {}\nprice book {}\n",
        env!("CARGO_PKG_VERSION"),
        crate::store::engine::version(),
        book.version()
    )
}
