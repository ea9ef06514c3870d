//! A scorecard as titled tables in one language: what the terminal and the page both show.

use serde_json::Value;

use super::ReportLanguage as Language;

/// A report.
pub(super) struct Report {
    /// What it is of.
    pub(super) title: String,
    /// Its period.
    pub(super) period: String,
    /// What the publisher should know.
    pub(super) notes: Vec<String>,
    /// Its tables.
    pub(super) sections: Vec<Section>,
}

/// A table.
pub(super) struct Section {
    /// Its title.
    pub(super) title: String,
    /// Names of the columns.
    pub(super) columns: Vec<String>,
    /// Its rows.
    pub(super) rows: Vec<Vec<String>>,
}

impl Report {
    /// For a terminal: every value on a line of its own width, nothing that moves the cursor.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![self.title.clone(), self.period.clone()];
        lines.extend(self.notes.iter().map(|note| format!("! {note}")));
        for section in self
            .sections
            .iter()
            .filter(|section| !section.rows.is_empty())
        {
            lines.push(String::new());
            lines.push(format!(
                "{} ({})",
                section.title,
                section.columns.join(" | ")
            ));
            lines.extend(
                section
                    .rows
                    .iter()
                    .map(|row| format!("  {}", row.join(" | "))),
            );
        }
        let plain =
            |line: &String| -> String { line.chars().filter(|c| !c.is_control()).collect() };
        let lines: Vec<String> = lines.iter().map(plain).collect();
        lines.join("\n")
    }
}

/// The report of a scorecard.
pub(super) fn report(card: &Value, lang: Language) -> Report {
    let of = ["source", "feed", "department"];
    let named = of
        .iter()
        .find_map(|name| card[*name].as_str())
        .unwrap_or_default();
    Report {
        title: format!(
            "{}: {named}",
            lang.of("发布评分卡", "Publisher's scorecard")
        ),
        period: format!("{} – {}", shown(&card["from"]), shown(&card["to"])),
        notes: list(&card["notes"])
            .map(|note| shown(&note[lang.of("zh", "en")]))
            .collect(),
        sections: vec![
            counts(card, lang),
            delays(card, lang),
            clock(card, lang),
            reasons(card, lang),
            sources(card, lang),
        ],
    }
}

fn section(title: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Section {
    Section {
        title: title.to_owned(),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        rows,
    }
}

fn counts(card: &Value, lang: Language) -> Section {
    let late: u64 = list(&card["tooOld"])
        .filter_map(|one| one["events"].as_u64())
        .sum();
    let silence = &card["silence"];
    let not_kept = lang.of("未保留", "not kept").to_owned();
    let repeats = if card["repeats"].is_null() {
        not_kept
    } else {
        shown(&card["repeats"])
    };
    let rows = [
        (lang.of("收到", "received"), shown(&card["received"])),
        (lang.of("已接纳", "admitted"), shown(&card["admitted"])),
        (lang.of("被拒绝", "rejected"), shown(&card["rejected"])),
        (lang.of("重复（已丢弃）", "repeats, dropped"), repeats),
        (lang.of("乱序", "out of order"), shown(&card["outOfOrder"])),
        (
            lang.of("时间超前 1 小时以上", "more than an hour ahead"),
            shown(&card["future"]),
        ),
        (
            lang.of("早于 30 天", "older than 30 days"),
            shown(&card["old"]),
        ),
        (
            lang.of("对所有规则而言过时", "too old for every rule"),
            late.to_string(),
        ),
        (
            lang.of("无地点", "without a place"),
            shown(&card["unplaced"]),
        ),
        (
            lang.of("最长静默", "longest silence"),
            seconds(&silence["longest"]),
        ),
        (
            lang.of("超过预期的静默次数", "silences longer than expected"),
            shown(&silence["longer"]),
        ),
        (
            lang.of("最后一条事件", "last event"),
            shown(&silence["lastAt"]),
        ),
    ];
    let rows = rows
        .map(|(name, value)| vec![name.to_owned(), value])
        .into();
    section(
        lang.of("总览", "Overview"),
        &[lang.of("项目", "what"), lang.of("数值", "value")],
        rows,
    )
}

fn delays(card: &Value, lang: Language) -> Section {
    let rows = [
        (
            lang.of("事件 → 记录", "event to written down"),
            "eventToRecorded",
        ),
        (
            lang.of("记录 → 收件箱", "written down to inbox"),
            "recordedToInbox",
        ),
        (lang.of("事件 → 收件箱", "event to inbox"), "eventToInbox"),
        (
            lang.of("收件箱 → 接纳", "inbox to admitted"),
            "inboxToIngest",
        ),
    ];
    let rows = rows.map(|(name, field)| {
        let delay = &card[field];
        vec![
            name.to_owned(),
            seconds(&delay["p50"]),
            seconds(&delay["p95"]),
            seconds(&delay["max"]),
        ]
    });
    let columns = [
        lang.of("从 → 到", "from, to"),
        "p50",
        "p95",
        lang.of("最大", "max"),
    ];
    section(lang.of("延迟", "Delays"), &columns, rows.into())
}

fn clock(card: &Value, lang: Language) -> Section {
    let clock = &card["clock"];
    let row = vec![
        seconds(&clock["ahead"]),
        seconds(&clock["way"]),
        match clock["certain"].as_bool() {
            Some(true) => lang.of("确定", "certain").to_owned(),
            Some(false) => lang.of("或为等待", "or waiting").to_owned(),
            None => String::from("–"),
        },
    ];
    let rows = if clock.is_null() {
        Vec::new()
    } else {
        vec![row]
    };
    let columns = [
        lang.of("时钟快（负：慢）", "ahead (negative: behind)"),
        lang.of("已扣除的路途", "way, taken off"),
        lang.of("把握", "certainty"),
    ];
    section(
        lang.of("发布方时钟", "The publisher's clock"),
        &columns,
        rows,
    )
}

fn reasons(card: &Value, lang: Language) -> Section {
    let rows = list(&card["reasons"]).map(|one| {
        ["count", "reason", "path", "lastAt", "expected", "sample"]
            .map(|field| shown(&one[field]))
            .into()
    });
    let columns = [
        lang.of("次数", "count"),
        lang.of("原因", "reason"),
        lang.of("位置", "path"),
        lang.of("最近", "last"),
        lang.of("预期", "expected"),
        lang.of("样例（无取值）", "sample, without values"),
    ];
    section(lang.of("拒绝", "Rejections"), &columns, rows.collect())
}

fn sources(card: &Value, lang: Language) -> Section {
    let rows = list(&card["sources"]).map(|one| {
        vec![
            shown(&one["source"]),
            shown(&one["admitted"]),
            shown(&one["rejected"]),
            seconds(&one["eventToInbox"]["p50"]),
            seconds(&one["clock"]["ahead"]),
            shown(&one["outOfOrder"]),
            shown(&one["unplaced"]),
            shown(&one["lastAt"]),
        ]
    });
    let columns = [
        lang.of("来源", "source"),
        lang.of("已接纳", "admitted"),
        lang.of("被拒绝", "rejected"),
        lang.of("延迟 p50", "delay p50"),
        lang.of("时钟快", "clock ahead"),
        lang.of("乱序", "out of order"),
        lang.of("无地点", "unplaced"),
        lang.of("最近", "last"),
    ];
    section(lang.of("来源", "Sources"), &columns, rows.collect())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A value as text; what is absent is a dash, never a nought.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::from("–"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Seconds with as many digits as they deserve.
fn seconds(value: &Value) -> String {
    value.as_f64().map_or_else(
        || String::from("–"),
        |s| {
            if s.abs() < 10.0 {
                format!("{s:.2} s")
            } else {
                format!("{s:.0} s")
            }
        },
    )
}

#[cfg(test)]
pub(super) fn a_card() -> Value {
    serde_json::json!({
        "department": "power", "feed": null, "source": null, "from": "2026-01-01T00:00:00.000Z", "to": "2026-01-08T00:00:00.000Z",
        "received": 12, "admitted": 10, "rejected": 2, "repeats": null, "outOfOrder": 1, "future": 0, "old": 0,
        "unplaced": 3, "tooOld": [{"events": 4}], "eventToInbox": {"p50": 0.25, "p95": 61.0, "max": 4000.0},
        "clock": {"ahead": 12.5, "way": 0.05, "certain": true},
        "silence": {"longest": 0.0, "longer": null, "lastAt": null},
        "reasons": [{"count": 2, "reason": "contract_violation", "path": "/data/units/*", "lastAt": "2026-01-02T00:00:00.000Z",
            "expected": "/data/units/0: expected <b>", "sample": "{\"id\":\"‹text of 3›\"}"}],
        "sources": [{"source": "/power/\u{1b}[2J<script>", "admitted": 10, "rejected": 2}],
        "notes": [{"code": "TOO_OLD", "zh": "过时", "en": "too old & late"}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_never_a_nought() {
        let text = report(&a_card(), Language::En).text();
        assert!(text.contains("repeats, dropped | not kept"), "{text}");
        assert!(text.contains("event to written down | – | – | –"), "{text}");
        assert!(
            text.contains("event to inbox | 0.25 s | 61 s | 4000 s"),
            "{text}"
        );
        assert!(text.contains("too old for every rule | 4"), "{text}");
    }

    #[test]
    fn both_languages_say_the_same_rows_and_nothing_moves_the_cursor() {
        let (zh, en) = (
            report(&a_card(), Language::Zh),
            report(&a_card(), Language::En),
        );
        let rows = |report: &Report| -> Vec<usize> {
            report
                .sections
                .iter()
                .map(|section| section.rows.len())
                .collect()
        };
        assert_eq!(rows(&zh), rows(&en));
        assert!(zh.text().contains("! 过时") && zh.text().contains("已接纳 | 10"));
        assert!(!zh.text().contains('\u{1b}'));
    }
}
