//! Transforms for convolution: of two real signals packed as one complex, without any order of bins.
//!
//! A transform of N points is one of the columns and one of the rows of a grid, with a turn of every value in between
//! (W. M. Gentleman, G. Sande, AFIPS 1966). Sixteen columns, or rows, go side by side through registers, so that there are no
//! permutations within them; rows are turned into columns by tiles of sixteen. A product of spectra needs no order, so bins stay
//! where they come to lie. What goes back does so with real and imaginary parts exchanged, by which the turns are the same.
//!
//! With Z the transform of left + i·right, 2·L\[k\] = Z\[k\] + Z\[N−k\]* and 2·R\[k\] = (Z\[k\] − Z\[N−k\]*)/i. The row of N−k
//! lies where that of k does, in the other half of the grid: only rows 0 and the middle one are their own mirrors. They share
//! the first lane of the first slot, which is worked on by itself.

mod half;
mod passes;

pub(crate) use half::{HalfSpectrum, Term};

use std::f64::consts::TAU;

use crate::vectors::{Complex16, Imaginary, Real, Sixteen, Tile, VectorKernel, Vectors, WIDTH, run_vectors};
use half::{add_products, back, mirrored, special_products};
use passes::{Pass, Sink, Source, Value};

/// A planned transform.
#[derive(Debug)]
pub(crate) struct GridFft {
    down: Vec<Pass>,
    along: Vec<Pass>,
    rows: usize,
    /// Sixteens of columns.
    strips: usize,
    /// Where the transform of a column leaves its bins: the place of each in the first strip's tiles.
    places: Vec<usize>,
    /// For each strip and each bin of a column, e^(−2πi·ck/N) of its sixteen columns c.
    turns: Vec<Complex16>,
    /// Where the bins of the first row's left half lie, and their mirrors: bins 0 and C/2, then from 1 on.
    first_row: Vec<[usize; 2]>,
}

/// What a transform works on.
#[derive(Debug)]
pub(crate) struct Grid {
    /// Tiles: by halves, then by slots of sixteen rows, then by strips.
    tiles: Vec<Tile>,
    column: Vec<Complex16>,
    near: Vec<Tile>,
    far: Vec<Tile>,
    /// The first lane of `near` and `far`.
    special: [Vec<[f32; 2]>; 2],
}

impl GridFft {
    /// Plans transforms of `points`, a power of two from 2^10 on.
    pub(crate) fn new(points: usize) -> GridFft {
        let log2 = points.trailing_zeros() as usize;
        let (rows, columns) = (1 << log2.div_ceil(2), 1 << (log2 / 2));
        let (down, along) = (Pass::plan(rows), Pass::plan(columns));
        let strips = columns / WIDTH;
        let bins: Vec<usize> = (0..rows).map(|place| bin_at(&down, rows, place)).collect();
        let turns = turns(&bins, strips, points);
        let half = rows * strips / 2;
        let place = |bin: usize| match bin {
            bin if bin < rows / 2 => bin / WIDTH * WIDTH * strips + bin % WIDTH,
            // The middle row takes the place that would be row N's.
            bin => {
                let slot = if bin == rows / 2 { 0 } else { rows - bin };
                half + slot / WIDTH * WIDTH * strips + slot % WIDTH
            }
        };
        let mut of_bin = vec![0; columns];
        (0..columns).for_each(|place| of_bin[bin_at(&along, columns, place)] = place);
        let mirrors = (1..columns / 2).map(|bin| [of_bin[bin], of_bin[columns - bin]]);
        let first_row = std::iter::once([of_bin[0], of_bin[columns / 2]]).chain(mirrors).collect();
        GridFft { rows, strips, places: bins.into_iter().map(place).collect(), turns, first_row, down, along }
    }

    /// Points of a transform.
    pub(crate) fn points(&self) -> usize {
        self.rows * self.strips * WIDTH
    }

    /// Room for one transform.
    pub(crate) fn grid(&self) -> Grid {
        let columns = self.strips * WIDTH;
        Grid {
            tiles: vec![Tile::default(); self.points() / WIDTH / WIDTH],
            column: vec![Complex16::default(); self.rows],
            near: vec![Tile::default(); self.strips],
            far: vec![Tile::default(); self.strips],
            special: std::array::from_fn(|_| vec![[0.0; 2]; columns]),
        }
    }

    fn slots(&self) -> usize {
        self.rows / 2 / WIDTH
    }

    /// Spectra of two real signals, twice as large as they are.
    pub(crate) fn pair(&self, signals: [&[Sixteen]; 2], grid: &mut Grid, out: [&mut HalfSpectrum; 2]) {
        run_vectors(ColumnsThere { fft: self, signals, grid });
        run_vectors(PairSpectra { fft: self, grid, out });
    }

    /// Two signals, each through a response whose spectrum is as large as it is, divided by 2N: as many samples as there is
    /// room for, the last ones.
    pub(crate) fn filter(
        &self,
        signals: [&[Sixteen]; 2],
        responses: [&HalfSpectrum; 2],
        grid: &mut Grid,
        out: [&mut [Sixteen]; 2],
    ) {
        run_vectors(ColumnsThere { fft: self, signals, grid });
        run_vectors(Filter { fft: self, grid, responses });
        run_vectors(ColumnsBack { fft: self, grid, out });
    }

    /// The signals whose spectra are sums of products: as many samples as there is room for, the last ones.
    pub(crate) fn sum(&self, terms: &[Term], grid: &mut Grid, out: [&mut [Sixteen]; 2]) {
        run_vectors(Sum { fft: self, grid, terms });
        run_vectors(ColumnsBack { fft: self, grid, out });
    }
}

/// For each strip and bin, e^(−2πi·ck/N) of the strip's sixteen columns c: products of what belongs to the strip and what
/// belongs to the column within it, since sines take long.
fn turns(bins: &[usize], strips: usize, points: usize) -> Vec<Complex16> {
    let turn = |column: usize, bin: usize| (-TAU * (column * bin) as f64 / points as f64).sin_cos();
    let within: Vec<[(f64, f64); WIDTH]> =
        bins.iter().map(|bin| std::array::from_fn(|lane| turn(lane, *bin))).collect();
    let of_bin = |strip: usize, bin: usize, within: &[(f64, f64); WIDTH]| {
        let (sin, cos) = turn(strip * WIDTH, bin);
        Complex16 {
            re: Sixteen(within.map(|(s, c)| (cos * c - sin * s) as f32)),
            im: Sixteen(within.map(|(s, c)| (sin * c + cos * s) as f32)),
        }
    };
    let of_strip = |strip: usize| bins.iter().zip(&within).map(move |(bin, within)| of_bin(strip, *bin, within));
    (0..strips).flat_map(of_strip).collect()
}

/// The bin that passes leave at a place.
fn bin_at(passes: &[Pass], points: usize, place: usize) -> usize {
    let (mut bin, mut weight, mut block, mut rest) = (0, 1, points, place);
    for pass in passes {
        block /= pass.radix;
        bin += weight * (rest / block);
        rest %= block;
        weight *= pass.radix;
    }
    bin
}

struct ColumnsThere<'a> {
    fft: &'a GridFft,
    signals: [&'a [Sixteen]; 2],
    grid: &'a mut Grid,
}

/// A strip of two signals.
struct Strip<'a> {
    signals: [&'a [Sixteen]; 2],
    strips: usize,
    strip: usize,
}

impl<V: Vectors> Source<V> for Strip<'_> {
    #[inline(always)]
    fn read(&self, v: V, row: usize, part: usize) -> Value<V> {
        let at = row * self.strips + self.strip;
        Value { re: v.load(&self.signals[0][at].0, part), im: v.load(&self.signals[1][at].0, part) }
    }
}

/// A strip's places in the tiles.
struct Tiles<'a, T> {
    tiles: T,
    places: &'a [usize],
    turns: &'a [Complex16],
    strip: usize,
}

impl<V: Vectors> Sink<V> for Tiles<'_, &mut [Complex16]> {
    #[inline(always)]
    fn write(&mut self, v: V, place: usize, part: usize, value: Value<V>) {
        let value = value.times(v, Value::load(v, &self.turns[place], part));
        value.store(v, &mut self.tiles[self.places[place] + self.strip * WIDTH], part);
    }
}

impl<V: Vectors> Source<V> for Tiles<'_, &[Complex16]> {
    #[inline(always)]
    fn read(&self, v: V, place: usize, part: usize) -> Value<V> {
        let value = Value::load(v, &self.tiles[self.places[place] + self.strip * WIDTH], part);
        value.times(v, Value::load(v, &self.turns[place], part))
    }
}

impl VectorKernel for ColumnsThere<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let ColumnsThere { fft, signals, grid: Grid { tiles, column, .. } } = self;
        let ([first, middle @ .., last], column) = (&fft.down[..], &mut column[..fft.rows]) else { return };
        for strip in 0..fft.strips {
            first.there_from(v, &Strip { signals, strips: fft.strips, strip }, column);
            for pass in middle {
                pass.there(v, column);
            }
            let turns = &fft.turns[strip * fft.rows..][..fft.rows];
            let tiles = tiles.as_flattened_mut();
            last.there_to(v, column, &mut Tiles { tiles, places: &fft.places, turns, strip });
        }
    }
}

struct ColumnsBack<'a> {
    fft: &'a GridFft,
    grid: &'a mut Grid,
    out: [&'a mut [Sixteen]; 2],
}

/// A strip of two signals, real and imaginary parts exchanged.
struct StripBack<'a> {
    left: &'a mut [Sixteen],
    right: &'a mut [Sixteen],
    /// Sixteens that are not written, before the others.
    skipped: usize,
    strips: usize,
    strip: usize,
}

impl<V: Vectors> Sink<V> for StripBack<'_> {
    #[inline(always)]
    fn write(&mut self, v: V, row: usize, part: usize, value: Value<V>) {
        if let Some(at) = (row * self.strips + self.strip).checked_sub(self.skipped) {
            v.store(value.im, &mut self.left[at].0, part);
            v.store(value.re, &mut self.right[at].0, part);
        }
    }
}

impl VectorKernel for ColumnsBack<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let ColumnsBack { fft, grid: Grid { tiles, column, .. }, out: [left, right] } = self;
        let skipped = fft.rows * fft.strips - left.len();
        let ([first, middle @ .., last], column) = (&fft.down[..], &mut column[..fft.rows]) else { return };
        for strip in 0..fft.strips {
            let turns = &fft.turns[strip * fft.rows..][..fft.rows];
            last.back_from(v, &Tiles { tiles: tiles.as_flattened(), places: &fft.places, turns, strip }, column);
            for pass in middle.iter().rev() {
                pass.back(v, column);
            }
            first.back_to(v, column, &mut StripBack { left, right, skipped, strips: fft.strips, strip });
        }
    }
}

/// Rows of a slot, and their transforms.
impl GridFft {
    #[inline(always)]
    fn rows_there<V: Vectors>(&self, v: V, from: &[Tile], to: &mut [Tile]) {
        for (from, to) in from.iter().zip(to.iter_mut()) {
            v.transpose(&Real(from), &mut Real(&mut *to));
            v.transpose(&Imaginary(from), &mut Imaginary(to));
        }
        for pass in &self.along {
            pass.there(v, to.as_flattened_mut());
        }
    }

    #[inline(always)]
    fn rows_back<V: Vectors>(&self, v: V, from: &mut [Tile], to: &mut [Tile]) {
        for pass in self.along.iter().rev() {
            pass.back(v, from.as_flattened_mut());
        }
        for (from, to) in from.iter().zip(to.iter_mut()) {
            v.transpose(&Real(from), &mut Real(&mut *to));
            v.transpose(&Imaginary(from), &mut Imaginary(to));
        }
    }

    /// The values of rows 0 and N/2.
    fn take_special(&self, [near, far]: [&[Complex16]; 2], special: &mut [Vec<[f32; 2]>; 2]) {
        for (special, values) in special.iter_mut().zip([near, far]) {
            special.iter_mut().zip(values).for_each(|(special, value)| *special = [value.re.0[0], value.im.0[0]]);
        }
    }

    /// Where the bins of rows 0 and N/2 lie whose spectra stand in an entry of the first lane, with their mirrors: the row
    /// (0 or 1), and the places.
    fn special_bins(&self, entry: usize) -> (usize, [usize; 2]) {
        let half = self.first_row.len();
        if entry < half { (1, [entry, 2 * half - 1 - entry]) } else { (0, self.first_row[entry - half]) }
    }

    /// The entry of two bins that are their own mirrors.
    fn own_mirrors(&self) -> usize {
        self.first_row.len()
    }

    /// The spectra of both sides in an entry of the first lane.
    fn special_split(&self, special: &[Vec<[f32; 2]>; 2], entry: usize) -> [[f32; 2]; 2] {
        let (row, [near, far]) = self.special_bins(entry);
        let (a, b) = (special[row][near], special[row][far]);
        if entry == self.own_mirrors() {
            // Both are real, and so share a place.
            return [[2.0 * a[0], 2.0 * b[0]], [2.0 * a[1], 2.0 * b[1]]];
        }
        [[a[0] + b[0], a[1] - b[1]], [a[1] + b[1], b[0] - a[0]]]
    }

    /// Puts the spectra of both sides together again, real and imaginary parts exchanged.
    fn special_join(&self, rows: [&mut [Complex16]; 2], entry: usize, [l, r]: [[f32; 2]; 2]) {
        let (row, [near, far]) = self.special_bins(entry);
        let (a, b) = if entry == self.own_mirrors() {
            ([l[0], r[0]], [l[1], r[1]])
        } else {
            ([l[0] - r[1], l[1] + r[0]], [l[0] + r[1], r[0] - l[1]])
        };
        for (place, [re, im]) in [(near, a), (far, b)] {
            let value = &mut rows[row][place];
            (value.im.0[0], value.re.0[0]) = (re, im);
        }
    }
}

struct PairSpectra<'a> {
    fft: &'a GridFft,
    grid: &'a mut Grid,
    out: [&'a mut HalfSpectrum; 2],
}

impl VectorKernel for PairSpectra<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let PairSpectra { fft, grid: Grid { tiles, near, far, special, .. }, out: [left, right] } = self;
        let columns = fft.strips * WIDTH;
        let (upper, lower) = tiles.split_at(tiles.len() / 2);
        for slot in 0..fft.slots() {
            let at = slot * fft.strips..(slot + 1) * fft.strips;
            fft.rows_there(v, &upper[at.clone()], near);
            fft.rows_there(v, &lower[at], far);
            let (near, far) = (&near.as_flattened()[..columns], &far.as_flattened()[..columns]);
            let left = &mut left.slot_mut(slot, columns)[..columns];
            let right = &mut right.slot_mut(slot, columns)[..columns];
            for place in 0..columns {
                for part in 0..V::PARTS {
                    let a = Value::load(v, &near[place], part);
                    let b = Value::load(v, &far[columns - 1 - place], part);
                    let [l, r] = mirrored(v, a, b);
                    l.store(v, &mut left[place], part);
                    r.store(v, &mut right[place], part);
                }
            }
            if slot == 0 {
                fft.take_special([near, far], special);
                for entry in 0..columns {
                    let [l, r] = fft.special_split(special, entry);
                    for (out, [re, im]) in [(&mut left[entry], l), (&mut right[entry], r)] {
                        (out.re.0[0], out.im.0[0]) = (re, im);
                    }
                }
            }
        }
    }
}

struct Filter<'a> {
    fft: &'a GridFft,
    grid: &'a mut Grid,
    responses: [&'a HalfSpectrum; 2],
}

impl VectorKernel for Filter<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let Filter { fft, grid: Grid { tiles, near, far, special, .. }, responses: [h_left, h_right] } = self;
        let columns = fft.strips * WIDTH;
        let middle = tiles.len() / 2;
        let (upper, lower) = tiles.split_at_mut(middle);
        for slot in 0..fft.slots() {
            let at = slot * fft.strips..(slot + 1) * fft.strips;
            let (upper, lower) = (&mut upper[at.clone()], &mut lower[at]);
            fft.rows_there(v, upper, near);
            fft.rows_there(v, lower, far);
            let (h_left, h_right) = (&h_left.slot(slot, columns)[..columns], &h_right.slot(slot, columns)[..columns]);
            {
                let near = &mut near.as_flattened_mut()[..columns];
                let far = &mut far.as_flattened_mut()[..columns];
                if slot == 0 {
                    fft.take_special([near, far], special);
                }
                for place in 0..columns {
                    for part in 0..V::PARTS {
                        let (near, far) = (&mut near[place], &mut far[columns - 1 - place]);
                        let [l, r] = mirrored(v, Value::load(v, near, part), Value::load(v, far, part));
                        let l = l.times(v, Value::load(v, &h_left[place], part));
                        let r = r.times(v, Value::load(v, &h_right[place], part));
                        back(v, l, r, near, far, part);
                    }
                }
                if slot == 0 {
                    for entry in 0..columns {
                        let [l, r] = fft.special_split(special, entry);
                        let product = |x: [f32; 2], h: &Complex16| {
                            half::special_product(x, [h.re.0[0], h.im.0[0]], entry == fft.own_mirrors())
                        };
                        let sides = [product(l, &h_left[entry]), product(r, &h_right[entry])];
                        fft.special_join([near, far], entry, sides);
                    }
                }
            }
            fft.rows_back(v, near, upper);
            fft.rows_back(v, far, lower);
        }
    }
}

struct Sum<'a> {
    fft: &'a GridFft,
    grid: &'a mut Grid,
    terms: &'a [Term<'a>],
}

impl VectorKernel for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, v: V) {
        let Sum { fft, grid: Grid { tiles, near, far, .. }, terms } = self;
        let columns = fft.strips * WIDTH;
        let middle = tiles.len() / 2;
        let (upper, lower) = tiles.split_at_mut(middle);
        for slot in 0..fft.slots() {
            let at = slot * fft.strips..(slot + 1) * fft.strips;
            {
                let near = &mut near.as_flattened_mut()[..columns];
                let far = &mut far.as_flattened_mut()[..columns];
                for place in 0..columns {
                    for part in 0..V::PARTS {
                        let [l, r] = add_products(v, terms, slot * columns + place, part);
                        back(v, l, r, &mut near[place], &mut far[columns - 1 - place], part);
                    }
                }
                if slot == 0 {
                    for entry in 0..columns {
                        let sides = special_products(terms, entry, entry == fft.own_mirrors());
                        fft.special_join([near, far], entry, sides);
                    }
                }
            }
            fft.rows_back(v, near, &mut upper[at.clone()]);
            fft.rows_back(v, far, &mut lower[at]);
        }
    }
}

#[cfg(test)]
mod tests;
