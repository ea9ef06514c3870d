//! The rules by which a change of a contract is judged: each has a name, and one verdict for those
//! who publish and one for those who read.

use serde::{Serialize, Serializer};

use crate::text::Text;

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeRule {
    /// There is a new event type.
    TypeAdded,
    /// An event type is gone.
    TypeRemoved,
    /// A new field that may be absent.
    FieldAdded,
    /// A new field that must be there.
    FieldAddedRequired,
    /// A new field under a name that anything could stand under before.
    OpenNameTaken,
    /// A field is gone, and its name is refused from now on.
    FieldRemoved,
    /// A field is no longer described, though other names are still taken.
    FieldUnnamed,
    /// A field that could be absent must be there.
    RequiredAdded,
    /// A field that was always there may be absent.
    RequiredRemoved,
    /// Fewer kinds of value are taken.
    KindNarrowed,
    /// More kinds of value may come.
    KindWidened,
    /// Other kinds of value.
    KindChanged,
    /// Values of a code table are gone.
    EnumNarrowed,
    /// Values of a code table are new.
    EnumWidened,
    /// A bound of a number, a length or a count is tighter.
    BoundNarrowed,
    /// A bound of a number, a length or a count is wider.
    BoundWidened,
    /// A text must have a form that it needed not have.
    PatternAdded,
    /// A text may have any form.
    PatternRemoved,
    /// A text has another form.
    PatternChanged,
    /// Names beside the described ones are refused from now on.
    NamesClosed,
    /// Names beside the described ones are taken from now on.
    NamesOpened,
    /// Another field is the subject.
    SubjectChanged,
    /// Another field is the time.
    TimeChanged,
    /// Other fields are the place or the coordinates.
    PlaceChanged,
    /// The level follows otherwise.
    LevelChanged,
    /// Another field, or another standard, is the main measure.
    MeasureChanged,
    /// A figure counts in another unit.
    UnitChanged,
    /// A field is personal from now on.
    PersonalAdded,
    /// A field is personal no longer.
    PersonalRemoved,
    /// The event updates or ends another type.
    LinkChanged,
    /// Words for people alone: titles, summaries, code words, descriptions.
    TextChanged,
}

impl ChangeRule {
    /// All rules, in the order of the documents.
    pub const ALL: [Self; 31] = [
        Self::TypeAdded,
        Self::TypeRemoved,
        Self::FieldAdded,
        Self::FieldAddedRequired,
        Self::OpenNameTaken,
        Self::FieldRemoved,
        Self::FieldUnnamed,
        Self::RequiredAdded,
        Self::RequiredRemoved,
        Self::KindNarrowed,
        Self::KindWidened,
        Self::KindChanged,
        Self::EnumNarrowed,
        Self::EnumWidened,
        Self::BoundNarrowed,
        Self::BoundWidened,
        Self::PatternAdded,
        Self::PatternRemoved,
        Self::PatternChanged,
        Self::NamesClosed,
        Self::NamesOpened,
        Self::SubjectChanged,
        Self::TimeChanged,
        Self::PlaceChanged,
        Self::LevelChanged,
        Self::MeasureChanged,
        Self::UnitChanged,
        Self::PersonalAdded,
        Self::PersonalRemoved,
        Self::LinkChanged,
        Self::TextChanged,
    ];

    /// The name by which reports and documents call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TypeAdded => "type-added",
            Self::TypeRemoved => "type-removed",
            Self::FieldAdded => "field-added",
            Self::FieldAddedRequired => "field-added-required",
            Self::OpenNameTaken => "open-name-taken",
            Self::FieldRemoved => "field-removed",
            Self::FieldUnnamed => "field-unnamed",
            Self::RequiredAdded => "required-added",
            Self::RequiredRemoved => "required-removed",
            Self::KindNarrowed => "kind-narrowed",
            Self::KindWidened => "kind-widened",
            Self::KindChanged => "kind-changed",
            Self::EnumNarrowed => "enum-narrowed",
            Self::EnumWidened => "enum-widened",
            Self::BoundNarrowed => "bound-narrowed",
            Self::BoundWidened => "bound-widened",
            Self::PatternAdded => "pattern-added",
            Self::PatternRemoved => "pattern-removed",
            Self::PatternChanged => "pattern-changed",
            Self::NamesClosed => "names-closed",
            Self::NamesOpened => "names-opened",
            Self::SubjectChanged => "subject-changed",
            Self::TimeChanged => "time-changed",
            Self::PlaceChanged => "place-changed",
            Self::LevelChanged => "level-changed",
            Self::MeasureChanged => "measure-changed",
            Self::UnitChanged => "unit-changed",
            Self::PersonalAdded => "personal-added",
            Self::PersonalRemoved => "personal-removed",
            Self::LinkChanged => "link-changed",
            Self::TextChanged => "text-changed",
        }
    }

    /// Whether an event that was valid may be refused, or be taken to mean something else.
    pub const fn breaks_producers(self) -> bool {
        match self {
            Self::TypeRemoved
            | Self::FieldAddedRequired
            | Self::OpenNameTaken
            | Self::FieldRemoved
            | Self::RequiredAdded
            | Self::KindNarrowed
            | Self::KindChanged
            | Self::EnumNarrowed
            | Self::BoundNarrowed
            | Self::PatternAdded
            | Self::PatternChanged
            | Self::NamesClosed
            | Self::TimeChanged
            | Self::PlaceChanged
            | Self::UnitChanged
            | Self::PersonalRemoved => true,
            Self::TypeAdded
            | Self::FieldAdded
            | Self::FieldUnnamed
            | Self::RequiredRemoved
            | Self::KindWidened
            | Self::EnumWidened
            | Self::BoundWidened
            | Self::PatternRemoved
            | Self::NamesOpened
            | Self::SubjectChanged
            | Self::LevelChanged
            | Self::MeasureChanged
            | Self::PersonalAdded
            | Self::LinkChanged
            | Self::TextChanged => false,
        }
    }

    /// Whether who reads by the old contract may meet what it does not know, or miss what it needs.
    /// A reader leaves alone names that it does not know.
    pub const fn breaks_consumers(self) -> bool {
        match self {
            Self::TypeRemoved
            | Self::FieldRemoved
            | Self::FieldUnnamed
            | Self::RequiredRemoved
            | Self::KindWidened
            | Self::KindChanged
            | Self::EnumWidened
            | Self::BoundWidened
            | Self::PatternRemoved
            | Self::PatternChanged
            | Self::SubjectChanged
            | Self::TimeChanged
            | Self::PlaceChanged
            | Self::LevelChanged
            | Self::MeasureChanged
            | Self::UnitChanged
            | Self::PersonalAdded
            | Self::LinkChanged => true,
            Self::TypeAdded
            | Self::FieldAdded
            | Self::FieldAddedRequired
            | Self::OpenNameTaken
            | Self::RequiredAdded
            | Self::KindNarrowed
            | Self::EnumNarrowed
            | Self::BoundNarrowed
            | Self::PatternAdded
            | Self::NamesClosed
            | Self::NamesOpened
            | Self::PersonalRemoved
            | Self::TextChanged => false,
        }
    }

    /// What it is, for people.
    pub fn words(self) -> Text {
        let said = WORDS.iter().find(|(rule, ..)| *rule == self);
        said.map_or_else(Text::default, |(_, zh, en)| Text::new(*zh, *en))
    }
}

/// Each rule in words.
const WORDS: [(ChangeRule, &str, &str); 31] = [
    (ChangeRule::TypeAdded, "新增事件类型", "a new event type"),
    (
        ChangeRule::TypeRemoved,
        "事件类型不再存在",
        "an event type is gone",
    ),
    (
        ChangeRule::FieldAdded,
        "新增可缺省的字段",
        "a new field that may be absent",
    ),
    (
        ChangeRule::FieldAddedRequired,
        "新增必填字段",
        "a new field that must be there",
    ),
    (
        ChangeRule::OpenNameTaken,
        "原本可随意使用的名称被占用",
        "a name that could hold anything is now described",
    ),
    (
        ChangeRule::FieldRemoved,
        "字段删除，此后拒收该名称",
        "a field is gone, its name is refused",
    ),
    (
        ChangeRule::FieldUnnamed,
        "字段不再说明，但仍收其他名称",
        "a field is no longer described, other names are still taken",
    ),
    (
        ChangeRule::RequiredAdded,
        "可缺省的字段改为必填",
        "a field that could be absent must be there",
    ),
    (
        ChangeRule::RequiredRemoved,
        "必填字段改为可缺省",
        "a field that was always there may be absent",
    ),
    (
        ChangeRule::KindNarrowed,
        "值的类型收窄",
        "fewer kinds of value are taken",
    ),
    (
        ChangeRule::KindWidened,
        "值的类型放宽",
        "more kinds of value may come",
    ),
    (
        ChangeRule::KindChanged,
        "值的类型改变",
        "another kind of value",
    ),
    (
        ChangeRule::EnumNarrowed,
        "代码表的值减少",
        "values of a code table are gone",
    ),
    (
        ChangeRule::EnumWidened,
        "代码表的值增加",
        "values of a code table are new",
    ),
    (
        ChangeRule::BoundNarrowed,
        "数值、长度或数目的界限收紧",
        "a bound of a number, length or count is tighter",
    ),
    (
        ChangeRule::BoundWidened,
        "数值、长度或数目的界限放宽",
        "a bound of a number, length or count is wider",
    ),
    (
        ChangeRule::PatternAdded,
        "文本新增格式要求",
        "a text must have a form it needed not have",
    ),
    (
        ChangeRule::PatternRemoved,
        "文本不再限定格式",
        "a text may have any form",
    ),
    (
        ChangeRule::PatternChanged,
        "文本格式改变",
        "a text has another form",
    ),
    (
        ChangeRule::NamesClosed,
        "此后拒收其他名称",
        "names beside the described ones are refused",
    ),
    (
        ChangeRule::NamesOpened,
        "此后接受其他名称",
        "names beside the described ones are taken",
    ),
    (
        ChangeRule::SubjectChanged,
        "主体取自另一字段",
        "another field is the subject",
    ),
    (
        ChangeRule::TimeChanged,
        "时间取自另一字段",
        "another field is the time",
    ),
    (
        ChangeRule::PlaceChanged,
        "地点或坐标取自另一字段",
        "other fields are the place or the coordinates",
    ),
    (
        ChangeRule::LevelChanged,
        "级别的判定改变",
        "the level follows otherwise",
    ),
    (
        ChangeRule::MeasureChanged,
        "主要指标改变",
        "another main measure",
    ),
    (
        ChangeRule::UnitChanged,
        "计量单位改变",
        "a figure counts in another unit",
    ),
    (
        ChangeRule::PersonalAdded,
        "字段改为个人信息",
        "a field is personal from now on: readers see it masked",
    ),
    (
        ChangeRule::PersonalRemoved,
        "字段不再作为个人信息",
        "a field is personal no longer: what is sent is not sealed",
    ),
    (
        ChangeRule::LinkChanged,
        "更新或结束的类型改变",
        "it updates or ends another type",
    ),
    (
        ChangeRule::TextChanged,
        "仅文字改变",
        "words for people alone",
    ),
];

impl Serialize for ChangeRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
