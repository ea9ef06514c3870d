//! What the client library tells about connections, without the noise: the end of a partition is no
//! error, and a lost connection is repaired by the client itself.

use rdkafka::ClientContext;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;

use crate::error::is_network;

/// The context of plain consumers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Quiet;

impl ClientContext for Quiet {
    fn error(&self, error: KafkaError, reason: &str) {
        tell(&error, reason);
    }
}

impl ConsumerContext for Quiet {}

/// Traces an error of the client at the level it deserves.
pub(crate) fn tell(error: &KafkaError, reason: &str) {
    match error {
        KafkaError::PartitionEOF(_) => {}
        KafkaError::Global(code) if *code == rdkafka::error::RDKafkaErrorCode::PartitionEOF => {}
        _ if error.rdkafka_error_code().is_some_and(is_network) => {
            tracing::debug!(%error, reason, "Kafka connection");
        }
        _ => tracing::warn!(%error, reason, "Kafka client"),
    }
}
