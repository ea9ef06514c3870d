//! How a file comes: as a body of its own, or as a part of a form (`multipart/form-data`).

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use futures_util::stream;

use crate::forms::Filled;
use crate::problem::Problem;

/// Parts that a form may have: ours has five.
const PARTS_MOST: usize = 20;

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The file.
    pub(super) file: Bytes,
    /// What it is called at the sender's.
    pub(super) name: Option<String>,
    /// The form's other fields.
    pub(super) fields: Filled,
}

/// Whether a form with parts was sent.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// Takes a body apart.
pub(super) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Parts, Problem> {
    let Some(boundary) = boundary(headers) else {
        return Ok(Parts {
            file: body,
            ..Parts::default()
        });
    };
    let whole = stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut form = multer::Multipart::new(whole, boundary);
    let mut parts = Parts::default();
    for _ in 0..PARTS_MOST {
        let Some(part) = form.next_field().await.map_err(|error| broken(&error))? else {
            return Ok(parts);
        };
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            parts.name = part.file_name().map(str::to_owned);
            parts.file = part.bytes().await.map_err(|error| broken(&error))?;
        } else {
            let text = part.text().await.map_err(|error| broken(&error))?;
            parts.fields.put(&name, text);
        }
    }
    let detail =
        format!("expected a form of at most {PARTS_MOST} parts, the file in the part 'file'");
    Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail))
}

fn broken(error: &multer::Error) -> Problem {
    let detail = format!("the form cannot be read: {error}; expected the file in the part 'file'");
    Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_comes_as_a_body_or_as_a_part_of_a_form() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "text/csv".parse().unwrap());
        let plain = read(&headers, Bytes::from_static(b"a,b\n")).await.unwrap();
        assert_eq!((&plain.file[..], plain.name), (&b"a,b\n"[..], None));

        headers.insert(
            CONTENT_TYPE,
            "multipart/form-data; boundary=X".parse().unwrap(),
        );
        let body = "--X\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\npreview\r\n--X\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\n\r\n--X--\r\n";
        let form = read(&headers, Bytes::from(body)).await.unwrap();
        assert_eq!(
            (&form.file[..], form.name.as_deref()),
            (&b"a,b\n"[..], Some("a.csv"))
        );
        assert_eq!(form.fields.text("do"), "preview");
        assert!(
            read(&headers, Bytes::from_static(b"--X\r\nhalf"))
                .await
                .is_err()
        );
    }
}
