//! A compiled scale: measured figures in, one index out, by the edition of the standard that held
//! when they were measured. What was computed yesterday stays computed by yesterday's edition.

use crate::catalog::CatalogError;
use crate::city::Millis;
use crate::contract::parse_rfc3339;
use crate::scale_file::{BandFile, CurveFile, EditionFile, Rounding, ScaleFile};
use crate::text::Text;

/// Interpolation in binary fractions leaves dust far below this; it must not lift a whole number.
const DUST: f64 = 1e-6;

/// A standard in all its editions.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// `<department>.<scale>`.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    round_up: bool,
    leading_above: Option<f64>,
    partial_above: Option<f64>,
    bands: Vec<(Option<f64>, String)>,
    editions: Vec<Edition>,
}

/// One version of the standard.
#[derive(Clone, Debug, PartialEq)]
struct Edition {
    name: String,
    from: Millis,
    curves: Vec<(String, Curve)>,
}

/// The table of one input.
#[derive(Clone, Debug, PartialEq)]
struct Curve {
    decimals: Option<u8>,
    points: Vec<(f64, f64)>,
}

/// What a scale says about figures.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleReading<'s> {
    /// The index: the greatest of the inputs' own.
    pub value: f64,
    /// The inputs that gave it; none where the standard names none.
    pub leading: Vec<&'s str>,
    /// What the stretch is called.
    pub band: Option<&'s str>,
    /// The edition that held.
    pub edition: &'s str,
}

impl Scale {
    /// The index of figures measured at `at`. None before the first edition, without any input, and
    /// where the standard gives no index for what is missing.
    pub fn read(
        &self,
        at: Millis,
        input: impl Fn(&str) -> Option<f64>,
    ) -> Option<ScaleReading<'_>> {
        let edition = self.editions.iter().rev().find(|one| one.from <= at)?;
        let single: Vec<(&str, f64)> = edition
            .curves
            .iter()
            .filter_map(|(name, curve)| {
                let figure = input(name).filter(|figure| figure.is_finite() && *figure >= 0.0)?;
                Some((name.as_str(), self.round(curve.at(figure))))
            })
            .collect();
        let value = single.iter().map(|(_, index)| *index).reduce(f64::max)?;
        let partial = single.len() < edition.curves.len();
        if partial && self.partial_above.is_some_and(|bound| value <= bound) {
            return None;
        }
        let named = self.leading_above.is_none_or(|bound| value > bound);
        let leading = single
            .iter()
            .filter(|(_, index)| named && (index - value).abs() < DUST)
            .map(|(name, _)| *name);
        let within = |(up_to, _): &&(Option<f64>, String)| up_to.is_none_or(|end| value <= end);
        Some(ScaleReading {
            value,
            leading: leading.collect(),
            band: self
                .bands
                .iter()
                .find(within)
                .map(|(_, name)| name.as_str()),
            edition: &edition.name,
        })
    }

    /// The inputs that any edition knows.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        let curves = self.editions.iter().flat_map(|edition| &edition.curves);
        curves.map(|(name, _)| name.as_str())
    }

    fn round(&self, index: f64) -> f64 {
        if self.round_up {
            (index - DUST).ceil()
        } else {
            index
        }
    }

    /// Compiles a scale of `department`; `place` is its file and number there.
    pub(crate) fn compile(
        file: &ScaleFile,
        department: &str,
        place: (&str, usize),
        errors: &mut Vec<CatalogError>,
    ) -> Self {
        let (path, index) = place;
        let mut wrong = |at: &str, expected: &str| {
            errors.push(CatalogError::new(path, format!("/{index}/{at}"), expected));
        };
        if !file.name.starts_with(&format!("{department}.")) {
            wrong("name", "a name that begins with the department's and a dot");
        }
        if file.editions.is_empty() {
            wrong("editions", "at least one edition");
        }
        let editions: Vec<Edition> = file
            .editions
            .iter()
            .map(|edition| Edition::compile(edition, &mut wrong))
            .collect();
        if !editions.windows(2).all(|pair| pair[0].from < pair[1].from) {
            wrong("editions", "the oldest edition first");
        }
        if !are_ascending(&file.bands) {
            wrong("bands", "ascending upTo, and none with the last band alone");
        }
        let bands = file
            .bands
            .iter()
            .map(|band| (band.up_to, band.name.clone()));
        Self {
            name: file.name.clone(),
            title: file.title.clone(),
            round_up: file.round == Rounding::Up,
            leading_above: file.leading_above,
            partial_above: file.partial_above,
            bands: bands.collect(),
            editions,
        }
    }
}

fn are_ascending(bands: &[BandFile]) -> bool {
    bands
        .windows(2)
        .all(|pair| match (pair[0].up_to, pair[1].up_to) {
            (Some(first), Some(second)) => first < second,
            (Some(_), None) => true,
            (None, _) => false,
        })
}

impl Edition {
    fn compile(file: &EditionFile, wrong: &mut impl FnMut(&str, &str)) -> Self {
        let from = parse_rfc3339(&file.from);
        if from.is_none() {
            wrong(
                "editions",
                "from: a time with zone (RFC 3339) in each edition",
            );
        }
        for (name, curve) in &file.inputs {
            let steady = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1;
            if curve.points.len() < 2 || !curve.points.windows(2).all(steady) {
                let at = format!("editions/{}/inputs/{name}/points", file.name);
                wrong(&at, "two or more points [input, index], ascending");
            }
        }
        let curves = file.inputs.iter();
        Self {
            name: file.name.clone(),
            from: from.unwrap_or_default(),
            curves: curves
                .map(|(name, curve)| (name.clone(), Curve::from(curve)))
                .collect(),
        }
    }
}

impl From<&CurveFile> for Curve {
    fn from(file: &CurveFile) -> Self {
        Self {
            decimals: file.decimals,
            points: file.points.clone(),
        }
    }
}

impl Curve {
    /// The index of a figure on the straight lines between the points; beyond them the nearest
    /// point's.
    fn at(&self, figure: f64) -> f64 {
        let x = self
            .decimals
            .map_or(figure, |digits| round_half_even(figure, digits));
        let above = self.points.partition_point(|(point, _)| *point <= x);
        let last = self.points.len() - 1;
        match above {
            0 => self.points[0].1,
            n if n > last => self.points[last].1,
            n => {
                let ((x0, y0), (x1, y1)) = (self.points[n - 1], self.points[n]);
                (y1 - y0) / (x1 - x0) * (x - x0) + y0
            }
        }
    }
}

/// Rounds to so many decimals, halves to the even digit (GB/T 8170). What is a half in decimal
/// notation is one, though its binary fraction may lie beside it.
pub(crate) fn round_half_even(figure: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    let shifted = figure * scale;
    let cleaned = (shifted / DUST).round() * DUST;
    cleaned.round_ties_even() / scale
}
