-- A dead letter holds its original as it came, personal data with it. The log keeps it for 30 days; here
-- it goes 15 days later, so that tables derived anew from the log never miss what the log still has.
ALTER TABLE dead_letters MODIFY TTL toDateTime(ingest_time) + INTERVAL 45 DAY;
