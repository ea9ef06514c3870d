//! Settings of departments' ways in: Kafka's listener for them, and allowances over HTTP.

use std::num::{NonZeroU32, NonZeroU64};

use local_stack::{DepartmentListener, TlsFiles};

use crate::cli::DoorArgs;
use crate::failure::Failure;

/// Where departments beyond this machine come in, and how much they may send.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    /// The listener of the hub's own Kafka.
    pub kafka: Option<DepartmentListener>,
    /// Events per second of one key; `None`: intake's own default.
    pub events_per_second: Option<NonZeroU32>,
    /// Events per day of one key.
    pub events_per_day: Option<NonZeroU64>,
}

impl Doors {
    /// Flags and environment before the file. `own_kafka`: the hub starts a Kafka itself.
    pub(super) fn merge(args: DoorArgs, file: DoorArgs, own_kafka: bool) -> Result<Self, Failure> {
        let given = DoorArgs {
            kafka_listen: args.kafka_listen.or(file.kafka_listen),
            kafka_advertise: args.kafka_advertise.or(file.kafka_advertise),
            kafka_tls_cert: args.kafka_tls_cert.or(file.kafka_tls_cert),
            kafka_tls_key: args.kafka_tls_key.or(file.kafka_tls_key),
            key_events_per_second: args.key_events_per_second.or(file.key_events_per_second),
            key_events_per_day: args.key_events_per_day.or(file.key_events_per_day),
        };
        Ok(Self {
            events_per_second: given.key_events_per_second,
            events_per_day: given.key_events_per_day,
            kafka: listener(given, own_kafka)?,
        })
    }
}

fn listener(given: DoorArgs, own_kafka: bool) -> Result<Option<DepartmentListener>, Failure> {
    let tls = match (given.kafka_tls_cert, given.kafka_tls_key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (None, None) => None,
        (Some(_), None) => return Err(Failure::usage("--kafka-tls-cert needs --kafka-tls-key")),
        (None, Some(_)) => return Err(Failure::usage("--kafka-tls-key needs --kafka-tls-cert")),
    };
    let Some(listen) = given.kafka_listen else {
        if tls.is_some() || given.kafka_advertise.is_some() {
            let what =
                "--kafka-advertise and --kafka-tls-… are about the listener of --kafka-listen";
            return Err(Failure::usage(what).remedy("give --kafka-listen ADDR:PORT too"));
        }
        return Ok(None);
    };
    if !own_kafka {
        let what =
            "--kafka-listen opens a listener of the hub's own Kafka, and --kafka names another";
        return Err(Failure::usage(what)
            .remedy("open the listener, its users and its ACLs where that Kafka is administered"));
    }
    if let Some(advertised) = &given.kafka_advertise
        && !is_host_and_port(advertised)
    {
        return Err(Failure::usage(format!(
            "--kafka-advertise '{advertised}': expected HOST:PORT, as clients reach it"
        )));
    }
    if listen.ip().is_unspecified() && given.kafka_advertise.is_none() {
        return Err(Failure::usage(format!(
            "--kafka-listen {listen} is every address of this machine, but clients must be told one"
        ))
        .remedy("say which with --kafka-advertise HOST:PORT"));
    }
    Ok(Some(DepartmentListener {
        listen,
        advertise: given.kafka_advertise,
        tls,
    }))
}

fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ".-_:[]".contains(letter);
    !host.is_empty() && host.chars().all(fits) && port.parse().is_ok_and(|port: u16| port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening(listen: &str) -> DoorArgs {
        DoorArgs {
            kafka_listen: Some(listen.parse().unwrap()),
            ..DoorArgs::default()
        }
    }

    #[test]
    fn a_listener_is_merged_and_its_parts_go_together() {
        let file = DoorArgs {
            kafka_advertise: Some(String::from("kafka.example:9093")),
            ..listening("0.0.0.0:9093")
        };
        let doors = Doors::merge(listening("0.0.0.0:9094"), file, true).unwrap();
        let listener = doors.kafka.unwrap();
        assert_eq!(listener.listen.port(), 9094);
        assert_eq!(listener.advertise.as_deref(), Some("kafka.example:9093"));
        let refused = |args: DoorArgs, own_kafka| {
            Doors::merge(args, DoorArgs::default(), own_kafka)
                .unwrap_err()
                .to_string()
        };
        assert!(refused(listening("0.0.0.0:9093"), true).contains("--kafka-advertise"));
        assert!(refused(listening("127.0.0.1:9093"), false).contains("administered"));
        let alone = DoorArgs {
            kafka_tls_cert: Some("cert.pem".into()),
            ..DoorArgs::default()
        };
        assert!(refused(alone, true).contains("--kafka-tls-key"));
        let nowhere = DoorArgs {
            kafka_advertise: Some(String::from("kafka.example:9093")),
            ..DoorArgs::default()
        };
        assert!(refused(nowhere, true).contains("--kafka-listen"));
    }

    #[test]
    fn what_is_advertised_is_a_name_and_a_port_and_no_line_of_configuration() {
        for good in ["kafka.example:9093", "10.0.0.1:9093", "[2001:db8::1]:9093"] {
            assert!(is_host_and_port(good), "{good}");
        }
        for bad in [
            "kafka.example",
            "kafka.example:0",
            ":9093",
            "a\nb=c:1",
            "a,b:1",
        ] {
            assert!(!is_host_and_port(bad), "{bad}");
        }
    }
}
