//! TLS of the server: its certificate, made here or read from files, and how connections use it.

use std::fs::File;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType, DnValue,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
    SanType,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// What a server shows to its clients, whatever name they ask for. It can be replaced while
/// connections come in.
#[derive(Debug)]
pub struct Identity(RwLock<Arc<CertifiedKey>>);

impl Identity {
    /// The certificate chain of a file, with the key of another one, both in PEM.
    ///
    /// # Errors
    /// A file cannot be read or is no PEM, or the two do not belong together. The text names the
    /// file.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, String> {
        read(certificate, key).map(|read| Self(RwLock::new(Arc::new(read))))
    }

    /// Shows what the files hold now. On an error it goes on with what it has.
    ///
    /// # Errors
    /// As [`Identity::from_files`].
    pub fn read_again(&self, certificate: &Path, key: &Path) -> Result<(), String> {
        let read = Arc::new(read(certificate, key)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// How connections are accepted that are shown this.
    ///
    /// # Errors
    /// None of the protocol versions is supported, which does not happen.
    pub fn server_config(self: Arc<Self>) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, String> {
    let at = |path: &Path, why: String| format!("{}: {why}", path.display());
    for path in [certificate, key] {
        check_regular(path).map_err(|error| at(path, error.to_string()))?;
    }
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| at(certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(at(certificate, "it holds no certificate in PEM".into()));
    }
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|_| at(key, "it holds no private key in PEM without a passphrase".into()))?;
    let secret = ring::sign::any_supported_type(&secret)
        .map_err(|_| at(key, "the kind of this key is not supported".into()))?;
    let read = CertifiedKey::new(chain, secret);
    let matches = read.keys_match();
    matches.map_err(|error| at(key, format!("{error} ({})", certificate.display())))?;
    Ok(read)
}

/// A certificate for these names alone, and that of the authority that signed it, in PEM.
///
/// The authority signs nothing else: its key is dropped here. It could not sign for other names
/// either, so that whoever trusts it trusts nobody else with their other connections. Both are
/// valid at any time, since the clock of a program under test may be a faked one.
///
/// # Errors
/// A certificate cannot hold one of the names.
pub fn self_signed(names: Vec<String>) -> Result<(Identity, String), rcgen::Error> {
    let mut leaf = CertificateParams::new(names)?;
    let authority = CertifiedIssuer::self_signed(authority(&leaf)?, KeyPair::generate()?)?;
    leaf.distinguished_name.push(DnType::CommonName, text("mturk-local"));
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&key, &authority)?;
    let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let secret = ring::sign::any_supported_type(&secret);
    let secret = secret.map_err(|_| rcgen::Error::UnsupportedSignatureAlgorithm)?;
    let shown = CertifiedKey::new(vec![certificate.der().clone()], secret);
    Ok((Identity(RwLock::new(Arc::new(shown))), authority.pem()))
}

/// An authority that is good for the names of `leaf` and no others.
fn authority(leaf: &CertificateParams) -> Result<CertificateParams, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, text("mturk-local's authority"));
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let permitted_subtrees: Vec<_> = leaf.subject_alt_names.iter().filter_map(subtree).collect();
    let has_address =
        permitted_subtrees.iter().any(|name| matches!(name, GeneralSubtree::IpAddress(_)));
    // A kind of name that is not mentioned is not constrained.
    let every_address = [CidrSubnet::V4([0; 4], [0; 4]), CidrSubnet::V6([0; 16], [0; 16])];
    let every_address = every_address.map(GeneralSubtree::IpAddress);
    let excluded_subtrees = if has_address { Vec::new() } else { every_address.to_vec() };
    authority.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees });
    Ok(authority)
}

fn text(name: &str) -> DnValue {
    DnValue::Utf8String(name.to_owned())
}

/// The least that an authority must be good for to sign for a name.
fn subtree(name: &SanType) -> Option<GeneralSubtree> {
    match name {
        SanType::DnsName(name) => {
            let name = name.as_str();
            Some(GeneralSubtree::DnsName(name.strip_prefix("*.").unwrap_or(name).to_owned()))
        }
        SanType::IpAddress(address) => {
            let prefix = if matches!(address, IpAddr::V4(_)) { 32 } else { 128 };
            Some(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, prefix)))
        }
        _ => None,
    }
}

/// How the file of an authority begins that this program may replace.
const MARK: &str = "# The authority of one run of mturk-local\n";

/// Writes the certificate of an authority into a file, for clients that are to trust it.
///
/// # Errors
/// The file cannot be written, or holds something else than the authority of an earlier run.
pub fn write_authority(path: &Path, pem: &str) -> io::Result<()> {
    match beginning(path) {
        Ok(there) if !there.is_empty() && there != MARK.as_bytes() => {
            let why = "it is there, and was not written by mturk-local";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::fs::write(path, format!("{MARK}{pem}"))
}

/// As much of a file as a mark has.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    check_regular(path)?;
    let mut there = Vec::new();
    File::open(path)?.take(MARK.len() as u64).read_to_end(&mut there)?;
    Ok(there)
}

/// An error unless it is a regular file: others may never end, or never begin.
fn check_regular(path: &Path) -> io::Result<()> {
    if std::fs::metadata(path)?.is_file() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_here_is_read_from_files_too() {
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key] = ["c.pem", "k.pem"].map(|name| folder.path().join(name));
        let made = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap();
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let identity = Identity::from_files(&certificate, &key).unwrap();
        std::fs::write(&key, KeyPair::generate().unwrap().serialize_pem()).unwrap();
        let why = identity.read_again(&certificate, &key).unwrap_err();
        assert!(why.contains("k.pem: ") && why.contains("c.pem"), "{why}");
        for (certificate, key, named) in
            [(&key, &key, "k.pem"), (&certificate, &certificate, "c.pem")]
        {
            let why = Identity::from_files(certificate, key).unwrap_err();
            assert!(why.contains(named), "{why}");
        }
        // A device, or a pipe that nobody writes into, holds nobody up.
        for odd in ["/dev/zero", "/dev/full"].map(Path::new) {
            let why = Identity::from_files(odd, &key).unwrap_err();
            assert!(why.contains("no regular file"), "{why}");
            let refused = write_authority(odd, "pem").unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn an_authority_is_good_for_its_names_alone() {
        let names = ["a.test", "*.b.test", "10.0.0.1", "::1"].map(str::to_owned).to_vec();
        let leaf = CertificateParams::new(names).unwrap();
        let constraints = authority(&leaf).unwrap().name_constraints.unwrap();
        let v6 = std::net::Ipv6Addr::LOCALHOST.octets();
        let expected = [
            GeneralSubtree::DnsName("a.test".into()),
            GeneralSubtree::DnsName("b.test".into()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([10, 0, 0, 1], [255; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(v6, [255; 16])),
        ];
        assert_eq!(constraints.permitted_subtrees, expected);
        assert!(constraints.excluded_subtrees.is_empty());
        let leaf = CertificateParams::new(["a.test".to_owned()]).unwrap();
        let constraints = authority(&leaf).unwrap().name_constraints.unwrap();
        assert_eq!(constraints.excluded_subtrees.len(), 2, "no address at all");
    }

    #[test]
    fn only_an_authority_of_an_earlier_run_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        for pem in ["one", "two"] {
            write_authority(&path, pem).unwrap();
            assert!(std::fs::read_to_string(&path).unwrap().ends_with(pem));
        }
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----").unwrap();
        assert!(write_authority(&path, "three").is_err());
    }
}
