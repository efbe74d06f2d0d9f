//! On macOS an extension module must be told that Python's symbols come later; `cargo build` alone does not.

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
