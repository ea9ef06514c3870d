//! Who may fill in: a department's key, or a person of a department who is signed in.

use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::access::{Principal, Role};
use maud::html;
use service_kit::AllowedOrigins;
use service_kit::identity::{bearer, session_token};
use sha2::{Digest as _, Sha256};

use super::filled::Filled;
use super::lang::Lang;
use super::layout::{self, Shell};
use crate::access::Publisher;
use crate::problem::Problem;
use crate::{Intake, access};

/// A person's roles that carry the right to speak for the person's department.
const ROLES: [Role; 3] = [Role::Publisher, Role::Operator, Role::Supervisor];

/// Somebody who may publish for a department.
#[derive(Clone, Debug)]
pub(crate) struct Filler {
    pub(crate) publisher: Publisher,
    /// The account's name, or the key's id.
    pub(crate) name: String,
    /// What a form must carry to come from our own page; `None` where no cookie was used.
    pub(crate) token: Option<String>,
}

/// Who the request is from.
pub(crate) fn filler(intake: &Intake, headers: &HeaderMap) -> Result<Filler, Problem> {
    let person = session_token(headers).and_then(|token| {
        let now = intake.ports.clock.now();
        let person = intake.ports.identity.session(&token, now)?;
        Some((person, token))
    });
    let Some((person, token)) = person else {
        let publisher = access::publisher(&*intake.ports.identity, headers)?;
        return Ok(Filler {
            name: publisher.key.clone(),
            publisher,
            token: None,
        });
    };
    let name = person.name.clone();
    let Some(department) = department(person) else {
        let detail = "only a person of a department, with the role publisher, operator or supervisor, \
                      may publish for it; the hub's administrators give both";
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail));
    };
    Ok(Filler {
        publisher: Publisher {
            key: format!("account {name}"),
            department,
        },
        name,
        // A header is not sent by a page of somebody else's; a cookie is.
        token: bearer(headers).is_none().then(|| form_token(&token)),
    })
}

/// The department that a person may speak for.
pub(crate) fn department(person: Principal) -> Option<String> {
    let may = person.has_any(&ROLES);
    person.department.filter(|_| may)
}

impl Filler {
    /// Whether a form was sent from one of our own pages: its origin, and the token that only they know.
    pub(crate) fn admit(&self, headers: &HeaderMap, filled: &Filled) -> Result<(), Problem> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        // Hashes are compared: how long that takes tells nothing of the token.
        let same = Sha256::digest(token) == Sha256::digest(filled.text("token"));
        if same && AllowedOrigins::default().admit(headers) {
            return Ok(());
        }
        let detail = "this form was not sent from the hub's own page, or its session has ended; open the \
                      form again and send it from there";
        Err(Problem::new(StatusCode::FORBIDDEN, "foreign-form", detail))
    }
}

/// Follows from the session alone, so that every process of the hub knows it.
fn form_token(session: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"city-brain form token\n");
    hash.update(session);
    hex::encode(hash.finalize())
}

/// Whether an HTML form was sent, in the way that browsers do.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next();
    essence.is_some_and(|kind| {
        kind.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// Whether the caller reads pages.
pub(crate) fn reads_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|kind| kind.to_str().ok());
    accepted.is_some_and(|kinds| kinds.contains("text/html"))
}

/// A problem as a page for those who read pages, as it is for others.
pub(crate) fn turned_away(
    problem: Problem,
    headers: &HeaderMap,
    lang: Lang,
    path: &str,
) -> Response {
    let detail = problem.detail().to_owned();
    let answer = problem.into_response();
    if !reads_html(headers) {
        return answer;
    }
    let status = answer.status();
    let title = match status {
        StatusCode::UNAUTHORIZED => lang.pick("请先登录", "Sign in first"),
        StatusCode::FORBIDDEN => lang.pick("没有权限", "Not allowed"),
        StatusCode::NOT_FOUND => lang.pick("没有这个页面", "No such page"),
        _ => lang.pick("暂时无法处理", "This cannot be done now"),
    };
    let body = html! {
        @if status == StatusCode::UNAUTHORIZED {
            p {
                (lang.pick("请用部门账号登录，然后回到这个页面：", "Sign in with your department's account, then come back: "))
                a href="/" { (lang.pick("登录", "sign in")) }
            }
        } @else {
            p { (detail) }
        }
    };
    let shell = Shell {
        lang,
        title,
        path,
        keep: "",
    };
    let mut page = layout::page(status, &shell, &body);
    if let Some(wait) = answer.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(department: Option<&str>, roles: &[Role]) -> Principal {
        Principal {
            name: String::from("li"),
            roles: roles.to_vec(),
            department: department.map(str::to_owned),
            session: Some(String::from("s")),
        }
    }

    #[test]
    fn a_person_speaks_for_the_own_department_and_only_with_a_role_for_it() {
        let fire = Some("fire");
        let speaks = |person| department(person).as_deref() == fire;
        assert!(speaks(person(fire, &[Role::Publisher])));
        assert!(speaks(person(fire, &[Role::Developer, Role::Operator])));
        assert!(!speaks(person(fire, &[Role::Developer])));
        assert!(!speaks(person(
            None,
            &[Role::Administrator, Role::Operator]
        )));
    }

    #[test]
    fn a_form_s_token_is_its_session_s_own() {
        assert_eq!(form_token("a"), form_token("a"));
        assert_ne!(form_token("a"), form_token("b"));
    }
}
