//! Creating accounts and changing passwords.

use super::act::{audit, refuse};
use super::{
    Account, Act, ControlAggregate, ControlBook, ControlDecision, ControlRefusal,
    ControlRefusalCode, Session, hash_password, password_matches,
};
use crate::access::Role;

/// A password has at least this many characters.
pub const PASSWORD_MIN: usize = 10;
/// Longer ones only cost time.
const PASSWORD_MAX: usize = 200;
const NAME_MAX: usize = 64;

/// An account to create.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Sign-in name.
    pub name: String,
    /// Its first password.
    pub password: String,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The person's department; absent: the operations centre.
    pub department: Option<String>,
}

/// A password to change.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// Whose.
    pub name: String,
    /// The present password; absent when an administrator sets it.
    pub present: Option<String>,
    /// The new one.
    pub new: String,
    /// The session to keep; every other one of the account ends.
    pub keep_session: Option<String>,
}

/// Creates an account.
pub fn create_account(
    book: &ControlBook,
    act: &Act,
    new: &NewAccount,
    salt: &[u8; 16],
) -> Result<ControlDecision, ControlRefusal> {
    check_name(&new.name)?;
    if book.account(&new.name).is_some() {
        return Err(refuse(
            ControlRefusalCode::NameWrong,
            format!("账号“{}”已存在", new.name),
            format!("an account named '{}' exists already", new.name),
        ));
    }
    if new.roles.is_empty() {
        return Err(refuse(
            ControlRefusalCode::NameWrong,
            "账号至少需要一个角色",
            "an account needs at least one role",
        ));
    }
    let account = Account {
        name: new.name.clone(),
        version: 1,
        password_hash: checked_hash(&new.password, salt)?,
        roles: new.roles.clone(),
        department: new.department.clone(),
        first_password: false,
        disabled: false,
        created_at: act.now,
    };
    Ok(creation(act, account))
}

/// Creates the first account, which may do everything a person may: whoever starts the hub must be
/// able to run it and to work a case. `None` when accounts exist.
pub fn first_administrator(
    book: &ControlBook,
    act: &Act,
    name: &str,
    password: &str,
    salt: &[u8; 16],
) -> Result<Option<ControlDecision>, ControlRefusal> {
    if book.accounts().next().is_some() {
        return Ok(None);
    }
    check_name(name)?;
    let account = Account {
        name: name.to_owned(),
        version: 1,
        password_hash: checked_hash(password, salt)?,
        roles: vec![
            Role::Administrator,
            Role::Supervisor,
            Role::Operator,
            Role::Developer,
        ],
        department: None,
        first_password: true,
        disabled: false,
        created_at: act.now,
    };
    Ok(Some(creation(act, account)))
}

fn creation(act: &Act, account: Account) -> ControlDecision {
    let roles: Vec<&str> = account.roles.iter().map(|role| role.name()).collect();
    let entry = audit(
        format!("创建账号 {}", account.name),
        format!("Account {} created", account.name),
        [("account", &account.name), ("roles", &roles.join(", "))],
    );
    let aggregate = ControlAggregate::Account {
        id: account.name.clone(),
        version: 0,
        state: account,
    };
    act.decide("createAccount", vec![aggregate], entry)
}

/// Changes a password and ends the account's other sessions.
pub fn change_password(
    book: &ControlBook,
    act: &Act,
    change: &PasswordChange,
    salt: &[u8; 16],
) -> Result<ControlDecision, ControlRefusal> {
    let account = book.account(&change.name).ok_or_else(|| {
        refuse(
            ControlRefusalCode::Unknown,
            format!("没有账号“{}”", change.name),
            format!("no account is named '{}'", change.name),
        )
    })?;
    if let Some(present) = &change.present
        && !password_matches(present, Some(&account.password_hash))
    {
        return Err(refuse(
            ControlRefusalCode::SignInWrong,
            "当前密码不正确",
            "the present password is wrong",
        ));
    }
    let changed = Account {
        version: account.version + 1,
        password_hash: checked_hash(&change.new, salt)?,
        first_password: false,
        ..Account::clone(account)
    };
    let mut aggregates = vec![ControlAggregate::Account {
        id: changed.name.clone(),
        version: account.version,
        state: changed,
    }];
    let ended = book
        .sessions_of(&change.name, act.now)
        .filter(|session| Some(&session.id) != change.keep_session.as_ref())
        .map(|session| ControlAggregate::Session {
            id: session.id.clone(),
            version: session.version,
            state: Session {
                version: session.version + 1,
                revoked_at: Some(act.now),
                ..Session::clone(session)
            },
        });
    aggregates.extend(ended);
    let entry = audit(
        format!("修改账号 {} 的密码", change.name),
        format!("Password of {} changed", change.name),
        [("account", &change.name)],
    );
    Ok(act.decide("changePassword", aggregates, entry))
}

fn check_name(name: &str) -> Result<(), ControlRefusal> {
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_MAX
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'));
    if fits {
        return Ok(());
    }
    Err(refuse(
        ControlRefusalCode::NameWrong,
        format!("“{name}”不能作为账号名:请用 1 到 {NAME_MAX} 个字母、数字或 . - _ @"),
        format!("'{name}' cannot be a name: use 1 to {NAME_MAX} letters, digits or . - _ @"),
    ))
}

fn checked_hash(password: &str, salt: &[u8; 16]) -> Result<String, ControlRefusal> {
    let length = password.chars().count();
    if (PASSWORD_MIN..=PASSWORD_MAX).contains(&length)
        && let Some(hash) = hash_password(password, salt)
    {
        return Ok(hash);
    }
    Err(refuse(
        ControlRefusalCode::PasswordWeak,
        format!("密码应为 {PASSWORD_MIN} 到 {PASSWORD_MAX} 个字符"),
        format!("a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters"),
    ))
}
