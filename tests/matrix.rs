//! The matrix of this repository, one test per cell.

fn main() -> std::process::ExitCode {
    promptmatrix::harness::main()
}
