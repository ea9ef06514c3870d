//! The pages: the list of forms, a form, and its receipt.

use axum::http::StatusCode;
use axum::response::Response;
use event_schemas::{EventType, PlaceTree, Text};
use maud::{Markup, html};

use super::field::{Field, Kind};
use super::filled::Filled;
use super::lang::Lang;
use super::layout::{self, Shell};
use super::place;
use super::widget::{self, Ask, id, labelled};
use crate::event_fate::Fate;

/// A form to show.
pub(crate) struct Form<'f> {
    pub(crate) event_type: &'f EventType,
    pub(crate) fields: &'f [Field],
    pub(crate) places: &'f PlaceTree,
    pub(crate) filled: &'f Filled,
    pub(crate) zone: &'f str,
    pub(crate) token: Option<&'f str>,
}

/// The forms that somebody may fill in.
pub(crate) fn index<'t>(
    department: &Text,
    types: impl Iterator<Item = &'t EventType>,
    lang: Lang,
) -> Response {
    let title = format!(
        "{}{}",
        lang.of_text(department),
        lang.pick("：填报表单", ": forms to fill in")
    );
    let body = html! {
        ul {
            @for event_type in types {
                li {
                    a href={ "/v1/forms/" (event_type.name) "?lang=" (lang.code()) } {
                        (lang.of_text(&event_type.title))
                    }
                    " " code { (event_type.name) }
                }
            }
        }
    };
    let shell = Shell {
        lang,
        title: &title,
        path: "/v1/forms",
        keep: "",
    };
    layout::page(StatusCode::OK, &shell, &body)
}

/// A form, with what was filled in and what is wrong with it.
pub(crate) fn form(status: StatusCode, form: &Form<'_>, lang: Lang) -> Response {
    let name = &form.event_type.name;
    let words = lang.of_text(&form.event_type.title);
    let faulty = !form.filled.errors.is_empty();
    let title = if faulty {
        format!("{}{words}", lang.pick("有误：", "Error: "))
    } else {
        words.to_owned()
    };
    let body = html! {
        @if faulty { (summary(form, lang)) }
        p { (lang.pick("标有“必填”的项目必须填写。", "Fill in what is marked as required.")) }
        form method="post" action={ "/v1/forms/" (name) "?lang=" (lang.code()) } novalidate {
            input type="hidden" name="nonce" value=(form.filled.text("nonce"));
            @if let Some(token) = form.token { input type="hidden" name="token" value=(token); }
            @for field in form.fields { (widget::field(field, form.filled, lang)) }
            (around(form, lang))
            p { button type="submit" { (lang.pick("发布", "Publish")) } }
        }
    };
    let path = format!("/v1/forms/{name}");
    let shell = Shell {
        lang,
        title: &title,
        path: &path,
        keep: "",
    };
    layout::page(status, &shell, &body)
}

/// What is wrong, at the top, with a way to each field.
fn summary(form: &Form<'_>, lang: Lang) -> Markup {
    html! {
        div.summary role="alert" {
            h2 { (lang.pick("没有发布，请更正：", "Nothing was published. Correct this:")) }
            ul {
                @for (name, words) in &form.filled.errors {
                    li {
                        @if name.is_empty() {
                            (lang.of_text(words))
                        } @else {
                            a href={ "#" (id(name)) } {
                                (title_of(form.fields, name, lang)) ": " (lang.of_text(words))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn title_of<'f>(fields: &'f [Field], name: &'f str, lang: Lang) -> &'f str {
    let ours = envelope_titles().into_iter().find(|(one, ..)| *one == name);
    if let Some((_, zh, en)) = ours {
        return lang.pick(zh, en);
    }
    let found = fields.iter().find_map(|field| match &field.kind {
        _ if field.pointer == name => Some(lang.of_text(&field.title)),
        Kind::Group(below) if name.starts_with(&field.pointer) => Some(title_of(below, name, lang)),
        _ => None,
    });
    found.unwrap_or(name)
}

/// What every event may say beside its data.
fn envelope_titles() -> [(&'static str, &'static str, &'static str); 4] {
    [
        ("time", "发生时间", "When it happened"),
        ("place", "地点", "Place"),
        ("lon", "经度", "Longitude"),
        ("lat", "纬度", "Latitude"),
    ]
}

fn around(form: &Form<'_>, lang: Lang) -> Markup {
    let city = |name: &str| form.event_type.schema["x-city"][name].is_string();
    let (own_time, own_place) = (city("eventTime"), city("place") || city("lon"));
    html! {
        @if !own_time { (time(form, lang)) }
        @if !own_place {
            fieldset {
                legend { (lang.pick("在哪里", "Where")) }
                (place_list(form, lang))
                (coordinate("lon", form.filled, lang))
                (coordinate("lat", form.filled, lang))
            }
        }
        div.field {
            label {
                input type="checkbox" name="exercise" value="true"
                    checked[form.filled.text("exercise") == "true"];
                (lang.pick("这是演练", "This is an exercise"))
            }
        }
    }
}

fn ours<'a>(name: &'a str, title: &'a Text, hint: &'a Text, required: bool) -> Ask<'a> {
    Ask {
        name,
        title,
        hint,
        unit: None,
        required,
        personal: false,
    }
}

fn words_of(name: &str) -> Text {
    let words = envelope_titles().into_iter().find(|(one, ..)| *one == name);
    words.map_or_else(Text::default, |(_, zh, en)| Text::new(zh, en))
}

fn time(form: &Form<'_>, lang: Lang) -> Markup {
    let (title, zone) = (words_of("time"), form.zone);
    let hint = Text::new(
        format!("城市时间 UTC{zone}"),
        format!("The city's time, UTC{zone}"),
    );
    let ask = ours("time", &title, &hint, true);
    labelled(&ask, form.filled, lang, |described, invalid| {
        html! {
            input.short #(id("time")) name="time" type="datetime-local" value=(form.filled.text("time"))
                aria-required="true" aria-describedby=(described) aria-invalid=[invalid.then_some("true")];
        }
    })
}

fn place_list(form: &Form<'_>, lang: Lang) -> Markup {
    let (title, hint) = (words_of("place"), Text::default());
    let ask = ours("place", &title, &hint, false);
    let choices = place::choices(form.places, lang);
    labelled(&ask, form.filled, lang, |described, invalid| {
        let described = (!described.is_empty()).then(|| described.to_owned());
        let list = choices
            .iter()
            .map(|place| (place.code, place.label.as_str()));
        let chosen = form.filled.text("place");
        let said = (described, invalid.then_some("true"));
        widget::select(&id("place"), &ask, list, chosen, said)
    })
}

fn coordinate(name: &str, filled: &Filled, lang: Lang) -> Markup {
    let hint = Text::new(
        "十进制度，WGS-84；与地点同填时以坐标为准细化",
        "Decimal degrees, WGS-84; makes the place finer",
    );
    let title = words_of(name);
    let ask = ours(name, &title, &hint, false);
    labelled(&ask, filled, lang, |described, invalid| {
        html! {
            input.short #(id(name)) name=(name) type="text" inputmode="decimal" value=(filled.text(name))
                autocomplete="off" aria-describedby=(described) aria-invalid=[invalid.then_some("true")];
        }
    })
}

/// What was published, and what became of it so far.
pub(crate) struct Receipt<'r> {
    pub(crate) event_type: &'r EventType,
    pub(crate) source: &'r str,
    pub(crate) id: &'r str,
    /// `None`: nobody can tell at the moment.
    pub(crate) fate: Option<&'r Fate>,
}

/// The receipt of a form.
pub(crate) fn receipt(receipt: &Receipt<'_>, lang: Lang) -> Response {
    let title = format!(
        "{}{}",
        lang.pick("回执：", "Receipt: "),
        lang.of_text(&receipt.event_type.title)
    );
    let name = &receipt.event_type.name;
    let escaped = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let fate_at = format!(
        "/v1/events/{}/{}",
        escaped(receipt.source),
        escaped(receipt.id)
    );
    let body = html! {
        dl {
            dt { (lang.pick("事件编号", "Event id")) }
            dd { code { (receipt.id) } }
            dt { (lang.pick("来源", "Source")) }
            dd { code { (receipt.source) } }
            dt { (lang.pick("状态", "State")) }
            dd { (state(receipt.fate, lang)) }
        }
        p { a href=(fate_at) { (lang.pick("查询接收结果（JSON）", "What became of it (JSON)")) } }
        p {
            a href={ "/v1/forms/" (name) "?lang=" (lang.code()) } {
                (lang.pick("再填一份", "Fill in another"))
            }
        }
    };
    let (path, keep) = (
        format!("/v1/forms/{name}"),
        format!("receipt={}&", escaped(receipt.id)),
    );
    let shell = Shell {
        lang,
        title: &title,
        path: &path,
        keep: &keep,
    };
    layout::page(StatusCode::OK, &shell, &body)
}

fn state(fate: Option<&Fate>, lang: Lang) -> Markup {
    html! {
        @match fate {
            Some(fate) if fate.admitted.is_some() => (lang.pick("已接收", "Admitted")),
            Some(Fate { dead_letters, .. }) if !dead_letters.is_empty() => {
                (lang.pick("被拒绝：", "Refused: "))
                @for letter in dead_letters { (letter.message) " " }
            },
            _ => (lang.pick(
                "已发布，等待接收；几秒后重新载入此页",
                "Published, not yet seen as admitted: load this page again in a few seconds",
            )),
        }
    }
}
