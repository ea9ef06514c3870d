//! The one thread that starts child processes. A parent-death signal follows the *thread* that spawned the child,
//! so children are spawned by a thread that lives as long as the process, never by a worker of some runtime.

use std::io;
use std::sync::OnceLock;

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

static SPAWNER: OnceLock<mpsc::Sender<Request>> = OnceLock::new();

struct Request {
    command: Command,
    /// The runtime that will wait for the child: it must know of it from the first moment.
    runtime: Handle,
    reply: oneshot::Sender<io::Result<Child>>,
}

/// Spawns a child from the long-lived thread.
pub(crate) async fn spawn(command: Command) -> io::Result<Child> {
    let gone = || io::Error::other("the thread that starts children has ended");
    let (reply, answer) = oneshot::channel();
    let request = Request {
        command,
        runtime: Handle::current(),
        reply,
    };
    spawner().send(request).await.map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

fn spawner() -> &'static mpsc::Sender<Request> {
    SPAWNER.get_or_init(|| {
        let (requests, mut inbox) = mpsc::channel::<Request>(16);
        std::thread::spawn(move || {
            while let Some(Request {
                mut command,
                runtime,
                reply,
            }) = inbox.blocking_recv()
            {
                let _entered = runtime.enter();
                // A caller that went away drops the child, and `kill_on_drop` ends it.
                drop(reply.send(command.spawn()));
            }
        });
        requests
    })
}
