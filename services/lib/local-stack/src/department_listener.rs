//! Kafka's second door: a listener for departments beyond this machine, who sign in and may do only
//! what they were given rights for. The hub's own programs keep the first, which is on loopback only.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::StackError;
use crate::data_dir::write_private;

/// Its key and certificates, as one file beside Kafka's configuration.
const PEM: &str = "departments.pem";
const CONNECT_LIMIT: Duration = Duration::from_millis(500);

/// Where departments reach Kafka: SASL/SCRAM, and nobody without a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentListener {
    /// Address to listen at; port 0 takes any free one.
    pub listen: SocketAddr,
    /// `host:port` that clients are told; needed where `listen` names all of the machine's addresses.
    pub advertise: Option<String>,
    /// Encrypted, with these files; without them everyone on the way can read along.
    pub tls: Option<TlsFiles>,
}

/// A certificate and its key, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those of its issuers.
    pub certificate: PathBuf,
    /// Its private key in PKCS#8, not encrypted.
    pub key: PathBuf,
}

/// A listener whose address is settled.
#[derive(Clone, Debug)]
pub(crate) struct SettledListener {
    address: SocketAddr,
    advertise: String,
    tls: bool,
}

impl DepartmentListener {
    /// Takes a port, looks that the address is free, and puts the TLS files where Kafka finds them.
    pub(crate) fn settle(&self, folder: &Path) -> Result<SettledListener, StackError> {
        let bound = TcpListener::bind(self.listen).and_then(|socket| socket.local_addr());
        let address = bound.map_err(|source| StackError::Listener {
            address: self.listen.to_string(),
            reason: source.to_string(),
        })?;
        let advertise = match &self.advertise {
            Some(name) => name.clone(),
            None if address.ip().is_unspecified() => {
                return Err(StackError::Listener {
                    address: self.listen.to_string(),
                    reason: String::from(
                        "it names every address of this machine, but clients must be told one: say which \
                         with --kafka-advertise HOST:PORT",
                    ),
                });
            }
            None => address.to_string(),
        };
        if let Some(files) = &self.tls {
            write_private(&folder.join(PEM), files.joined()?.as_bytes())?;
        }
        Ok(SettledListener {
            address,
            advertise,
            tls: self.tls.is_some(),
        })
    }
}

impl TlsFiles {
    /// Both in one text, in the order that Kafka wants.
    fn joined(&self) -> Result<String, StackError> {
        let read = |path: &Path, wanted: &str, remedy: &'static str| {
            let text = std::fs::read_to_string(path).map_err(StackError::io("reading", path))?;
            if text.contains(wanted) {
                return Ok(text);
            }
            Err(StackError::Listener {
                address: path.display().to_string(),
                reason: format!("expected a line with {wanted}; {remedy}"),
            })
        };
        let key = read(
            &self.key,
            "-----BEGIN PRIVATE KEY-----",
            "turn another kind of key into this one with `openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW`",
        )?;
        let certificate = read(
            &self.certificate,
            "-----BEGIN CERTIFICATE-----",
            "give the certificate as PEM, its issuers' after it",
        )?;
        Ok(format!("{}\n{}\n", key.trim(), certificate.trim()))
    }
}

impl SettledListener {
    /// What clients are told.
    pub(crate) fn advertised(&self) -> &str {
        &self.advertise
    }

    /// The port, where its line in the log looks like that of a listener on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its part of Kafka's configuration: the listener, its protocol, and the rest.
    pub(crate) fn listener(&self) -> String {
        format!(",DEPARTMENTS://{}", self.address)
    }

    pub(crate) fn protocol(&self) -> &'static str {
        if self.tls {
            ",DEPARTMENTS:SASL_SSL"
        } else {
            ",DEPARTMENTS:SASL_PLAINTEXT"
        }
    }

    pub(crate) fn settings(&self, client_port: u16) -> String {
        let mut settings = format!(
            "\n# Departments beyond this machine: who signs in may do what the ACLs give; the hub's own programs are\n\
             # whoever reaches the loopback listener, as they always were.\n\
             advertised.listeners=CLIENT://127.0.0.1:{client_port},DEPARTMENTS://{}\n\
             authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
             super.users=User:ANONYMOUS\n\
             allow.everyone.if.no.acl.found=false\n\
             listener.name.departments.max.connections=2000\n\
             listener.name.departments.sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256\n",
            self.advertise
        );
        settings.extend(["scram-sha-512", "scram-sha-256"].map(|mechanism| {
            format!(
                "listener.name.departments.{mechanism}.sasl.jaas.config=\
                 org.apache.kafka.common.security.scram.ScramLoginModule required;\n"
            )
        }));
        if self.tls {
            settings += "listener.name.departments.ssl.keystore.type=PEM\n\
                         listener.name.departments.ssl.keystore.location=departments.pem\n";
        }
        settings
    }

    /// Whether it takes connections.
    pub(crate) fn takes_connections(&self) -> bool {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        TcpStream::connect_timeout(&(ip, self.port()).into(), CONNECT_LIMIT).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(listen: &str) -> DepartmentListener {
        DepartmentListener {
            listen: listen.parse().unwrap(),
            advertise: None,
            tls: None,
        }
    }

    #[test]
    fn a_listener_at_all_addresses_needs_one_to_tell() {
        let folder = tempfile::tempdir().unwrap();
        let refused = at("0.0.0.0:0").settle(folder.path()).unwrap_err();
        assert!(
            refused.to_string().contains("--kafka-advertise"),
            "{refused}"
        );
        let named = DepartmentListener {
            advertise: Some(String::from("kafka.example:9093")),
            ..at("0.0.0.0:0")
        };
        let settled = named.settle(folder.path()).unwrap();
        assert_ne!(settled.port(), 0);
        assert!(settled.settings(9092).contains(
            "advertised.listeners=CLIENT://127.0.0.1:9092,DEPARTMENTS://kafka.example:9093\n"
        ));
    }

    #[test]
    fn a_taken_address_is_told_before_anything_starts() {
        let folder = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let refused = at(&address).settle(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&address), "{refused}");
    }

    #[test]
    fn a_key_of_another_kind_is_told_with_the_line_that_turns_it_into_ours() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let tls = TlsFiles {
            certificate: write("cert", "-----BEGIN CERTIFICATE-----\n"),
            key: write("key", "-----BEGIN RSA PRIVATE KEY-----\n"),
        };
        let listener = DepartmentListener {
            tls: Some(tls),
            ..at("127.0.0.1:0")
        };
        let refused = listener.settle(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("openssl pkcs8 -topk8"), "{refused}");
    }
}
