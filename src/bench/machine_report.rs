//! The machine under a measurement: without it, the figures mean little.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;

use crate::store::machine;

/// Appends whose syncs are timed.
const SYNCS: usize = 200;
/// Bytes of each: the least that a disk writes.
const SYNC_BYTES: usize = 4 * 1024;
/// Bytes written in sequence, one block after another, before one sync.
const SEQUENCE_BYTES: usize = 256 << 20;
/// Bytes of one block of the sequence.
const SEQUENCE_BLOCK_BYTES: usize = 1 << 20;
/// Bytes of one MB, as everywhere in the settings.
const MB: f64 = 1_048_576.0;

/// What the figures were measured on.
#[derive(Clone, Debug, Serialize)]
pub struct MachineReport {
    /// Name of the processor.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Memory that this process may use.
    pub memory_mb: u64,
    /// System and version of its kernel.
    pub kernel: String,
    /// Median time to append 4 KB and make them durable, in the folder of the measurement.
    pub disk_fsync_ms: f64,
    /// Rate at which the disk takes 256 MB in sequence, the sync at their end included.
    pub disk_sequential_mb_per_s: f64,
}

impl MachineReport {
    /// Looks at the machine and measures the disk under `folder`, where it needs 256 MB for a moment.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn measure(folder: &Path) -> anyhow::Result<MachineReport> {
        let system = rustix::system::uname();
        let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
        Ok(MachineReport {
            cpu: processor_name(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            cores: machine::cores(),
            memory_mb: machine::memory_bytes() >> 20,
            kernel: format!("{} {}", text(system.sysname()), text(system.release())),
            disk_fsync_ms: sync_ms(&folder.join("sync.probe"))?,
            disk_sequential_mb_per_s: sequential_mb_per_s(&folder.join("sequence.probe"))?,
        })
    }
}

/// The processor's name as Linux tells it; not every processor has one.
fn processor_name(cpuinfo: &str) -> String {
    let name = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |(_, name)| name.trim().to_owned(),
    )
}

fn sync_ms(path: &Path) -> anyhow::Result<f64> {
    let cannot = || format!("cannot measure the disk with {}", path.display());
    let mut file = OpenOptions::new()
        .create_new(true)
        .append(true)
        .open(path)
        .with_context(cannot)?;
    let block = [0xa5; SYNC_BYTES];
    let mut times_ms = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&block)
            .and_then(|()| file.sync_data())
            .with_context(cannot)?;
        times_ms.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    fs::remove_file(path).with_context(cannot)?;
    times_ms.sort_by(f64::total_cmp);
    Ok(times_ms[SYNCS / 2])
}

fn sequential_mb_per_s(path: &Path) -> anyhow::Result<f64> {
    let cannot = || format!("cannot measure the disk with {}", path.display());
    let mut file = OpenOptions::new()
        .create_new(true)
        .append(true)
        .open(path)
        .with_context(cannot)?;
    // Not all alike, in case the disk is clever about that.
    let block: Vec<u8> = (0..SEQUENCE_BLOCK_BYTES)
        .map(|place| (place * 31 % 251) as u8)
        .collect();
    let began = Instant::now();
    for _ in 0..SEQUENCE_BYTES / SEQUENCE_BLOCK_BYTES {
        file.write_all(&block).with_context(cannot)?;
    }
    file.sync_all().with_context(cannot)?;
    let elapsed_s = began.elapsed().as_secs_f64();
    fs::remove_file(path).with_context(cannot)?;
    Ok(SEQUENCE_BYTES as f64 / MB / elapsed_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named_or_at_least_its_kind() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nmodel name\t: Other\n";
        assert_eq!(processor_name(cpuinfo), "Some CPU @ 2.00GHz");
        assert_eq!(processor_name("processor\t: 0\n"), std::env::consts::ARCH);
    }

    #[test]
    fn a_measurement_is_complete_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let report = MachineReport::measure(folder.path()).expect("a report");
        assert!(report.cores >= 1 && report.memory_mb > 0, "{report:?}");
        assert!(
            report.disk_fsync_ms > 0.0 && report.disk_sequential_mb_per_s > 0.0,
            "{report:?}"
        );
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let parent = tempfile::tempdir().expect("a folder");
        let missing = parent.path().join("missing");
        let error = MachineReport::measure(&missing)
            .expect_err("a refusal")
            .to_string();
        assert!(error.contains("missing/sync.probe"), "{error}");
    }
}
