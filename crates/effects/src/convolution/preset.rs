use serde::{Deserialize, Serialize};

use super::Space;

/// A room by its name, from the smallest to the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A cabin for speakers.
    Booth,
    /// A treated recording room.
    Studio,
    /// A living room.
    Room,
    /// A tiled echo chamber.
    Chamber,
    /// A steel plate: dense and bright at once, without reflections.
    Plate,
    /// A low, dark hall full of people.
    Club,
    /// A concert hall.
    Hall,
    /// A church of stone.
    Church,
    /// A cathedral.
    Cathedral,
}

impl Preset {
    /// All of them.
    pub const ALL: [Preset; 9] = [
        Preset::Booth,
        Preset::Studio,
        Preset::Room,
        Preset::Chamber,
        Preset::Plate,
        Preset::Club,
        Preset::Hall,
        Preset::Church,
        Preset::Cathedral,
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Booth => "booth",
            Preset::Studio => "studio",
            Preset::Room => "room",
            Preset::Chamber => "chamber",
            Preset::Plate => "plate",
            Preset::Club => "club",
            Preset::Hall => "hall",
            Preset::Church => "church",
            Preset::Cathedral => "cathedral",
        }
    }

    /// What the name stands for.
    pub fn space(self) -> Space {
        let space = |time_s, size_m, [low_ratio, high_ratio]: [f64; 2], brightness_db, early_db| Space {
            time_s,
            size_m,
            low_ratio,
            high_ratio,
            brightness_db,
            early_db,
        };
        match self {
            Preset::Booth => space(0.12, 2.0, [0.9, 0.7], -3.0, 3.0),
            Preset::Studio => space(0.3, 5.0, [1.0, 0.6], -4.0, 2.0),
            Preset::Room => space(0.5, 6.0, [1.0, 0.7], -3.0, 1.0),
            Preset::Chamber => space(0.9, 8.0, [1.0, 0.75], -2.0, -2.0),
            Preset::Plate => space(1.6, 1.0, [0.9, 0.7], 0.0, Space::NO_EARLY_DB),
            Preset::Club => space(0.8, 14.0, [1.1, 0.5], -6.0, 0.0),
            Preset::Hall => space(1.9, 28.0, [1.15, 0.5], -6.0, -1.0),
            Preset::Church => space(3.2, 35.0, [1.2, 0.45], -7.0, -4.0),
            Preset::Cathedral => space(6.0, 60.0, [1.25, 0.4], -9.0, -6.0),
        }
    }
}
