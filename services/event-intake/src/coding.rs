//! Packed bodies: what `Content-Encoding` says, and unpacking within a limit.
//!
//! What a few bytes unfold to is not known before it is done, so it is done in a stream that ends one
//! byte beyond the limit: a compression bomb costs no more memory than an honest body.

use std::io::{self, Read};

use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::Bytes;

use crate::problem::Problem;

/// What is unpacked; told with every refusal of something else (RFC 9110, 12.5.3).
const UNPACKED: &str = "gzip, zstd";
/// A zstd frame may ask for a window of gigabytes; this one (8 MiB) is what RFC 9659 lets a decoder have.
const ZSTD_WINDOW_LOG: u32 = 23;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Plain,
    Gzip,
    Zstd,
}

/// The coding by the headers alone, before any of the body is read.
pub(crate) fn of(request: &HeaderMap) -> Result<Coding, Problem> {
    let mut given = request.get_all(CONTENT_ENCODING).iter();
    let (first, more) = (given.next(), given.next());
    let name = first.map(|coding| coding.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    match (name.as_deref(), more) {
        (None | Some("" | "identity"), None) => Ok(Coding::Plain),
        (Some("gzip" | "x-gzip"), None) => Ok(Coding::Gzip),
        (Some("zstd"), None) => Ok(Coding::Zstd),
        (other, _) => Err(unsupported(other.unwrap_or_default())),
    }
}

fn unsupported(found: &str) -> Problem {
    let detail = format!(
        "expected no content-encoding, or one of {UNPACKED}, once; found '{found}': send the body as it is, \
         or packed by one of these"
    );
    let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Problem::new(code, "unsupported-content-encoding", detail)
        .with_header(ACCEPT_ENCODING, HeaderValue::from_static(UNPACKED))
}

/// The body as it was before it was packed, if it is not larger than `limit`.
pub(crate) async fn unpacked(body: Bytes, coding: Coding, limit: usize) -> Result<Bytes, Problem> {
    if coding == Coding::Plain {
        return Ok(body);
    }
    // Milliseconds of pure work: not on a thread that serves others.
    let unpacking = tokio::task::spawn_blocking(move || unpack(&body, coding, limit));
    match unpacking.await {
        Ok(Ok(Some(whole))) => Ok(whole.into()),
        Ok(Ok(None)) => {
            let detail = format!(
                "expected a body of at most {limit} bytes when unpacked; it was unpacked no further: send \
                 several batches"
            );
            let code = StatusCode::PAYLOAD_TOO_LARGE;
            Err(Problem::new(code, "too-large-unpacked", detail))
        }
        Ok(Err(error)) => {
            let detail = format!("the body is not whole {}: {error}", name(coding));
            let code = StatusCode::BAD_REQUEST;
            Err(Problem::new(code, "broken-content-encoding", detail))
        }
        Err(_) => {
            let detail = "the hub is stopping; send the same again";
            let code = StatusCode::SERVICE_UNAVAILABLE;
            Err(Problem::new(code, "unavailable", detail))
        }
    }
}

fn name(coding: Coding) -> &'static str {
    match coding {
        Coding::Plain => "plain",
        Coding::Gzip => "gzip",
        Coding::Zstd => "zstd",
    }
}

/// `None`: more than `limit` bytes come out.
fn unpack(packed: &[u8], coding: Coding, limit: usize) -> io::Result<Option<Vec<u8>>> {
    match coding {
        Coding::Plain => up_to(packed, limit),
        Coding::Gzip => up_to(flate2::read::MultiGzDecoder::new(packed), limit),
        Coding::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            up_to(decoder, limit)
        }
    }
}

fn up_to(unpacking: impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut whole = Vec::new();
    let read = unpacking.take(limit as u64 + 1).read_to_end(&mut whole)?;
    Ok((read <= limit).then_some(whole))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut packing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packing.write_all(plain).unwrap();
        packing.finish().unwrap()
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was_up_to_the_limit_and_not_one_byte_beyond() {
        let plain = vec![b'x'; 10_000];
        let zstd = zstd::encode_all(&plain[..], 3).unwrap();
        for (packed, coding) in [(gzip(&plain), Coding::Gzip), (zstd, Coding::Zstd)] {
            assert!(packed.len() < 100, "it is a small bomb");
            let whole = unpack(&packed, coding, 10_000).unwrap();
            assert_eq!(whole.as_deref(), Some(&plain[..]));
            assert_eq!(unpack(&packed, coding, 9_999).unwrap(), None);
            let half = &packed[..packed.len() / 2];
            assert!(unpack(half, coding, 10_000).is_err(), "{coding:?}");
            let more = [&packed[..], b"tail"].concat();
            assert!(unpack(&more, coding, 10_000).is_err(), "{coding:?}");
        }
    }

    #[test]
    fn a_frame_that_asks_for_a_giant_window_is_refused() {
        // Magic, a descriptor without content size, a window of 2^31 bytes, an empty last block.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
        assert!(unpack(&frame, Coding::Zstd, 100).is_err());
    }

    #[test]
    fn one_coding_that_we_unpack_or_none() {
        let of_all = |codings: &[&'static str]| {
            let mut request = HeaderMap::new();
            for coding in codings {
                request.append(CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            of(&request).ok()
        };
        assert_eq!(of_all(&[]), Some(Coding::Plain));
        assert_eq!(of_all(&["Identity"]), Some(Coding::Plain));
        assert_eq!(of_all(&["GZIP"]), Some(Coding::Gzip));
        assert_eq!(of_all(&["zstd"]), Some(Coding::Zstd));
        for refused in [
            &["br"][..],
            &["deflate"],
            &["gzip, gzip"],
            &["gzip", "gzip"],
        ] {
            assert_eq!(of_all(refused), None, "{refused:?}");
        }
    }
}
