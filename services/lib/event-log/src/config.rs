//! How to reach Kafka, and the client settings that every connection shares.

use event_schemas::city::{Topic, Topics};
use rdkafka::ClientConfig;

/// Largest record that the hub writes; its own topics allow as much. Departments' inboxes keep
/// Kafka's default of 1 MiB, so that a refused event with its headers always fits a dead letter.
pub const MAX_RECORD_BYTES: usize = 4 * 1024 * 1024;

/// Where Kafka is and under which names the hub works there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Bootstrap brokers, `host:port` joined by commas.
    pub brokers: String,
    /// Topic names under the prefix of this hub (or of this test).
    pub topics: Topics,
    /// Names this process in the broker's logs and quotas.
    pub client_id: String,
}

impl LogConfig {
    /// The full name of one of the hub's topics.
    pub fn topic(&self, topic: Topic) -> String {
        self.topics.name(topic)
    }

    /// A name under the hub's prefix, for consumer groups and transactional ids.
    pub fn scoped(&self, name: &str) -> String {
        format!("{}.{name}", self.topics.prefix())
    }

    /// Settings common to consumers and producers: quick reconnects, no Nagle delay.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.client_id)
            .set("socket.nagle.disable", "true")
            .set("socket.keepalive.enable", "true")
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("socket.connection.setup.timeout.ms", "5000")
            .set("log.connection.close", "false")
            .set("allow.auto.create.topics", "false");
        config
    }

    /// Settings of every reader: committed records only, and at once.
    pub(crate) fn consumer(&self, group: &str) -> ClientConfig {
        let mut config = self.client();
        config
            .set("group.id", group)
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "true")
            // Out of range is told, never skipped: a lost record must not pass for a quiet day.
            .set("auto.offset.reset", "error")
            // A fetch is answered as soon as there is a byte; this is how long it waits while there is
            // none. Fifteen idle readers cost half a core at 5 ms and a twentieth at 100 ms, and the
            // latency of a record was the same (p50 3.6 and 2.3 ms, p99 16 ms).
            .set("fetch.wait.max.ms", "100")
            .set("fetch.min.bytes", "1")
            .set("fetch.error.backoff.ms", "50")
            .set("fetch.queue.backoff.ms", "10")
            .set("queued.max.messages.kbytes", "16384")
            .set("fetch.message.max.bytes", MAX_RECORD_BYTES.to_string());
        config
    }

    /// Settings of every writer: all replicas acknowledge, no reordering, no repeats by retry.
    pub(crate) fn producer(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "0")
            .set("retry.backoff.ms", "20")
            // Topics are made before anybody writes: one that is unknown this long does not exist.
            .set("topic.metadata.propagation.max.ms", "3000")
            .set("message.max.bytes", MAX_RECORD_BYTES.to_string())
            .set("queue.buffering.max.messages", "100000")
            .set("queue.buffering.max.kbytes", "65536");
        config
    }
}
