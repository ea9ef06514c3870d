//! A selector's predicate: compiled once, run on every event of the selector's types.

use std::collections::HashMap;
use std::sync::Arc;

use cel::common::ast::Expr;
use cel::objects::Map;
use cel::{Context, ExecutionError, Program, Value};

use super::native::Native;
use crate::event::Event;

/// The attributes of `event` a predicate may name.
pub const ATTRIBUTES: [&str; 8] = [
    "type",
    "department",
    "subject",
    "level",
    "measure",
    "place",
    "exercise",
    "data",
];

/// CEL's functions and methods that a predicate may call.
const FUNCTIONS: [&str; 17] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "timestamp",
    "duration",
    "getHours",
    "getDayOfWeek",
    "type",
    "min",
    "max",
];

/// A compiled CEL expression of type bool over `event`.
#[derive(Debug)]
pub struct Predicate {
    program: Program,
    native: Option<Native>,
}

impl Predicate {
    /// Compiles an expression; the error says what was expected.
    pub fn compile(source: &str) -> Result<Self, String> {
        let program = Program::compile(source).map_err(|errors| {
            format!("not a CEL expression: {}", first_line(&errors.to_string()))
        })?;
        for name in program.references().variables() {
            if name != "event" && !is_bound_by_macro(&program.expression().expr, name) {
                return Err(format!("unknown variable '{name}': expected `event`"));
            }
        }
        for name in program.references().functions() {
            if name.starts_with(char::is_alphabetic) && !FUNCTIONS.contains(&name) {
                return Err(format!(
                    "unknown function '{name}': expected one of {}",
                    FUNCTIONS.join(", ")
                ));
            }
        }
        check_attributes(&program.expression().expr)?;
        let native = Native::of(&program.expression().expr);
        let predicate = Self { program, native };
        predicate.probe()?;
        Ok(predicate)
    }

    /// Whether the event satisfies the predicate. An error (a missing field, two types that do not
    /// compare, a result that is no truth value) is for the caller to count: it is not a match.
    pub fn matches(&self, event: &Event, evaluator: &mut Evaluator) -> Result<bool, String> {
        match self.native.as_ref().and_then(|native| native.eval(event)) {
            Some(matched) => Ok(matched),
            None => self.interpret(event, evaluator),
        }
    }

    /// The same by CEL's interpreter alone.
    pub fn interpret(&self, event: &Event, evaluator: &mut Evaluator) -> Result<bool, String> {
        match self.program.execute(evaluator.context_for(event)) {
            Ok(Value::Bool(matched)) => Ok(matched),
            Ok(other) => Err(format!("expected a bool, found {}", other.type_of())),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether it runs without the interpreter where types are as expected.
    pub fn is_native(&self) -> bool {
        self.native.is_some()
    }

    /// Runs once on an empty event, to find calls of functions that do not exist and results that
    /// can never be a truth value.
    fn probe(&self) -> Result<(), String> {
        let mut context = Context::default();
        context.add_variable_from_value("event", map(Vec::new()));
        match self.program.execute(&context) {
            Err(ExecutionError::UndeclaredReference(name)) => {
                Err(format!("unknown function or variable '{name}'"))
            }
            Ok(Value::Bool(_)) | Err(_) => Ok(()),
            Ok(other) => Err(format!(
                "expected an expression of type bool, found {}",
                other.type_of()
            )),
        }
    }
}

/// CEL's context, kept from event to event; the event is converted at the first predicate that
/// needs the interpreter, and at most once.
#[derive(Default)]
pub struct Evaluator {
    context: Context<'static, 'static>,
    loaded: bool,
}

impl Evaluator {
    /// Forgets the last event.
    pub fn next_event(&mut self) {
        self.loaded = false;
    }

    fn context_for(&mut self, event: &Event) -> &Context<'static, 'static> {
        if !self.loaded {
            self.context
                .add_variable_from_value("event", event_value(event));
            self.loaded = true;
        }
        &self.context
    }
}

fn event_value(event: &Event) -> Value {
    let admission = &event.admission;
    let mut fields = vec![
        ("type", text(&event.event_type)),
        ("department", text(&admission.department)),
        ("exercise", Value::Bool(admission.exercise)),
        ("data", json(&event.data)),
    ];
    let optional = [
        ("subject", event.subject.as_deref().map(text)),
        (
            "level",
            admission.level.map(|level| Value::Int(level.into())),
        ),
        ("measure", admission.measure.map(Value::Float)),
        ("place", admission.place.as_deref().map(text)),
    ];
    fields.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    map(fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}

fn text(value: &str) -> Value {
    Value::String(Arc::new(value.to_owned()))
}

fn map(fields: Vec<(String, Value)>) -> Value {
    Value::Map(Map::from(
        fields.into_iter().collect::<HashMap<String, Value>>(),
    ))
}

fn json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map(Value::Int)
            .or_else(|| number.as_u64().map(Value::UInt))
            .or_else(|| number.as_f64().map(Value::Float))
            .unwrap_or(Value::Null),
        serde_json::Value::String(string) => text(string),
        serde_json::Value::Array(items) => Value::List(Arc::new(items.iter().map(json).collect())),
        serde_json::Value::Object(fields) => map(fields
            .iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect()),
    }
}

fn check_attributes(expression: &Expr) -> Result<(), String> {
    let mut wrong = None;
    visit(expression, &mut |node| {
        if let Expr::Select(select) = node
            && matches!(&select.operand.expr, Expr::Ident(name) if name == "event")
            && !ATTRIBUTES.contains(&select.field.as_str())
        {
            wrong.get_or_insert_with(|| select.field.clone());
        }
    });
    wrong.map_or(Ok(()), |field| {
        Err(format!(
            "unknown attribute 'event.{field}': expected one of {}, or a payload field as event.data.{field}",
            ATTRIBUTES.join(", ")
        ))
    })
}

fn is_bound_by_macro(expression: &Expr, name: &str) -> bool {
    let mut bound = false;
    visit(expression, &mut |node| {
        if let Expr::Comprehension(comprehension) = node {
            bound |= comprehension.iter_var == name
                || comprehension.accu_var == name
                || comprehension.iter_var2.as_deref() == Some(name);
        }
    });
    bound
}

fn visit(expression: &Expr, see: &mut impl FnMut(&Expr)) {
    see(expression);
    match expression {
        Expr::Call(call) => {
            for child in call.target.iter().map(AsRef::as_ref).chain(&call.args) {
                visit(&child.expr, see);
            }
        }
        Expr::Select(select) => visit(&select.operand.expr, see),
        Expr::List(list) => list
            .elements
            .iter()
            .for_each(|element| visit(&element.expr, see)),
        Expr::Comprehension(parts) => {
            for child in [
                &parts.iter_range,
                &parts.accu_init,
                &parts.loop_cond,
                &parts.loop_step,
                &parts.result,
            ] {
                visit(&child.expr, see);
            }
        }
        _ => {}
    }
}

fn first_line(text: &str) -> &str {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or(text)
}
