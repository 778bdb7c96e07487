//! What the servers read.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{BARE_HOST, LATER, LODGERS, MIDDLING_HOST, PASSWORD, TOKEN_KEY, USERS, Way};

/// Dovecot: IMAP, POP3, delivery by LMTP, and Postfix's way to check passwords.
pub fn dovecot(dir: &Path, [imap, imaps]: [u16; 2], [pop, pops]: [u16; 2]) {
    let root = dir.display();
    let etc = dir.join("dovecot/etc");
    for folder in ["dovecot/etc", "dovecot/run", "dovecot/state", "mail", "log"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    give("mail:mail", &dir.join("mail"));
    give("dovecot", &dir.join("dovecot/state"));
    let users: String = USERS.iter().chain(&LODGERS).fold(String::new(), |mut out, user| {
        writeln!(out, "{user}@example.test:{{PLAIN}}{PASSWORD}::::::").unwrap();
        out
    });
    fs::write(etc.join("users"), users).unwrap();
    let keys = dir.join("dovecot/keys/default/HS256");
    fs::create_dir_all(&keys).unwrap();
    fs::write(keys.join("default"), openssl::base64::encode_block(TOKEN_KEY.as_bytes())).unwrap();
    let tokens = format!(
        "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={root}/dovecot/keys/\nusername_attribute = sub\n"
    );
    fs::write(etc.join("tokens"), tokens).unwrap();
    let config = format!(
        "
base_dir = {root}/dovecot/run
state_dir = {root}/dovecot/state
instance_name = kakitome-tests
log_path = {root}/log/dovecot.log
protocols = imap lmtp pop3
listen = 127.0.0.1, 127.0.0.2, {BARE_HOST}, {MIDDLING_HOST}
mail_location = maildir:~/Maildir
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
mail_max_userip_connections = 100
disable_plaintext_auth = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 oauthbearer xoauth2
auth_failure_delay = 0
auth_verbose = yes
ssl = required
ssl_cert = <{root}/good.pem
ssl_key = <{root}/good.key
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {root}/dovecot/etc/tokens
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
  args = username_format=%u {root}/dovecot/etc/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={root}/mail/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop}
  }}
  inet_listener pop3s {{
    port = {pops}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0660
    user = postfix
  }}
}}
# Wrong passwords are part of the tests: nobody waits longer after one.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0660
    user = postfix
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@example.test
  hostname = localhost
}}
local {BARE_HOST} {{
  protocol imap {{
    imap_capability = IMAP4rev1 SASL-IR
  }}
}}
local {MIDDLING_HOST} {{
  protocol imap {{
    imap_capability = IMAP4rev1 SASL-IR ENABLE CONDSTORE UIDPLUS
  }}
}}
protocol imap {{
  mail_plugins = $mail_plugins imap_zlib
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox 書留 {{
    auto = subscribe
  }}
}}
"
    );
    fs::write(etc.join("dovecot.conf"), config).unwrap();
}

/// Cyrus SASL, which Postfix can ask in Dovecot's place: once for SCRAM, once for one-time passwords.
pub fn cyrus(dir: &Path) {
    let root = dir.display();
    // Debian's Postfix reads them beside its own configuration, whatever `cyrus_sasl_config_path` says.
    let etc = dir.join("postfix/etc/sasl");
    fs::create_dir_all(&etc).unwrap();
    for (service, mechanisms) in [("cyrus", "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN"), ("onetime", "OTP")] {
        let database = etc.join(format!("{service}.db"));
        let config = format!(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {root}/postfix/etc/sasl/{service}.db\nmech_list: {mechanisms}\n"
        );
        fs::write(etc.join(format!("{service}.conf")), config).unwrap();
        for user in USERS {
            let mut child = Command::new("saslpasswd2")
                .args(["-p", "-c", "-u", "example.test", "-f"])
                .arg(&database)
                .arg(user)
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
            assert!(child.wait().unwrap().success());
        }
        give("postfix", &database);
    }
}

/// Postfix: one listener for each way in, and delivery to Dovecot.
pub fn postfix(dir: &Path, ports: &[(Way, u16)]) {
    let root = dir.display();
    let etc = dir.join("postfix/etc");
    for folder in ["postfix/etc", "postfix/spool", "postfix/data"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    give("postfix", &dir.join("postfix/data"));
    let mailboxes: Vec<_> = USERS.iter().map(|user| format!("{{{user}@example.test=ok}}")).collect();
    let config = format!(
        "
compatibility_level = 3.6
queue_directory = {root}/postfix/spool
data_directory = {root}/postfix/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {root}/log
maillog_file = {root}/log/postfix.log
myhostname = localhost
mydomain = example.test
myorigin = example.test
mydestination =
mynetworks =
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
message_size_limit = 30000000
virtual_mailbox_domains = example.test
virtual_mailbox_maps = inline:{{ {mailboxes}, {{{LATER}=ok}} }}
virtual_transport = lmtp:unix:{root}/dovecot/run/lmtp
default_transport = error:no other domains here
smtpd_tls_chain_files = {root}/good.key, {root}/good.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
cyrus_sasl_config_path = {root}/postfix/etc/sasl
smtpd_sasl_type = dovecot
smtpd_sasl_path = {root}/dovecot/run/auth-postfix
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{ {LATER} = 451 4.3.0 come back later }} }}, permit_sasl_authenticated, reject
smtpd_peername_lookup = no
lmtp_host_lookup = native
",
        mailboxes = mailboxes.join(", "),
    );
    fs::write(etc.join("main.cf"), config).unwrap();
    let ways: String = ports.iter().map(|(way, port)| listener(dir, *way, *port)).collect();
    fs::write(etc.join("master.cf"), ways + SERVICES).unwrap();
}

fn listener(dir: &Path, way: Way, port: u16) -> String {
    let root = dir.display();
    let options = match way {
        Way::Submission | Way::Watched => String::new(),
        Way::Submissions => "  -o smtpd_tls_wrappermode=yes\n".into(),
        Way::LoginOnly => "  -o smtpd_sasl_mechanism_filter=login\n".into(),
        Way::NoAuth => "  -o smtpd_sasl_auth_enable=no\n".into(),
        Way::NoTls => "  -o smtpd_tls_security_level=none\n  -o smtpd_tls_auth_only=no\n".into(),
        Way::Expired => format!("  -o smtpd_tls_chain_files={root}/expired.key,{root}/expired.pem\n"),
        Way::Sha1 => "  -o smtpd_sasl_mechanism_filter=scram-sha-1,cram-md5,plain\n".into(),
        Way::CramMd5 => "  -o smtpd_sasl_mechanism_filter=cram-md5,login\n".into(),
        Way::OAuthBearer => "  -o smtpd_sasl_mechanism_filter=oauthbearer,plain\n".into(),
        Way::XOAuth2 => "  -o smtpd_sasl_mechanism_filter=xoauth2,plain\n".into(),
        Way::Cyrus | Way::OneTime => {
            format!("  -o smtpd_sasl_type=cyrus\n  -o smtpd_sasl_path={}\n", way.name())
        }
        Way::Plainest => "  -o smtpd_discard_ehlo_keywords=size,dsn,8bitmime,smtputf8,pipelining,chunking\n".into(),
        Way::WrongName => format!("  -o smtpd_tls_chain_files={root}/wrong.key,{root}/wrong.pem\n"),
    };
    let name = way.name();
    format!("127.0.0.1:{port} inet n - n - - smtpd\n  -o syslog_name=postfix/{name}\n{options}")
}

const SERVICES: &str = "pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

fn give(owner: &str, path: &Path) {
    assert!(Command::new("chown").arg(owner).arg(path).status().unwrap().success());
}
