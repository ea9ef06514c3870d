//! `decide`: from a command to the record that is appended, or to a refusal in words.

use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::workflow_file::{CommandFile, Guard, WorkflowFile};

use super::draft::Draft;
use super::effects::{assignment_unknown, unit_unknown};
use super::fields::Fields;
use super::opening::opened;
use super::permit::step_is_ahead;
use super::workflows::{command_of, may_start_from, opens};
use super::{
    CITY_KIND, Case, CaseBook, Command, Conflict, Decision, EntryText, Issuer, Refusal,
    RefusalCode, UnitState, Workflows,
};

/// The longest idempotency key taken, in bytes.
const KEY_MAX: usize = 256;

/// Decides a command against the book. Pure: the same book, command and time give the same record.
///
/// The order of checks is the order in which a person can act on the answer: known, permitted,
/// up to date, possible now, complete.
pub fn decide(
    book: &CaseBook,
    workflows: &Workflows,
    command: &Command,
    now: Millis,
) -> Result<Decision, Refusal> {
    check_key(&command.key)?;
    let key = command.scoped_key();
    if let Some(first) = book.outcome(&key) {
        return Err(Refusal::Repeat(first.clone()));
    }
    let before = known_case(book, command)?;
    let kind = before.map_or_else(
        || command.kind.as_deref().unwrap_or(CITY_KIND),
        |case| case.kind.as_str(),
    );
    let (workflow, rule) = known_command(workflows, kind, &command.name)?;
    check_permitted(command, rule, before)?;
    let fields = Fields::check(rule, &command.fields, workflows)?;
    let actor = command.issuer.actor();
    let case = match before {
        Some(case) => case.clone(),
        None => opened(workflows, workflow, command, &fields, now)?,
    };
    let mut draft = Draft {
        book,
        workflow,
        rule,
        calendar: workflows.calendar(),
        fields: &fields,
        routing: command.routing.as_ref(),
        actor: &actor,
        now,
        case,
        units: BTreeMap::new(),
    };
    for guard in &rule.guards {
        check_guard(&draft, *guard, workflows, &command.issuer)?;
    }
    draft.keep(&command.fields);
    for effect in &rule.effects {
        draft.apply(*effect)?;
    }
    draft.move_state()?;
    draft.turn_clocks();
    if let Some(before) = before {
        draft.remember_act(before);
    }
    let entry = EntryText {
        words: draft.words(&command.fields),
        fields: command.fields.clone(),
    };
    Ok(Decision {
        key,
        at: now,
        command: command.name.clone(),
        workflow: format!("{}@{}", workflow.kind, workflow.version),
        aggregates: draft.finish(),
        actor,
        entry,
    })
}

fn check_key(key: &str) -> Result<(), Refusal> {
    if !key.trim().is_empty() && key.len() <= KEY_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::KeyWrong,
        format!("幂等键应为 1 到 {KEY_MAX} 字节"),
        format!("an idempotency key has 1 to {KEY_MAX} bytes"),
    ))
}

fn known_case<'b>(book: &'b CaseBook, command: &Command) -> Result<Option<&'b Case>, Refusal> {
    let Some(id) = &command.case_id else {
        return Ok(None);
    };
    match book.case(id) {
        Some(case) => Ok(Some(case)),
        None => Err(Refusal::new(
            RefusalCode::CaseUnknown,
            format!("没有案件 {id}"),
            format!("there is no case '{id}'"),
        )),
    }
}

fn known_command<'w>(
    workflows: &'w Workflows,
    kind: &str,
    name: &str,
) -> Result<(&'w WorkflowFile, &'w CommandFile), Refusal> {
    let Some(workflow) = workflows.kind(kind) else {
        return Err(Refusal::new(
            RefusalCode::KindUnknown,
            format!("没有案件类型 {kind}"),
            format!("there is no case kind '{kind}'"),
        ));
    };
    match command_of(workflow, name) {
        Some(rule) => Ok((workflow, rule)),
        None => Err(Refusal::new(
            RefusalCode::CommandUnknown,
            format!("“{}”没有命令 {name}", workflow.title.zh),
            format!("the kind '{kind}' has no command '{name}'"),
        )),
    }
}

fn check_permitted(
    command: &Command,
    rule: &CommandFile,
    before: Option<&Case>,
) -> Result<(), Refusal> {
    if before.is_some() == opens(rule) {
        return Err(wrong_state(rule, before));
    }
    if !command.issuer.may(rule, before) {
        return Err(forbidden(rule));
    }
    let Some(case) = before else {
        return Ok(());
    };
    check_version(command, case)?;
    if !may_start_from(rule, &case.state, case.stage) {
        return Err(wrong_state(rule, before));
    }
    if !case.has_times_left(rule) {
        return Err(used_up(rule));
    }
    Ok(())
}

fn forbidden(rule: &CommandFile) -> Refusal {
    Refusal::new(
        RefusalCode::Forbidden,
        format!("您无权执行“{}”", rule.title.zh),
        format!("you may not do '{}' on this case", rule.title.en),
    )
}

fn wrong_state(rule: &CommandFile, case: Option<&Case>) -> Refusal {
    let state = case.map_or("none", |case| case.state.as_str());
    Refusal::new(
        RefusalCode::WrongState,
        format!("状态 {state} 下不能执行“{}”", rule.title.zh),
        format!("'{}' is not possible in state {state}", rule.title.en),
    )
}

fn used_up(rule: &CommandFile) -> Refusal {
    let times = rule.times.unwrap_or(0);
    Refusal::new(
        RefusalCode::TimesUsedUp,
        format!("“{}”最多 {times} 次", rule.title.zh),
        format!("'{}' is possible {times} time(s) at most", rule.title.en),
    )
}

fn check_version(command: &Command, case: &Case) -> Result<(), Refusal> {
    match (command.expected_version, &command.issuer) {
        (Some(expected), _) if expected == case.version => Ok(()),
        (Some(_), _) => Err(conflict(case)),
        // The hub's own actors decide against the book they hold.
        (None, Issuer::Router | Issuer::Timer | Issuer::Hub) => Ok(()),
        (None, Issuer::Principal(_)) => Err(Refusal::new(
            RefusalCode::VersionMissing,
            "缺少案件版本号",
            "the case's expected version is missing",
        )),
    }
}

fn conflict(case: &Case) -> Refusal {
    let winner = &case.changed_by;
    Refusal::Conflict(Box::new(Conflict {
        case: case.id.clone(),
        winner: winner.clone(),
        message: Text::new(
            format!("案件已被 {} 更新,请查看后重试", winner.name),
            format!(
                "{} changed the case in the meantime; look again",
                winner.name
            ),
        ),
    }))
}

fn check_guard(
    draft: &Draft<'_>,
    guard: Guard,
    workflows: &Workflows,
    issuer: &Issuer,
) -> Result<(), Refusal> {
    match guard {
        Guard::UnitAvailable => check_unit(draft),
        Guard::AssignmentOpen => check_assignment(draft, issuer),
        Guard::Verified if draft.case.verification.is_none() => Err(Refusal::new(
            RefusalCode::NotVerified,
            "案件尚未通过核查",
            "the case was not verified",
        )),
        Guard::FourEyes if workflows.settings().four_eyes => {
            let resolver = draft.case.outcome.as_ref().map(|outcome| &outcome.by);
            if resolver == Some(draft.actor) {
                return Err(Refusal::new(
                    RefusalCode::FourEyes,
                    "处置人不能核查自己的案件",
                    "whoever resolved a case may not verify it",
                ));
            }
            Ok(())
        }
        Guard::Verified | Guard::FourEyes => Ok(()),
    }
}

fn check_unit(draft: &Draft<'_>) -> Result<(), Refusal> {
    let id = draft.fields.text("unit").unwrap_or_default();
    let unit = draft.book.unit(id).ok_or_else(|| unit_unknown(id))?;
    if unit.state == UnitState::Available && unit.case.is_none() {
        return Ok(());
    }
    let number = unit
        .case
        .as_ref()
        .and_then(|case| draft.book.case(case))
        .map_or("-", |case| case.number.as_str());
    Err(Refusal::new(
        RefusalCode::UnitUnavailable,
        format!("{} 不可用(案件 {number})", unit.name.zh),
        format!("{} is not available (case {number})", unit.name.en),
    ))
}

fn check_assignment(draft: &Draft<'_>, issuer: &Issuer) -> Result<(), Refusal> {
    let id = draft.fields.text("assignment").unwrap_or_default();
    let assignment = draft
        .case
        .assignments
        .iter()
        .find(|one| one.id == id && step_is_ahead(draft.rule, one.state))
        .ok_or_else(assignment_unknown)?;
    if let Issuer::Principal(principal) = issuer
        && let Some(department) = &principal.department
        && *department != assignment.department
    {
        return Err(forbidden(draft.rule));
    }
    Ok(())
}
