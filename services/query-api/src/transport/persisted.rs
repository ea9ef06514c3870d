//! Documents that their hash stands for: those given at the start, and those that a caller has sent with
//! their hash (automatic persisted queries). A hash saves bytes, not checks: the document passes the
//! gate each time, for the caller who asks.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::failure::{Code, Failure};

/// Documents learnt from callers that are kept; the oldest goes first.
const LEARNT_MAX: usize = 1_000;
/// Longer documents are answered, and not kept.
const BYTES_MAX: usize = 16 * 1024;

/// `extensions.persistedQuery`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PersistedQuery {
    version: u32,
    sha256_hash: String,
}

/// A document that was found for a request.
pub(crate) struct Document {
    pub(crate) text: Arc<str>,
    /// To be kept under this hash once it has passed the gate.
    learn: Option<String>,
}

/// Documents by hash.
pub(crate) struct Persisted {
    given: HashMap<String, Arc<str>>,
    /// What comes by a page's cookie must be one of those given at the start.
    pages_known_only: bool,
    learnt: watch::Sender<Learnt>,
}

#[derive(Default)]
struct Learnt {
    documents: HashMap<String, Arc<str>>,
    order: VecDeque<String>,
}

impl Persisted {
    /// Knows these documents from the start; with `pages_known_only`, pages may ask for no others.
    pub(crate) fn new(given: Vec<String>, pages_known_only: bool) -> Self {
        let given = given
            .into_iter()
            .map(|text| (hash(&text), Arc::from(text)))
            .collect();
        Self {
            given,
            pages_known_only,
            learnt: watch::Sender::new(Learnt::default()),
        }
    }

    /// The document of a request, by its text, its hash, or both. `page`: the caller came by a cookie.
    pub(crate) fn find(
        &self,
        text: Option<String>,
        id: Option<String>,
        named: Option<PersistedQuery>,
        page: bool,
    ) -> Result<Document, Failure> {
        let document = self.named(text, id, named)?;
        if page && self.pages_known_only && !self.given.contains_key(&hash(&document.text)) {
            return Err(Failure::new(
                Code::Forbidden,
                "This hub takes only its console's own operations from a page. Others need a token \
                 or an API key: Authorization: Bearer <key>.",
            ));
        }
        Ok(document)
    }

    fn named(
        &self,
        text: Option<String>,
        id: Option<String>,
        named: Option<PersistedQuery>,
    ) -> Result<Document, Failure> {
        if named.as_ref().is_some_and(|named| named.version != 1) {
            return Err(Failure::bad(
                "extensions.persistedQuery: version 1 is expected.",
            ));
        }
        let wanted = named
            .map(|named| named.sha256_hash)
            .or(id)
            .map(|hash| hash.to_ascii_lowercase());
        match (text.filter(|text| !text.is_empty()), wanted) {
            (Some(text), None) => Ok(Document {
                text: Arc::from(text),
                learn: None,
            }),
            (Some(text), Some(wanted)) => {
                if hash(&text) != wanted {
                    return Err(Failure::bad(
                        "The hash is not the SHA-256 of the document that came with it.",
                    ));
                }
                Ok(Document {
                    text: Arc::from(text),
                    learn: Some(wanted),
                })
            }
            (None, Some(wanted)) => self.known(&wanted).map_or_else(
                || {
                    // Clients know this very text and send the document then.
                    Err(Failure::new(
                        Code::UnknownDocument,
                        "PersistedQueryNotFound",
                    ))
                },
                |text| Ok(Document { text, learn: None }),
            ),
            (None, None) => Err(Failure::bad(
                "query: a GraphQL document is expected, or the id of one that the hub knows.",
            )),
        }
    }

    /// Keeps a document that has passed the gate, where it came with its hash.
    pub(crate) fn keep(&self, document: &Document) {
        let Some(hash) = &document.learn else { return };
        if document.text.len() > BYTES_MAX || self.known(hash).is_some() {
            return;
        }
        self.learnt.send_modify(|learnt| {
            if learnt.order.len() == LEARNT_MAX
                && let Some(oldest) = learnt.order.pop_front()
            {
                learnt.documents.remove(&oldest);
            }
            learnt.order.push_back(hash.clone());
            let text = Arc::clone(&document.text);
            learnt.documents.insert(hash.clone(), text);
        });
    }

    fn known(&self, hash: &str) -> Option<Arc<str>> {
        let given = self.given.get(hash).map(Arc::clone);
        given.or_else(|| self.learnt.borrow().documents.get(hash).map(Arc::clone))
    }
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sha256_hash: &str) -> PersistedQuery {
        PersistedQuery {
            version: 1,
            sha256_hash: sha256_hash.to_owned(),
        }
    }

    #[test]
    fn a_document_is_known_once_it_has_passed_and_not_before() {
        let persisted = Persisted::new(Vec::new(), false);
        let text = String::from("{ at }");
        let hash = hash(&text);
        let unknown = persisted
            .find(None, None, Some(named(&hash)), false)
            .err()
            .unwrap();
        assert_eq!(unknown.code, Code::UnknownDocument);
        assert_eq!(unknown.message, "PersistedQueryNotFound");
        let sent = persisted
            .find(Some(text.clone()), None, Some(named(&hash)), false)
            .unwrap();
        assert!(
            persisted
                .find(None, Some(hash.clone()), None, false)
                .is_err()
        );
        persisted.keep(&sent);
        let found = persisted
            .find(None, Some(hash.to_uppercase()), None, false)
            .unwrap();
        assert_eq!(*found.text, *text);
    }

    #[test]
    fn a_wrong_hash_another_version_and_nothing_at_all_are_refused() {
        let persisted = Persisted::new(vec![String::from("{ at }")], false);
        assert!(
            persisted
                .find(None, Some(hash("{ at }")), None, false)
                .is_ok()
        );
        let wrong = persisted.find(
            Some("{ viewer { name } }".into()),
            Some(hash("{ at }")),
            None,
            false,
        );
        assert_eq!(wrong.err().unwrap().code, Code::Malformed);
        let newer = PersistedQuery {
            version: 2,
            sha256_hash: hash("{ at }"),
        };
        assert!(persisted.find(None, None, Some(newer), false).is_err());
        assert!(persisted.find(None, None, None, false).is_err());
        assert!(
            persisted
                .find(Some(String::new()), None, None, false)
                .is_err()
        );
    }

    #[test]
    fn memory_for_learnt_documents_is_bounded() {
        let persisted = Persisted::new(Vec::new(), false);
        for n in 0..=LEARNT_MAX {
            let text = format!("{{ a{n}: at }}");
            let sent = persisted
                .find(Some(text.clone()), Some(hash(&text)), None, false)
                .unwrap();
            persisted.keep(&sent);
        }
        assert_eq!(persisted.learnt.borrow().documents.len(), LEARNT_MAX);
        assert!(persisted.known(&hash("{ a0: at }")).is_none());
        let long = format!("{{ at }} # {}", "x".repeat(BYTES_MAX));
        let sent = persisted
            .find(Some(long.clone()), Some(hash(&long)), None, false)
            .unwrap();
        persisted.keep(&sent);
        assert!(persisted.known(&hash(&long)).is_none());
    }

    #[test]
    fn a_strict_hub_takes_from_a_page_only_what_it_was_given() {
        let persisted = Persisted::new(vec![String::from("{ at }")], true);
        let other = String::from("{ viewer { name } }");
        let sent = |text: &str, page| persisted.find(Some(text.to_owned()), None, None, page);
        assert!(sent("{ at }", true).is_ok());
        assert!(
            persisted
                .find(None, Some(hash("{ at }")), None, true)
                .is_ok()
        );
        assert_eq!(sent(&other, true).err().unwrap().code, Code::Forbidden);
        // What others have taught the hub is not the console's own.
        let taught = persisted.find(Some(other.clone()), Some(hash(&other)), None, false);
        persisted.keep(&taught.unwrap());
        assert!(
            persisted
                .find(None, Some(hash(&other)), None, false)
                .is_ok()
        );
        let refused = persisted.find(None, Some(hash(&other)), None, true);
        assert_eq!(refused.err().unwrap().code, Code::Forbidden);
    }
}
