//! A report as one page of HTML to print or send: no script, nothing from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::ReportLanguage;
use super::sections::{Report, Section};

const STYLE: &str = "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#111}\
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}th{background:#eee}ul{padding-left:1.25rem}\
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}";

/// The page. What somebody else may have written is text on it, whatever it says.
pub(super) fn page(report: &Report, lang: ReportLanguage) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(lang.of("zh-CN", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (report.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (report.title) }
                    p { (report.period) }
                    @if !report.notes.is_empty() {
                        ul { @for note in &report.notes { li { (seen(note)) } } }
                    }
                    @for section in &report.sections {
                        @if !section.rows.is_empty() { (table(section)) }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn table(section: &Section) -> Markup {
    html! {
        h2 { (section.title) }
        table aria-label=(section.title) {
            thead { tr { @for name in &section.columns { th scope="col" { (name) } } } }
            tbody {
                @for row in &section.rows {
                    tr {
                        @for (place, cell) in row.iter().enumerate() {
                            @if place == 0 { th scope="row" { (seen(cell)) } } @else { td { (seen(cell)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Without control characters, which are no part of a page.
fn seen(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sections::{a_card, report};
    use super::*;

    #[test]
    fn what_a_publisher_wrote_is_text_on_the_page() {
        let card = a_card();
        for lang in [ReportLanguage::Zh, ReportLanguage::En] {
            let page = page(&report(&card, lang), lang);
            assert!(
                !page.contains("<script") && page.contains("/power/[2J&lt;script&gt;"),
                "{page}"
            );
            assert!(page.contains("expected &lt;b&gt;"), "{page}");
            assert!(page.contains(lang.of("lang=\"zh-CN\"", "lang=\"en\"")));
        }
    }
}
