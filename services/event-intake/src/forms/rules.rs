//! What may stand in a field, in words: said beside the field, and again when it is not kept.

use event_schemas::Text;
use serde_json::Value;

use super::field::Kind;

/// The contract's rules of one field, for people.
pub(crate) fn hint(schema: &Value, kind: &Kind) -> Text {
    match kind {
        Kind::Integer => number(schema, ("整数", "A whole number")),
        Kind::Number => number(schema, ("数字", "A number")),
        Kind::Text | Kind::LongText => text(schema),
        Kind::Lines => lines(schema),
        Kind::Moment => Text::new("日期和时间", "Date and time"),
        Kind::Json => Text::new("JSON 值", "A JSON value"),
        Kind::Choices(_) => Text::new("可多选", "Any of these"),
        Kind::Flag | Kind::Choice(_) | Kind::Group(_) => Text::default(),
    }
}

fn number(schema: &Value, (zh, en): (&str, &str)) -> Text {
    let (least, most) = (&schema["minimum"], &schema["maximum"]);
    match (least.is_number(), most.is_number()) {
        (true, true) => Text::new(
            format!("{zh}，{least} 到 {most}"),
            format!("{en} from {least} to {most}"),
        ),
        (true, false) => Text::new(
            format!("{zh}，不小于 {least}"),
            format!("{en}, at least {least}"),
        ),
        (false, true) => Text::new(
            format!("{zh}，不大于 {most}"),
            format!("{en}, at most {most}"),
        ),
        (false, false) => Text::new(zh, en),
    }
}

/// Patterns that contracts use often, in words; any other is shown as it is.
const PATTERNS: [(&str, &str, &str); 2] = [
    (
        "^[A-Za-z0-9_-]+$",
        "字母、数字、- 或 _",
        "letters, digits, - or _",
    ),
    (
        "^[0-9+() -]{3,24}$",
        "3 到 24 位：数字、+ ( ) - 或空格",
        "3 to 24 digits, + ( ) - or blanks",
    ),
];

fn text(schema: &Value) -> Text {
    let mut said = Text::default();
    if let Some(most) = schema["maxLength"].as_u64() {
        said = Text::new(
            format!("最多 {most} 个字"),
            format!("At most {most} characters"),
        );
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let known = PATTERNS.iter().find(|(known, ..)| *known == pattern);
        let (zh, en) = known.map_or((pattern, pattern), |(_, zh, en)| (zh, en));
        said = join(&said, zh, en);
    }
    said
}

fn lines(schema: &Value) -> Text {
    let said = Text::new("每行一个", "One a line");
    match schema["maxItems"].as_u64() {
        Some(most) => join(
            &said,
            &format!("最多 {most} 个"),
            &format!("at most {most}"),
        ),
        None => said,
    }
}

fn join(said: &Text, zh: &str, en: &str) -> Text {
    if said.zh.is_empty() {
        return Text::new(zh, en);
    }
    Text::new(format!("{}；{zh}", said.zh), format!("{}; {en}", said.en))
}

/// Nothing stands where something must.
pub(crate) fn missing() -> Text {
    Text::new("请填写此项", "Fill this in")
}

/// The contract refuses what stands there.
pub(crate) fn refused(hint: &Text, expected: &str) -> Text {
    if hint.zh.is_empty() {
        return Text::new(
            format!("不符合契约(expected {expected})"),
            format!("Expected {expected}"),
        );
    }
    Text::new(
        format!("不符合要求。应为：{}", hint.zh),
        format!("Expected {expected}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_are_said_in_both_languages() {
        let said = hint(&json!({"minimum": 0, "maximum": 500}), &Kind::Integer);
        assert_eq!(
            said,
            Text::new("整数，0 到 500", "A whole number from 0 to 500")
        );
        let schema = json!({"maxLength": 40, "pattern": "^[A-Za-z0-9_-]+$"});
        let said = hint(&schema, &Kind::Text);
        assert_eq!(said.en, "At most 40 characters; letters, digits, - or _");
        let said = hint(&json!({"maxItems": 9}), &Kind::Lines);
        assert_eq!(said.zh, "每行一个；最多 9 个");
        assert_eq!(
            hint(&json!({"minimum": 1}), &Kind::Number).en,
            "A number, at least 1"
        );
    }
}
