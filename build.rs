//! The pages are built by `scripts/build-ui`; this only says so when they are missing.

use std::path::Path;

fn main() {
    let pages = Path::new("src/web/ui/dist");
    println!("cargo:rerun-if-changed={}", pages.display());
    if !pages.join("index.html").is_file() {
        println!("cargo:warning=the viewer page is not built: run scripts/build-ui, then build again");
        // The embedding macro needs the folder; a program without pages still streams.
        if let Err(error) = std::fs::create_dir_all(pages) {
            println!("cargo:warning={} could not be made: {error}", pages.display());
        }
    }
}
