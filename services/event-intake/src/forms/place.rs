//! Where it happened: the city's places as a list, the inner ones set in.

use event_schemas::PlaceTree;

use super::lang::Lang;

/// A place in the list.
pub(crate) struct Choice<'t> {
    pub(crate) code: &'t str,
    /// Its name, set in by how deep it lies.
    pub(crate) label: String,
}

/// All places, each after the one that it lies in.
pub(crate) fn choices(places: &PlaceTree, lang: Lang) -> Vec<Choice<'_>> {
    let mut choices = Vec::with_capacity(places.len());
    let mut open: Vec<_> = places.roots();
    open.reverse();
    while let Some(place) = open.pop() {
        // Blanks at the beginning of an option are not shown, these are.
        let inset = "\u{3000}".repeat(usize::from(place.level));
        choices.push(Choice {
            code: &place.code,
            label: format!("{inset}{} ({})", lang.of_text(&place.name), place.code),
        });
        open.extend(places.children(&place.code).into_iter().rev());
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_schemas::Catalog;

    #[test]
    fn every_place_stands_once_and_after_the_one_it_lies_in() {
        let catalog = Catalog::embedded().unwrap();
        let places = catalog.places();
        let choices = choices(places, Lang::Zh);
        assert_eq!(choices.len(), places.len());
        let at = |code: &str| choices.iter().position(|choice| choice.code == code);
        for place in places.iter() {
            if let Some(parent) = &place.parent {
                assert!(at(parent) < at(&place.code), "{}", place.code);
            }
        }
        assert_eq!(choices[0].label, "澜湾区 (990101)");
    }
}
