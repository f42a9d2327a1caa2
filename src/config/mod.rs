//! Settings: what an operator may change, as one table.
//!
//! Each row of the table below is a TOML line with its default, then the field it fills and
//! the rule that reads it. From the rows come the typed sections, the defaults,
//! `config.example.toml`, the environment variables, the check of every value and the
//! suggestions for misspelt keys. To add a setting, add a row, and run the tests once with
//! `UPDATE_EXAMPLE=1`, which writes the example anew.
//!
//! No part of the program reads the environment or a settings file by itself; each is given
//! its own section. Two variables stand outside, because they act once and are not settings:
//! `ANALYTICS_ADMIN_EMAIL` and `ANALYTICS_ADMIN_PASSWORD`.

pub mod address;
mod environment;
mod file;
mod key;
mod load;
pub mod problem;
mod reference;
mod rule;
pub mod secret;
mod setting;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::config::address::{BasePath, Origin, ScriptPath};
use crate::config::rule::{
    Choice, address, automatic_or, base_path, choice, days, file, folder, log_filter, megabytes,
    milliseconds, networks, none_or, origin, rate, script_path, seconds, secret_token, switch,
    whole,
};
use crate::config::secret::Secret;
use crate::config::setting::settings;

settings! {
    /// The listener, the data folder and the log.
    server: Server {
        /// Address and port on which the server listens. Port 0 takes a free one. Change it to
        /// "0.0.0.0:8080" to be reached from other machines, best behind a proxy that adds TLS.
        listen = "127.0.0.1:8080" => listen: SocketAddr, address();

        /// Folder that holds everything: journal, database, people and keys. One running server
        /// at a time. Put it on a local disk that survives restarts, and back it up.
        data_dir = "./data" => data_dir: PathBuf, folder();

        /// Path under which the server is reached when a proxy gives it only part of a host,
        /// such as "/analytics". Leave it empty when it has a host of its own.
        base_path = "" => base_path: BasePath, base_path();

        /// Scheme and host by which people reach the server, such as
        /// `https://analytics.example.com`; used in links and to check where a request comes from.
        /// Empty: taken from each request. Set it when a proxy does not pass on the host.
        public_url = "" => public_url: Option<Origin>, none_or(origin());

        /// Proxies that are believed when they state the visitor's address and scheme
        /// (Forwarded, X-Forwarded-For, X-Forwarded-Proto). List your own proxies and nothing
        /// else, such as ["127.0.0.1", "10.0.0.0/8"]: whoever is listed can claim any address.
        trusted_proxies = [] => trusted_proxies: Vec<IpNet>, networks();

        /// Threads that answer requests. 0 uses one for each core. Lower it when the machine has
        /// other work to do.
        workers = 0 => workers: Option<usize>, automatic_or(whole("threads", 1..=256));

        /// Time that running requests get to finish after a signal to stop. Keep it below the
        /// time after which your service manager kills the process.
        shutdown_grace_s = 20 => shutdown_grace: Duration, seconds(1..=3_600);

        /// Form of the log: "text" for people, "json" for a log collector.
        log_format = "text" => log_format: LogFormat, choice();

        /// What is logged: a level (off, error, warn, info, debug, trace), and levels of single
        /// parts after commas, such as "info,analytics::store=debug". Raise it to find a fault.
        log_level = "info" => log_level: String, log_filter();

        /// Token that a reader of /metrics must send as "Authorization: Bearer TOKEN". Empty:
        /// no token is asked for. Set it when others can reach the port.
        metrics_token = "" => metrics_token: Option<Secret>, none_or(secret_token());
    }

    /// What is accepted, how much of it, and how fast.
    ingest: Ingest {
        /// Largest request body, after unpacking. A larger one is refused with 413. Raise it for
        /// clients that send large batches; memory grows with it for each request under way.
        body_bytes_max = 5_242_880 => body_bytes_max: usize, whole("bytes", 1_024..=67_108_864);

        /// Most events in one request. A larger batch is refused with 413. Raise it for clients
        /// that send large batches; the queue and the burst below must hold one.
        events_per_request_max = 10_000
            => events_per_request_max: usize, whole("events", 1..=100_000);

        /// Events that may wait for the journal; beyond it the answer is 503 with Retry-After.
        /// Raise it when short bursts are refused and there is memory to spare.
        queue_events = 65_536 => queue_events: usize, whole("events", 1..=1_000_000);

        /// Time the journal waits for more events before it makes a batch durable. 0 is best on
        /// nearly every disk: batches form by themselves while the disk is busy. Raise it by a
        /// few milliseconds where each sync is slow or is billed, such as network disks.
        commit_wait_ms = 0 => commit_wait: Duration, milliseconds(0..=1_000);

        /// How far the time of an event sent with a public browser key may lie from the
        /// server's. Events from server keys may be older. Raise it for devices with bad clocks.
        clock_skew_s = 300 => clock_skew: Duration, seconds(0..=86_400);

        /// How old an event may be that is sent with a public browser key and could not be sent
        /// earlier, for example without a network. Holds where the page says when it sends
        /// (`sent_at`), as the snippet does. 0: the time above holds here too. No more than the
        /// seven days for which an id counts only once.
        late_days = 3 => late: Duration, days(0..=7);

        /// Event ids kept in memory so that an event sent twice counts once, at about 18 bytes
        /// each. Raise it when more events than this arrive in the time in which clients
        /// may send again.
        duplicate_ids_max = 2_000_000
            => duplicate_ids_max: usize, whole("ids", 10_000..=100_000_000);

        /// Browser requests that one address may send with one key, as a lasting rate. Beyond it
        /// the answer is 429. Raise it when many people share one address.
        requests_per_address_s = 100
            => requests_per_address_s: NonZeroU32, rate("requests a second", 1..=1_000_000);

        /// Browser requests that one address may send with one key at once, before the rate
        /// above holds. An office behind one address needs this room when work begins.
        requests_per_address_burst = 1_000
            => requests_per_address_burst: NonZeroU32, rate("requests", 1..=10_000_000);

        /// Events accepted with one key, as a lasting rate. Beyond it the answer is 429. Lower it
        /// to protect the server from a client that runs wild.
        events_per_key_s = 250_000
            => events_per_key_s: NonZeroU32, rate("events a second", 1..=100_000_000);

        /// Events accepted with one key at once, before the rate above holds. Raise it when
        /// clients send what they have gathered in one go.
        events_per_key_burst = 500_000
            => events_per_key_burst: NonZeroU32, rate("events", 1..=100_000_000);

        /// Whether browsers that send "Do Not Track" or "Global Privacy Control" are left out. Turn
        /// it off only where the law and your own promise to visitors allow it.
        honour_dnt = true => honour_dnt: bool, switch();

        /// Whether events of known crawlers and scripts are dropped. Turn it off to count them.
        drop_bots = true => drop_bots: bool, switch();

        /// Rejected, dropped and duplicate events remembered for each reason, for the page
        /// "Why is my event missing?". Raise it when events of interest scroll away too soon.
        log_entries = 1_000 => log_entries: usize, whole("entries", 10..=100_000);
    }

    /// The script for pages.
    snippet: Snippet {
        /// Path below the base path under which pages load the script. It sends its events to the
        /// same path. Change it to a name of your own when lists of ad blockers name this one,
        /// and change the tag in your pages with it.
        path = "/a.js" => path: ScriptPath, script_path();
    }

    /// Disk, memory and threads of the event store.
    storage: Storage {
        /// Memory for the query engine. 0 takes 20 % of the machine's or container's memory, at
        /// least 128 and at most 176, enough for ten million events. Raise it for many more. It
        /// bounds the engine's buffers; leave memory for the rest of the process.
        memory_mb = 0 => memory_bytes: Option<u64>, automatic_or(megabytes(64..=1_048_576));

        /// Threads of the query engine. 0 uses one for each core. Lower it when reports slow down
        /// other work on the machine.
        threads = 0 => threads: Option<usize>, automatic_or(whole("threads", 1..=256));

        /// Disk space for queries that do not fit into memory, below the data folder. Lower it
        /// on a small disk: such queries then fail instead of filling it.
        temp_mb = 4_096 => temp_bytes: u64, megabytes(64..=16_777_216);

        /// Free disk space below which events are refused with 503 until there is room again.
        /// Nothing that was accepted is lost. Raise it where other programs fill the same disk.
        free_space_min_mb = 256 => free_space_min_bytes: u64, megabytes(1..=1_048_576);

        /// Longest time between two loads of accepted events into the database, which is how
        /// late a report can be. Raise it to spare a slow machine.
        load_interval_ms = 500 => load_interval: Duration, milliseconds(50..=60_000);

        /// Events that are loaded at once even before the interval is over. The default is one
        /// row group of the database; lower it when memory is scarce.
        load_rows_max = 40_960 => load_rows_max: usize, whole("events", 2_048..=1_228_800);

        /// Size of one journal file, reserved in advance. Lower it on a very small disk, raise it
        /// where files are changed too often under steady load.
        journal_segment_mb = 32 => journal_segment_bytes: u64, megabytes(1..=1_024);

        /// Journal kept after its events are in the database, as a second copy of the latest.
        /// Raise it for more safety, at the price of disk space.
        journal_keep_mb = 64 => journal_keep_bytes: u64, megabytes(0..=1_048_576);

        /// Size of the database's write-ahead log at which it is folded into the main file.
        /// Loading pauses meanwhile, accepting does not. Raise it for fewer, longer pauses.
        checkpoint_mb = 64 => checkpoint_bytes: u64, megabytes(1..=16_384);

        /// Time after which a query is given up. Raise it for long reports on a slow machine.
        query_timeout_s = 30 => query_timeout: Duration, seconds(1..=3_600);

        /// Oldest that the answer to a slow query may be while events come in: whoever asks the same
        /// meanwhile shares it, at most twenty times as long as it took. 0 asks anew each time.
        answer_age_s = 10 => answer_age: Duration, seconds(0..=600);

        /// Queries that run at the same time; further ones wait. More readers need more memory.
        readers = 4 => readers: usize, whole("queries", 1..=64);
    }

    /// What is kept of the people in the events.
    privacy: Privacy {
        /// How much of prompts and answers a new project keeps: "off" nothing, "truncated" the
        /// beginning, "full" everything. Each project can change it for itself.
        previews = "truncated" => previews: Previews, choice();

        /// Length of a truncated preview. Raise it to see more of each prompt and answer, at the
        /// price of disk space.
        preview_characters = 500 => preview_characters: usize, whole("characters", 1..=100_000);

        /// Whether mail addresses, keys and card numbers in previews are masked before they are
        /// stored. What was stored unmasked stays so: turn it off only for harmless data.
        mask = true => mask: bool, switch();

        /// Own table of countries by address (.mmdb), used instead of the built-in one. Set it
        /// for newer or finer data. Addresses themselves are never stored.
        country_file = "" => country_file: Option<PathBuf>, none_or(file());

        /// Whether visitors without a user id are counted by a hash whose salt changes each
        /// day. It needs no cookie, and cannot be followed from one day to the next. Turn it off
        /// to count only people with a user id.
        visitors = true => visitors: bool, switch();
    }

    /// Logging in.
    auth: Auth {
        /// Days after which a person must log in again. Lower it where devices are shared.
        session_days = 30 => session: Duration, days(1..=365);

        /// Failed log-ins for one account within the window below; further ones have to wait.
        /// Lower it to make guessing harder.
        login_attempts_per_account = 10
            => login_attempts_per_account: u32, whole("attempts", 1..=1_000);

        /// Failed log-ins from one address within the window below, whichever the account.
        /// Raise it when many people share one address.
        login_attempts_per_address = 30
            => login_attempts_per_address: u32, whole("attempts", 1..=10_000);

        /// Time over which failed log-ins are counted. Raise it to make guessing slower.
        login_window_s = 900 => login_window: Duration, seconds(60..=86_400);

        /// Shortest password that can be chosen. Raise it if your rules ask for more; existing
        /// passwords stay valid.
        password_length_min = 10 => password_length_min: usize, whole("characters", 8..=128);
    }

    /// What models cost.
    prices: Prices {
        /// Own price book, used instead of the built-in one, in the same format. Set it to add
        /// models or your own contract's prices before the next release does.
        file = "" => file: Option<PathBuf>, none_or(file());
    }

    /// The live view.
    live: Live {
        /// Time between two updates. Lower values feel quicker and cost more computation, once
        /// for all viewers of a project.
        tick_ms = 1_000 => tick: Duration, milliseconds(100..=60_000);

        /// Latest events shown in the feed. Raise it for a longer look back, 0 shows none.
        feed_events = 50 => feed_events: usize, whole("events", 0..=1_000);

        /// Browsers that may watch at the same time; further ones are refused with 503. Raise it
        /// for a larger audience; each takes a connection and some memory.
        viewers_max = 5_000 => viewers_max: usize, whole("viewers", 1..=100_000);
    }
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for a log collector.
    Json,
}

impl Choice for LogFormat {
    const NAMED: &'static [(&'static str, LogFormat)] =
        &[("text", LogFormat::Text), ("json", LogFormat::Json)];
}

/// How much of prompts and answers a new project keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previews {
    /// Nothing.
    Off,
    /// The first [`Privacy::preview_characters`].
    Truncated,
    /// Everything.
    Full,
}

impl Choice for Previews {
    const NAMED: &'static [(&'static str, Previews)] = &[
        ("off", Previews::Off),
        ("truncated", Previews::Truncated),
        ("full", Previews::Full),
    ];
}
