//! Titles and explanations of alerts, in both languages.

use std::borrow::Cow;
use std::collections::BTreeSet;

use event_schemas::Text;
use event_schemas::rule_file::Key;

use super::episode::Scene;
use crate::rule::{Figure, UNTIL_CLEARED};

/// What there is to tell of an episode.
pub(super) struct Figures<'a> {
    pub(super) count: u64,
    pub(super) value: f64,
    pub(super) place: Option<&'a str>,
    pub(super) departments: &'a BTreeSet<String>,
}

/// The rule's alert title with its slots filled.
pub(super) fn title(scene: &Scene<'_>, figures: &Figures<'_>) -> Text {
    let template = &scene.rule.file.alert_title;
    let place = place_name(scene, figures);
    let fill = |language: Language| {
        let place = language.of(&place);
        template.fill(|slot| match slot {
            "place" => Some(Cow::Borrowed(place)),
            "key" => Some(Cow::Borrowed(scene.key)),
            "subject" => Some(Cow::Borrowed(subject_of(scene.key))),
            "count" => Some(Cow::Owned(count(scene, figures))),
            "value" => Some(Cow::Owned(number(figures.value))),
            "minutes" => Some(Cow::Owned(minutes(scene.rule.shape.within))),
            _ => None,
        })
    };
    Text {
        zh: fill(Language::Zh).zh,
        en: fill(Language::En).en,
    }
}

/// Why the alert is there, with the figures that met the condition.
pub(super) fn explanation(scene: &Scene<'_>, figures: &Figures<'_>, reason: Option<&Text>) -> Text {
    if scene.rule.absence.is_some() {
        return silence(scene, figures, reason);
    }
    let shape = &scene.rule.shape;
    let place = place_name(scene, figures);
    let (n, value, bound, within) = (
        figures.count,
        number(figures.value),
        number(shape.bound),
        minutes(shape.within),
    );
    let (zh, en) = match &shape.figure {
        _ if shape.single && shape.within >= UNTIL_CLEARED => (
            format!("{n} 条匹配事件，尚无解除事件"),
            format!("{n} matching event(s), and none yet that ends them"),
        ),
        _ if shape.single => (
            format!("{n} 条匹配事件；{within} 分钟无新事件即解除"),
            format!("{n} matching event(s); ends after {within} minutes without another"),
        ),
        Figure::Count => (
            format!("{within} 分钟内 {value} 条事件，达到界限 {bound}"),
            format!("{value} events within {within} minutes, bound {bound}"),
        ),
        Figure::Subjects => (
            format!("{within} 分钟内涉及 {value} 个不同对象，达到界限 {bound}"),
            format!("{value} different subjects within {within} minutes, bound {bound}"),
        ),
        Figure::Occasions(apart) => {
            let apart = minutes(*apart);
            (
                format!(
                    "{within} 分钟内 {value} 次（相隔不足 {apart} 分钟的算一次），达到界限 {bound}"
                ),
                format!(
                    "{value} times within {within} minutes (less than {apart} minutes apart is once), bound {bound}"
                ),
            )
        }
        Figure::Sum => (
            format!("{within} 分钟内各对象最新值合计 {value}，达到界限 {bound}"),
            format!(
                "latest values of all subjects within {within} minutes sum to {value}, bound {bound}"
            ),
        ),
        Figure::Max => (
            format!("{within} 分钟内最大值 {value}，达到界限 {bound}"),
            format!("greatest value within {within} minutes is {value}, bound {bound}"),
        ),
        Figure::Together(_) => {
            let who = figures
                .departments
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            (
                format!("{within} 分钟内同一地点 {n} 条事件相互印证（部门：{who}）"),
                format!("{n} events of {who} at one place within {within} minutes"),
            )
        }
    };
    let end = ending(reason);
    Text::new(
        format!("{}：{zh}{}", place.zh, end.zh),
        format!("{}: {en}{}", place.en, end.en),
    )
}

/// How long who was silent. That the hub had read on until then is why it may say so.
fn silence(scene: &Scene<'_>, figures: &Figures<'_>, reason: Option<&Text>) -> Text {
    let (who, value, end) = (subject_of(scene.key), number(figures.value), ending(reason));
    Text::new(
        format!(
            "{who}：{value} 分钟没有任何上报，其间枢纽接收正常{}",
            end.zh
        ),
        format!(
            "{who}: nothing for {value} minutes, while the hub had read everything that came{}",
            end.en
        ),
    )
}

fn ending(reason: Option<&Text>) -> Text {
    reason.map_or_else(
        || Text::new("。", "."),
        |reason| Text::new(format!("。{}。", reason.zh), format!(". {}.", reason.en)),
    )
}

/// A silence ended.
pub(super) fn heard_again() -> Text {
    Text::new("已恢复上报", "It reports again")
}

/// A silence that nobody ends is no news for ever.
pub(super) fn out_of_service() -> Text {
    Text::new(
        "静默已满三十天，视为停用；再次上报后重新值守",
        "Silent for thirty days, it counts as out of service; watching begins again when it reports",
    )
}

/// A replay ended, and what it left open with it.
pub(super) fn replay_is_over() -> Text {
    Text::new("回放已结束", "The replay is over")
}

/// Why an alert ended without its condition ending.
pub(super) fn rule_changed(removed: bool) -> Text {
    if removed {
        Text::new(
            "规则已停用，告警随之解除",
            "Its rule was withdrawn, so the alert ends",
        )
    } else {
        Text::new(
            "规则已修改，由新版本重新判断",
            "Its rule was changed; the new version judges anew",
        )
    }
}

#[derive(Clone, Copy)]
enum Language {
    Zh,
    En,
}

impl Language {
    fn of(self, text: &Text) -> &str {
        match self {
            Self::Zh => &text.zh,
            Self::En => &text.en,
        }
    }
}

fn place_name(scene: &Scene<'_>, figures: &Figures<'_>) -> Text {
    match figures.place {
        Some(code) => scene
            .places
            .name(code)
            .unwrap_or_else(|| Text::new(code, code)),
        None if scene.rule.key == Key::City => Text::new("全市", "the city"),
        None => Text::new("位置不明", "an unknown place"),
    }
}

fn subject_of(key: &str) -> &str {
    key.rsplit('|').next().unwrap_or(key)
}

/// Counting rules tell the figure they count; the others the number of events.
fn count(scene: &Scene<'_>, figures: &Figures<'_>) -> String {
    match scene.rule.shape.figure {
        Figure::Count | Figure::Subjects | Figure::Occasions(_) if !scene.rule.shape.single => {
            number(figures.value)
        }
        _ => figures.count.to_string(),
    }
}

fn minutes(ms: i64) -> String {
    (ms / 60_000).to_string()
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{}", value as i64)
    } else {
        format!("{value:.1}")
    }
}
