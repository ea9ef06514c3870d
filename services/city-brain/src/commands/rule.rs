//! `city-brain rule list` and `rule test`.

use std::sync::Arc;

use domain::engine::Places;
use domain::rule::run_tests;
use event_schemas::rule_file::{Condition, RuleFile};

use super::connect::catalog;
use crate::cli::RuleCommand;
use crate::failure::Failure;
use crate::print;

/// Runs `rule`.
pub fn run(command: RuleCommand) -> Result<(), Failure> {
    match command {
        RuleCommand::List(args) => {
            for rule in catalog(args.catalog.as_deref())?.rules() {
                print::line(&format!(
                    "{} v{} [{}] {} / {}",
                    rule.id,
                    rule.version,
                    kind(rule),
                    rule.title.zh,
                    rule.title.en
                ));
            }
            Ok(())
        }
        RuleCommand::Test(args) => test(args.catalog.as_deref()),
    }
}

fn kind(rule: &RuleFile) -> &'static str {
    match rule.when {
        Condition::Match { .. } => "match",
        Condition::Threshold { .. } => "threshold",
        Condition::Correlation { .. } => "correlation",
        Condition::Absence { .. } => "absence",
    }
}

fn test(folder: Option<&std::path::Path>) -> Result<(), Failure> {
    let catalog = Arc::new(catalog(folder)?);
    let places: Arc<dyn Places> = Arc::clone(&catalog) as Arc<dyn Places>;
    let (mut passed, mut failed) = (0, 0);
    for rule in catalog.rules() {
        if rule.tests.is_empty() {
            failed += 1;
            print::line(&format!("{}: no tests: give it at least one", rule.id));
        }
        for outcome in run_tests(rule, &places) {
            match &outcome.failure {
                None => passed += 1,
                Some(failure) => {
                    failed += 1;
                    print::line(&format!("{}: {}: {failure}", outcome.rule, outcome.test));
                }
            }
        }
    }
    print::line(&format!("{passed} passed, {failed} failed"));
    if failed > 0 {
        return Err(Failure::problems(format!("{failed} rule tests failed")));
    }
    Ok(())
}
