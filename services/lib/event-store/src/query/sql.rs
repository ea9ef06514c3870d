//! A statement under construction: text with numbered, typed placeholders, and their values.

/// A bound value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Param {
    Text(String),
    Texts(Vec<String>),
    Integer(i64),
    Integers(Vec<i64>),
    Number(f64),
    Edges(Vec<(f64, f64, f64, f64)>),
}

impl Param {
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "String",
            Self::Texts(_) => "Array(String)",
            Self::Integer(_) => "Int64",
            Self::Integers(_) => "Array(Int64)",
            Self::Number(_) => "Float64",
            Self::Edges(_) => "Array(Tuple(Float64, Float64, Float64, Float64))",
        }
    }
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Param {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// Text and the values bound to its placeholders.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    text: String,
    params: Vec<Param>,
}

impl Sql {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            params: Vec::new(),
        }
    }

    /// Appends text of our own; never a value.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Binds a value and returns the placeholder to write for it.
    pub(crate) fn bind(&mut self, value: impl Into<Param>) -> String {
        let value = value.into();
        let placeholder = format!("{{p{}:{}}}", self.params.len(), value.type_name());
        self.params.push(value);
        placeholder
    }

    /// How many values are bound: a measure of the question's size.
    pub(crate) const fn bound(&self) -> usize {
        self.params.len()
    }

    pub(crate) fn finish(self) -> (String, Vec<Param>) {
        (self.text, self.params)
    }
}
