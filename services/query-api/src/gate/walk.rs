//! Walks a parsed document along the schema, fragments in place: shape, permission and cost in one pass.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    VariableDefinition,
};
use async_graphql::{Name, Variables};
use domain::access::Principal;

use super::{Gate, cost, policy};
use crate::failure::{Code, Failure};

/// The question that tools ask for a schema is nested deeper than any question for data: nine levels
/// of wrapped types below fields and arguments. It costs little, for no list is opened twice on a path.
const INTROSPECTION_DEPTH: usize = 32;

/// One walk over one document.
pub(super) struct Walk<'w> {
    gate: &'w Gate,
    document: &'w ExecutableDocument,
    variables: &'w Variables,
    principal: &'w Principal,
    /// Fields met so far, fragments in place.
    fields: usize,
    /// Defaults of the present operation's variables.
    defaults: HashMap<&'w str, &'w VariableDefinition>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        gate: &'w Gate,
        document: &'w ExecutableDocument,
        variables: &'w Variables,
        principal: &'w Principal,
    ) -> Self {
        Self {
            gate,
            document,
            variables,
            principal,
            fields: 0,
            defaults: HashMap::new(),
        }
    }

    /// Judges every operation of the document, for the library validates them all; answers with the
    /// kind and cost of the one to be executed.
    pub(super) fn run(
        mut self,
        operation_name: Option<&str>,
    ) -> Result<(OperationType, u64), Failure> {
        let mut chosen = None;
        let mut operations = 0_usize;
        for (name, operation) in self.document.operations.iter() {
            operations += 1;
            let judged = (operation.node.ty, self.operation(&operation.node)?);
            if operation_name.is_none() || operation_name == name.map(Name::as_str) {
                chosen = Some(judged);
            }
        }
        if operation_name.is_none() && operations > 1 {
            return Err(Failure::new(
                Code::Malformed,
                "The document has several operations: say which with operationName.",
            ));
        }
        chosen.ok_or_else(|| {
            Failure::new(
                Code::Malformed,
                "The document has no operation of this operationName.",
            )
        })
    }

    fn operation(&mut self, operation: &'w OperationDefinition) -> Result<u64, Failure> {
        self.defaults = operation
            .variable_definitions
            .iter()
            .map(|definition| (definition.node.name.node.as_str(), &definition.node))
            .collect();
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let cost = self.selection(&operation.selection_set.node, root, 1)?;
        if cost > self.gate.limits.cost {
            return Err(Failure::new(
                Code::TooMuch,
                format!(
                    "The request could cost {cost}, the limit is {}. Ask for smaller pages or fewer fields.",
                    self.gate.limits.cost
                ),
            ));
        }
        Ok(cost)
    }

    fn selection(
        &mut self,
        set: &'w SelectionSet,
        parent: &str,
        depth: usize,
    ) -> Result<u64, Failure> {
        if depth > self.gate.limits.depth {
            return Err(Failure::new(
                Code::TooMuch,
                format!(
                    "The request is nested more than {} levels deep.",
                    self.gate.limits.depth
                ),
            ));
        }
        let mut cost = 0_u64;
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent, depth)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let on = on.map_or(parent, |condition| condition.node.on.node.as_str());
                    self.selection(&fragment.node.selection_set.node, on, depth + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    // An unknown fragment is the library's to report.
                    let Some(fragment) =
                        self.document.fragments.get(&spread.node.fragment_name.node)
                    else {
                        continue;
                    };
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    self.selection(&fragment.node.selection_set.node, on, depth + 1)?
                }
            };
            cost = cost.saturating_add(part);
        }
        Ok(cost)
    }

    fn field(&mut self, field: &'w Field, parent: &str, depth: usize) -> Result<u64, Failure> {
        self.count_field()?;
        let name = field.name.node.as_str();
        if name == "__typename" {
            return Ok(0);
        }
        if parent == "Query" && (name == "__schema" || name == "__type") {
            if !policy::allows_introspection(self.principal) {
                return Err(Failure::new(
                    Code::Forbidden,
                    "Your roles do not include reading the schema from the hub; it is published as schema.graphql.",
                ));
            }
            return self.introspection(&field.selection_set.node, &mut Vec::new(), depth + 1);
        }
        let Some(ty) = self.gate.types.field(parent, name) else {
            // Unknown to the schema: validation says so, with a position; nothing is executed.
            return Ok(1);
        };
        if !policy::allows(self.principal, parent, name) {
            return Err(Failure::new(
                Code::Forbidden,
                format!("Your roles do not include {parent}.{name}."),
            ));
        }
        let first = self.page_size(field)?;
        let rows = cost::rows(parent, name, ty.list, first);
        let below = if self.gate.types.has_fields(&ty.name) {
            let inner = ty.name.clone();
            self.selection(&field.selection_set.node, &inner, depth + 1)?
        } else {
            0
        };
        Ok(cost::weight(parent, name).saturating_add(rows.saturating_mul(below)))
    }

    /// Fields of the schema's own description: each list may be opened once on a path, so that no
    /// document multiplies the schema by itself.
    fn introspection(
        &mut self,
        set: &'w SelectionSet,
        path: &mut Vec<&'w str>,
        depth: usize,
    ) -> Result<u64, Failure> {
        if depth > INTROSPECTION_DEPTH {
            return Err(Failure::new(
                Code::TooMuch,
                "The schema is asked for too deeply.",
            ));
        }
        let mut cost = 0_u64;
        for selection in &set.items {
            let inner = match &selection.node {
                Selection::Field(field) => {
                    self.count_field()?;
                    let name = field.node.name.node.as_str();
                    if name != "ofType" && path.contains(&name) {
                        return Err(Failure::new(
                            Code::TooMuch,
                            format!("The schema's '{name}' may be opened once on a path."),
                        ));
                    }
                    path.push(name);
                    let below =
                        self.introspection(&field.node.selection_set.node, path, depth + 1)?;
                    path.pop();
                    below + 1
                }
                Selection::InlineFragment(fragment) => {
                    self.introspection(&fragment.node.selection_set.node, path, depth + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    let fragments = &self.document.fragments;
                    let Some(fragment) = fragments.get(&spread.node.fragment_name.node) else {
                        continue;
                    };
                    self.introspection(&fragment.node.selection_set.node, path, depth + 1)?
                }
            };
            cost = cost.saturating_add(inner);
        }
        Ok(cost)
    }

    fn count_field(&mut self) -> Result<(), Failure> {
        self.fields += 1;
        if self.fields > self.gate.limits.fields {
            return Err(Failure::new(
                Code::TooMuch,
                format!(
                    "The request has more than {} fields with its fragments in place.",
                    self.gate.limits.fields
                ),
            ));
        }
        Ok(())
    }

    /// `first` or `last` as given, literally or by a variable; a page beyond the maximum is refused.
    fn page_size(&self, field: &'w Field) -> Result<Option<usize>, Failure> {
        let mut size = None;
        for name in ["first", "last"] {
            let Some(value) = field.get_argument(name) else {
                continue;
            };
            let resolved = value
                .node
                .clone()
                .into_const_with(|name| self.variable(&name).ok_or(()));
            let Ok(async_graphql::Value::Number(number)) = resolved else {
                continue;
            };
            // Not a whole number from 0 up: the resolver says so.
            let Some(rows) = number.as_u64() else {
                continue;
            };
            if rows > cost::PAGE_MAX as u64 {
                return Err(Failure::new(
                    Code::TooMuch,
                    format!("{name}: {rows} is more than a page of {}.", cost::PAGE_MAX),
                ));
            }
            size = size.max(usize::try_from(rows).ok());
        }
        Ok(size)
    }

    fn variable(&self, name: &Name) -> Option<async_graphql::Value> {
        let given = self.variables.get(name);
        let default = || self.defaults.get(name.as_str())?.default_value();
        given.or_else(default).cloned()
    }
}
