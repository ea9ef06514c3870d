//! Departments' keys: shown once, kept as a hash, revocable.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::act::{audit, refuse};
use super::{
    Act, ControlAggregate, ControlBook, ControlDecision, ControlRefusal, ControlRefusalCode,
    DepartmentKey,
};

/// Every key's text begins so, that scanners for leaked secrets can find one.
pub const KEY_PREFIX: &str = "cbk_";

/// A key to issue.
#[derive(Clone, Debug)]
pub struct KeyRequest {
    /// The department it publishes for.
    pub department: String,
    /// What it is for.
    pub label: String,
    /// 8 random bytes that become its id.
    pub id: [u8; 8],
    /// 32 random bytes that become its secret.
    pub secret: [u8; 32],
}

/// A key to append, with the text that is shown once.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The record.
    pub decision: ControlDecision,
    /// The key's id.
    pub id: String,
    /// The key itself: `cbk_<id>_<secret>`.
    pub key: String,
}

/// Issues a key. Whether the department exists is for the caller, who has the catalog.
pub fn issue_key(act: &Act, request: &KeyRequest) -> Issued {
    let id = hex::encode(request.id);
    let secret = URL_SAFE_NO_PAD.encode(request.secret);
    let key = DepartmentKey {
        id: id.clone(),
        version: 1,
        secret_hash: hex::encode(Sha256::digest(secret.as_bytes())),
        department: request.department.clone(),
        label: request.label.clone(),
        issued_at: act.now,
        revoked_at: None,
    };
    let entry = audit(
        format!("为部门 {} 签发密钥 {id}", request.department),
        format!("Key {id} issued to {}", request.department),
        [
            ("key", &id),
            ("department", &request.department),
            ("label", &request.label),
        ],
    );
    let aggregate = ControlAggregate::Key {
        id: id.clone(),
        version: 0,
        state: key,
    };
    Issued {
        decision: act.decide("issueKey", vec![aggregate], entry),
        key: format!("{KEY_PREFIX}{id}_{secret}"),
        id,
    }
}

/// Revokes a key.
pub fn revoke_key(
    book: &ControlBook,
    act: &Act,
    id: &str,
) -> Result<ControlDecision, ControlRefusal> {
    let key = book
        .department_key(id)
        .filter(|key| key.revoked_at.is_none())
        .ok_or_else(|| {
            refuse(
                ControlRefusalCode::Unknown,
                format!("没有有效密钥 {id}"),
                format!("no valid key has the id {id}"),
            )
        })?;
    let entry = audit(
        format!("吊销部门 {} 的密钥 {id}", key.department),
        format!("Key {id} of {} revoked", key.department),
        [("key", id), ("department", &key.department)],
    );
    let aggregate = ControlAggregate::Key {
        id: id.to_owned(),
        version: key.version,
        state: DepartmentKey {
            version: key.version + 1,
            revoked_at: Some(act.now),
            ..DepartmentKey::clone(key)
        },
    };
    Ok(act.decide("revokeKey", vec![aggregate], entry))
}
