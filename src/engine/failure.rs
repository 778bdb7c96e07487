use jiff::Timestamp;

/// What went wrong, as data; the UI has two sentences for each kind in both languages: what
/// happened, and what to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// Whether trying again can help.
    pub retry: Retry,
    /// What it is about: a recipient, a server, a file name. May be empty.
    pub subject: String,
    /// The detail of a lower layer, for the folded technical part. Never holds a secret.
    pub source: String,
}

/// Whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At once, by the user.
    Now,
    /// By itself, at that time.
    Later(Timestamp),
    /// Only after something was changed.
    Never,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The server could not be reached.
    Unreachable,
    /// The server does not offer STARTTLS (or somebody on the way removed it): nothing was sent.
    NoStartTls,
    /// The server's certificate is not the right one: nothing was sent.
    BadServerCertificate,
    /// User name or password were refused.
    LoginRefused,
    /// The authorization server takes its word back (OAuth 2.0): the user has to sign in again.
    SignInAgain,
    /// The user or the provider said no in the browser.
    SignInDenied,
    /// The provider did not give what is needed for logging in.
    SignInFailed,
    /// This build of the program is not registered with the provider.
    NotRegistered,
    /// The server did not prove that it knows the password, as it had to: it may be somebody else's.
    ServerUnproven,
    /// The server offers no way to log in that is known here.
    NoLoginMethod,
    /// The server refused the message or a recipient for good.
    Rejected,
    /// The mailbox on the server is full.
    OverQuota,
    /// The server asks to try later.
    Deferred,
    /// The connection broke after the message was handed over: it may have been sent.
    Uncertain,
    /// The server broke the protocol.
    Protocol,
    /// No account here may send as the author.
    NotYourAddress,
    /// An account that has mail can't change between IMAP and POP3.
    ReceivesOtherwise,
    /// Port 25 is for servers among themselves, and providers block it for everybody else (OP25B).
    Port25,
    /// The message is larger than the server takes; the subject is its limit in bytes.
    TooBig,
    /// The server can't carry an address or a header that is not ASCII.
    NoUtf8,
    /// The server can't carry a text that is not ASCII.
    NoEightBit,
    /// TLS is required all the way, and the server does not promise that.
    NoRequireTls,
    /// It was tried for days without success.
    GaveUp,
    /// Some recipients were refused; the others got the message.
    PartlyRefused,
    /// Preflight blocks it.
    Blocked,
    /// The store could not be read or written.
    Store,
    /// The database is damaged: it can be repaired.
    Damaged,
    /// There is too little room on the disk; the subject is how many bytes are needed.
    NoSpace,
    /// The system's keyring did not give the secret.
    SecretStore,
    /// The profile's passphrase is wrong, or is needed.
    ProfileLocked,
    /// Another program has this profile open.
    ProfileInUse,
    /// A file could not be read or written.
    File,
    /// A file holds no certificate or key, or is broken.
    Import,
    /// None of the passphrases opens it.
    WrongPassphrase,
    /// The recovery words or the Setup Code don't open the backup; the subject is the number of those that do.
    WrongWords,
    /// A file is no backup, or is damaged.
    NotABackup,
    /// A file that others can read holds a secret key without a passphrase.
    ReadableByOthers,
    /// Signing or encrypting did not work.
    Protect,
    /// No own OpenPGP key can vouch for others now.
    NoCertifyingKey,
    /// An agent or a token keeps the secret key: it did not sign, or what is asked can only be done there.
    KeptElsewhere,
    /// The certificate does not name the address that is to be vouched for.
    NotNamed,
    /// No own key said anything that could be taken back.
    NothingToRetract,
    /// A certificate was issued by an authority elsewhere: only that one can withdraw it or give it a later end.
    IssuedElsewhere,
    /// An input is not well-formed (an address, a server name).
    Input,
    /// The user asked to stop.
    Cancelled,
    /// A defect of the program.
    Internal,
}

impl std::error::Error for Failure {}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {} {}", self.kind, self.subject, self.source)
    }
}
