//! The gate every GraphQL document passes before it is executed: size, shape, permission, cost.
//!
//! Order matters. The lexer counts before anything is parsed; the walk expands fragments under a
//! budget before the library's own checks, some of which are exponential in chained fragments;
//! policy and cost are settled before the first resolver runs. A document that the gate has not
//! passed is not executed: see [`crate::schema::gatekeeper`].

pub(crate) mod cost;
mod lexer;
mod limits;
pub(crate) mod policy;
mod type_map;
mod walk;

#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod walk_tests;

use async_graphql::Variables;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use domain::access::Principal;

pub use limits::Limits;
pub(crate) use type_map::TypeMap;

use crate::failure::{Code, Failure};

/// A document that may be executed.
#[derive(Debug)]
pub(crate) struct Passed {
    /// Parsed.
    pub(crate) document: ExecutableDocument,
    /// Query, mutation or subscription.
    pub(crate) operation: OperationType,
    /// What it may cost.
    pub(crate) cost: u64,
}

/// Judges documents for one schema.
#[derive(Debug)]
pub(crate) struct Gate {
    types: TypeMap,
    limits: Limits,
}

impl Gate {
    /// A gate for the schema of this SDL.
    pub(crate) fn new(sdl: &str, limits: Limits) -> Self {
        Self {
            types: TypeMap::of_sdl(sdl),
            limits,
        }
    }

    /// The limits in force.
    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Parses and judges a document; a refusal names the limit, the field or the place in the text.
    pub(crate) fn pass(
        &self,
        query: &str,
        operation_name: Option<&str>,
        variables: &Variables,
        principal: &Principal,
    ) -> Result<Passed, Failure> {
        lexer::scan(query, &self.limits)
            .map_err(|refused| Failure::new(Code::TooMuch, refused.to_string()))?;
        let document =
            parse_query(query).map_err(|error| Failure::new(Code::Malformed, error.to_string()))?;
        let walk = walk::Walk::new(self, &document, variables, principal);
        let (operation, cost) = walk.run(operation_name)?;
        Ok(Passed {
            document,
            operation,
            cost,
        })
    }
}
