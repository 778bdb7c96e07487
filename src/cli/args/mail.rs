use clap::Args;

/// Messages.
#[derive(Debug, Args)]
pub(crate) struct MailArgs {
    /// Their numbers.
    #[arg(required = true)]
    pub ids: Vec<i64>,
}

/// Messages and where they go.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// The messages' numbers.
    #[arg(required = true)]
    pub ids: Vec<i64>,
    /// The folder's number or name.
    #[arg(long, value_name = "FOLDER")]
    pub to: String,
}

/// Messages and their flags.
#[derive(Debug, Args)]
pub(crate) struct FlagArgs {
    /// The messages' numbers.
    #[arg(required = true)]
    pub ids: Vec<i64>,
    /// Set a flag: `seen`, `flagged`, `answered`, `forwarded`, or a keyword.
    #[arg(long, value_name = "FLAG", required_unless_present_any = ["clear", "tag"])]
    pub set: Vec<String>,
    /// Clear one.
    #[arg(long, value_name = "FLAG")]
    pub clear: Vec<String>,
    /// Set a tag.
    #[arg(long, value_name = "NAME")]
    pub tag: Vec<String>,
    /// Clear the tags instead.
    #[arg(long, requires = "tag")]
    pub off: bool,
}
