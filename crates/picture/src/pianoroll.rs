//! The notes of a song over time: a [`Roll`] draws them into any area of a picture, a [`PianoRoll`] is such a picture of a
//! MIDI file with all that belongs around it.

mod bars;
mod keyboard;
mod legend;
mod pitches;
mod roll;
mod song;
mod style;

use rae_midi::Sequence;

pub use bars::{GridLine, draw_bars};
pub use keyboard::draw_keyboard;
pub use pitches::Pitches;
pub use roll::{Roll, RollNote};
use song::Song;
pub use style::{Mark, NoteStyle, Shape};

use crate::axis::{draw_time_axis, time_axis_height};
use crate::{Area, Canvas, Excerpt, PictureError, Raster, Size, Svg, Theme};

/// Width of the keyboard, in logical pixels.
const KEYBOARD: f32 = 40.0;

/// What a piano roll should be like.
#[derive(Clone, Debug, PartialEq)]
pub struct PianoRollSettings {
    /// Logical pixels.
    pub width: u32,
    /// Logical pixels.
    pub height: u32,
    /// Device pixels for each logical one.
    pub scale: f32,
    /// Colours and sizes.
    pub theme: Theme,
    /// Names of the tracks, numbers of the bars, a keyboard and the time around the notes, where the picture has room for
    /// them.
    pub axes: bool,
    /// Which part of the song is shown, in seconds at its own tempo.
    pub excerpt: Excerpt,
    /// Drums have a lane below the other notes, with a row for each drum that is played; otherwise they are left out.
    pub drums: bool,
}

impl Default for PianoRollSettings {
    fn default() -> PianoRollSettings {
        PianoRollSettings {
            width: 1000,
            height: 400,
            scale: 1.0,
            theme: Theme::default(),
            axes: true,
            excerpt: Excerpt::default(),
            drums: true,
        }
    }
}

/// A picture of the notes of a song.
///
/// Every track has a colour, or every channel where only one track has notes; the harder a note is struck, the stronger its
/// colour. Keys are cropped to those that are played, and some around them.
#[derive(Clone, Debug)]
pub struct PianoRoll {
    settings: PianoRollSettings,
    size: Size,
    song: Song,
    pitches: Pitches,
    start: f64,
    end: f64,
}

/// Where everything is.
struct Layout {
    legend: Option<Area>,
    bars: Option<Area>,
    keyboard: Option<Area>,
    plot: Area,
    time: Option<Area>,
}

impl PianoRoll {
    /// A picture of a song, of any format.
    ///
    /// # Errors
    /// Of [`PictureError`] whatever these settings, or their mixture with this song, make impossible.
    pub fn new(sequence: &Sequence, settings: PianoRollSettings) -> Result<PianoRoll, PictureError> {
        let size = Size::new(settings.width, settings.height, settings.scale)?;
        settings.excerpt.check()?;
        let mut song = Song::new(sequence);
        let (start, last) = (settings.excerpt.start.0, song.end());
        if start > 0.0 && start >= last {
            let what = format!("start is {start:.3} s, but the song ends at {last:.3} s");
            return Err(PictureError::Excerpt(what));
        }
        let end = settings.excerpt.end.map_or(last, |end| end.0.min(last));
        // A drum is its stroke; a note without length shows where it begins.
        let shows = |note: &RollNote| note.start >= start || (!note.drum && note.end > start);
        song.notes.retain(|note| note.start < end && shows(note) && (settings.drums || !note.drum));
        let pitches = Pitches::of(&song.notes);
        Ok(PianoRoll { settings, size, song, pitches, start, end })
    }

    /// How many notes are shown.
    pub fn notes(&self) -> usize {
        self.song.notes.len()
    }

    /// Draws the picture.
    pub fn draw(&self, canvas: &mut dyn Canvas) {
        let theme = &self.settings.theme;
        let layout = self.layout();
        let pitches = self.pitches.filling(layout.plot.height());
        let grid = self.song.grid(self.start, self.end, layout.plot.width());
        let roll = Roll { notes: &self.song.notes, grid: &grid, pitches: &pitches, theme };
        roll.draw(canvas, layout.plot, self.start, self.end, &|note| NoteStyle::of_series(theme, note));
        if let Some(area) = layout.keyboard {
            draw_keyboard(canvas, theme, area, &pitches);
        }
        if let Some(area) = layout.bars {
            draw_bars(canvas, theme, area, &grid, self.start, self.end);
        }
        if let Some(area) = layout.legend {
            legend::draw(canvas, theme, area, &self.song.shown_series());
        }
        if let Some(area) = layout.time {
            draw_time_axis(canvas, theme, area, self.start, self.end);
        }
    }

    /// A PNG file.
    pub fn png(&self) -> Vec<u8> {
        let mut raster = Raster::new(self.size, self.settings.theme.background);
        self.draw(&mut raster);
        raster.png()
    }

    /// An SVG file.
    pub fn svg(&self) -> String {
        let mut svg = Svg::new(self.size, self.settings.theme.background);
        self.draw(&mut svg);
        svg.svg()
    }

    fn layout(&self) -> Layout {
        let (size, theme) = (self.size, &self.settings.theme);
        let (font, axes) = (theme.font_size, self.settings.axes);
        let (width, height) = (size.width(), size.height());
        let keyboard = axes && width > 5.0 * KEYBOARD && height > 6.0 * font;
        let time = axes && height > 8.0 * font && self.end > self.start;
        let bars = time && self.song.has_bars();
        let legend = time && height > 14.0 * font && self.song.shown_series().len() > 1;
        let below_legend = if legend { size.snapped(1.9 * font) } else { 0.0 };
        let top = below_legend + if bars { size.snapped(1.5 * font) } else { 0.0 };
        let left = if keyboard { size.snapped(KEYBOARD) } else { 0.0 };
        let bottom = if time { size.snapped(height - time_axis_height(theme)) } else { height };
        let plot = Area { left, top, right: width, bottom };
        Layout {
            legend: legend.then_some(Area { left, top: 0.0, right: width, bottom: below_legend }),
            bars: bars.then_some(Area { left, top: below_legend, right: width, bottom: top }),
            keyboard: keyboard.then_some(Area { left: 0.0, right: left, ..plot }),
            plot,
            time: time.then_some(Area { left, top: bottom, right: width, bottom: height }),
        }
    }
}
