//! A report as one page of HTML to print or send: no script, nothing from elsewhere.

use super::ReportLanguage;
use super::sections::{Report, Section};

const STYLE: &str = "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#111}\
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}th{background:#eee}ul{padding-left:1.25rem}\
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}";

/// The page.
pub(super) fn html(report: &Report, lang: ReportLanguage) -> String {
    let code = lang.of("zh-CN", "en");
    let title = escaped(&report.title);
    let notes: String = report
        .notes
        .iter()
        .map(|note| format!("<li>{}</li>", escaped(note)))
        .collect();
    let notes = if notes.is_empty() {
        notes
    } else {
        format!("<ul>{notes}</ul>")
    };
    let tables: String = report
        .sections
        .iter()
        .filter(|section| !section.rows.is_empty())
        .map(table)
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\n\
         <body><main><h1>{title}</h1><p>{}</p>{notes}{tables}</main></body></html>\n",
        escaped(&report.period)
    )
}

fn table(section: &Section) -> String {
    let title = escaped(&section.title);
    let head: String = section
        .columns
        .iter()
        .map(|name| format!("<th scope=\"col\">{}</th>", escaped(name)))
        .collect();
    let rows: String = section
        .rows
        .iter()
        .map(|row| {
            let mut cells = row.iter();
            let first = cells
                .next()
                .map(|cell| format!("<th scope=\"row\">{}</th>", escaped(cell)));
            let rest: String = cells
                .map(|cell| format!("<td>{}</td>", escaped(cell)))
                .collect();
            format!("<tr>{}{rest}</tr>\n", first.unwrap_or_default())
        })
        .collect();
    format!(
        "<h2>{title}</h2>\n<table aria-label=\"{title}\"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>\n"
    )
}

/// Text that somebody else may have written, as text.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sections::{a_card, report};
    use super::*;

    #[test]
    fn what_a_publisher_wrote_is_text_on_the_page() {
        let card = a_card();
        for lang in [ReportLanguage::Zh, ReportLanguage::En] {
            let page = html(&report(&card, lang), lang);
            assert!(
                !page.contains("<script") && page.contains("/power/[2J&lt;script&gt;"),
                "{page}"
            );
            assert!(page.contains("expected &lt;b&gt;"), "{page}");
            assert!(page.contains(lang.of("lang=\"zh-CN\"", "lang=\"en\"")));
        }
    }
}
