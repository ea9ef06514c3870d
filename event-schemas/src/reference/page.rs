//! A department's page: what it publishes, field by field, with examples that run.

use serde_json::Value;

use super::fields::{Row, rows};
use super::html::{Html, escaped};
use super::style::STYLE;
use super::{Addresses, Language, snippets};
use crate::catalog::{Catalog, Department, EventType};

/// The page that leads to all others.
pub(super) fn index(catalog: &Catalog, language: Language) -> String {
    let title = language.pick("各部门发布的事件", "What departments publish");
    let mut html = begin(title, "index", language);
    html.element("h1", title);
    let intro = language.pick("目录版本", "Catalog");
    html.raw("<p>")
        .text(intro)
        .raw(" <code>")
        .text(catalog.version());
    html.raw("</code> · <a href=\"asyncapi.json\">AsyncAPI 3.0</a></p><nav><ul>");
    for department in catalog.departments() {
        let link = format!("{}.{}.html", department.name, language.code());
        html.raw(&format!("<li><a href=\"{}\">", escaped(&link)));
        html.text(language.of(&department.title));
        html.raw("</a> <code>")
            .text(&department.name)
            .raw("</code>");
        if let Some(description) = &department.description {
            html.raw(": ").text(language.of(description));
        }
        html.raw("</li>");
    }
    html.raw("</ul></nav>");
    end(html)
}

/// One department's page.
pub(super) fn department(
    catalog: &Catalog,
    department: &Department,
    addresses: &Addresses,
    language: Language,
) -> String {
    let title = language.of(&department.title);
    let mut html = begin(title, &department.name, language);
    html.raw(&format!("<p><a href=\"index.{}.html\">", language.code()));
    html.text(language.pick("所有部门", "All departments"));
    html.raw("</a></p>").element("h1", title);
    if let Some(description) = &department.description {
        html.element("p", language.of(description));
    }
    ways_in(&mut html, department, addresses, language);
    let types = || {
        let names = department.event_types.iter();
        names.filter_map(|name| catalog.event_type(name))
    };
    html.raw("<nav><ul>");
    for event_type in types() {
        html.raw(&format!("<li><a href=\"#{}\">", escaped(&event_type.name)));
        html.text(language.of(&event_type.title)).raw("</a></li>");
    }
    html.raw("</ul></nav>");
    for one in types() {
        event_type(&mut html, catalog, one, addresses, language);
    }
    feeds(&mut html, catalog, department, language);
    end(html)
}

fn begin(title: &str, name: &str, language: Language) -> Html {
    let (lang, other) = match language {
        Language::Zh => ("zh-CN", Language::En),
        Language::En => ("en", Language::Zh),
    };
    let mut html = Html::default();
    html.raw("<!doctype html>\n<html lang=\"").raw(lang);
    html.raw(
        "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">",
    );
    html.element("title", title).raw("<style>").raw(STYLE);
    html.raw("</style></head><body><main><p>");
    let link = escaped(&format!("{name}.{}.html", other.code()));
    html.raw(&format!("<a lang=\"{}\" href=\"{link}\">", other.code()));
    html.text(other.pick("中文", "English")).raw("</a></p>");
    html
}

fn end(mut html: Html) -> String {
    html.raw("</main></body></html>\n");
    html.done()
}

fn ways_in(html: &mut Html, department: &Department, addresses: &Addresses, language: Language) {
    html.raw("<dl>");
    html.element("dt", "Kafka").raw("<dd><code>city.inbox.");
    html.text(&department.name).raw("</code> @ <code>");
    html.text(&addresses.kafka).raw("</code></dd>");
    html.element("dt", "HTTP").raw("<dd><code>POST ");
    html.text(&addresses.http).raw("/v1/events</code></dd>");
    html.element("dt", language.pick("表单", "Forms"));
    html.raw("<dd><code>").text(&addresses.http);
    html.raw("/v1/forms/…</code></dd></dl>");
}

fn event_type(
    html: &mut Html,
    catalog: &Catalog,
    event_type: &EventType,
    addresses: &Addresses,
    language: Language,
) {
    html.raw(&format!("<section id=\"{}\">", escaped(&event_type.name)));
    html.element("h2", language.of(&event_type.title));
    html.raw("<p><code>")
        .text(&event_type.name)
        .raw("</code></p>");
    meaning(html, event_type, language);
    html.raw("<div class=\"wide\"><table><thead><tr>");
    for head in [
        language.pick("字段", "field"),
        language.pick("含义", "meaning"),
        language.pick("格式", "form"),
        language.pick("单位", "unit"),
        language.pick("代码", "codes"),
    ] {
        html.element("th scope=\"col\"", head);
    }
    html.raw("</tr></thead><tbody>");
    for row in rows(event_type, language) {
        table_row(html, &row, language);
    }
    html.raw("</tbody></table></div>");
    for (file, event) in catalog.valid_examples(&event_type.name) {
        example(
            html,
            (file, &event),
            &event_type.department,
            addresses,
            language,
        );
    }
    html.raw("</section>");
}

/// What the fields mean to the hub, as far as the contract says it.
fn meaning(html: &mut Html, event_type: &EventType, language: Language) {
    let notes = &event_type.schema["x-city"];
    let said = [
        ("subject", language.pick("主体", "subject")),
        ("eventTime", language.pick("发生时间", "event time")),
        ("recordedTime", language.pick("登记时间", "recorded time")),
        ("place", language.pick("地点代码", "place code")),
        ("updates", language.pick("更新", "updates")),
        ("ends", language.pick("结束", "ends")),
    ];
    html.raw("<dl>");
    html.element("dt", language.pick("一行概要", "in a line"));
    html.element("dd", language.of(&event_type.summary));
    for (note, word) in said {
        if let Some(field) = notes[note].as_str() {
            html.element("dt", word).raw("<dd><code>");
            html.text(field.trim_start_matches('/')).raw("</code></dd>");
        }
    }
    if let (Some(title), Some(unit)) = (&event_type.measure_title, &event_type.measure_unit) {
        html.element("dt", language.pick("主要指标", "main measure"));
        html.element("dd", &format!("{} ({unit})", language.of(title)));
    }
    if let Some(level) = notes.get("level") {
        html.element("dt", language.pick("级别（1 最重）", "level (1 gravest)"));
        html.element("dd", &levels(level, language));
    }
    html.raw("</dl>");
}

fn levels(level: &Value, language: Language) -> String {
    let of = level["of"].as_str().unwrap_or_default();
    let of = of.trim_start_matches('/');
    let mut parts = Vec::new();
    for step in level["steps"].as_array().into_iter().flatten() {
        parts.push(format!("{of} ≥ {} → {}", step["atLeast"], step["level"]));
    }
    for (value, level) in level["table"].as_object().into_iter().flatten() {
        parts.push(format!("{of} = {value} → {level}"));
    }
    for bound in level["against"].as_array().into_iter().flatten() {
        let field = bound["field"].as_str().unwrap_or_default();
        let field = field.trim_start_matches('/');
        parts.push(format!("{of} ≥ {field} → {}", bound["level"]));
    }
    if parts.is_empty() {
        parts.push(of.to_owned());
    }
    if let Some(default) = level.get("default") {
        parts.push(format!("{} → {default}", language.pick("其余", "else")));
    }
    parts.join(language.pick("；", "; "))
}

fn table_row(html: &mut Html, row: &Row, language: Language) {
    html.raw("<tr><th scope=\"row\"><code>").text(&row.path);
    html.raw("</code>");
    if row.required {
        let word = language.pick("必填", "required");
        html.raw(" <span class=\"mark\">").text(word).raw("</span>");
    }
    html.raw("</th><td>").text(&row.title);
    if row.personal {
        let word = language.pick("个人信息，加密保存", "personal, kept sealed");
        html.raw(" <span class=\"mark\">").text(word).raw("</span>");
    }
    html.raw("</td><td>").text(&row.form).raw("</td><td>");
    html.text(&row.unit).raw("</td><td>");
    for (index, (code, words)) in row.codes.iter().enumerate() {
        if index > 0 {
            html.raw("<br>");
        }
        html.raw("<code>").text(code).raw("</code> ").text(words);
    }
    html.raw("</td></tr>");
}

fn example(
    html: &mut Html,
    (file, event): (&str, &Value),
    department: &str,
    addresses: &Addresses,
    language: Language,
) {
    html.raw("<h3>").text(language.pick("示例", "Example"));
    html.raw(" <code>")
        .text(file.rsplit('/').next().unwrap_or(file));
    html.raw("</code></h3>")
        .element("pre", &format!("{event:#}"));
    for snippet in snippets::all(department, event, addresses) {
        html.raw("<details>").element("summary", snippet.title);
        html.raw("<p><code>").text(snippet.needs).raw("</code></p>");
        html.element("pre", &snippet.text).raw("</details>");
    }
}

fn feeds(html: &mut Html, catalog: &Catalog, department: &Department, language: Language) {
    let feeds: Vec<_> = catalog
        .feeds()
        .iter()
        .filter(|feed| feed.department == department.name)
        .collect();
    if feeds.is_empty() {
        return;
    }
    html.element("h2", language.pick("数据源", "Feeds"))
        .raw("<dl>");
    for feed in feeds {
        html.raw("<dt><code>")
            .text(&feed.name)
            .raw("</code></dt><dd>");
        html.text(language.of(&feed.title));
        if !feed.columns().is_empty() {
            let word = language.pick("；文件的列：", "; columns of its files: ");
            html.text(word).text(&feed.columns().join(", "));
        }
        html.raw("</dd>");
    }
    html.raw("</dl>");
}
