//! The `pk` command.

fn main() -> std::process::ExitCode {
    pk::cli::run(std::env::args_os())
}
