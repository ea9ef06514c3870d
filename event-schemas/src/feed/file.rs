//! `feeds.yaml` as written: how a department's own file becomes events, without Rust.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::rule_file::Span;
use crate::text::Text;

/// One feed of a department.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FeedFile {
    /// `<department>.<feed>`.
    pub(crate) name: String,
    pub(crate) title: Text,
    /// Nothing for this long: the feed counts as silent. A file feed that says neither this nor
    /// `deadAfter` is an archive: nobody waits for its next event.
    #[serde(default)]
    pub(crate) silent_after: Option<Span>,
    /// Nothing for this long: it counts as dead.
    #[serde(default)]
    pub(crate) dead_after: Option<Span>,
    /// Event types it carries, where the department publishes them itself; absent: all of its own.
    #[serde(default)]
    pub(crate) types: Vec<String>,
    /// How its files are read; absent where the department publishes events itself.
    #[serde(default)]
    pub(crate) file: Option<MappingFile>,
}

/// How rows become events.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MappingFile {
    /// CloudEvents `source`; `/replay/<label>` is appended, by which the engine keeps runs apart.
    pub(crate) source: String,
    /// Template of what makes a row one of its kind; the event's id is its hash.
    pub(crate) key: String,
    /// Column (or template) that tells when the row became known: `recordedtime`, and the order of the
    /// file.
    pub(crate) known: String,
    /// Encoding of the files, such as `gb18030`; UTF-8 where nothing is declared.
    #[serde(default)]
    pub(crate) encoding: Option<String>,
    /// Character between columns.
    #[serde(default = "comma")]
    pub(crate) separator: char,
    /// IANA zone of times without an offset.
    #[serde(default = "utc")]
    pub(crate) zone: String,
    /// Formats of times (strptime); RFC 3339 is always understood.
    #[serde(default)]
    pub(crate) time_formats: Vec<String>,
    /// Reference system of the coordinates.
    #[serde(default = "wgs84")]
    pub(crate) crs: String,
    /// Columns of longitude and latitude.
    #[serde(default)]
    pub(crate) lon: Option<String>,
    #[serde(default)]
    pub(crate) lat: Option<String>,
    /// Values that stand for nothing, such as `NA` or `-9999`.
    #[serde(default)]
    pub(crate) missing: Vec<String>,
    /// Files with a column per thing: each such cell of a row is read as a row of its own.
    #[serde(default)]
    pub(crate) wide: Option<WideFile>,
    /// Files whose rows carry no time, but come one after another in equal steps.
    #[serde(default)]
    pub(crate) steps: Option<StepsFile>,
    /// Columns that a file may lack.
    #[serde(default)]
    pub(crate) optional_columns: Vec<String>,
    /// Value tables by name.
    #[serde(default)]
    pub(crate) tables: BTreeMap<String, BTreeMap<String, Value>>,
    /// Pattern lists by name: the first that matches gives its value.
    #[serde(default)]
    pub(crate) patterns: BTreeMap<String, Vec<PatternFile>>,
    /// Rows that are no events: those that meet any of these conditions.
    #[serde(default)]
    pub(crate) skip: Vec<ConditionFile>,
    /// What a row becomes: the first whose conditions all hold.
    pub(crate) rows: Vec<RowFile>,
}

/// A column per thing: its name becomes the column `@column`, its cell `@value`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WideFile {
    /// Regular expression of these columns' names.
    pub(crate) columns: String,
}

/// Time by row: the column `@time`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StepsFile {
    /// Time of the first row, read like any time of the feed.
    pub(crate) from: String,
    /// From row to row.
    pub(crate) every: Span,
}

const fn comma() -> char {
    ','
}

fn utc() -> String {
    String::from("UTC")
}

fn wgs84() -> String {
    String::from("wgs84")
}

/// One pattern of a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PatternFile {
    pub(crate) like: String,
    pub(crate) gives: Value,
}

/// A condition on one column (or a template over several); all that are given must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ConditionFile {
    pub(crate) column: String,
    /// One of these values.
    #[serde(rename = "in", default)]
    pub(crate) one_of: Option<Vec<String>>,
    /// None of these values.
    #[serde(default)]
    pub(crate) not_in: Option<Vec<String>>,
    /// Matches this regular expression.
    #[serde(default)]
    pub(crate) like: Option<String>,
    /// Does not match it.
    #[serde(default)]
    pub(crate) not_like: Option<String>,
}

/// What a row becomes.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RowFile {
    #[serde(default)]
    pub(crate) when: Vec<ConditionFile>,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    /// Template of the subject.
    pub(crate) subject: String,
    /// Column of the event time, or a template over several.
    pub(crate) time: String,
    /// Place code.
    #[serde(default)]
    pub(crate) place: Option<ValueFile>,
    /// Level 1 to 4, where the contract's own rule should not decide.
    #[serde(default)]
    pub(crate) level: Option<ValueFile>,
    /// Members of the data.
    pub(crate) data: BTreeMap<String, ValueFile>,
}

/// Where a value comes from: a template in short, or the long form.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a template in short, or column, template or otherwise with their options"
)]
pub(crate) enum ValueFile {
    Template(String),
    Field(Box<FieldFile>),
}

/// The long form of a value.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FieldFile {
    /// The column; or `template`; or neither, and then `otherwise` is a constant.
    #[serde(default)]
    pub(crate) column: Option<String>,
    #[serde(default)]
    pub(crate) template: Option<String>,
    /// Name of a value table.
    #[serde(default)]
    pub(crate) table: Option<String>,
    /// Name of a pattern list.
    #[serde(default)]
    pub(crate) patterns: Option<String>,
    /// What the text is read as.
    #[serde(rename = "as", default)]
    pub(crate) kind: ValueKind,
    /// Arithmetic of numbers, in this order: added, multiplied, divided by another column, rounded to
    /// so many decimals.
    #[serde(default)]
    pub(crate) plus: Option<f64>,
    #[serde(default)]
    pub(crate) times: Option<f64>,
    #[serde(default)]
    pub(crate) per: Option<String>,
    #[serde(default)]
    pub(crate) decimals: Option<u8>,
    /// Name of a scale of the department, with its `inputs`; `gives` says what of its reading.
    #[serde(default)]
    pub(crate) scale: Option<String>,
    #[serde(default)]
    pub(crate) inputs: BTreeMap<String, Self>,
    #[serde(default)]
    pub(crate) gives: ScalePart,
    /// At most so many characters of a text.
    #[serde(default)]
    pub(crate) cut: Option<usize>,
    /// Characters between a list's items, default blank.
    #[serde(default)]
    pub(crate) split: Option<String>,
    /// Characters taken off a text's (or each item's) ends.
    #[serde(default)]
    pub(crate) strip: Option<String>,
    /// The value where the column is empty or the table has no entry; without it the member is left
    /// out when empty, and the row is refused when the table has no entry. `null`: left out.
    #[serde(default, deserialize_with = "given")]
    pub(crate) otherwise: Option<Value>,
}

/// A value that is written down, be it `null`, is not an absent one.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What of a scale's reading is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ScalePart {
    /// The index.
    #[default]
    Index,
    /// The inputs that gave it.
    Leading,
    /// What its stretch is called.
    Band,
    /// The edition of the standard.
    Edition,
}

/// What a column's text is read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ValueKind {
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
    Time,
    List,
}
