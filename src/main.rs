//! The command line's front door; everything else is in the library.

use std::process::ExitCode;

use analytics::cli;

/// For DuckDB's memory too. `.cargo/config.toml` says how it behaves.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    cli::main()
}
