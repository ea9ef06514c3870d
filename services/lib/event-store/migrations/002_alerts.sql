-- The current state of every alert: the row of the highest version wins, however often and in whatever order rows come.
CREATE TABLE IF NOT EXISTS alerts
(
    id String,
    version UInt64,
    fingerprint String,
    rule LowCardinality(String),
    rule_version UInt32,
    severity UInt8,
    status LowCardinality(String),
    episode UInt32,
    title_zh String,
    title_en String,
    raised_at DateTime64(3, 'UTC'),
    changed_at DateTime64(3, 'UTC'),
    resolved_at Nullable(DateTime64(3, 'UTC')),
    place LowCardinality(String),
    lon Nullable(Float64),
    lat Nullable(Float64),
    departments Array(LowCardinality(String)),
    event_count UInt64,
    exercise Bool,
    ingest_time DateTime64(3, 'UTC'),
    topic_id UUID,
    partition Int32,
    offset Int64,
    state String CODEC(ZSTD(1)),
    INDEX raised_range raised_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000;
