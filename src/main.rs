//! The command line's front door; everything else is in the library.

use std::process::ExitCode;

use analytics::cli;

fn main() -> ExitCode {
    cli::main()
}
