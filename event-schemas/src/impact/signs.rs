//! Vital signs that a change of contracts breaks.

use super::{Broken, Kind};
use crate::catalog::Catalog;
use crate::diff::{Change, ChangeRule};
use crate::sign_file::{FILE, SignFile, SignMeasure};

/// Signs that break.
pub(super) fn broken(old: &Catalog, new: &Catalog, changes: &[Change]) -> Vec<Broken> {
    let mut broken = Vec::new();
    for sign in new.signs() {
        let concerned = changes
            .iter()
            .filter(|one| sign.types.contains(&one.event_type));
        for change in concerned {
            if breaks(sign, change, old) {
                broken.push(Broken {
                    kind: Kind::Sign,
                    name: sign.id.clone(),
                    file: FILE.to_owned(),
                    because: format!("is computed from {change}"),
                });
            }
        }
    }
    broken
}

fn breaks(sign: &SignFile, change: &Change, old: &Catalog) -> bool {
    let measured = sign.measure != SignMeasure::Count;
    let own_field = sign
        .of
        .as_ref()
        .map(|of| format!("/{}", of.replace('.', "/")));
    let main = old
        .event_type(&change.event_type)
        .and_then(|one| one.schema.pointer("/x-city/measure/of")?.as_str());
    let field = own_field.as_deref().or(main);
    match change.rule {
        ChangeRule::TypeRemoved => true,
        ChangeRule::LevelChanged => !sign.levels.is_empty(),
        ChangeRule::MeasureChanged => measured && own_field.is_none(),
        ChangeRule::UnitChanged if change.path.starts_with("/x-city") => {
            measured && own_field.is_none()
        }
        ChangeRule::FieldRemoved
        | ChangeRule::FieldUnnamed
        | ChangeRule::KindChanged
        | ChangeRule::KindWidened
        | ChangeRule::UnitChanged
        | ChangeRule::PersonalAdded => measured && field.is_some_and(|field| change.touches(field)),
        _ => false,
    }
}
