//! ClickHouse inside this process: loads the engine's library and runs its command line until it is told to exit.
//!
//! Three facts, each measured, shape this file. Without a terminal the engine aborts the whole process when a client
//! resets its connection: it gets a pseudo-terminal and `--interactive`. It does not handle SIGTERM: we block it and
//! type `exit`. It starts no listener by itself: the first queries, from a pipe, do.
#![expect(
    unsafe_code,
    reason = "a C library is loaded and one function of it is called"
)]

use std::ffi::{CString, NulError, c_char, c_int, c_void};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use libloading::{Library, Symbol};
use nix::pty::openpty;
use nix::sys::signal::{SigSet, Signal};

/// `chdb_result *chdb_query_cmdline(int argc, char **argv)`, as clickhouse-local's `main`.
type QueryCommandLine = unsafe extern "C" fn(c_int, *mut *mut c_char) -> *mut c_void;

/// Why the engine could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error("the ClickHouse library does not load: {0}")]
    Library(#[from] libloading::Error),
    #[error("the ClickHouse engine cannot be given its terminal: {0}")]
    Terminal(#[from] io::Error),
    #[error("a path with a zero byte cannot be given to ClickHouse: {0}")]
    Path(#[from] NulError),
}

/// Serves until SIGTERM or SIGINT; then lets the engine end in its own order.
pub(crate) fn serve(library: &Path, config: &Path, port_file: &Path) -> Result<(), EngineError> {
    // Before any thread exists, so that every thread of the engine inherits it and only ours takes the signal.
    let mut stop = SigSet::empty();
    stop.add(Signal::SIGTERM);
    stop.add(Signal::SIGINT);
    stop.thread_block().map_err(io::Error::from)?;

    let terminal = openpty(None, None).map_err(io::Error::from)?;
    nix::unistd::dup2_stdin(&terminal.slave).map_err(io::Error::from)?;
    let keyboard = File::from(terminal.master);
    let screen = keyboard.try_clone()?;
    std::thread::spawn(move || type_exit_when_told(stop, keyboard));
    std::thread::spawn(move || swallow(screen));

    let queries = pipe_with(&first_queries(port_file))?;
    let arguments = [
        CString::new("clickhouse")?,
        CString::new("--interactive")?,
        // The logger's own <level> is not obeyed.
        CString::new("--log-level=warning")?,
        CString::new([b"--config-file=", config.as_os_str().as_bytes()].concat())?,
        CString::new(format!(
            "--queries-file=/proc/self/fd/{}",
            queries.as_raw_fd()
        ))?,
    ];
    run(library, &arguments)
}

/// Starts the HTTP listener, then writes the port that it got.
fn first_queries(port_file: &Path) -> String {
    let port_file = port_file
        .display()
        .to_string()
        .replace('\\', "\\\\")
        .replace('\'', "\\'");
    format!(
        "SYSTEM START LISTEN HTTP; SELECT getServerPort('http_port') INTO OUTFILE '{port_file}' FORMAT TSV;\n"
    )
}

fn pipe_with(text: &str) -> io::Result<OwnedFd> {
    let (read, write) = nix::unistd::pipe()?;
    // Far below what a pipe takes without a reader; closed here, so that the engine sees the end of it.
    File::from(write).write_all(text.as_bytes())?;
    Ok(read)
}

fn type_exit_when_told(stop: SigSet, mut keyboard: File) {
    while stop.wait().is_ok() {
        drop(keyboard.write_all(b"exit\n"));
    }
}

/// A terminal that nobody reads fills up, and then its writer stands still.
fn swallow(mut screen: File) {
    let mut block = [0; 4096];
    while screen.read(&mut block).is_ok_and(|n| n > 0) {}
}

fn run(library: &Path, arguments: &[CString]) -> Result<(), EngineError> {
    let mut argv: Vec<*mut c_char> = arguments.iter().map(|a| a.as_ptr().cast_mut()).collect();
    let count = c_int::try_from(argv.len()).unwrap_or(c_int::MAX);
    argv.push(std::ptr::null_mut());
    // SAFETY: the file's sum is pinned, so its initializers are those of the engine that this code was written for.
    let library = unsafe { Library::new(library) }?;
    {
        // SAFETY: the symbol has this signature in the pinned version (chdb.h).
        let query: Symbol<'_, QueryCommandLine> = unsafe { library.get(b"chdb_query_cmdline\0") }?;
        // SAFETY: argv is `count` valid C strings and a null, and outlives the call; the result is never read.
        unsafe { query(count, argv.as_mut_ptr()) };
    }
    // Threads of the engine may still run its code.
    std::mem::forget(library);
    Ok(())
}
