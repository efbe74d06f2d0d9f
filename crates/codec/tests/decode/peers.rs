//! Files made by other programs.

use std::path::Path;

use rae_codec::{AudioReader, DecodeLimits, Samples, TagKey};
use rae_dsp::AudioBuffer;
use rae_units::Frames;

use crate::common::{decode, difference_db, ffmpeg_decodes, have, music, rounded, run, write_wav};

/// Not a multiple of any codec's block.
const FRAMES: usize = 60_017;
const RATE: u32 = 44_100;

/// How one file is made from `in16.wav`, `in24.wav` or `in32.wav`, and what it is then.
struct Made {
    program: &'static str,
    arguments: &'static str,
    file: &'static str,
    format: &'static str,
    samples: Samples,
}

const fn made(
    program: &'static str,
    arguments: &'static str,
    file: &'static str,
    format: &'static str,
    samples: Samples,
) -> Made {
    Made { program, arguments, file, format, samples }
}

const I16: Samples = Samples::Integer { bits: 16 };
const I24: Samples = Samples::Integer { bits: 24 };

#[rustfmt::skip]
const LOSSLESS: &[Made] = &[
    made("ffmpeg", "-i in16.wav a.wav", "a.wav", "WAV/PCM", I16),
    made("ffmpeg", "-i in24.wav -c:a pcm_s24le b.wav", "b.wav", "WAV/PCM", I24),
    made("ffmpeg", "-i in24.wav -c:a pcm_s32le c.wav", "c.wav", "WAV/PCM", Samples::Integer { bits: 32 }),
    made("ffmpeg", "-i in24.wav -c:a pcm_f32le d.wav", "d.wav", "WAV/PCM", Samples::Float { bits: 32 }),
    made("ffmpeg", "-i in24.wav -c:a pcm_f64le e.wav", "e.wav", "WAV/PCM", Samples::Float { bits: 64 }),
    made("ffmpeg", "-i in24.wav -c:a pcm_s24le -rf64 always f.wav", "f.wav", "WAV/PCM", I24),
    made("ffmpeg", "-i in16.wav g.aiff", "g.aiff", "AIFF/PCM", I16),
    made("ffmpeg", "-i in24.wav -c:a pcm_s24be h.aiff", "h.aiff", "AIFF/PCM", I24),
    made("ffmpeg", "-i in16.wav -c:a pcm_s16le -f aiff i.aifc", "i.aifc", "AIFF/PCM", I16),
    made("ffmpeg", "-i in24.wav -c:a pcm_f32be -f aiff j.aifc", "j.aifc", "AIFF/PCM", Samples::Float { bits: 32 }),
    made("ffmpeg", "-i in16.wav k.caf", "k.caf", "CAF/PCM", I16),
    made("ffmpeg", "-i in24.wav -c:a pcm_s24be l.caf", "l.caf", "CAF/PCM", I24),
    made("ffmpeg", "-i in16.wav -c:a alac m.caf", "m.caf", "CAF/ALAC", I16),
    made("ffmpeg", "-i in16.wav n.flac", "n.flac", "FLAC", I16),
    made("ffmpeg", "-i in24.wav o.flac", "o.flac", "FLAC", I24),
    made("ffmpeg", "-i in16.wav -c:a flac p.ogg", "p.ogg", "Ogg/FLAC", I16),
    made("ffmpeg", "-i in16.wav -c:a alac q.m4a", "q.m4a", "MP4/ALAC", I16),
    made("ffmpeg", "-i in24.wav -c:a alac -sample_fmt s32p r.m4a", "r.m4a", "MP4/ALAC", I24),
    made("sox", "in16.wav s.aiff", "s.aiff", "AIFF/PCM", I16),
    made("sox", "in24.wav -b 24 t.wav", "t.wav", "WAV/PCM", I24),
    made("flac", "-s -8 -o u.flac in24.wav", "u.flac", "FLAC", I24),
    made("flac", "-s --ogg -o v.oga in16.wav", "v.oga", "Ogg/FLAC", I16),
];

#[test]
fn lossless_files_are_decoded_bit_for_bit() {
    if !have(&["ffmpeg", "sox", "flac"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let whole = music(2, FRAMES, RATE);
    let [at16, at24] = [16, 24].map(|bits| rounded(whole.clone(), bits));
    write_wav(folder.path(), "in16.wav", &at16, RATE, 16);
    write_wav(folder.path(), "in24.wav", &at24, RATE, 24);
    for made in LOSSLESS {
        make(made, folder.path());
        let mut reader = AudioReader::open(folder.path().join(made.file)).unwrap();
        let info = reader.info();
        assert_eq!((info.format.to_string().as_str(), info.samples), (made.format, made.samples), "{}", made.file);
        assert_eq!((info.rate.hz(), info.channels), (RATE, 2), "{}", made.file);
        let truth = if made.arguments.contains("in16") { &at16 } else { &at24 };
        let frames = info.frames;
        let audio = decode(&mut reader);
        assert!(audio == *truth, "{}: {} frames, {} dB", made.file, audio.frames(), difference_db(&audio, truth));
        let claimed = (made.format != "CAF/ALAC").then_some(Frames(FRAMES as u64));
        assert_eq!(frames, claimed, "{}", made.file);
        assert_eq!(reader.warnings(), [""; 0], "{}", made.file);
    }
}

fn make(made: &Made, folder: &Path) {
    let quiet: &[&str] = if made.program == "ffmpeg" { &["-v", "error", "-y"] } else { &[] };
    let arguments: Vec<&str> = quiet.iter().copied().chain(made.arguments.split(' ')).collect();
    run(made.program, &arguments, folder);
}

#[rustfmt::skip]
const LOSSY: &[Made] = &[
    made("lame", "--quiet -V 2 in16.wav a.mp3", "a.mp3", "MP3", Samples::Lossy),
    made("lame", "--quiet -b 192 in16.wav b.mp3", "b.mp3", "MP3", Samples::Lossy),
    made("lame", "--quiet -m m -b 64 --resample 22.05 in16.wav c.mp3", "c.mp3", "MP3", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -b:a 128k d.mp3", "d.mp3", "MP3", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a libvorbis -q:a 5 e.ogg", "e.ogg", "Ogg/Vorbis", Samples::Lossy),
    made("oggenc", "-Q -q 2 -o f.ogg in16.wav", "f.ogg", "Ogg/Vorbis", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -ac 6 -c:a libvorbis g.ogg", "g.ogg", "Ogg/Vorbis", Samples::Lossy),
    made("opusenc", "--quiet --bitrate 96 in16.wav h.opus", "h.opus", "Ogg/Opus", Samples::Lossy),
    made("opusenc", "--quiet --bitrate 24 --downmix-mono --framesize 60 in16.wav i.opus", "i.opus", "Ogg/Opus", Samples::Lossy),
    made("opusenc", "--quiet --bitrate 16 --speech --downmix-mono in16.wav j.opus", "j.opus", "Ogg/Opus", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a libopus -b:a 32k -application voip k.opus", "k.opus", "Ogg/Opus", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a libopus -b:a 64k -application lowdelay -frame_duration 2.5 l.opus", "l.opus", "Ogg/Opus", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -ac 6 -c:a libopus -b:a 256k m.opus", "m.opus", "Ogg/Opus", Samples::Lossy),
];

#[test]
fn lossy_files_are_decoded_as_by_ffmpeg() {
    if !have(&["ffmpeg", "lame", "oggenc", "opusenc"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_wav(folder.path(), "in16.wav", &rounded(music(2, FRAMES, RATE), 16), RATE, 16);
    for made in LOSSY {
        make(made, folder.path());
        let path = folder.path().join(made.file);
        let mut reader = AudioReader::open(&path).unwrap();
        let info = reader.info().clone();
        assert_eq!((info.format.to_string().as_str(), info.samples), (made.format, made.samples), "{}", made.file);
        let audio = decode(&mut reader);
        assert_eq!(info.frames, Some(audio.len()), "{}", made.file);
        let expected = FRAMES as f64 * f64::from(info.rate.hz()) / f64::from(RATE);
        assert!((audio.frames() as f64 - expected).abs() < 1.0, "{}: {} frames", made.file, audio.frames());
        let difference = difference_db(&audio, &ffmpeg_decodes(&path, info.channels));
        assert!(difference < -80.0, "{}: {difference} dB", made.file);
        assert_eq!(reader.warnings(), [""; 0], "{}", made.file);
    }
}

/// AAC: FFmpeg does not leave out what its encoder put behind the sound.
#[rustfmt::skip]
const MP4: &[Made] = &[
    made("ffmpeg", "-i in16.wav -c:a aac -aac_pns 0 -b:a 160k a.m4a", "a.m4a", "MP4/AAC-LC", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a aac -aac_pns 0 -ar 48000 -ac 1 -movflags +faststart b.m4a", "b.m4a", "MP4/AAC-LC", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a aac -aac_pns 0 -movflags +frag_keyframe+delay_moov+default_base_moof -frag_duration 300000 c.mp4", "c.mp4", "MP4/AAC-LC", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a aac -aac_pns 0 -movflags dash+frag_every_frame d.mp4", "d.mp4", "MP4/AAC-LC", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a libmp3lame -b:a 192k e.mp4", "e.mp4", "MP4/MP3", Samples::Lossy),
    made("ffmpeg", "-f lavfi -i testsrc=size=64x64:duration=1 -i in16.wav -c:v mpeg4 -c:a aac -aac_pns 0 f.mov", "f.mov", "MP4/AAC-LC", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -ar 48000 -c:a libopus -b:a 64k g.mp4", "g.mp4", "MP4/Opus", Samples::Lossy),
];

#[rustfmt::skip]
const MATROSKA: &[Made] = &[
    made("ffmpeg", "-i in16.wav -ar 48000 -c:a libopus -b:a 96k a.webm", "a.webm", "Matroska/Opus", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -ar 48000 -ac 1 -c:a libopus -b:a 24k -application voip b.webm", "b.webm", "Matroska/Opus", Samples::Lossy),
    made("ffmpeg", "-f lavfi -i testsrc=size=64x64:duration=1 -i in16.wav -c:v libvpx -c:a libopus c.webm", "c.webm", "Matroska/Opus", Samples::Lossy),
    made("ffmpeg", "-i in16.wav -c:a flac d.mka", "d.mka", "Matroska/FLAC", Samples::Integer { bits: 16 }),
];

#[test]
fn webm_files_have_the_length_of_what_went_in() {
    if !have(&["ffmpeg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_wav(folder.path(), "in16.wav", &rounded(music(2, FRAMES, RATE), 16), RATE, 16);
    for made in MATROSKA {
        make(made, folder.path());
        let path = folder.path().join(made.file);
        let mut reader = AudioReader::open(&path).unwrap();
        let info = reader.info().clone();
        assert_eq!((info.format.to_string().as_str(), info.samples), (made.format, made.samples), "{}", made.file);
        let audio = decode(&mut reader);
        let expected = FRAMES as f64 * f64::from(info.rate.hz()) / f64::from(RATE);
        assert!((audio.frames() as f64 - expected).abs() <= 1.0, "{}: {} frames", made.file, audio.frames());
        let difference = difference_db(&audio, &ffmpeg_decodes(&path, info.channels));
        assert!(difference < -80.0, "{}: {difference} dB", made.file);
        assert_eq!(reader.warnings(), [""; 0], "{}", made.file);
        assert!(piped(&path) == audio, "{} through a pipe", made.file);
    }
}

fn piped(path: &Path) -> AudioBuffer {
    let bytes = std::fs::read(path).unwrap();
    decode(&mut AudioReader::from_pipe(std::io::Cursor::new(bytes), "-", &Default::default()).unwrap())
}

#[test]
fn mp4_files_have_the_length_of_what_went_in() {
    if !have(&["ffmpeg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_wav(folder.path(), "in16.wav", &rounded(music(2, FRAMES, RATE), 16), RATE, 16);
    for made in MP4 {
        make(made, folder.path());
        let path = folder.path().join(made.file);
        let mut reader = AudioReader::open(&path).unwrap();
        let info = reader.info().clone();
        assert_eq!((info.format.to_string().as_str(), info.samples), (made.format, made.samples), "{}", made.file);
        let audio = decode(&mut reader);
        // The index of a DASH file is written before the encoder has told how long it takes to begin.
        let untold = if made.arguments.contains("dash") { 1024.0 } else { 0.0 };
        let expected = FRAMES as f64 * f64::from(info.rate.hz()) / f64::from(RATE) + untold;
        assert!((audio.frames() as f64 - expected).abs() < 1.0, "{}: {} frames", made.file, audio.frames());
        let fragmented = made.arguments.contains("frag");
        assert_eq!(info.frames, (!fragmented).then_some(audio.len()), "{}", made.file);
        let mut theirs = ffmpeg_decodes(&path, info.channels);
        if made.arguments.contains("delay_moov") {
            // FFmpeg keeps what is before the sound of a fragmented file.
            theirs.keep(1024..theirs.frames());
        }
        theirs.keep(0..audio.frames());
        let difference = difference_db(&audio, &theirs);
        assert!(difference < -80.0, "{}: {difference} dB", made.file);
        assert_eq!(reader.warnings(), [""; 0], "{}", made.file);
        assert!(piped(&path) == audio, "{} through a pipe", made.file);
    }
}

#[test]
fn tags_are_read_in_the_same_words_from_all_formats() {
    if !have(&["ffmpeg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_wav(folder.path(), "in.wav", &rounded(music(1, 5000, RATE), 16), RATE, 16);
    let fields = [
        (TagKey::Title, "title=Ärger"),
        (TagKey::Artist, "artist=The Band"),
        (TagKey::Album, "album=First"),
        (TagKey::Genre, "genre=Jazz"),
        (TagKey::Date, "date=2021"),
        (TagKey::Track, "track=3/12"),
        (TagKey::Comment, "comment=so so"),
    ];
    for file in ["a.mp3", "a.flac", "a.ogg", "a.m4a", "a.opus", "a.wav"] {
        let mut arguments = vec!["-v", "error", "-y", "-i", "in.wav"];
        for (_, field) in &fields {
            arguments.extend(["-metadata", field]);
        }
        arguments.push(file);
        run("ffmpeg", &arguments, folder.path());
        let reader = AudioReader::open(folder.path().join(file)).unwrap();
        for (key, field) in fields {
            let found = reader.info().tags.get(key).map(|value| format!("{}={value}", key.name()));
            assert_eq!(found.as_deref(), Some(field), "{file}");
        }
    }
}

#[test]
fn mpeg_audio_without_a_header_of_its_length_is_taken_whole() {
    if !have(&["ffmpeg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Dense at first and silent then: the first packets say nothing about how many there are.
    let mut sound = music(2, 3 * RATE as usize, RATE);
    (0..2).for_each(|channel| sound.channel_mut(channel)[RATE as usize..].fill(0.0));
    write_wav(folder.path(), "in.wav", &rounded(sound, 16), RATE, 16);
    for (arguments, file) in [
        ("-v error -y -i in.wav -q:a 2 -write_xing 0 a.mp3", "a.mp3"),
        ("-v error -y -i in.wav -b:a 128k -c:a mp2 b.mp2", "b.mp2"),
    ] {
        run("ffmpeg", &arguments.split(' ').collect::<Vec<_>>(), folder.path());
        let path = folder.path().join(file);
        let heard = decode(&mut AudioReader::open(&path).unwrap());
        let truth = ffmpeg_decodes(&path, 2);
        assert!(heard.frames().abs_diff(truth.frames()) <= 1152, "{file}: {} of {}", heard.frames(), truth.frames());
    }

    run("ffmpeg", &"-v error -y -i in.wav c.mp3".split(' ').collect::<Vec<_>>(), folder.path());
    let whole = std::fs::read(folder.path().join("c.mp3")).unwrap();
    let mut reader = AudioReader::from_bytes([&whole[..], &whole].concat(), "c.mp3", &DecodeLimits::default()).unwrap();
    let heard = decode(&mut reader);
    assert_eq!(heard.frames(), 3 * RATE as usize);
    assert!(reader.warnings().iter().any(|text| text.contains("behind the end")), "{:?}", reader.warnings());
}
