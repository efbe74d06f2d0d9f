//! Files appear only when complete, replace others only when allowed, and leave nothing behind.

use std::fs;
use std::io::Write;

use rae_codec::{AudioSpec, AudioWriter, CodecError, Encoding, OutputFile, Tags};
use rae_units::SampleRate;

fn entries(folder: &std::path::Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn appears_when_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.wav");
    let mut file = OutputFile::create(&path, false).unwrap();
    file.write_all(b"sound").unwrap();
    assert!(!path.exists() && file.is_seekable() && file.path() == path);
    file.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"sound");
    assert_eq!(entries(folder.path()), ["song.wav"]);
}

#[test]
fn leaves_nothing_when_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.wav");
    fs::write(&path, b"old").unwrap();
    let mut file = OutputFile::create(&path, true).unwrap();
    file.write_all(b"half").unwrap();
    drop(file);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(entries(folder.path()), ["song.wav"]);
}

#[test]
fn replaces_only_when_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.wav");
    let mut early = OutputFile::create(&path, false).unwrap();
    early.write_all(b"mine").unwrap();
    fs::write(&path, b"other").unwrap();
    // Another process was faster: still nothing is replaced.
    assert!(matches!(early.commit(), Err(CodecError::Exists(_))));
    assert!(matches!(OutputFile::create(&path, false), Err(CodecError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"other");
    let mut file = OutputFile::create(&path, true).unwrap();
    file.write_all(b"mine").unwrap();
    file.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(entries(folder.path()), ["song.wav"]);
}

#[test]
fn errors_name_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/song.wav");
    let error = OutputFile::create(&missing, false).unwrap_err();
    assert_eq!(error.io_kind(), Some(std::io::ErrorKind::NotFound));
    let folder_missing = missing.parent().unwrap().display().to_string();
    let text = error.to_string();
    assert!(text.contains("song.wav") && text.contains(&format!("no folder {folder_missing};")), "{error}");
    assert!(!text.contains(".part"), "{error}");
    assert!(matches!(OutputFile::create(folder.path(), true), Err(CodecError::IsFolder(_))));
}

#[test]
fn a_wav_file_on_disk_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.wav");
    let spec = AudioSpec { rate: SampleRate::CD, channels: 2, max_frames: None, tags: Tags::default() };
    let mut writer =
        AudioWriter::to_file(OutputFile::create(&path, false).unwrap(), &spec, Encoding::default()).unwrap();
    for _ in 0..10 {
        writer.write(&[&[0.5; 1000], &[-0.5; 1000]]).unwrap();
    }
    let (file, summary) = writer.finish().unwrap();
    file.commit().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), summary.bytes);
    assert_eq!(hound::WavReader::open(&path).unwrap().duration(), 10_000);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::path::Path;

    #[test]
    fn a_device_is_written_to_and_never_replaced() {
        let spec = AudioSpec { rate: SampleRate::CD, channels: 1, max_frames: None, tags: Tags::default() };
        let file = OutputFile::create("/dev/null", true).unwrap();
        assert!(!file.is_seekable());
        let mut writer = AudioWriter::to_file(file, &spec, Encoding::default()).unwrap();
        writer.write(&[&[0.5; 1000]]).unwrap();
        writer.finish().unwrap().0.commit().unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }

    #[test]
    fn what_the_system_said_is_kept() {
        // Nobody, not even the superuser, makes files there.
        let error = OutputFile::create("/proc/song.wav", false).unwrap_err();
        let CodecError::Io { source, .. } = &error else { panic!("{error}") };
        assert!(source.raw_os_error().is_some(), "{error}");
        assert!(!error.to_string().contains(".part"), "{error}");
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.wav"), folder.path().join("link.wav"));
        fs::write(&real, b"old").unwrap();
        symlink("real.wav", &link).unwrap();
        let mut file = OutputFile::create(&link, true).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("real.wav"));
    }

    #[test]
    fn a_link_to_nothing_leads_to_the_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (there, link) = (folder.path().join("there"), folder.path().join("link.wav"));
        fs::create_dir(&there).unwrap();
        symlink("second", &link).unwrap();
        symlink(there.join("new.wav"), folder.path().join("second")).unwrap();
        for overwrite in [false, true] {
            let mut file = OutputFile::create(&link, overwrite).unwrap();
            file.write_all(b"new").unwrap();
            file.commit().unwrap();
            assert_eq!(fs::read(there.join("new.wav")).unwrap(), b"new");
            assert_eq!((fs::read_link(&link).unwrap(), entries(&there).len()), ("second".into(), 1));
        }
        symlink("ring", folder.path().join("ring")).unwrap();
        let error = OutputFile::create(folder.path().join("ring"), true).unwrap_err().to_string();
        assert!(error.contains("symbolic links"), "{error}");
        symlink("no/such/x.wav", folder.path().join("lost")).unwrap();
        let error = OutputFile::create(folder.path().join("lost"), true).unwrap_err().to_string();
        assert!(error.contains("no folder"), "{error}");
    }

    #[test]
    fn permissions_are_ordinary_or_those_of_the_file_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (plain, new) = (folder.path().join("plain"), folder.path().join("new"));
        fs::write(&plain, b"").unwrap();
        OutputFile::create(&new, false).unwrap().commit().unwrap();
        assert_eq!(mode(&new), mode(&plain));
        fs::set_permissions(&new, fs::Permissions::from_mode(0o640)).unwrap();
        OutputFile::create(&new, true).unwrap().commit().unwrap();
        assert_eq!(mode(&new), 0o640);
    }
}
