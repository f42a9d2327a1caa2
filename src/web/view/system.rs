//! The state of the appliance: sizes, memory, the way of an event, versions.

use askama::Template;

use crate::web::view::frame::Frame;
use crate::web::view::shell::{Shell, Tone};

/// A fact with its value.
#[derive(Clone, Debug)]
pub struct SystemFact {
    /// Its name.
    pub label: String,
    /// Its value with the unit: "1.2 GB".
    pub value: String,
    /// What it means or what to do; may be empty.
    pub note: String,
    /// How the note is coloured.
    pub tone: Tone,
}

/// A part of the process's memory.
#[derive(Clone, Debug)]
pub struct MemoryPart {
    /// Whose memory it is.
    pub label: String,
    /// How much: "42 MB".
    pub value: String,
    /// Of which bound: "of 256 MB"; may be empty.
    pub bound: String,
    /// The bar's width: the share of the bound, or of the process: "16.4".
    pub width_percent: String,
    /// Warn near the bound, bad at it.
    pub tone: Tone,
}

/// Data that is embedded in the binary and ages with it.
#[derive(Clone, Debug)]
pub struct EmbeddedData {
    /// What it is: "Country table".
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its age: "12 days".
    pub age: String,
    /// Its licence.
    pub licence: String,
    /// Whether it is old enough to be worth an update.
    pub is_old: bool,
}

/// `GET /system`.
#[derive(Template)]
#[template(path = "system.html")]
pub struct SystemPage {
    /// The page's frame.
    pub frame: Frame,
    /// Sidebar and header.
    pub shell: Shell,
    /// Whether all is well.
    pub health: Tone,
    /// The state in a few words: "All is well".
    pub health_title: String,
    /// What that rests on, or what to do: "Accepting events, 0.4 s behind."
    pub health_text: String,
    /// Journal, queue, commits, loader.
    pub path: Vec<SystemFact>,
    /// Database, write-ahead log, journal, temporary files, free disk.
    pub storage: Vec<SystemFact>,
    /// The process's whole memory: "84 MB".
    pub memory_total: String,
    /// Its parts, largest first.
    pub memory: Vec<MemoryPart>,
    /// Versions of the program and the engine, uptime, machine.
    pub versions: Vec<SystemFact>,
    /// Embedded data with its age.
    pub data: Vec<EmbeddedData>,
}
