-- What could not be admitted or stored, with its reason.
CREATE TABLE IF NOT EXISTS dead_letters
(
    reason LowCardinality(String),
    message String CODEC(ZSTD(1)),
    path Nullable(String),
    department LowCardinality(String),
    source Nullable(String),
    id Nullable(String),
    type Nullable(String),
    received_at DateTime64(3, 'UTC'),
    original_topic LowCardinality(String),
    original_topic_id UUID,
    original_partition Int32,
    original_offset Int64,
    ingest_time DateTime64(3, 'UTC'),
    topic_id UUID,
    partition Int32,
    offset Int64,
    headers Array(Tuple(String, String)) CODEC(ZSTD(1)),
    original String CODEC(ZSTD(1)),
    INDEX offset_range offset TYPE minmax GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ingest_time)
ORDER BY (department, reason, received_at)
SETTINGS non_replicated_deduplication_window = 10000;
