//! `scales.yaml` as written: standards that turn measured figures into one index by tables of
//! breakpoints, each edition with the date from which it holds.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::Text;

/// One scale of a department.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ScaleFile {
    /// `<department>.<scale>`.
    pub(crate) name: String,
    pub(crate) title: Text,
    /// How each input's figure is rounded.
    #[serde(default)]
    pub(crate) round: Rounding,
    /// Inputs that lead are named where the index is above this; default: always.
    #[serde(default)]
    pub(crate) leading_above: Option<f64>,
    /// With inputs missing, the index counts only above this; default: always.
    #[serde(default)]
    pub(crate) partial_above: Option<f64>,
    /// What stretches of the index are called, lowest first.
    #[serde(default)]
    pub(crate) bands: Vec<BandFile>,
    /// The standard's versions, oldest first.
    pub(crate) editions: Vec<EditionFile>,
}

/// One version of a standard.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EditionFile {
    pub(crate) name: String,
    /// From when it holds (RFC 3339), until the next one does.
    pub(crate) from: String,
    /// The tables by input.
    pub(crate) inputs: BTreeMap<String, CurveFile>,
}

/// The table of one input.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CurveFile {
    /// Decimals to which the input is rounded first, halves to the even digit; default: it is not.
    #[serde(default)]
    pub(crate) decimals: Option<u8>,
    /// `[input, index]`, ascending; straight lines between them, the last index above them.
    pub(crate) points: Vec<(f64, f64)>,
}

/// What a stretch of the index is called.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BandFile {
    /// Up to this index, included; the last one has none.
    #[serde(default)]
    pub(crate) up_to: Option<f64>,
    pub(crate) name: String,
}

/// How a figure is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rounding {
    #[default]
    No,
    /// To the next whole number above.
    Up,
}
