//! Banks in folders are judged by what is in them.

use rae_soundfont::discovery::{Origin, Status};

use crate::choice::{DEFAULT, FLUID};
use crate::common::{Fake, bank, general_midi};

#[test]
fn a_lone_special_bank_of_the_system_does_not_play_the_whole_band() {
    for (programs, has_drums, is_taken) in [
        (0..1, false, false),
        (0..128, false, false),
        (0..111, true, false),
        (0..112, true, true),
        (0..128, true, true),
    ] {
        let fake = Fake::linux(&[]);
        fake.put(FLUID, &bank(programs.clone(), has_drums));
        match is_taken {
            true => fake.chooses(FLUID, Origin::System),
            false => fake.chooses_builtin(),
        }
        let place = fake.candidates().into_iter().find(|place| place.path == fake.at(FLUID)).unwrap();
        let (Status::Found { coverage, .. } | Status::Special { coverage, .. }) = place.status else {
            panic!("{place:?}")
        };
        assert_eq!(place.is_found(), is_taken);
        assert_eq!((coverage.programs, coverage.has_drums), (programs.len(), has_drums));
    }
}

#[test]
fn in_the_users_folders_only_the_name_default_makes_up_for_it() {
    let piano = bank(0..1, false);
    let fake = Fake::linux(&[]).with("HOME", "~/me").with("RAE_SOUNDFONT_PATH", "~/banks");
    fake.put("me/.local/share/soundfonts/piano.sf2", &piano);
    fake.put("banks/piano.sf2", &piano);
    fake.put(DEFAULT, &piano);
    fake.chooses_builtin();
    fake.put("me/.local/share/soundfonts/default.sf2", &piano);
    fake.chooses("me/.local/share/soundfonts/default.sf2", Origin::User);
    fake.put("banks/default-GM.sf3", &piano);
    fake.chooses("banks/default-GM.sf3", Origin::SearchPath);
    fake.with("RAE_SOUNDFONT", "~/banks/piano.sf2").chooses("banks/piano.sf2", Origin::Environment);
}

#[test]
fn the_type_is_told_by_content_and_damage_is_passed_over() {
    // Debian's default-GM.sf3 may be an SF2 file, and a download may have been cut short.
    let fake = Fake::linux(&["usr/share/sounds/sf3/default-GM.sf3"]);
    let whole = general_midi();
    fake.put(FLUID, &whole[..whole.len() - 200]);
    fake.put(DEFAULT, b"");
    fake.chooses("usr/share/sounds/sf3/default-GM.sf3", Origin::System);
    for (file, why) in [(FLUID, "damaged: "), (DEFAULT, "the file is empty")] {
        let place = fake.candidates().into_iter().find(|place| place.path == fake.at(file)).unwrap();
        assert!(matches!(&place.status, Status::Unusable(reason) if reason.contains(why)), "{place:?}");
    }
}
