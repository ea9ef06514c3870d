//! Users of Kafka itself, for departments that reach it from beyond this machine: each may write its
//! department's inbox, and nothing else.
//!
//! A user is a SCRAM credential and one ACL. Kafka asks its ACLs at every request, so a connection that
//! is open loses its right in the moment in which the ACL is gone.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use kafka_protocol::messages::alter_user_scram_credentials_request::{
    ScramCredentialDeletion, ScramCredentialUpsertion,
};
use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::messages::delete_acls_request::DeleteAclsFilter;
use kafka_protocol::messages::describe_user_scram_credentials_request::UserName;
use kafka_protocol::messages::{
    AlterUserScramCredentialsRequest, CreateAclsRequest, DeleteAclsRequest,
    DescribeUserScramCredentialsRequest,
};
use kafka_protocol::protocol::{Request, StrBytes};
use sha2::{Sha256, Sha512};

use crate::{LogConfig, LogError, wire};

/// Rounds of hashing. Few are enough: the secrets are drawn at random and long, not chosen by people.
const ITERATIONS: u32 = 4_096;
/// A change is known to the broker within milliseconds; this long it is waited for.
const KNOWN_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);

const ACL_VERSION: i16 = 3;
const SCRAM_VERSION: i16 = 0;
const SCRAM_SHA_256: i8 = 1;
const SCRAM_SHA_512: i8 = 2;
/// One request each: Kafka alters a user once in a request.
const MECHANISMS: [i8; 2] = [SCRAM_SHA_256, SCRAM_SHA_512];
const RESOURCE_ANY: i8 = 1;
const RESOURCE_TOPIC: i8 = 2;
const PATTERN_ANY: i8 = 1;
const PATTERN_LITERAL: i8 = 3;
const OPERATION_ANY: i8 = 1;
const OPERATION_WRITE: i8 = 4;
const PERMISSION_ANY: i8 = 1;
const PERMISSION_ALLOW: i8 = 3;
const SECURITY_DISABLED: i16 = 54;
const RESOURCE_NOT_FOUND: i16 = 91;

/// Why a user could not be made or removed.
#[derive(Debug, thiserror::Error)]
pub enum InboxAccessError {
    /// No broker answered.
    #[error(transparent)]
    Log(#[from] LogError),
    /// This Kafka lets everyone do everything.
    #[error(
        "this Kafka checks no rights, so a user of it could read and write everything; open a listener \
         that does"
    )]
    NothingIsChecked,
    /// Kafka refused.
    #[error("Kafka refused {what}: {cause}")]
    Refused {
        /// What was asked for.
        what: &'static str,
        /// What it said.
        cause: String,
    },
    /// It was done, but the broker does not show it.
    #[error("Kafka took the change, but did not show it within {KNOWN_WITHIN:?}; look again")]
    NotShown,
}

/// Makes a user who may write the inbox of one department, and nothing else. `secret` is the user's
/// password, by SCRAM-SHA-256 or SCRAM-SHA-512.
pub async fn grant_inbox(
    config: &LogConfig,
    department: &str,
    user: &str,
    secret: &str,
) -> Result<(), InboxAccessError> {
    let inbox = config.topics.inbox(department);
    let (user, secret) = (user.to_owned(), secret.to_owned());
    blocking(config, move |config| {
        // First: a user without rights is nobody, rights without a user are nobody's.
        allow_writing(config, &inbox, &user)?;
        for mechanism in MECHANISMS {
            let upsertion = credential(&user, mechanism, &secret);
            let request =
                AlterUserScramCredentialsRequest::default().with_upsertions(vec![upsertion]);
            alter(config, "making a user", &request)?;
        }
        until_shown(config, &user, true)
    })
    .await
}

/// Takes a user's rights, then the user. One that does not exist is fine.
pub async fn withdraw_inbox(config: &LogConfig, user: &str) -> Result<(), InboxAccessError> {
    let user = user.to_owned();
    blocking(config, move |config| {
        match forbid_all(config, &user) {
            // Where nothing is checked there are no rights to take.
            Ok(()) | Err(InboxAccessError::NothingIsChecked) => {}
            Err(error) => return Err(error),
        }
        for mechanism in MECHANISMS {
            let deletion = ScramCredentialDeletion::default()
                .with_name(text(&user))
                .with_mechanism(mechanism);
            let request =
                AlterUserScramCredentialsRequest::default().with_deletions(vec![deletion]);
            alter(config, "removing a user", &request)?;
        }
        until_shown(config, &user, false)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    config: &LogConfig,
    work: impl FnOnce(&LogConfig) -> Result<T, InboxAccessError> + Send + 'static,
) -> Result<T, InboxAccessError> {
    let config = config.clone();
    let done = tokio::task::spawn_blocking(move || work(&config)).await;
    done.map_err(|_| LogError::Stopped)?
}

fn ask<R: Request>(config: &LogConfig, version: i16, request: &R) -> Result<R::Response, LogError> {
    wire::ask_any(config, |broker| {
        wire::ask(broker, &config.client_id, version, request)
    })
}

fn allow_writing(config: &LogConfig, topic: &str, user: &str) -> Result<(), InboxAccessError> {
    // To write includes to describe, which is all that a producer asks beside.
    let acl = AclCreation::default()
        .with_resource_type(RESOURCE_TOPIC)
        .with_resource_name(text(topic))
        .with_resource_pattern_type(PATTERN_LITERAL)
        .with_principal(principal(user))
        .with_host(text("*"))
        .with_operation(OPERATION_WRITE)
        .with_permission_type(PERMISSION_ALLOW);
    let request = CreateAclsRequest::default().with_creations(vec![acl]);
    let answer = ask(config, ACL_VERSION, &request)?;
    answer.results.iter().try_for_each(|result| {
        judge(
            "the right to write an inbox",
            result.error_code,
            result.error_message.as_ref(),
        )
    })
}

fn forbid_all(config: &LogConfig, user: &str) -> Result<(), InboxAccessError> {
    // `None` is any; the default would be the empty name, which nothing has.
    let filter = DeleteAclsFilter::default()
        .with_resource_type_filter(RESOURCE_ANY)
        .with_resource_name_filter(None)
        .with_host_filter(None)
        .with_pattern_type_filter(PATTERN_ANY)
        .with_principal_filter(Some(principal(user)))
        .with_operation(OPERATION_ANY)
        .with_permission_type(PERMISSION_ANY);
    let request = DeleteAclsRequest::default().with_filters(vec![filter]);
    let answer = ask(config, ACL_VERSION, &request)?;
    answer.filter_results.iter().try_for_each(|result| {
        judge(
            "taking a user's rights",
            result.error_code,
            result.error_message.as_ref(),
        )?;
        result.matching_acls.iter().try_for_each(|acl| {
            let message = acl.error_message.as_ref();
            judge("taking a user's right", acl.error_code, message)
        })
    })
}

fn alter(
    config: &LogConfig,
    what: &'static str,
    request: &AlterUserScramCredentialsRequest,
) -> Result<(), InboxAccessError> {
    let answer = ask(config, SCRAM_VERSION, request)?;
    answer
        .results
        .iter()
        .filter(|result| result.error_code != RESOURCE_NOT_FOUND)
        .try_for_each(|result| judge(what, result.error_code, result.error_message.as_ref()))
}

fn judge(
    what: &'static str,
    code: i16,
    message: Option<&StrBytes>,
) -> Result<(), InboxAccessError> {
    match code {
        0 => Ok(()),
        SECURITY_DISABLED => Err(InboxAccessError::NothingIsChecked),
        code => Err(InboxAccessError::Refused {
            what,
            cause: message.map_or_else(|| format!("error {code}"), ToString::to_string),
        }),
    }
}

/// Waits until the broker that answers us has heard of the change.
fn until_shown(config: &LogConfig, user: &str, there: bool) -> Result<(), InboxAccessError> {
    let name = UserName::default().with_name(text(user));
    let request = DescribeUserScramCredentialsRequest::default().with_users(Some(vec![name]));
    let begun = Instant::now();
    while begun.elapsed() < KNOWN_WITHIN {
        let answer = ask(config, SCRAM_VERSION, &request)?;
        judge(
            "showing a user",
            answer.error_code,
            answer.error_message.as_ref(),
        )?;
        let shown = answer
            .results
            .iter()
            .filter(|result| result.error_code == 0);
        let mechanisms: usize = shown.map(|result| result.credential_infos.len()).sum();
        if mechanisms == if there { MECHANISMS.len() } else { 0 } {
            return Ok(());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err(InboxAccessError::NotShown)
}

fn credential(user: &str, mechanism: i8, secret: &str) -> ScramCredentialUpsertion {
    let salt = *uuid::Uuid::new_v4().as_bytes();
    let salted = match mechanism {
        SCRAM_SHA_512 => salted_512(secret, &salt, ITERATIONS).to_vec(),
        _ => salted_256(secret, &salt, ITERATIONS).to_vec(),
    };
    ScramCredentialUpsertion::default()
        .with_name(text(user))
        .with_mechanism(mechanism)
        .with_iterations(ITERATIONS as i32)
        .with_salt(salt.to_vec().into())
        .with_salted_password(salted.into())
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn principal(user: &str) -> StrBytes {
    text(&format!("User:{user}"))
}

/// `Hi(secret, salt, iterations)` of RFC 5802 for one hash function.
macro_rules! salted {
    ($name:ident, $hash:ty, $bytes:literal) => {
        fn $name(secret: &str, salt: &[u8], iterations: u32) -> [u8; $bytes] {
            let keyed = Hmac::<$hash>::new_from_slice(secret.as_bytes())
                .expect("HMAC takes a key of any length");
            let mut first = keyed.clone();
            first.update(salt);
            first.update(&1_u32.to_be_bytes());
            let mut round: [u8; $bytes] = first.finalize().into_bytes().into();
            let mut sum = round;
            for _ in 1..iterations {
                let mut next = keyed.clone();
                next.update(&round);
                round = next.finalize().into_bytes().into();
                for (sum, byte) in sum.iter_mut().zip(round) {
                    *sum ^= byte;
                }
            }
            sum
        }
    };
}

salted!(salted_256, Sha256, 32);
salted!(salted_512, Sha512, 64);

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of RFC 7677's example (SCRAM-SHA-256): its server signature proves the salted password.
    #[test]
    fn a_password_is_salted_as_the_standard_s_own_example() {
        let decode = |text: &str| {
            use base64::Engine as _;
            base64::prelude::BASE64_STANDARD.decode(text).unwrap()
        };
        let salted = salted_256("pencil", &decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4_096);
        let sign = |key: &[u8], message: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(message);
            mac.finalize().into_bytes()
        };
        let server_key = sign(&salted, b"Server Key");
        let said = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
                    r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
                    c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = sign(&server_key, said.as_bytes());
        let expected = decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assert_eq!(signature.to_vec(), expected);
    }

    #[test]
    fn one_round_is_one_hmac_also_of_the_longer_hash() {
        let mut mac = Hmac::<Sha512>::new_from_slice(b"secret").unwrap();
        mac.update(b"salt\0\0\0\x01");
        let expected: [u8; 64] = mac.finalize().into_bytes().into();
        assert_eq!(salted_512("secret", b"salt", 1), expected);
    }
}
