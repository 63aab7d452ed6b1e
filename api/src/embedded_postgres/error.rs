//! Why the private server cannot be used, with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private PostgreSQL cannot be used. Never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedPostgresError {
    /// There are no binaries.
    #[error(
        "未找到 PostgreSQL 14 或更新版本的服务端:请安装(Debian/Ubuntu:apt install postgresql;RHEL/Fedora:dnf install \
         postgresql-server;Alpine:apk add postgresql;macOS:brew install postgresql@16),或用 --pg-bin / LEDGER_PG_BIN \
         指明其目录,或设置 DATABASE_URL。 PostgreSQL 14 or newer (postgres, initdb) was not found{looked}: install it \
         (apt install postgresql; dnf install postgresql-server; apk add postgresql; brew install postgresql@16), name \
         its folder with --pg-bin or LEDGER_PG_BIN, or set DATABASE_URL."
    )]
    BinariesMissing {
        /// What was found and could not be used, in words; may be empty.
        looked: String,
    },
    /// The cluster was made by another major version.
    #[error(
        "数据由 PostgreSQL {cluster} 建立,但本机只有 {found}:请安装 PostgreSQL {cluster}。 The cluster in {path} was made by \
         PostgreSQL {cluster}, but only {found} is installed: install PostgreSQL {cluster} beside it."
    )]
    OtherVersion {
        /// The cluster's folder.
        path: PathBuf,
        /// The major version that made it.
        cluster: u32,
        /// The versions found.
        found: String,
    },
    /// Root has no unprivileged account to run the server under.
    #[error(
        "PostgreSQL 不能以 root 运行,而本机没有 postgres 或 nobody 账户。 PostgreSQL refuses to run as root, and this machine \
         has no account postgres or nobody: create one, or start the program as an ordinary user."
    )]
    NoAccount,
    /// Another account owns the data directory.
    #[error(
        "{path} 属于账户 {owner}:请用该账户运行,或用 --data 另选目录。 {path} belongs to the account {owner}: run the program \
         as that account, or choose another folder with --data."
    )]
    BelongsToOther {
        /// The folder.
        path: PathBuf,
        /// Its owner's name or number.
        owner: String,
    },
    /// The cluster that the location file names is gone.
    #[error(
        "{file} 指向的数据库目录 {path} 不存在:请从备份恢复该目录;确认不再需要时才删除 {file}。 {file} says that the cluster is in \
         {path}, which does not exist: restore that folder from a backup; remove {file} only to start anew."
    )]
    ClusterLost {
        /// The location file.
        file: PathBuf,
        /// The missing folder.
        path: PathBuf,
    },
    /// The server's account cannot enter the folder of its cluster.
    #[error(
        "运行数据库的账户无法进入 {path}:请把它移到该账户可进入的位置(例如 /var/lib)。 The account that runs the server cannot \
         enter {path}: move it to a place that every account can enter, for instance below /var/lib."
    )]
    Unreachable {
        /// The folder.
        path: PathBuf,
    },
    /// The passwords of an existing cluster cannot be read.
    #[error(
        "无法读取 {path} 中的数据库口令:请从备份恢复该文件。 The passwords of the cluster cannot be read from {path}: restore \
         the file from a backup."
    )]
    CredentialsUnreadable {
        /// The file.
        path: PathBuf,
    },
    /// Another program uses the server.
    #[error("{path} 正被另一个程序使用。 {path} is used by another program: end that first.")]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// Another program has been starting or stopping the server for minutes.
    #[error(
        "等待另一个程序启动或停止数据库超时({path})。 Another program has held {path} for minutes while it starts or stops \
         the server."
    )]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// A program of PostgreSQL failed.
    #[error("PostgreSQL 的 {program} 失败:{reason} ({program} of PostgreSQL failed; more in {log})")]
    ToolFailed {
        /// Which.
        program: &'static str,
        /// Its last line.
        reason: String,
        /// Where the rest stands.
        log: PathBuf,
    },
    /// The server did not become ready, or did not stop, in time.
    #[error("数据库未能及时{zh}。 The server did not {en} in time; see {log}.")]
    TooSlow {
        /// What it should have done, in Chinese.
        zh: &'static str,
        /// The same in English.
        en: &'static str,
        /// Its log.
        log: PathBuf,
    },
    /// The server answers, but not as it should.
    #[error("无法使用本机数据库。 The private server cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// A file or folder.
    #[error("无法{zh} {path}。 Cannot {en} {path}: {source}")]
    Io {
        /// What was tried, in Chinese.
        zh: &'static str,
        /// The same in English.
        en: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The runtime is shutting down.
    #[error("程序正在退出。 The program is ending.")]
    Interrupted,
}

/// What is tried with a path, in both languages.
#[derive(Clone, Copy)]
pub(super) enum Attempt {
    Make,
    Read,
    Write,
    Lock,
    Remove,
    Hand,
    Run,
}

impl Attempt {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Attempt::Make => ("建立", "make"),
            Attempt::Read => ("读取", "read"),
            Attempt::Write => ("写入", "write"),
            Attempt::Lock => ("锁定", "lock"),
            Attempt::Remove => ("删除", "remove"),
            Attempt::Hand => ("移交", "hand over"),
            Attempt::Run => ("运行", "run"),
        }
    }
}

/// Names the path in an error of the operating system.
pub(super) trait At<T> {
    fn at(self, attempt: Attempt, path: &Path) -> Result<T, EmbeddedPostgresError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, attempt: Attempt, path: &Path) -> Result<T, EmbeddedPostgresError> {
        let (zh, en) = attempt.words();
        self.map_err(|source| EmbeddedPostgresError::Io { zh, en, path: path.to_owned(), source })
    }
}
