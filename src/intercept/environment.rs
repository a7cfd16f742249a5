//! The environment: what it named before, and what leads a command to the proxy.

use std::fs;
use std::io;
use std::path::Path;

use crate::host_check::amazon_hosts;
use crate::intercept::no_proxy::NoProxy;
use crate::intercept::upstream::{ProxyUrl, Upstream};

/// The variables that name a file with the authorities that a program trusts. Where the first of a
/// row was not set, its programs read the others.
const BUNDLES: [&[&str]; 4] = [
    &["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"],
    &["SSL_CERT_FILE"],
    &["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"],
    &["CURL_CA_BUNDLE", "SSL_CERT_FILE"],
];

/// Where systems keep the authorities that they trust.
const SYSTEM_BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What the environment named before.
pub struct Previous {
    /// The way to other hosts.
    pub upstream: Upstream,
    /// The content of the files that each row of [`BUNDLES`] named.
    bundles: [Option<String>; BUNDLES.len()],
    node_authorities: Option<String>,
    node_options: Option<String>,
}

/// Where the files that variables name are written, and what they hold.
pub struct Files<'f> {
    /// A folder for them alone.
    pub folder: &'f Path,
    /// The certificate of the authority for Amazon's old hosts, in PEM.
    pub authority: &'f str,
    /// The port at which those hosts answer.
    pub port: u16,
}

impl Previous {
    /// Reads what the environment names.
    ///
    /// # Errors
    /// Other hosts cannot be reached through a proxy of this kind.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let either = |name: &str| variable(&name.to_ascii_lowercase()).or_else(|| variable(name));
        let named = ["HTTPS_PROXY", "ALL_PROXY"];
        let proxy = named.iter().find_map(|name| Some((name, either(name)?)));
        let proxy = proxy.map(|(name, url)| {
            ProxyUrl::parse(&url).ok_or_else(|| {
                format!(
                    "the proxy of {name} cannot be used to reach other hosts than Amazon's old \
                     ones, since it is no http:// URL; exec --no-intercept leaves it as it is"
                )
            })
        });
        let content = |name: &&str| content(Path::new(&variable(name)?)).ok();
        Ok(Self {
            upstream: Upstream::new(
                proxy.transpose()?,
                NoProxy::parse(&either("NO_PROXY").unwrap_or_default()),
            ),
            bundles: BUNDLES.map(|names| names.iter().find_map(content)),
            node_authorities: content(&"NODE_EXTRA_CA_CERTS"),
            node_options: variable("NODE_OPTIONS"),
        })
    }

    /// Writes the files, and names them and the proxy.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn variables(&self, url: &str, files: &Files) -> io::Result<Vec<(&'static str, String)>> {
        let hosts: Vec<String> = amazon_hosts().collect();
        let no_proxy = self.upstream.no_proxy.without(&hosts);
        let mut variables = vec![
            ("HTTPS_PROXY", url.to_owned()),
            ("https_proxy", url.to_owned()),
            ("NO_PROXY", no_proxy.clone()),
            ("no_proxy", no_proxy),
        ];
        let system = system_bundle().unwrap_or_default();
        for (names, bundle) in BUNDLES.iter().zip(&self.bundles) {
            let bundle = bundle.as_ref().unwrap_or(&system);
            let name = format!("{}.pem", names[0]);
            variables.push((names[0], files.write(&name, &files.trusted_beside(bundle))?));
        }
        // Node adds these to those that it has.
        let node = files.trusted_beside(self.node_authorities.as_deref().unwrap_or_default());
        variables.push(("NODE_EXTRA_CA_CERTS", files.write("node.pem", &node)?));
        let preload = files.write("preload.cjs", &preload(&hosts, files.port))?;
        let require =
            format!("--require \"{}\"", preload.replace('\\', "\\\\").replace('"', "\\\""));
        let options = self.node_options.iter().cloned().chain([require]);
        variables.push(("NODE_OPTIONS", options.collect::<Vec<_>>().join(" ")));
        Ok(variables)
    }
}

impl Files<'_> {
    fn trusted_beside(&self, bundle: &str) -> String {
        format!("{}\n{}", bundle.trim_end(), self.authority)
    }

    fn write(&self, name: &str, content: &str) -> io::Result<String> {
        let path = self.folder.join(name);
        fs::write(&path, content)?;
        Ok(path.to_string_lossy().into_owned())
    }
}

/// The script that Node runs before the program.
fn preload(hosts: &[String], port: u16) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("\"{host}\"")).collect();
    include_str!("preload.cjs")
        .replace("HOSTS", &format!("[{}]", hosts.join(",")))
        .replace("PORT", &port.to_string())
}

/// The authorities that the system trusts, in PEM.
#[must_use]
pub fn system_bundle() -> Option<String> {
    SYSTEM_BUNDLES.iter().find_map(|path| content(Path::new(path)).ok())
}

/// A file in PEM, or all files of a folder, as some programs allow it.
fn content(path: &Path) -> io::Result<String> {
    if !path.is_dir() {
        return fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    }
    let files = fs::read_dir(path)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut texts: Vec<String> = files.filter_map(|path| fs::read_to_string(path).ok()).collect();
    texts.retain(|text| text.contains("CERTIFICATE-----"));
    Ok(texts.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn previous(set: &[(&str, &str)]) -> Result<Previous, String> {
        let set: HashMap<_, _> =
            set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Previous::read(|name| set.get(name).cloned())
    }

    fn written(previous: &Previous, folder: &Path) -> HashMap<&'static str, String> {
        let files = Files { folder, authority: "OURS\n", port: 4433 };
        previous.variables("http://u:p@127.0.0.1:4433", &files).unwrap().into_iter().collect()
    }

    #[test]
    fn the_proxy_that_was_there_is_used_by_the_proxy() {
        let proxy = |set: &[(&str, &str)]| previous(set).map(|read| read.upstream.proxy);
        let a = ProxyUrl::parse("http://a:1");
        assert_eq!(proxy(&[("HTTPS_PROXY", "http://a:1")]), Ok(a.clone()));
        let both = [("HTTPS_PROXY", "http://b:1"), ("https_proxy", "http://a:1")];
        assert_eq!(proxy(&both), Ok(a.clone()), "as boto3 and curl read it");
        assert_eq!(proxy(&[("ALL_PROXY", "http://a:1"), ("HTTPS_PROXY", "")]), Ok(a));
        let why = proxy(&[("https_proxy", "socks5://me:hush@a:1")]).unwrap_err();
        assert!(why.contains("--no-intercept") && !why.contains("hush"), "{why}");
    }

    #[test]
    fn a_bundle_holds_what_its_variable_named_before_and_our_authority() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("theirs.pem");
        fs::write(&theirs, "THEIRS").unwrap();
        let theirs = theirs.to_str().unwrap();
        let set = [("REQUESTS_CA_BUNDLE", theirs), ("NODE_OPTIONS", "--inspect")];
        let written = written(&previous(&set).unwrap(), folder.path());
        let read = |name: &str| fs::read_to_string(&written[name]).unwrap();
        for name in ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] {
            assert_eq!(read(name), "THEIRS\nOURS\n");
        }
        for name in ["SSL_CERT_FILE", "CURL_CA_BUNDLE"] {
            assert!(read(name).ends_with("\nOURS\n") && !read(name).contains("THEIRS"));
        }
        assert_eq!(read("NODE_EXTRA_CA_CERTS"), "\nOURS\n");
        assert!(written["NODE_OPTIONS"].starts_with("--inspect --require \"/"));
        assert_eq!(written["HTTPS_PROXY"], written["https_proxy"]);
        assert_eq!(written["NO_PROXY"], "localhost,127.0.0.1,::1");
    }
}
