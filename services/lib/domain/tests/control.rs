//! Accounts, sessions, keys and rule sets, decided through the control log.

#![expect(
    clippy::unwrap_used,
    reason = "this is all test code; a panic is how a test fails"
)]

use domain::access::Role;
use domain::access::control::{
    Act, ControlBook, ControlDecision, ControlRefusalCode, ControlVerdict, KeyRequest, NewAccount,
    PasswordChange, SESSION_MAX_MS, SESSIONS_PER_ACCOUNT, SignIn, activate_rules, change_password,
    close_session, create_account, extend_session, first_administrator, issue_key, open_session,
    revoke_key, session_id,
};
use domain::case::{Actor, ActorKind};
use event_schemas::city::Millis;

const NOW: Millis = Millis(1_700_000_000_000);
const HOUR: i64 = 3_600_000;

fn act(key: &str, now: Millis) -> Act {
    Act {
        actor: Actor::own(ActorKind::Hub),
        key: key.to_owned(),
        now,
    }
}

#[derive(Default)]
struct Log {
    book: ControlBook,
    next: i64,
}

impl Log {
    fn append(&mut self, at: Millis, decision: &ControlDecision) -> ControlVerdict {
        let bytes = serde_json::to_vec(decision).unwrap();
        self.next += 1;
        self.book.apply_bytes(self.next - 1, at, &bytes)
    }

    fn takes(&mut self, decision: &ControlDecision) {
        let verdict = self.append(NOW, decision);
        assert!(
            matches!(verdict, ControlVerdict::Accepted(_)),
            "{verdict:?}"
        );
    }

    fn with_admin() -> Self {
        let mut log = Self::default();
        let act = act("first", NOW);
        let first = first_administrator(&log.book, &act, "admin", "correct horse", &[1; 16]);
        log.takes(&first.unwrap().unwrap());
        log
    }

    fn sign_in(&mut self, n: u8, now: Millis) -> String {
        let sign_in = SignIn {
            name: String::from("admin"),
            password: String::from("correct horse"),
            token: [n; 32],
            lifetime_ms: HOUR,
        };
        let opened = open_session(&self.book, &act(&format!("in{n}"), now), &sign_in).unwrap();
        let verdict = self.append(now, &opened.decision);
        assert!(
            matches!(verdict, ControlVerdict::Accepted(_)),
            "{verdict:?}"
        );
        opened.token
    }
}

#[test]
fn the_first_account_may_run_the_hub_and_work_a_case_and_there_is_only_one_first() {
    let log = Log::with_admin();
    let admin = log.book.account("admin").unwrap();
    for role in [
        Role::Administrator,
        Role::Supervisor,
        Role::Operator,
        Role::Developer,
    ] {
        assert!(admin.roles.contains(&role));
    }
    assert!(admin.first_password && admin.password_hash.starts_with("$argon2id$"));
    let again = first_administrator(&log.book, &act("x", NOW), "b", "long enough", &[1; 16]);
    assert_eq!(again.unwrap(), None);
}

#[test]
fn two_first_starts_at_once_make_one_administrator() {
    let mut log = Log::default();
    let decide = |book: &ControlBook, key: &str| {
        first_administrator(book, &act(key, NOW), "admin", "correct horse", &[1; 16])
            .unwrap()
            .unwrap()
    };
    let (one, twin) = (decide(&log.book, "a"), decide(&log.book, "b"));
    log.takes(&one);
    assert!(
        matches!(log.append(NOW, &twin), ControlVerdict::Stale { winner } if winner.name == "hub")
    );
    assert!(matches!(
        log.append(NOW, &one),
        ControlVerdict::Repeat { first: 0 }
    ));
    assert_eq!(log.book.accounts().count(), 1);
}

#[test]
fn a_token_opens_until_it_ends_or_is_closed_and_is_nowhere_in_the_log() {
    let mut log = Log::with_admin();
    let token = log.sign_in(7, NOW);
    let principal = log
        .book
        .authenticate_session(&token, NOW.plus(HOUR - 1))
        .unwrap();
    assert_eq!(
        (principal.name.as_str(), principal.department),
        ("admin", None)
    );
    assert_eq!(
        principal.session.as_deref(),
        Some(session_id(&token).as_str())
    );
    assert!(
        log.book
            .authenticate_session(&token, NOW.plus(HOUR))
            .is_none()
    );
    assert!(log.book.authenticate_session("guess", NOW).is_none());
    assert!(!format!("{:?}", log.book).contains(&token));
    let out = close_session(&log.book, &act("out", NOW), &session_id(&token)).unwrap();
    log.takes(&out);
    assert!(log.book.authenticate_session(&token, NOW).is_none());
    let twice = close_session(&log.book, &act("out2", NOW), &session_id(&token));
    assert_eq!(twice.unwrap_err().code, ControlRefusalCode::Unknown);
}

#[test]
fn a_session_is_extended_while_it_lives_and_never_past_its_last_day() {
    let mut log = Log::with_admin();
    let token = log.sign_in(7, NOW);
    let id = session_id(&token);
    let mut now = NOW;
    let mut ends = NOW.plus(HOUR);
    while now.plus(HOUR / 2) < ends && now < NOW.plus(2 * SESSION_MAX_MS) {
        now = now.plus(HOUR / 2);
        let act = act(&format!("more{}", now.0), now);
        let (decision, until) = extend_session(&log.book, &act, &id, HOUR).unwrap();
        let verdict = log.append(now, &decision);
        assert!(
            matches!(verdict, ControlVerdict::Accepted(_)),
            "{verdict:?}"
        );
        assert_eq!(until, now.plus(HOUR).min(NOW.plus(SESSION_MAX_MS)));
        ends = until;
    }
    assert_eq!(ends, NOW.plus(SESSION_MAX_MS));
    let last = ends.plus(-1);
    assert!(log.book.authenticate_session(&token, last).is_some());
    assert_eq!(
        log.book.sessions_of("admin", last).count(),
        1,
        "one end each"
    );
    let late = extend_session(&log.book, &act("late", ends), &id, HOUR);
    assert_eq!(late.unwrap_err().code, ControlRefusalCode::Unknown);
}

#[test]
fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let log = Log::with_admin();
    let attempt = |name: &str, password: &str| {
        let sign_in = SignIn {
            name: name.to_owned(),
            password: password.to_owned(),
            token: [1; 32],
            lifetime_ms: HOUR,
        };
        open_session(&log.book, &act("k", NOW), &sign_in).unwrap_err()
    };
    assert_eq!(
        attempt("admin", "wrong"),
        attempt("nobody", "correct horse")
    );
    assert_eq!(attempt("admin", "").code, ControlRefusalCode::SignInWrong);
}

#[test]
fn sessions_are_bounded_and_ended_ones_are_forgotten_by_the_logs_time() {
    let mut log = Log::with_admin();
    let tokens: Vec<String> = (0..=SESSIONS_PER_ACCOUNT as u8)
        .map(|n| log.sign_in(n, NOW.plus(i64::from(n))))
        .collect();
    assert_eq!(
        log.book.sessions_of("admin", NOW).count(),
        SESSIONS_PER_ACCOUNT
    );
    assert!(
        log.book.authenticate_session(&tokens[0], NOW).is_none(),
        "the oldest went"
    );
    assert!(log.book.authenticate_session(&tokens[1], NOW).is_some());
    let later = NOW.plus(3 * HOUR);
    log.sign_in(200, later);
    let live = log.book.sessions_of("admin", later).count();
    assert_eq!(live, 1, "ended ones do not count");
    assert!(log.book.session(&session_id(&tokens[5])).is_some());
    log.sign_in(201, NOW.plus(26 * HOUR));
    let ended = log.book.session(&session_id(&tokens[5]));
    assert!(ended.is_none(), "forgotten");
}

#[test]
fn a_changed_password_ends_the_other_sessions() {
    let mut log = Log::with_admin();
    let (mine, other) = (log.sign_in(1, NOW), log.sign_in(2, NOW));
    let mut change = PasswordChange {
        name: String::from("admin"),
        present: Some(String::from("wrong")),
        new: String::from("battery staple"),
        keep_session: Some(session_id(&mine)),
    };
    let refused = change_password(&log.book, &act("c", NOW), &change, &[2; 16]);
    assert_eq!(refused.unwrap_err().code, ControlRefusalCode::SignInWrong);
    change.present = Some(String::from("correct horse"));
    let decision = change_password(&log.book, &act("c", NOW), &change, &[2; 16]).unwrap();
    log.takes(&decision);
    assert!(log.book.authenticate_session(&mine, NOW).is_some());
    assert!(log.book.authenticate_session(&other, NOW).is_none());
    assert!(!log.book.account("admin").unwrap().first_password);
}

#[test]
fn an_account_needs_a_proper_name_password_and_role() {
    let log = Log::with_admin();
    let new = |name: &str, password: &str, roles: &[Role]| NewAccount {
        name: name.to_owned(),
        password: password.to_owned(),
        roles: roles.to_vec(),
        department: None,
    };
    let code = |new: &NewAccount| {
        create_account(&log.book, &act("n", NOW), new, &[3; 16])
            .map(|_| ())
            .map_err(|refusal| refusal.code)
    };
    assert_eq!(code(&new("王丽", "long enough", &[Role::Operator])), Ok(()));
    for name in ["", "a b", "a/b", &"n".repeat(65), "admin"] {
        let wrong = code(&new(name, "long enough", &[Role::Operator]));
        assert_eq!(wrong, Err(ControlRefusalCode::NameWrong), "{name}");
    }
    let short = code(&new("li", "short", &[Role::Operator]));
    assert_eq!(short, Err(ControlRefusalCode::PasswordWeak));
    assert_eq!(
        code(&new("li", "long enough", &[])),
        Err(ControlRefusalCode::NameWrong)
    );
}

#[test]
fn a_key_publishes_for_its_department_until_it_is_revoked() {
    let mut log = Log::with_admin();
    let request = KeyRequest {
        department: String::from("fire"),
        label: String::from("dispatch system"),
        id: [9; 8],
        secret: [8; 32],
    };
    let issued = issue_key(&act("k", NOW), &request);
    assert!(
        !serde_json::to_string(&issued.decision)
            .unwrap()
            .contains(&issued.key[21..])
    );
    log.takes(&issued.decision);
    let principal = log.book.authenticate_key(&issued.key).unwrap();
    assert_eq!(principal.department.as_deref(), Some("fire"));
    assert_eq!(principal.roles, [Role::Publisher]);
    let mut wrong = issued.key.clone();
    wrong.pop();
    for guess in [wrong.as_str(), "", "cbk_", "cbk_09", &issued.key[4..]] {
        assert!(log.book.authenticate_key(guess).is_none(), "{guess}");
    }
    let revoked = revoke_key(&log.book, &act("r", NOW), &issued.id).unwrap();
    log.takes(&revoked);
    assert!(log.book.authenticate_key(&issued.key).is_none());
    assert!(revoke_key(&log.book, &act("r2", NOW), &issued.id).is_err());
}

#[test]
fn a_rule_set_is_activated_once_under_the_next_version() {
    let mut log = Log::with_admin();
    let first = activate_rules(&log.book, &act("a", NOW), "h1").unwrap();
    let twin = activate_rules(&log.book, &act("b", NOW), "h1").unwrap();
    log.takes(&first);
    assert!(matches!(
        log.append(NOW, &twin),
        ControlVerdict::Stale { .. }
    ));
    assert_eq!(log.book.rule_set().unwrap().version, 1);
    let same = activate_rules(&log.book, &act("c", NOW), "h1").unwrap_err();
    assert_eq!(same.code, ControlRefusalCode::Unchanged);
    log.takes(&activate_rules(&log.book, &act("d", NOW), "h2").unwrap());
    let active = log.book.rule_set().unwrap();
    assert_eq!((active.version, active.hash.as_str()), (2, "h2"));
}

#[test]
fn what_cannot_be_read_is_ignored_and_the_audit_tells_what_counted() {
    let mut log = Log::with_admin();
    for bytes in [&b"{}"[..], b"no", b"\xff"] {
        let verdict = log.book.apply_bytes(50, NOW, bytes);
        assert!(matches!(verdict, ControlVerdict::Malformed { .. }));
    }
    assert_eq!(log.book.malformed_count(), 3);
    let mut empty = activate_rules(&log.book, &act("a", NOW), "h1").unwrap();
    empty.aggregates.clear();
    assert!(matches!(
        log.append(NOW, &empty),
        ControlVerdict::Malformed { .. }
    ));
    let lines: Vec<&str> = log
        .book
        .audit()
        .iter()
        .map(|one| one.command.as_str())
        .collect();
    assert_eq!(lines, ["createAccount"]);
    assert_eq!(log.book.audit()[0].words.en, "Account admin created");
}
