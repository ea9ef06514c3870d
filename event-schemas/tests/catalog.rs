//! The catalog that comes with the program is sound.

use event_schemas::Catalog;

#[test]
fn the_catalog_that_comes_with_the_program_loads_without_an_error() {
    let catalog = Catalog::embedded().unwrap_or_else(|errors| panic!("{errors}"));
    let departments: Vec<&str> = catalog
        .departments()
        .iter()
        .map(|d| d.name.as_str())
        .collect();
    assert_eq!(departments, ["fire", "hotline", "power", "roads"]);
    assert_eq!(catalog.event_types().count(), 9);
    assert_eq!(catalog.version().len(), 16);
}
