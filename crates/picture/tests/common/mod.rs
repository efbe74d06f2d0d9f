//! Pictures that were looked at.

use std::path::Path;

/// Compares a picture with the one that was looked at, up to what rounding may change. `UPDATE_GOLDEN=1 cargo test -p
/// rae-picture` draws them anew; then look at them.
pub(crate) fn assert_looks_as_before(name: &str, png: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.png"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, png).unwrap();
    }
    let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (found, expected) = (decoded(png), decoded(&golden));
    assert_eq!(found.0, expected.0, "{name}");
    let apart: Vec<u8> = found.1.iter().zip(&expected.1).map(|(a, b)| a.abs_diff(*b)).collect();
    let mean = apart.iter().map(|&difference| f64::from(difference)).sum::<f64>() / apart.len() as f64;
    let far = apart.iter().filter(|difference| **difference > 24).count();
    assert!(mean < 0.1 && far * 1000 < apart.len(), "{name}: mean difference {mean}, {far} far apart");
}

/// Width, height, kind and bytes of the pixels of a PNG file.
pub(crate) fn decoded(file: &[u8]) -> ((u32, u32, png::ColorType), Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    ((info.width, info.height, info.color_type), pixels)
}
