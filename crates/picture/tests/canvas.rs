//! What is drawn, seen from outside: the decoded PNG and the text of the SVG.

use rae_picture::{Anchor, Area, Canvas, Color, Label, Raster, Reach, Size, Svg};

const WHITE: Color = Color::hex(0xff_ffff);
const BLACK: Color = Color::hex(0);

/// Width, channels and bytes of a PNG file.
fn decoded(file: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width as usize, info.color_type.samples(), pixels)
}

fn size(width: u32, height: u32, scale: f32) -> Size {
    Size::new(width, height, scale).unwrap()
}

fn area(left: f32, top: f32, right: f32, bottom: f32) -> Area {
    Area { left, top, right, bottom }
}

/// Rows of an opaque grey picture.
fn greys(raster: &Raster) -> Vec<Vec<u8>> {
    let (width, channels, pixels) = decoded(&raster.png());
    assert_eq!(channels, 3);
    pixels.chunks(3 * width).map(|row| row.chunks(3).map(|pixel| pixel[0]).collect()).collect()
}

#[test]
fn rectangles_are_sharp_and_never_vanish() {
    let mut raster = Raster::new(size(4, 3, 2.0), WHITE);
    raster.rectangle(area(0.6, 0.4, 2.2, 0.5), BLACK);
    let mut expected = vec![vec![255; 8]; 6];
    expected[1][1..4].fill(0);
    assert_eq!(greys(&raster), expected);
}

#[test]
fn what_reaches_outside_is_cut_off() {
    let mut raster = Raster::new(size(3, 3, 1.0), WHITE);
    raster.rectangle(area(-1e9, -1e9, -5.0, 1e9), BLACK);
    raster.rectangle(area(1.0, 1.0, 1e9, f32::INFINITY), BLACK);
    raster.rectangle(area(f32::NAN, 0.0, 1.0, 1.0), BLACK);
    raster.columns(-7.0, 1e9, &[Reach { up: 1.0, down: 1.0 }; 20], BLACK);
    raster.polygon(&[(f32::NAN, 0.0), (1.0, 1.0), (2.0, 5.0)], BLACK);
    assert_eq!(greys(&raster), [[255, 255, 255], [255, 0, 0], [255, 0, 0]]);
}

#[test]
fn columns_end_between_pixels_and_are_mirrored() {
    let mut raster = Raster::new(size(3, 6, 1.0), WHITE);
    raster.columns(1.0, 3.0, &[Reach { up: 1.25, down: 1.25 }, Reach { up: 2.0, down: -1.0 }], BLACK);
    let rows = greys(&raster);
    assert_eq!(rows.iter().map(|row| row[1]).collect::<Vec<_>>(), [255, 191, 0, 0, 191, 255]);
    assert_eq!(rows.iter().map(|row| row[2]).collect::<Vec<_>>(), [255, 0, 255, 255, 255, 255]);
    assert!(rows.iter().all(|row| row[0] == 255));
}

#[test]
fn transparent_pictures_keep_their_colours() {
    let mut raster = Raster::new(size(2, 1, 1.0), Color::TRANSPARENT);
    raster.rectangle(area(1.0, 0.0, 2.0, 1.0), Color::hex(0xff_8000).with_alpha(128));
    let (_, channels, pixels) = decoded(&raster.png());
    assert_eq!(channels, 4);
    assert_eq!(pixels[..4], [0; 4]);
    let seen: Vec<i32> = pixels[4..].iter().map(|&value| i32::from(value)).collect();
    assert!((seen[0] - 255).abs() < 2 && (seen[1] - 128).abs() < 2 && seen[2] < 2 && seen[3] == 128, "{seen:?}");
}

#[test]
fn text_stands_where_its_anchor_says() {
    let inked = |anchor| {
        let mut raster = Raster::new(size(60, 20, 2.0), WHITE);
        raster.text(&Label { text: "1:23\u{7}", x: 30.0, baseline: 15.0, anchor, size: 10.0, color: BLACK });
        let rows = greys(&raster);
        let dark = |x: usize| rows.iter().any(|row| row[x] < 128);
        assert!(rows[31..].iter().flatten().all(|grey| *grey > 200), "nothing below the baseline");
        ((0..120).find(|x| dark(*x)).unwrap(), (0..120).rfind(|x| dark(*x)).unwrap())
    };
    let (start, middle, end) = (inked(Anchor::Start), inked(Anchor::Middle), inked(Anchor::End));
    assert!((60..65).contains(&start.0) && (55..61).contains(&end.1), "{start:?} {end:?}");
    assert!((middle.0 + middle.1).abs_diff(120) < 5, "{middle:?}");
}

#[test]
fn an_svg_has_the_same_shapes() {
    let mut svg = Svg::new(size(10, 6, 2.0), WHITE);
    svg.rectangle(area(1.1, 1.0, 3.0, 1.1), Color::hex(0x12_3456).with_alpha(51));
    svg.columns(4.0, 3.0, &[Reach { up: 1.0, down: 2.0 }, Reach { up: 1.5, down: -1.0 }], BLACK);
    svg.polyline(&[(0.0, 0.0), (1.0, 2.0), (f32::NAN, 0.0)], 1.0, BLACK);
    svg.text(&Label { text: "<a & b>\u{0}", x: 5.0, baseline: 5.0, anchor: Anchor::End, size: 4.0, color: BLACK });
    let lines: Vec<String> = svg.svg().lines().map(str::to_owned).collect();
    assert!(
        lines[0]
            .starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"6\" viewBox=\"0 0 10 6\"")
    );
    assert_eq!(
        lines[1..],
        [
            r##"<rect x="0" y="0" width="10" height="6" fill="#ffffff"/>"##,
            r##"<rect x="1" y="1" width="2" height="0.5" fill="#123456" fill-opacity="0.2"/>"##,
            r##"<path d="M4 2H4.5V1.5H5V2H4.5V5H4Z" fill="#000000"/>"##,
            r##"<text x="5" y="5" text-anchor="end" font-size="4" fill="#000000">&lt;a &amp; b&gt;</text>"##,
            "</svg>",
        ]
    );
}

#[test]
fn rounded_rectangles_fill_all_but_their_corners() {
    let mut raster = Raster::new(size(12, 8, 2.0), WHITE);
    raster.rounded(area(1.0, 1.0, 11.0, 7.0), 3.0, BLACK);
    raster.rounded(area(1.0, f32::NAN, 2.0, 1.0), 3.0, BLACK);
    let rows = greys(&raster);
    // A circle of 6 device pixels leaves (4 − π) · 36 of the 20 · 12 uncovered.
    let covered = rows.iter().flatten().map(|grey| 1.0 - f64::from(*grey) / 255.0).sum::<f64>();
    assert!((covered - (240.0 - (4.0 - std::f64::consts::PI) * 36.0)).abs() < 1.0, "{covered}");
    assert!(rows[2][2] > 200 && rows[2][12] == 0 && rows[8][2] == 0 && rows[1][12] == 255);
    let mut svg = Svg::new(size(12, 8, 2.0), Color::TRANSPARENT);
    svg.rounded(area(1.0, 1.0, 11.0, 7.0), 30.0, BLACK);
    assert!(svg.svg().contains("<rect x=\"1\" y=\"1\" width=\"10\" height=\"6\" rx=\"3\" fill=\"#000000\"/>"));
}
