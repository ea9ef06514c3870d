-- The current state of every case, from accepted decisions alone: the row of the highest version wins.
CREATE TABLE IF NOT EXISTS cases
(
    id String,
    version UInt64,
    number String,
    kind LowCardinality(String),
    state LowCardinality(String),
    status LowCardinality(String),
    title_zh String,
    title_en String,
    severity UInt8,
    opened_at DateTime64(3, 'UTC'),
    changed_at DateTime64(3, 'UTC'),
    closed_at Nullable(DateTime64(3, 'UTC')),
    place LowCardinality(String),
    lon Nullable(Float64),
    lat Nullable(Float64),
    responsible LowCardinality(String),
    exercise Bool,
    ingest_time DateTime64(3, 'UTC'),
    topic_id UUID,
    partition Int32,
    offset Int64,
    body String CODEC(ZSTD(1)),
    INDEX opened_range opened_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000;

-- Every record of the decisions' topic, one row each; what all readers ignore is marked so and is no fact.
CREATE TABLE IF NOT EXISTS case_events
(
    cases Array(String),
    units Array(String),
    key String,
    command LowCardinality(String),
    actor_kind LowCardinality(String),
    actor String,
    decided_at DateTime64(3, 'UTC'),
    accepted Bool,
    ignored_reason LowCardinality(String),
    ingest_time DateTime64(3, 'UTC'),
    topic_id UUID,
    partition Int32,
    offset Int64,
    entries String CODEC(ZSTD(1)),
    record String CODEC(ZSTD(1)),
    INDEX cases_bloom cases TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ingest_time)
ORDER BY (topic_id, partition, offset)
SETTINGS non_replicated_deduplication_window = 10000;
