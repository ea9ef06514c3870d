-- Who changed what of the hub's configuration and accounts. No hash, key or token ever comes here.
CREATE TABLE IF NOT EXISTS audit
(
    command LowCardinality(String),
    actor_kind LowCardinality(String),
    actor String,
    subjects Array(String),
    words_zh String,
    words_en String,
    decided_at DateTime64(3, 'UTC'),
    ingest_time DateTime64(3, 'UTC'),
    topic_id UUID,
    partition Int32,
    offset Int64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ingest_time)
ORDER BY (topic_id, partition, offset)
SETTINGS non_replicated_deduplication_window = 10000;

-- A hint for readers: everything before `next` in this partition is in the tables.
CREATE TABLE IF NOT EXISTS recorder_progress
(
    topic LowCardinality(String),
    topic_id UUID,
    partition Int32,
    next Int64,
    noted_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(next)
ORDER BY (topic_id, partition);
