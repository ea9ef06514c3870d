//! What a CEL predicate names: attributes of the event, fields of its data, and texts.
//!
//! A scan of the words, not a parse: whether the expression is sound is judged where rules run; here
//! it is only asked what it leans on.

use std::collections::BTreeSet;

/// What an expression names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Attributes of `event`, without `data`.
    pub(super) attributes: BTreeSet<String>,
    /// JSON pointers into the data.
    pub(super) fields: BTreeSet<String>,
    /// Fields of which the expression asks whether they are there.
    pub(super) guarded: BTreeSet<String>,
    /// Texts that stand in it.
    pub(super) texts: BTreeSet<String>,
}

/// Reads an expression.
pub(super) fn names(expression: &str) -> Names {
    let mut names = Names::default();
    let mut rest = expression;
    // Characters of a name directly before: `myevent` is not `event`.
    let mut in_name = false;
    let mut before = "";
    while let Some(first) = rest.chars().next() {
        if first == '"' || first == '\'' {
            let (text, after) = literal(rest, first);
            names.texts.insert(text);
            rest = after;
            in_name = false;
        } else if let Some(path) = rest.strip_prefix("event").filter(|_| !in_name) {
            let (steps, after) = steps(path);
            note(&mut names, &steps, before.ends_with("has("));
            in_name = false;
            rest = after;
        } else {
            in_name = first.is_alphanumeric() || first == '_' || first == '.';
            rest = &rest[first.len_utf8()..];
        }
        before = &expression[..expression.len() - rest.len()];
    }
    names
}

fn literal(from: &str, quote: char) -> (String, &str) {
    let mut text = String::new();
    let mut chars = from.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().map(|(_, c)| c)),
            c if c == quote => return (text, &from[at + c.len_utf8()..]),
            c => text.push(c),
        }
    }
    (text, "")
}

/// `.data.area["x"]` as its steps; a method at the end is no step.
fn steps(mut rest: &str) -> (Vec<String>, &str) {
    let mut steps = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(after.len());
            if end == 0 || after[end..].starts_with('(') {
                return (steps, rest);
            }
            steps.push(after[..end].to_owned());
            rest = &after[end..];
        } else if let Some(quote) = rest
            .strip_prefix('[')
            .and_then(|inner| inner.chars().next())
            .filter(|c| matches!(c, '"' | '\''))
        {
            let (name, after) = literal(&rest[1..], quote);
            steps.push(name);
            rest = after.strip_prefix(']').unwrap_or(after);
        } else {
            return (steps, rest);
        }
    }
}

fn note(names: &mut Names, steps: &[String], guarded: bool) {
    match steps {
        [data, fields @ ..] if data == "data" => {
            let pointer = format!("/{}", fields.join("/"));
            if guarded {
                names.guarded.insert(pointer.clone());
            }
            names.fields.insert(pointer);
        }
        [attribute, ..] => {
            names.attributes.insert(attribute.clone());
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_attributes_and_texts_are_told_apart() {
        let found = names(
            r#"event.measure >= 50 && (!has(event.data.cause) || event.data.cause != "planned: event.data.x")
               && event.data.units.exists(u, u == 'E1') && event.data["odd name"].size() > 0 && myevent.data.z"#,
        );
        let set = |list: &[&str]| list.iter().map(|one| String::from(*one)).collect();
        assert_eq!(found.attributes, set(&["measure"]));
        assert_eq!(found.fields, set(&["/cause", "/units", "/odd name"]));
        assert_eq!(found.guarded, set(&["/cause"]));
        assert_eq!(found.texts, set(&["E1", "planned: event.data.x"]));
    }
}
