//! What a process has used so far, as Linux tells it under `/proc`.

use std::fs;
use std::ops::Sub;

use anyhow::{Context, anyhow};

/// Bytes of a kB as `/proc` uses the word.
const KB: u64 = 1024;

/// What a process has used since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProcessUsage {
    /// Processor time of all threads, in seconds.
    pub processor_s: f64,
    /// Bytes that reached the disk, or will.
    pub written_bytes: u64,
}

impl ProcessUsage {
    /// The usage of the process with this number.
    ///
    /// # Errors
    /// If the process is gone or belongs to somebody else.
    pub fn of(process: u32) -> anyhow::Result<ProcessUsage> {
        let ticks = processor_ticks(&read(process, "stat")?)
            .context("the processor time cannot be read")?;
        let written = field(&read(process, "io")?, "write_bytes")?;
        let per_second = rustix::param::clock_ticks_per_second();
        Ok(ProcessUsage {
            processor_s: ticks as f64 / per_second as f64,
            written_bytes: written,
        })
    }
}

impl Sub for ProcessUsage {
    type Output = ProcessUsage;

    fn sub(self, earlier: ProcessUsage) -> ProcessUsage {
        ProcessUsage {
            processor_s: self.processor_s - earlier.processor_s,
            written_bytes: self.written_bytes.saturating_sub(earlier.written_bytes),
        }
    }
}

/// Resident memory of the process in bytes.
///
/// # Errors
/// If the process is gone.
pub fn resident_bytes(process: u32) -> anyhow::Result<u64> {
    Ok(field(&read(process, "status")?, "VmRSS")? * KB)
}

/// Most resident memory that the process has ever had, in bytes.
///
/// # Errors
/// If the process is gone.
pub fn peak_bytes(process: u32) -> anyhow::Result<u64> {
    Ok(field(&read(process, "status")?, "VmHWM")? * KB)
}

fn read(process: u32, name: &str) -> anyhow::Result<String> {
    let path = format!("/proc/{process}/{name}");
    fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
}

/// The number behind `name:` in a text of such lines.
fn field(text: &str, name: &str) -> anyhow::Result<u64> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = value.and_then(|value| value.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| anyhow!("`{name}` is missing in what the system tells about the process"))
}

/// User and system time from `stat`. Fields are counted behind the program's name, which may hold spaces.
fn processor_ticks(stat: &str) -> Option<u64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_program_name() {
        let stat = "42 (odd ) name) S 1 42 42 0 -1 4194304 500 0 0 0 250 50 0 0 20 0 9 0 12345 1 2";
        assert_eq!(processor_ticks(stat), Some(300)); // 250 of the user and 50 of the system
        assert_eq!(processor_ticks("42 name S"), None);
    }

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let status = "VmRSSX:\t7 kB\nVmRSS:\t  1234 kB\n";
        assert_eq!(field(status, "VmRSS").expect("a number"), 1234);
        assert!(
            field(status, "VmHWM")
                .expect_err("nothing")
                .to_string()
                .contains("`VmHWM` is missing")
        );
    }

    #[test]
    fn this_process_has_memory_and_can_be_told_apart_from_a_missing_one() {
        let own = std::process::id();
        let resident = resident_bytes(own).expect("our own memory");
        assert!(resident > 100 * KB);
        assert!(peak_bytes(own).expect("our own peak") >= resident / 2);
        assert!(ProcessUsage::of(own).expect("our own usage").processor_s >= 0.0);
        assert!(resident_bytes(u32::MAX).is_err());
    }
}
