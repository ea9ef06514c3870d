//! Files of the past: each form of file that a department has is read by its mapping alone. The rows
//! here are made up.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers may end the test"
)]

use std::path::Path;

use event_schemas::Catalog;
use event_schemas::envelope::decode_structured;
use serde_json::{Value, json};

/// Maps a small file, has admission judge every event, and returns the events.
fn events(feed: &str, file: &str, content: &str) -> Vec<Value> {
    let catalog = Catalog::embedded().unwrap();
    let feed = catalog.feed(feed).unwrap();
    let mut table = csv::Reader::from_reader(content.as_bytes());
    let header = table.headers().unwrap().clone();
    let header: Vec<&str> = header.iter().collect();
    let reader = feed
        .reader(&header, "past")
        .unwrap()
        .of_file(Path::new(file));
    let mut events = Vec::new();
    for (number, row) in (0..).zip(table.records()) {
        let row = row.unwrap();
        let fields: Vec<&str> = row.iter().collect();
        for mapped in reader.map_row(number, &fields).unwrap() {
            let text = mapped.to_json();
            let envelope = decode_structured(text.as_bytes()).unwrap();
            if let Err(refusal) = catalog.judge(&feed.department, &envelope) {
                panic!("{refusal}: {text}");
            }
            events.push(mapped.event);
        }
    }
    events
}

#[test]
fn an_hourly_air_archive_gets_its_index_by_the_standard_of_its_day() {
    let rows = "No,year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,TEMP,PRES,DEWP,RAIN,wd,WSPM,station\n\
        1,2014,2,25,9,410.0,460.0,60,120,4300,20,5.1,1010.2,-2.0,0.0,ENE,1.1,North\n\
        2,2014,2,25,10,,NA,60,,4300,20,NA,1010.2,,0.0,,,North\n\
        3,2014,2,25,11,,,,,,,6.1,1010.0,-2.0,3.5,XX,1.4,North\n";
    let air = events("air.site-hours", "hourly.csv", rows);
    assert_eq!(air.len(), 2, "a row without any pollutant is no reading");
    assert_eq!(air[0]["time"], "2014-02-25T01:00:00.000Z");
    let data = &air[0]["data"];
    assert_eq!(
        (&data["aqi"], &data["primary"], &data["grade"]),
        (&json!(440), &json!(["pm25"]), &json!("severe"))
    );
    assert_eq!(
        (&data["co"], &data["standard"]),
        (&json!(4.3), &json!("HJ633-2012"))
    );
    assert!(
        air[1]["data"].get("aqi").is_none(),
        "clean, and most pollutants missing"
    );
    let weather = events("weather.site-hours", "hourly.csv", rows);
    assert_eq!(weather.len(), 2);
    assert_eq!(weather[0]["data"]["windDirection"], 67.5);
    assert!(weather[1]["data"].get("windDirection").is_none());
    assert_eq!(weather[1]["data"]["precipitation"], 3.5);
}

#[test]
fn a_file_names_its_city_and_what_it_lacks() {
    let rows = "No,year,month,day,hour,season,PM_US Post,DEWP,HUMI,PRES,TEMP,cbwd,Iws,precipitation,Iprec\n\
        1,2013,1,12,20,4,350,-9999,70,1020,-3,NW,900,999990,0\n\
        2,2013,1,12,21,4,NA,-8,71,1020,-3,NW,900,0,0\n";
    let air = events("air.roof-monitors", "some/Coast City.csv.zst", rows);
    assert_eq!(air.len(), 1);
    assert_eq!(air[0]["subject"], "coast-city");
    assert_eq!(air[0]["data"]["aqi"], 400);
    let weather = events("weather.city-hours", "some/Coast City.csv.zst", rows);
    assert!(weather[0]["data"].get("precipitation").is_none());
    assert!(weather[0]["data"].get("dewPoint").is_none());
}

#[test]
fn a_column_per_sensor_and_no_column_of_time_become_a_reading_per_cell() {
    let loops = events(
        "traffic.loops",
        "speed.csv",
        "770001,770002\n60,0\n6.25,61.5\n",
    );
    let told: Vec<_> = loops
        .iter()
        .map(|e| {
            (
                e["subject"].as_str().unwrap(),
                e["time"].as_str().unwrap(),
                &e["data"]["speed"],
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("770001", "2012-03-01T08:00:00.000Z", &json!(96.6)),
            ("770001", "2012-03-01T08:05:00.000Z", &json!(10.1)),
            ("770002", "2012-03-01T08:05:00.000Z", &json!(99.0)),
        ]
    );
    let counts = "Date,Fremont Bridge NB,Fremont Bridge SB\n10/02/2012 12:00:00 AM,12.0,\n10/02/2012 01:00:00 PM,3.0,4.0\n";
    let bicycles = events("traffic.bicycle-counters", "counts.csv", counts);
    assert_eq!(bicycles.len(), 3);
    assert_eq!(bicycles[0]["time"], "2012-10-02T07:00:00.000Z");
    assert_eq!(bicycles[2]["subject"], "fremont-bridge-sb");
    assert_eq!(bicycles[2]["data"]["count"], 4);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_columns_name() {
    let rows = "\u{feff}timestamp,value\n2015-09-08 11:39:00,50\n";
    assert_eq!(events("traffic.detectors", "speed_12.csv", rows).len(), 1);
}

#[test]
fn what_a_detector_measures_stands_in_its_files_name() {
    let rows = "timestamp,value\n2015-09-08 11:39:00,50\n";
    let of = |file: &str| events("traffic.detectors", file, rows);
    assert_eq!(of("speed_12.csv")[0]["data"]["speed"], 80.5);
    assert_eq!(of("occupancy_12.csv")[0]["data"]["occupancy"], 50.0);
    assert_eq!(of("TravelTime_12.csv")[0]["data"]["travelTime"], 50.0);
    assert!(of("cabinet_temperature.csv").is_empty());
}

#[test]
fn a_speed_is_a_length_by_a_time() {
    let rows = "observed_at_utc,segment,segment_name,distance_m,duration_s,duration_in_traffic_s,start_lat,start_lon,route\n\
        2022-10-15T17:09:06Z,one,A -> B,6000,480,1080.0,30.9,122.15,Shore Road\n\
        2022-10-15T17:09:06Z,two,B -> A,6000,480,,30.9,122.15,Shore Road\n";
    let trips = events("traffic.trips", "trips.csv", rows);
    assert_eq!(trips.len(), 1);
    let data = &trips[0]["data"];
    assert_eq!(
        (&data["speed"], &data["freeFlowSpeed"]),
        (&json!(20.0), &json!(45.0))
    );
}

#[test]
fn a_warning_that_is_renewed_is_the_same_warning() {
    let rows = "headline,warning_type,level,area,published_at,description,raw_id\n\
        某区发布暴雨蓝色预警,暴雨,蓝色,某区,2026-07-21T15:35,雨,a\n\
        某区更新暴雨橙色预警,暴雨,橙色,某区,2026-07-21T16:18,大雨,b\n\
        某区解除暴雨橙色预警,暴雨,橙色,某区,2026-07-21T19:00,停,c\n";
    let warnings = events("weather.warning-page", "warnings.csv", rows);
    let types: Vec<_> = warnings
        .iter()
        .map(|e| e["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "city.weather.warning-issued.v1",
            "city.weather.warning-changed.v1",
            "city.weather.warning-lifted.v1"
        ]
    );
    assert!(
        warnings
            .iter()
            .all(|e| e["subject"] == warnings[0]["subject"])
    );
    assert_eq!(warnings[1]["data"]["colour"], "orange");
    assert_eq!(warnings[0]["time"], "2026-07-21T07:35:00.000Z");
}

#[test]
fn a_citizens_words_are_personal_and_the_summary_has_none_of_them() {
    let rows = "留言编号,留言用户,留言主题,留言时间,留言详情,答复意见,答复时间\n\
        77,U1,某路路灯三天停电,2019/1/5 9:05:07,某某住户反映。,已转供电处理。,2019/1/9\n";
    let received = events("hotline.messages", "m.csv", rows);
    assert_eq!(received[0]["time"], "2019-01-05T01:05:07.000Z");
    assert_eq!(received[0]["data"]["category"], "power");
    assert_eq!(received[0]["data"]["summary"], "供电类留言");
    let answered = events("hotline.replies", "m.csv", rows);
    assert_eq!(answered[0]["time"], "2019-01-08T16:00:00.000Z");
    assert_eq!(answered[0]["subject"], received[0]["subject"]);
    let catalog = Catalog::embedded().unwrap();
    for (event, paths) in [
        (&received[0], vec!["/description"]),
        (&answered[0], vec!["/reply"]),
    ] {
        let text = event.to_string();
        let envelope = decode_structured(text.as_bytes()).unwrap();
        let sealed = catalog.judge("hotline", &envelope).unwrap().personal;
        assert_eq!(
            sealed
                .iter()
                .map(|span| span.path.as_str())
                .collect::<Vec<_>>(),
            paths
        );
    }
}

#[test]
fn american_times_daily_sums_and_offsets_are_read_as_they_are_meant() {
    let rows = "timestamp,incident_number,level,units,location,incident_type\n\
        6/1/2017 12:02:14 AM,F1,1,E11 L3,1 High St,4RED - 2 + 1 + 1\n";
    let call = &events("fire.call-archive", "calls.csv", rows)[0];
    assert_eq!(call["time"], "2017-06-01T07:02:14.000Z");
    assert_eq!(call["data"]["category"], "structure-fire");
    assert_eq!(call["data"]["units"], json!(["E11", "L3"]));
    let rows = "STATION,STATION_NAME,DATE,PRCP,TMAX,AWND,WDF5,WSF5\nGHCND:X1,HILL,20121031,254,-9999,30,9999,94\n";
    let day = &events("weather.daily-summaries", "days.csv", rows)[0];
    assert_eq!(day["data"]["precipitation"], 25.4);
    assert!(day["data"].get("temperature").is_none() && day["data"].get("windDirection").is_none());
    let rows =
        "Time,Water flow [l/s]\n2022-03-27T01:00:00+01:00,100.5\n2022-03-27T03:00:00+02:00,99.1\n";
    let flow = events("water.meter-hours", "branch.csv", rows);
    assert_eq!(flow[1]["time"], "2022-03-27T01:00:00.000Z");
    let rows = "CaseID,Opened,Closed,Status Notes,Responsible Agency,Request Type,Request Details,Latitude,Longitude,Source\n\
        9,03/31/2019 09:59:16 PM,04/01/2019 02:26:04 PM,Case Resolved - WASTE NOT FOUND,Streets,Bulky Items,Sofa,30.9,122.15,Web\n\
        10,03/31/2019 10:00:00 PM,,,Streets,Bulky Items,Sofa,30.9,122.15,Phone\n";
    assert_eq!(events("hotline.street-cases", "c.csv", rows).len(), 2);
    let closed = events("hotline.street-case-closings", "c.csv", rows);
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["data"]["result"], "explained");
}

#[test]
fn an_archive_is_not_waited_for_and_a_live_feed_knows_its_types() {
    let catalog = Catalog::embedded().unwrap();
    assert!(catalog.feed("air.site-hours").unwrap().is_archive());
    assert!(!catalog.feed("fire.incidents").unwrap().is_archive());
    let gauges = catalog.feed("water.gauges").unwrap();
    assert!(!gauges.is_archive());
    assert_eq!(
        gauges.event_types().collect::<Vec<_>>(),
        ["city.water.level-reading.v1"]
    );
}
