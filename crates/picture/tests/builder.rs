//! Pictures of sounds that pass by: which part is shown, how wide it is, what is seen meanwhile.

use rae_picture::{
    Channels, Excerpt, PeaksBuilder, PictureError, Size, Sound, Stretch, Theme, Waveform, WaveformBuilder,
    WaveformSettings,
};
use rae_units::{SampleRate, Seconds};

const RATE: SampleRate = SampleRate::new(1000).unwrap();

fn sound(frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (n as f32 * 0.9).sin() * (n as f32 / frames as f32)).collect()
}

fn builder(settings: &WaveformSettings, frames: Option<u64>) -> Result<WaveformBuilder, PictureError> {
    WaveformBuilder::new(settings.clone(), Sound { channels: 1, rate: RATE, frames })
}

fn made(settings: &WaveformSettings, samples: &[f32], known: bool) -> Vec<u8> {
    let mut builder = builder(settings, known.then_some(samples.len() as u64)).unwrap();
    samples.chunks(617).for_each(|block| builder.push(&[block]));
    builder.finish_png().unwrap()
}

/// The picture of all these samples, made at once.
fn direct(samples: &[f32], start: f64, width: u32) -> Vec<u8> {
    let waveform = Waveform::new(Size::new(width, 50, 1.0).unwrap(), Theme::light());
    let frames = samples.len() as u64;
    let mut peaks = PeaksBuilder::exact(1, Channels::Mixed, frames, width as usize);
    peaks.push(&[samples]);
    waveform.png(&peaks.finish(), Stretch { start: Seconds(start), frames, rate: RATE }).unwrap()
}

fn settings() -> WaveformSettings {
    WaveformSettings { width: Some(100), height: 50, ..WaveformSettings::default() }
}

fn part(start: f64, end: Option<f64>) -> Excerpt {
    Excerpt { start: Seconds(start), end: end.map(Seconds) }
}

#[test]
fn a_part_is_drawn_as_if_it_were_all() {
    let samples = sound(20_000);
    for (excerpt, range) in
        [(part(0.0, None), 0..20_000), (part(3.5, Some(9.0)), 3500..9000), (part(15.0, Some(99.0)), 15_000..20_000)]
    {
        let found = made(&WaveformSettings { excerpt, ..settings() }, &samples, true);
        assert!(found == direct(&samples[range], excerpt.start.0, 100), "{excerpt:?}");
    }
}

#[test]
fn samples_per_pixel_make_the_width_or_the_part() {
    let samples = sound(20_000);
    let zoomed = WaveformSettings { samples_per_pixel: Some(50), ..settings() };
    let mut builder = builder(&zoomed, Some(20_000)).unwrap();
    samples
        .chunks(1000)
        .take_while(|block| {
            builder.push(&[block]);
            !builder.is_complete()
        })
        .count();
    assert_eq!(builder.position(), Seconds(5.0), "what comes later is not shown");
    assert!(builder.finish_png().unwrap() == direct(&samples[..5000], 0.0, 100));

    let whole = WaveformSettings { width: None, ..zoomed };
    for known in [true, false] {
        let found = made(&whole, &samples[..19_980], known);
        assert_eq!(found[16..20], 400u32.to_be_bytes(), "width in the header of the PNG");
    }
    let with_axes = made(&WaveformSettings { axes: true, ..whole }, &samples, true);
    let width = u32::from_be_bytes(with_axes[16..20].try_into().unwrap());
    assert!((420..460).contains(&width), "{width}");
}

#[test]
fn an_unknown_length_is_drawn_nearly_the_same() {
    let samples = vec![0.5; 20_000];
    assert!(made(&settings(), &samples, false) == direct(&samples, 0.0, 100));
    let few = sound(30);
    assert!(made(&settings(), &few, false) == direct(&few, 0.0, 100));
}

#[test]
fn a_picture_grows_from_the_left() {
    let samples: Vec<f32> = [0.5, -0.5].repeat(500);
    let mut builder = builder(&settings(), Some(1000)).unwrap();
    let empty = builder.png_so_far().unwrap();
    builder.push(&[&samples[..500]]);
    let half = builder.png_so_far().unwrap();
    builder.push(&[&samples[500..]]);
    let whole = builder.png_so_far().unwrap();
    assert!(whole == direct(&samples, 0.0, 100) && whole == builder.finish_png().unwrap());
    let blank = |file: &[u8]| {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        // A quarter of the height: within the sound.
        (0..100).filter(|column| pixels[(15 * 100 + column) * 3] == 255).count()
    };
    assert_eq!([blank(&empty), blank(&half), blank(&whole)], [100, 50, 0]);
}

#[test]
fn settings_that_show_nothing_are_refused() {
    let refused = |settings: WaveformSettings| builder(&settings, Some(1000)).unwrap_err();
    assert!(matches!(refused(WaveformSettings { width: Some(0), ..settings() }), PictureError::Size { .. }));
    assert!(matches!(refused(WaveformSettings { width: Some(40_000), ..settings() }), PictureError::Size { .. }));
    assert!(matches!(refused(WaveformSettings { scale: 99.0, ..settings() }), PictureError::Scale(_)));
    assert_eq!(refused(WaveformSettings { samples_per_pixel: Some(0), ..settings() }), PictureError::SamplesPerPixel);
    assert!(matches!(refused(WaveformSettings { excerpt: part(2.0, None), ..settings() }), PictureError::Excerpt(_)));
    let floor = rae_picture::Amplitude::Decibels { floor: rae_units::Decibels(0.0) };
    assert!(matches!(refused(WaveformSettings { amplitude: floor, ..settings() }), PictureError::Floor(_)));
    let wide = WaveformSettings { width: None, samples_per_pixel: Some(1), ..settings() };
    assert!(matches!(builder(&wide, Some(1 << 40)).unwrap_err(), PictureError::Size { .. }));
    let later = WaveformSettings { excerpt: part(2.0, None), ..settings() };
    let mut unknown = builder(&later, None).unwrap();
    unknown.push(&[&[0.0; 1000]]);
    assert!(matches!(unknown.finish_png(), Err(PictureError::Excerpt(_))));
}

#[test]
fn few_samples_are_joined_by_a_line_and_many_fill_columns() {
    for (frames, line) in [(80, true), (150, true), (299, true), (301, false)] {
        for known in [true, false] {
            let samples = sound(frames);
            let mut builder = builder(&settings(), known.then_some(frames as u64)).unwrap();
            builder.push(&[&samples]);
            let svg = builder.finish_svg().unwrap();
            assert_eq!(svg.contains("fill=\"none\""), line, "{frames} {known}");
            // A line has a point for every sample.
            let points = svg.matches(['L', 'H', 'V']).count();
            assert!(!line || points >= frames, "{points} points of {frames} samples");
        }
    }
}
