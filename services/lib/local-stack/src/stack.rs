//! The stack as a whole: fetch, start both side by side, watch, stop.

use tokio::sync::watch;

use crate::clickhouse::ClickHouse;
use crate::data_dir::DataDir;
use crate::department_listener::DepartmentListener;
use crate::health::{Board, Pids, StackHealth};
use crate::jvm::Jvm;
use crate::kafka::Kafka;
use crate::supervisor::Supervised;
use crate::{ClickHouseAddress, StackConfig, StackError, fetch};

/// A running Kafka and a running ClickHouse, started again whenever they die. Dropping it kills them.
#[derive(Debug)]
pub struct LocalStack {
    kafka: Option<Supervised>,
    department_brokers: Option<String>,
    clickhouse: Option<(Supervised, ClickHouseAddress)>,
    board: Board,
    /// Let go of last: while it is held nobody else starts on the same folder.
    _data: DataDir,
}

/// Fetches what is missing, starts what is asked for, and returns once all of it answers.
pub async fn start(config: StackConfig) -> Result<LocalStack, StackError> {
    start_with(config, None).await
}

/// The same, with a listener for departments beyond this machine beside Kafka's own.
pub async fn start_with(
    config: StackConfig,
    departments: Option<&DepartmentListener>,
) -> Result<LocalStack, StackError> {
    let data = DataDir::open(&config.data_dir)?;
    let board = Board::default();
    let (kafka, clickhouse) = tokio::try_join!(
        start_kafka(&config, &data, &board, departments),
        start_clickhouse(&config, &data, &board)
    )?;
    let (kafka, department_brokers) = kafka.unzip();
    Ok(LocalStack {
        kafka,
        department_brokers: department_brokers.flatten(),
        clickhouse,
        board,
        _data: data,
    })
}

async fn start_kafka(
    config: &StackConfig,
    data: &DataDir,
    board: &Board,
    departments: Option<&DepartmentListener>,
) -> Result<Option<(Supervised, Option<String>)>, StackError> {
    if !config.kafka {
        return Ok(None);
    }
    let jars = fetch::ensure_kafka(&config.cache_dir, &config.progress).await?;
    let java = fetch::ensure_java(&config.cache_dir, &config.progress).await?;
    let jvm = Jvm::new(java, &jars, &config.launcher)?
        .with_archive(&config.cache_dir, &config.progress)
        .await?;
    let step = config.progress.step("Kafka: starting");
    let kafka = Kafka::prepare(data, jvm, departments).await?;
    let department_brokers = kafka.department_brokers();
    let port_file = data.folder("kafka")?.join("port");
    let running = Supervised::start(kafka, port_file, board.clone()).await?;
    step.done(&format!("Kafka: answers at 127.0.0.1:{}", running.port));
    Ok(Some((running, department_brokers)))
}

async fn start_clickhouse(
    config: &StackConfig,
    data: &DataDir,
    board: &Board,
) -> Result<Option<(Supervised, ClickHouseAddress)>, StackError> {
    if !config.clickhouse {
        return Ok(None);
    }
    let library = fetch::ensure_clickhouse(&config.cache_dir, &config.progress).await?;
    let step = config.progress.step("ClickHouse: starting");
    let clickhouse = ClickHouse::prepare(data, library, &config.launcher)?;
    let credentials = clickhouse.credentials().clone();
    let port_file = data.folder("clickhouse")?.join("port");
    let running = Supervised::start(clickhouse, port_file, board.clone()).await?;
    let address = ClickHouseAddress {
        url: format!("http://127.0.0.1:{}", running.port),
        admin: credentials.admin,
        writer: credentials.writer,
        reader: credentials.reader,
    };
    step.done(&format!("ClickHouse: answers at {}", address.url));
    Ok(Some((running, address)))
}

impl LocalStack {
    /// Kafka's bootstrap servers; they stay the same for as long as the stack lives.
    pub fn kafka_brokers(&self) -> Option<String> {
        self.kafka
            .as_ref()
            .map(|kafka| format!("127.0.0.1:{}", kafka.port))
    }

    /// Where departments beyond this machine reach Kafka, where there is a listener for them.
    pub fn department_brokers(&self) -> Option<String> {
        self.department_brokers.clone()
    }

    /// ClickHouse's address; it stays the same for as long as the stack lives.
    pub fn clickhouse(&self) -> Option<ClickHouseAddress> {
        self.clickhouse.as_ref().map(|(_, address)| address.clone())
    }

    /// How the children fare, now and from now on.
    pub fn health(&self) -> watch::Receiver<StackHealth> {
        self.board.health()
    }

    /// The children's process ids, for tests that kill them.
    pub fn pids(&self) -> Pids {
        self.board.pids()
    }

    /// Stops both side by side, each in its own order, by force after 8 s.
    pub async fn stop(self) -> Result<(), StackError> {
        let Self {
            kafka,
            clickhouse,
            board: _,
            department_brokers: _,
            _data,
        } = self;
        let kafka = async {
            if let Some(kafka) = kafka {
                kafka.stop().await;
            }
        };
        let clickhouse = async {
            if let Some((clickhouse, _)) = clickhouse {
                clickhouse.stop().await;
            }
        };
        tokio::join!(kafka, clickhouse);
        Ok(())
    }
}
