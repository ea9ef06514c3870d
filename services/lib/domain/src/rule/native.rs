//! Plain comparisons of a predicate, run without the CEL interpreter.
//!
//! Most predicates compare one field with a literal. Those are read off CEL's syntax tree and run
//! as native code, a hundred times faster. Wherever CEL's own rules would matter (a missing field,
//! two different types, an error beside a truth) the answer here is `None`, and the interpreter
//! decides. So the two can never disagree: a property test holds them together.

use std::cmp::Ordering;

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};
use serde_json::Value;

use crate::event::Event;

/// Integers up to this size are exact as a double.
const EXACT: i64 = 1 << 53;

/// One node of a natively runnable predicate.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Native {
    Compare(Path, Comparison, Literal),
    In(Path, Vec<Literal>),
    Text(Path, TextTest, String),
    Has(Vec<String>),
    Flag(Path),
    Not(Box<Native>),
    And(Box<Native>, Box<Native>),
    Or(Box<Native>, Box<Native>),
}

/// What a node reads: an attribute of the event, or a field below `event.data`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Path {
    Type,
    Department,
    Subject,
    Level,
    Measure,
    Place,
    Exercise,
    Data(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Int(i64),
    Double(f64),
    Bool(bool),
}

enum Field<'a> {
    Text(&'a str),
    Int(i64),
    Double(f64),
    Bool(bool),
}

impl Native {
    /// The native form of an expression, where it has one.
    pub(super) fn of(expression: &Expr) -> Option<Self> {
        match expression {
            Expr::Call(call) => Self::of_call(call),
            Expr::Select(select) if select.test => match path(&select.operand.expr)? {
                Path::Data(mut names) => {
                    names.push(select.field.clone());
                    Some(Self::Has(names))
                }
                _ => None,
            },
            Expr::Select(_) => path(expression).map(Self::Flag),
            _ => None,
        }
    }

    fn of_call(call: &CallExpr) -> Option<Self> {
        if let Some(target) = &call.target {
            let test = match call.func_name.as_str() {
                "startsWith" => TextTest::StartsWith,
                "endsWith" => TextTest::EndsWith,
                "contains" => TextTest::Contains,
                _ => return None,
            };
            let [argument] = call.args.as_slice() else {
                return None;
            };
            let Literal::Text(part) = literal(&argument.expr)? else {
                return None;
            };
            return Some(Self::Text(path(&target.expr)?, test, part));
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => Some(Self::And(
                Box::new(Self::of(&left.expr)?),
                Box::new(Self::of(&right.expr)?),
            )),
            (operators::LOGICAL_OR, [left, right]) => Some(Self::Or(
                Box::new(Self::of(&left.expr)?),
                Box::new(Self::of(&right.expr)?),
            )),
            (operators::LOGICAL_NOT, [inner]) => Some(Self::Not(Box::new(Self::of(&inner.expr)?))),
            (operators::IN, [left, right]) => {
                let Expr::List(list) = &right.expr else {
                    return None;
                };
                let literals = list.elements.iter().map(|element| literal(&element.expr));
                Some(Self::In(
                    path(&left.expr)?,
                    literals.collect::<Option<_>>()?,
                ))
            }
            (name, [left, right]) => {
                let comparison = match name {
                    operators::EQUALS => Comparison::Eq,
                    operators::NOT_EQUALS => Comparison::Ne,
                    operators::LESS => Comparison::Lt,
                    operators::LESS_EQUALS => Comparison::Le,
                    operators::GREATER => Comparison::Gt,
                    operators::GREATER_EQUALS => Comparison::Ge,
                    _ => return None,
                };
                Some(Self::Compare(
                    path(&left.expr)?,
                    comparison,
                    literal(&right.expr)?,
                ))
            }
            _ => None,
        }
    }

    /// The predicate's value on an event; `None` where only the interpreter can say.
    pub(super) fn eval(&self, event: &Event) -> Option<bool> {
        match self {
            Self::Compare(path, comparison, literal) => {
                let order = order(&path.read(event)?, literal)?;
                match comparison {
                    Comparison::Eq => Some(order == Ordering::Equal),
                    Comparison::Ne => Some(order != Ordering::Equal),
                    _ if matches!(literal, Literal::Bool(_)) => None,
                    Comparison::Lt => Some(order == Ordering::Less),
                    Comparison::Le => Some(order != Ordering::Greater),
                    Comparison::Gt => Some(order == Ordering::Greater),
                    Comparison::Ge => Some(order != Ordering::Less),
                }
            }
            Self::In(path, literals) => {
                let field = path.read(event)?;
                let mut found = false;
                for literal in literals {
                    found |= order(&field, literal)? == Ordering::Equal;
                }
                Some(found)
            }
            Self::Text(path, test, part) => match path.read(event)? {
                Field::Text(field) => Some(match test {
                    TextTest::StartsWith => field.starts_with(part.as_str()),
                    TextTest::EndsWith => field.ends_with(part.as_str()),
                    TextTest::Contains => field.contains(part.as_str()),
                }),
                _ => None,
            },
            Self::Has(names) => {
                let (last, parents) = names.split_last()?;
                let parent = walk(&event.data, parents)?.as_object()?;
                Some(parent.contains_key(last))
            }
            Self::Flag(path) => match path.read(event)? {
                Field::Bool(flag) => Some(flag),
                _ => None,
            },
            Self::Not(inner) => inner.eval(event).map(|value| !value),
            Self::And(left, right) => {
                if left.eval(event)? {
                    right.eval(event)
                } else {
                    Some(false)
                }
            }
            Self::Or(left, right) => {
                if left.eval(event)? {
                    Some(true)
                } else {
                    right.eval(event)
                }
            }
        }
    }
}

impl Path {
    fn read<'e>(&self, event: &'e Event) -> Option<Field<'e>> {
        match self {
            Self::Type => Some(Field::Text(&event.event_type)),
            Self::Department => Some(Field::Text(&event.admission.department)),
            Self::Subject => event.subject.as_deref().map(Field::Text),
            Self::Level => event.admission.level.map(|level| Field::Int(level.into())),
            Self::Measure => event.admission.measure.map(Field::Double),
            Self::Place => event.admission.place.as_deref().map(Field::Text),
            Self::Exercise => Some(Field::Bool(event.admission.exercise)),
            Self::Data(names) => match walk(&event.data, names)? {
                Value::String(text) => Some(Field::Text(text)),
                Value::Bool(flag) => Some(Field::Bool(*flag)),
                Value::Number(number) => number.as_i64().map(Field::Int).or_else(|| {
                    number
                        .is_f64()
                        .then(|| number.as_f64().map(Field::Double))?
                }),
                _ => None,
            },
        }
    }
}

fn walk<'d>(data: &'d Value, names: &[String]) -> Option<&'d Value> {
    names
        .iter()
        .try_fold(data, |value, name| value.as_object()?.get(name))
}

fn path(expression: &Expr) -> Option<Path> {
    let mut names = Vec::new();
    let mut at = expression;
    loop {
        match at {
            Expr::Select(select) if !select.test => {
                names.push(select.field.clone());
                at = &select.operand.expr;
            }
            Expr::Ident(name) if name == "event" => break,
            _ => return None,
        }
    }
    names.reverse();
    match names.first().map(String::as_str)? {
        "data" => Some(Path::Data(names.split_off(1))),
        _ if names.len() > 1 => None,
        "type" => Some(Path::Type),
        "department" => Some(Path::Department),
        "subject" => Some(Path::Subject),
        "level" => Some(Path::Level),
        "measure" => Some(Path::Measure),
        "place" => Some(Path::Place),
        "exercise" => Some(Path::Exercise),
        _ => None,
    }
}

fn literal(expression: &Expr) -> Option<Literal> {
    match expression {
        Expr::Literal(LiteralValue::String(text)) => Some(Literal::Text(text.inner().to_owned())),
        Expr::Literal(LiteralValue::Int(number)) => Some(Literal::Int(*number.inner())),
        Expr::Literal(LiteralValue::Double(number)) => Some(Literal::Double(*number.inner())),
        Expr::Literal(LiteralValue::Boolean(flag)) => Some(Literal::Bool(*flag.inner())),
        _ => None,
    }
}

fn order(field: &Field<'_>, literal: &Literal) -> Option<Ordering> {
    let exact = |number: i64| (-EXACT..=EXACT).contains(&number).then_some(number as f64);
    match (field, literal) {
        (Field::Text(a), Literal::Text(b)) => Some((*a).cmp(b.as_str())),
        (Field::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Field::Int(a), Literal::Int(b)) => Some(a.cmp(b)),
        (Field::Double(a), Literal::Double(b)) => a.partial_cmp(b),
        (Field::Int(a), Literal::Double(b)) => exact(*a)?.partial_cmp(b),
        (Field::Double(a), Literal::Int(b)) => a.partial_cmp(&exact(*b)?),
        _ => None,
    }
}
