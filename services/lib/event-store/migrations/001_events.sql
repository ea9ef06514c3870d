-- Every admitted fact. Ordered for "what happened here, of this kind, lately"; one partition per month of append time,
-- so that one batch of the recorder is one part. topic_id, partition and offset are the witness of exactly once.
CREATE TABLE IF NOT EXISTS events
(
    id String CODEC(ZSTD(1)),
    source LowCardinality(String),
    type LowCardinality(String),
    department LowCardinality(String),
    subject Nullable(String) CODEC(ZSTD(1)),
    event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    recorded_time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ingest_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    inbox_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    severity Nullable(UInt8),
    measure Nullable(Float64),
    exercise Bool,
    place LowCardinality(String),
    lon Nullable(Float64),
    lat Nullable(Float64),
    h3 UInt64,
    catalog LowCardinality(String),
    flags Array(LowCardinality(String)),
    correlation_id Nullable(String) CODEC(ZSTD(1)),
    topic LowCardinality(String),
    topic_id UUID,
    partition Int32,
    offset Int64 CODEC(Delta, ZSTD(1)),
    inbox_topic_id UUID,
    inbox_partition Int32,
    inbox_offset Int64 CODEC(Delta, ZSTD(1)),
    payload String CODEC(ZSTD(1)),
    INDEX id_bloom id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX subject_bloom subject TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX event_time_range event_time TYPE minmax GRANULARITY 4,
    INDEX ingest_time_range ingest_time TYPE minmax GRANULARITY 4,
    INDEX offset_range offset TYPE minmax GRANULARITY 4,
    CONSTRAINT longitude_in_degrees CHECK ifNull(lon BETWEEN -180 AND 180, true),
    CONSTRAINT latitude_in_degrees CHECK ifNull(lat BETWEEN -90 AND 90, true),
    CONSTRAINT severity_is_a_level CHECK ifNull(severity BETWEEN 1 AND 4, true)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ingest_time)
ORDER BY (place, type, event_time, id)
SETTINGS non_replicated_deduplication_window = 100000;
