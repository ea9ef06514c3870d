//! Activating a rule set.

use super::act::{audit, refuse};
use super::{
    Act, ControlAggregate, ControlBook, ControlDecision, ControlRefusal, ControlRefusalCode,
    RuleSetActivation,
};

/// Activates the rule set with this hash under the next version; refused as unchanged when it is
/// in force already.
pub fn activate_rules(
    book: &ControlBook,
    act: &Act,
    hash: &str,
) -> Result<ControlDecision, ControlRefusal> {
    let present = book.rule_set();
    if present.is_some_and(|present| present.hash == hash) {
        return Err(refuse(
            ControlRefusalCode::Unchanged,
            "该规则集已在使用",
            "this rule set is in force already",
        ));
    }
    let version = present.map_or(0, |present| present.version);
    let state = RuleSetActivation {
        version: version + 1,
        hash: hash.to_owned(),
        activated_at: act.now,
    };
    let entry = audit(
        format!("启用规则集第 {} 版", state.version),
        format!("Rule set {} activated", state.version),
        [("hash", hash)],
    );
    let aggregate = ControlAggregate::RuleSet {
        id: String::from("active"),
        version,
        state,
    };
    Ok(act.decide("activateRules", vec![aggregate], entry))
}
