//! What the machine gives us: cores, and memory as the control group bounds it.

use std::fs;

/// Share of the machine's memory that the engine's buffer pool may take.
const MEMORY_SHARE_PER_CENT: u64 = 20;
/// Bounds of that share, in bytes. The upper one is enough for ten million events; who has more sets it.
const MEMORY_BYTES: (u64, u64) = (128 << 20, 176 << 20);

/// Cores we may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Bytes for the engine's buffer pool: 20 % of the memory, at least 128 MB and at most 176 MB.
pub fn engine_memory_bytes() -> u64 {
    (memory_bytes() / 100 * MEMORY_SHARE_PER_CENT).clamp(MEMORY_BYTES.0, MEMORY_BYTES.1)
}

/// Bytes of memory we may use: the machine's, or less if the control group says so.
pub fn memory_bytes() -> u64 {
    let bounds = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ];
    let group = bounds
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
    group.chain([machine_bytes()]).min().unwrap_or(1 << 30)
}

fn machine_bytes() -> u64 {
    let info = rustix::system::sysinfo();
    info.totalram.saturating_mul(u64::from(info.mem_unit))
}

/// Resident memory of this process in bytes.
pub fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
