//! `/v1/files` as a page: choose a feed and a file, look at what it becomes, publish.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use event_schemas::Feed;
use maud::{Markup, html};

use super::parts::Parts;
use super::sheet::{Sent, Sheet};
use super::take::{LABEL, busy, file_feeds, judged, own_feed, publish, received, table};
use super::told::SHOWN;
use crate::coding::{self, Coding};
use crate::forms::{Filled, Filler, Lang, Shell, filler, page, turned_away};
use crate::problem::Problem;
use crate::{Intake, measure};

const PATH: &str = "/v1/files";
/// Bad rows that a page shows; the table to download has all.
const BAD_SHOWN: usize = 100;

/// The empty page.
pub(crate) async fn show(
    State(intake): State<Arc<Intake>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let lang = Lang::of(uri.query(), &headers);
    match filler(&intake, &headers) {
        Ok(filler) => {
            let form = chooser(&intake, &filler, &Filled::default(), lang);
            shell(StatusCode::OK, &form, lang)
        }
        Err(problem) => turned_away(problem, &headers, lang, PATH),
    }
}

/// What was chosen.
pub(crate) async fn take(
    State(intake): State<Arc<Intake>>,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let lang = Lang::of(uri.query(), &head.headers);
    let answer = match filler(&intake, &head.headers) {
        Err(problem) => turned_away(problem, &head.headers, lang, PATH),
        Ok(filler) => {
            let answer = serve(&intake, &filler, (&head.headers, body), lang).await;
            answer.unwrap_or_else(|(fields, problem)| {
                let words = problem.detail().to_owned();
                let status = problem.into_response().status();
                let body = html! {
                    div.summary role="alert" {
                        h2 { (lang.pick("没有发布", "Nothing was published")) }
                        p { (words) }
                    }
                    (chooser(&intake, &filler, &fields, lang))
                };
                shell(status, &body, lang)
            })
        }
    };
    measure::answered(answer.status().as_u16());
    answer
}

async fn serve(
    intake: &Intake,
    filler: &Filler,
    (headers, body): (&HeaderMap, Body),
    lang: Lang,
) -> Result<Response, (Filled, Problem)> {
    let Ok(_seat) = intake.seats.try_acquire() else {
        return Err((Filled::default(), busy()));
    };
    let received = received(intake, headers, body).await;
    let sent = received.map_err(|problem| (Filled::default(), problem))?;
    let served = async {
        filler.admit(headers, &sent.fields)?;
        let feed = own_feed(intake, filler, sent.fields.text("feed"))?;
        let file = file(intake, &sent).await?;
        let name = sent.name.as_deref().unwrap_or(sent.fields.text("name"));
        let label = LABEL;
        let bytes = &file[..];
        let mut sheet = judged(intake, feed, Sent { name, bytes, label })?;
        let kept = Kept {
            filler,
            feed,
            name,
            file: &file,
        };
        match sent.fields.text("do") {
            "bad" => Ok(table(feed, &sheet)),
            "publish" => {
                let count = publish(intake, &filler.publisher, &mut sheet).await?;
                let told = published(&kept, &sheet, count, lang)?;
                Ok(shell(StatusCode::OK, &told, lang))
            }
            _ => Ok(shell(StatusCode::OK, &preview(&kept, &sheet, lang)?, lang)),
        }
    };
    served
        .await
        .map_err(|problem| (sent.fields.clone(), problem))
}

/// The file itself, or what the preview's page kept of it.
async fn file(intake: &Intake, sent: &Parts) -> Result<Bytes, Problem> {
    if !sent.file.is_empty() || sent.fields.text("kept").is_empty() {
        return Ok(sent.file.clone());
    }
    let packed = STANDARD.decode(sent.fields.text("kept")).map_err(|_| {
        let detail = "the page's copy of the file is damaged; choose the file again";
        Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
    })?;
    coding::unpacked(packed.into(), Coding::Zstd, intake.config.body_bytes).await
}

/// What goes on from page to page: a browser gives a file once only.
struct Kept<'k> {
    filler: &'k Filler,
    feed: &'k Feed,
    name: &'k str,
    file: &'k [u8],
}

fn shell(status: StatusCode, body: &Markup, lang: Lang) -> Response {
    let title = lang.pick("发布文件", "Publish a file");
    let shell = Shell {
        lang,
        title,
        path: PATH,
        keep: "",
    };
    page(status, &shell, body)
}

fn action(lang: Lang) -> String {
    format!("{PATH}?lang={}", lang.code())
}

fn chooser(intake: &Intake, filler: &Filler, fields: &Filled, lang: Lang) -> Markup {
    let feeds = file_feeds(intake, &filler.publisher.department);
    if feeds.is_empty() {
        return html! {
            p {
                (lang.pick(
                    "本部门没有读取文件的数据源。在 feeds.yaml 中为数据源写一个 file 映射即可。",
                    "Your department has no feed that reads files: write a mapping, `file`, in its feeds.yaml.",
                ))
            }
        };
    }
    html! {
        form method="post" action=(action(lang)) enctype="multipart/form-data" {
            @if let Some(token) = &filler.token { input type="hidden" name="token" value=(token); }
            div.field {
                label for="feed" { (lang.pick("数据源", "Feed")) }
                select #feed name="feed" {
                    @for feed in &feeds {
                        option value=(feed.name) selected[fields.text("feed") == feed.name] {
                            (lang.of_text(&feed.title)) " (" (feed.name) ")"
                        }
                    }
                }
            }
            div.field {
                label for="file" { (lang.pick("文件", "File")) }
                span.hint #file-hint {
                    (lang.pick(
                        "CSV 表格，UTF-8 或 GB18030，首行为列名",
                        "A table as CSV, in UTF-8 or GB18030, column names in the first line",
                    ))
                }
                input #file name="file" type="file" accept=".csv,text/csv" required aria-describedby="file-hint";
            }
            p { button type="submit" name="do" value="preview" { (lang.pick("预览", "Preview")) } }
        }
        h2 { (lang.pick("各数据源的列", "Columns of the feeds")) }
        dl {
            @for feed in &feeds {
                dt { (lang.of_text(&feed.title)) }
                dd { code { (columns(feed)) } }
            }
        }
    }
}

/// Columns that files have, without those that are made up from name and form.
fn columns(feed: &Feed) -> String {
    let columns = feed.columns().iter().filter(|name| !name.starts_with('@'));
    columns.map(String::as_str).collect::<Vec<_>>().join(",")
}

fn preview(kept: &Kept<'_>, sheet: &Sheet, lang: Lang) -> Result<Markup, Problem> {
    let hidden = hidden(kept)?;
    Ok(html! {
        (sums(kept, sheet, lang))
        @if sheet.good.is_empty() {
            p { strong { (lang.pick("没有可以发布的行。", "No row can be published.")) } }
        } @else {
            form method="post" action=(action(lang)) enctype="multipart/form-data" {
                (hidden)
                p {
                    button type="submit" name="do" value="publish" {
                        (lang.pick("发布这些事件：", "Publish these events: ")) (sheet.good.len())
                    }
                }
            }
        }
        (bad_rows(sheet, &hidden, lang))
        (events(sheet, lang))
    })
}

fn published(kept: &Kept<'_>, sheet: &Sheet, count: usize, lang: Lang) -> Result<Markup, Problem> {
    let hidden = hidden(kept)?;
    Ok(html! {
        p role="status" {
            strong { (lang.pick("已发布事件：", "Events published: ")) (count) "." }
            " "
            (lang.pick(
                "同一文件再发一次不会增加任何事件。",
                "The same file again adds nothing.",
            ))
        }
        (sums(kept, sheet, lang))
        (bad_rows(sheet, &hidden, lang))
        p { a href=(action(lang)) { (lang.pick("再选一个文件", "Choose another file")) } }
    })
}

fn hidden(kept: &Kept<'_>) -> Result<Markup, Problem> {
    let packed = zstd::bulk::compress(kept.file, 3).map_err(|error| {
        let detail = format!("the file cannot be kept for the next page: {error}");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    })?;
    Ok(html! {
        @if let Some(token) = &kept.filler.token { input type="hidden" name="token" value=(token); }
        input type="hidden" name="feed" value=(kept.feed.name);
        input type="hidden" name="name" value=(kept.name);
        input type="hidden" name="kept" value=(STANDARD.encode(packed));
    })
}

fn sums(kept: &Kept<'_>, sheet: &Sheet, lang: Lang) -> Markup {
    let sums = [
        (lang.pick("行", "Rows"), sheet.rows),
        (lang.pick("事件", "Events"), sheet.good.len() as u64),
        (lang.pick("有误的行", "Bad rows"), sheet.bad.len() as u64),
        (
            lang.pick(
                "按映射不是事件的行",
                "Rows that are no events by the mapping",
            ),
            sheet.skipped,
        ),
        (lang.pick("重复的行", "Repeated rows"), sheet.repeated),
    ];
    html! {
        p { (lang.of_text(&kept.feed.title)) ": " code { (kept.name) } " (" (sheet.encoding) ")" }
        ul { @for (words, count) in sums { li { (words) ": " (count) } } }
    }
}

fn bad_rows(sheet: &Sheet, hidden: &Markup, lang: Lang) -> Markup {
    if sheet.bad.is_empty() {
        return html! {};
    }
    html! {
        h2 { (lang.pick("有误的行", "Bad rows")) }
        div.scroll tabindex="0" role="region" aria-label=(lang.pick("有误的行", "Bad rows")) {
            table {
                thead { tr {
                    th scope="col" { (lang.pick("行号", "Line")) }
                    th scope="col" { (lang.pick("列", "Column")) }
                    th scope="col" { (lang.pick("原因", "Reason")) }
                } }
                tbody {
                    @for bad in sheet.bad.iter().take(BAD_SHOWN) {
                        tr {
                            td { (bad.line) }
                            td { (bad.column.as_deref().or(bad.path.as_deref()).unwrap_or("—")) }
                            td { (bad.message) }
                        }
                    }
                }
            }
        }
        form method="post" action=(action(lang)) enctype="multipart/form-data" {
            (hidden)
            p {
                button type="submit" name="do" value="bad" {
                    (lang.pick("下载有误的行", "Download the bad rows"))
                }
            }
        }
    }
}

fn events(sheet: &Sheet, lang: Lang) -> Markup {
    html! {
        @if !sheet.good.is_empty() {
            h2 { (lang.pick("将发布为（前几行）", "As they will be published (first rows)")) }
            div.scroll tabindex="0" role="region" aria-label=(lang.pick("预览", "Preview")) {
                table {
                    thead { tr {
                        th scope="col" { (lang.pick("行号", "Line")) }
                        th scope="col" { (lang.pick("事件", "Event")) }
                    } }
                    tbody {
                        @for good in sheet.good.iter().take(SHOWN) {
                            tr { td { (good.line) } td { code { (good.json) } } }
                        }
                    }
                }
            }
        }
    }
}
