//! Examples are promises: each must be judged as it says, or the catalog has an error.

use super::{Catalog, CatalogError, Example};
use crate::envelope::decode_structured;
use crate::judge::Refusal;

/// Judges every example.
pub(crate) fn check(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    for example in &catalog.examples {
        if let Some((path, expected)) = mismatch(catalog, example) {
            errors.push(CatalogError::new(&example.file, path, expected));
        }
    }
}

/// What admission would say to an example's event.
fn verdict(catalog: &Catalog, example: &Example) -> Result<(), Refusal> {
    let envelope = decode_structured(example.event.as_bytes())?;
    catalog.judge(&example.department, &envelope).map(drop)
}

fn mismatch(catalog: &Catalog, example: &Example) -> Option<(String, String)> {
    match (verdict(catalog, example), &example.expect) {
        (Ok(()), None) => None,
        (Err(refusal), None) => {
            let path = refusal.path.unwrap_or_default();
            let why = refusal.message;
            Some((path, format!("a valid event, but it is refused: {why}")))
        }
        (Ok(()), Some(expect)) => {
            let expected = format!(
                "an event refused as {}, but it is valid",
                expect.reason.code()
            );
            Some((String::from("/event"), expected))
        }
        (Err(refusal), Some(expect)) => {
            let same = refusal.reason == expect.reason && refusal.path == expect.path;
            (!same).then(|| {
                let expected = format!(
                    "the true verdict, {} at {}: {}",
                    refusal.reason.code(),
                    refusal.path.as_deref().unwrap_or("(no path)"),
                    refusal.message
                );
                (String::from("/expect"), expected)
            })
        }
    }
}
