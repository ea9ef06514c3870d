//! How one field is asked for: label, hint, error and control, bound together for screen readers.

use event_schemas::Text;
use maud::{Markup, html};

use super::field::{Field, Kind};
use super::filled::Filled;
use super::lang::Lang;

/// The id of a field's control.
pub(crate) fn id(name: &str) -> String {
    let plain = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    format!("f{}", plain.collect::<String>())
}

/// What a control needs to know beside its values.
pub(crate) struct Ask<'a> {
    pub(crate) name: &'a str,
    pub(crate) title: &'a Text,
    pub(crate) hint: &'a Text,
    pub(crate) unit: Option<&'a str>,
    pub(crate) required: bool,
    pub(crate) personal: bool,
}

/// A field, or a group of fields.
pub(crate) fn field(field: &Field, filled: &Filled, lang: Lang) -> Markup {
    let ask = Ask {
        name: &field.pointer,
        title: &field.title,
        hint: &field.hint,
        unit: field.unit.as_deref(),
        required: field.required,
        personal: field.personal,
    };
    match &field.kind {
        Kind::Group(below) => html! {
            fieldset {
                legend { (lang.of_text(&field.title)) (mark(field.required, lang)) }
                @for one in below { (self::field(one, filled, lang)) }
            }
        },
        Kind::Choices(choices) => boxes(&ask, choices, filled, lang),
        kind => labelled(&ask, filled, lang, |described, invalid| {
            control(&ask, kind, filled, lang, (described, invalid))
        }),
    }
}

/// A control with its label, hint and error.
pub(crate) fn labelled(
    ask: &Ask<'_>,
    filled: &Filled,
    lang: Lang,
    control: impl FnOnce(&str, bool) -> Markup,
) -> Markup {
    let id = id(ask.name);
    let error = filled.errors.get(ask.name);
    let described = described(&id, ask, error, lang);
    html! {
        div.field.faulty[error.is_some()] {
            label for=(id) {
                (lang.of_text(ask.title))
                @if let Some(unit) = ask.unit { " (" (unit) ")" }
                (mark(ask.required, lang))
            }
            (notes(&id, ask, error, lang))
            (control(&described, error.is_some()))
        }
    }
}

/// Any of several, each with a box of its own.
fn boxes(ask: &Ask<'_>, choices: &[(String, Text)], filled: &Filled, lang: Lang) -> Markup {
    let id = id(ask.name);
    let error = filled.errors.get(ask.name);
    let chosen = filled.all(ask.name);
    html! {
        fieldset #(id) .faulty[error.is_some()] aria-describedby=[some(described(&id, ask, error, lang))] {
            legend { (lang.of_text(ask.title)) (mark(ask.required, lang)) }
            (notes(&id, ask, error, lang))
            @for (value, words) in choices {
                div {
                    label {
                        input type="checkbox" name=(ask.name) value=(value) checked[chosen.contains(value)];
                        (lang.of_text(words))
                    }
                }
            }
        }
    }
}

fn control(
    ask: &Ask<'_>,
    kind: &Kind,
    filled: &Filled,
    lang: Lang,
    (described, invalid): (&str, bool),
) -> Markup {
    let id = id(ask.name);
    let value = filled.text(ask.name);
    let described = some(described.to_owned());
    let invalid = invalid.then_some("true");
    // The browser's own check of "required" would hide ours, which is in the page's language.
    let required = ask.required.then_some("true");
    match kind {
        Kind::LongText | Kind::Lines | Kind::Json => html! {
            textarea #(id) name=(ask.name) rows="4" aria-required=[required]
                aria-describedby=[described] aria-invalid=[invalid] { "\n" (value) }
        },
        Kind::Choice(choices) => {
            let choices = choices
                .iter()
                .map(|(value, words)| (value.as_str(), lang.of_text(words)));
            select(&id, ask, choices, value, (described, invalid))
        }
        Kind::Flag => {
            let choices = [
                ("true", lang.pick("是", "Yes")),
                ("false", lang.pick("否", "No")),
            ];
            select(&id, ask, choices.into_iter(), value, (described, invalid))
        }
        Kind::Moment => html! {
            input.short #(id) name=(ask.name) type="datetime-local" value=(value) aria-required=[required]
                aria-describedby=[described] aria-invalid=[invalid];
        },
        Kind::Integer | Kind::Number => {
            let pad = if *kind == Kind::Integer {
                "numeric"
            } else {
                "decimal"
            };
            html! {
                input.short #(id) name=(ask.name) type="text" inputmode=(pad) value=(value) autocomplete="off"
                    aria-required=[required] aria-describedby=[described] aria-invalid=[invalid];
            }
        }
        Kind::Text | Kind::Choices(_) | Kind::Group(_) => html! {
            input #(id) name=(ask.name) type="text" value=(value) autocomplete="off"
                aria-required=[required] aria-describedby=[described] aria-invalid=[invalid];
        },
    }
}

/// One of several; the empty one stands first.
pub(crate) fn select<'c>(
    id: &str,
    ask: &Ask<'_>,
    choices: impl Iterator<Item = (&'c str, &'c str)>,
    chosen: &str,
    (described, invalid): (Option<String>, Option<&str>),
) -> Markup {
    html! {
        select #(id) name=(ask.name) aria-required=[ask.required.then_some("true")]
            aria-describedby=[described] aria-invalid=[invalid] {
            option value="" { "—" }
            @for (value, words) in choices {
                option value=(value) selected[value == chosen] { (words) }
            }
        }
    }
}

fn notes(id: &str, ask: &Ask<'_>, error: Option<&Text>, lang: Lang) -> Markup {
    let hint = lang.of_text(ask.hint);
    html! {
        @if !hint.is_empty() || ask.personal {
            span.hint id={ (id) "-hint" } {
                (hint)
                @if ask.personal {
                    @if !hint.is_empty() { " · " }
                    (lang.pick("个人信息，加密保存", "Personal: stored sealed"))
                }
            }
        }
        @if let Some(error) = error {
            span.error id={ (id) "-error" } { (lang.of_text(error)) }
        }
    }
}

fn described(id: &str, ask: &Ask<'_>, error: Option<&Text>, lang: Lang) -> String {
    let mut ids = Vec::new();
    if !lang.of_text(ask.hint).is_empty() || ask.personal {
        ids.push(format!("{id}-hint"));
    }
    if error.is_some() {
        ids.push(format!("{id}-error"));
    }
    ids.join(" ")
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn mark(required: bool, lang: Lang) -> Markup {
    html! {
        @if required { " " span.must { (lang.pick("（必填）", "(required)")) } }
    }
}
