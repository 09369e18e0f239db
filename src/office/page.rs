//! `[halaman]` of `pk.toml`: the public page on which documents are checked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use pk_trust::claim::Kind;
use serde::de::{Deserialize, Deserializer, Error};

use crate::model::Visibility;

/// The public page. `pk serve` reads this when it starts, `pk publish` with every run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Page {
    /// What is shown of an agreement.
    #[serde(deserialize_with = "visibility")]
    pub perjanjian: Visibility,
    /// What is shown of a pledge.
    #[serde(deserialize_with = "visibility")]
    pub pakta: Visibility,
    /// Address and port on which the page listens.
    #[serde(deserialize_with = "socket")]
    pub dengar: SocketAddr,
    /// Proxies whose word on the client's address is believed.
    #[serde(deserialize_with = "proxies")]
    pub proksi: Vec<IpNet>,
    /// Who may read the numbers for the operator.
    #[serde(deserialize_with = "networks")]
    pub metrik: Vec<IpNet>,
    /// Whether the world reaches the page by https (Strict-Transport-Security, RFC 6797); for static sites in
    /// the file `_headers`, which some hosts read.
    pub https: bool,
    /// Requests a minute of one address.
    #[serde(deserialize_with = "limit")]
    pub batas_halaman: u32,
    /// Requests a minute of one network: /24 of IPv4, /48 of IPv6.
    #[serde(deserialize_with = "limit")]
    pub batas_jaringan: u32,
    /// Uploads a minute of one address.
    #[serde(deserialize_with = "limit")]
    pub batas_unggah: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            // The file shows the NIP, and with it dates of birth: an office has to want that.
            perjanjian: Visibility::Fields,
            pakta: Visibility::Fields,
            dengar: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            proksi: Vec::new(),
            metrik: vec![
                IpNet::from(IpAddr::from(Ipv4Addr::LOCALHOST)),
                IpNet::from(IpAddr::from(Ipv6Addr::LOCALHOST)),
            ],
            https: false,
            batas_halaman: 600,
            batas_jaringan: 6000,
            batas_unggah: 10,
        }
    }
}

impl Page {
    /// What is shown of a document for which the registry says nothing else.
    pub fn visibility(&self, kind: Kind) -> Visibility {
        match kind {
            Kind::Agreement => self.perjanjian,
            Kind::Pledge => self.pakta,
            // Nobody was asked about these: the one that shows less.
            Kind::ActionPlan => self.perjanjian.max(self.pakta),
        }
    }

    /// Whether this peer is a proxy whose word on the client's address is believed.
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        contains(&self.proksi, peer)
    }

    /// Whether this client may read the numbers for the operator. To be asked of the client, not of the
    /// peer: behind a proxy on the same machine the whole world comes from 127.0.0.1.
    pub fn may_read_metrics(&self, client: IpAddr) -> bool {
        contains(&self.metrik, client)
    }
}

/// A socket that listens to both families shows IPv4 peers as `::ffff:192.0.2.1` (RFC 4291, 2.5.5.2):
/// a rule for `192.0.2.1` has to mean them too.
fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

fn visibility<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Visibility, D::Error> {
    let word = String::deserialize(deserializer)?;
    Visibility::parse_indonesian(&word).ok_or_else(|| {
        let words = Visibility::ALL.map(Visibility::as_indonesian).join(", ");
        D::Error::custom(format!("{word} is not one of {words}"))
    })
}

fn socket<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text} is no address with a port: 127.0.0.1:8080")))
}

/// A network of everybody would let every client say who he is, and so have as many limits as he likes.
fn proxies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let networks = networks(deserializer)?;
    match networks.iter().find(|network| network.prefix_len() == 0) {
        Some(everybody) => Err(D::Error::custom(format!("{everybody} is everybody: name the proxies"))),
        None => Ok(networks),
    }
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| network(text).ok_or_else(|| bad_network(text))).collect()
}

/// A network, or one address; an IPv4 address written as IPv6 is compared as IPv4.
fn network(text: &str) -> Option<IpNet> {
    let address = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    // Truncated: somebody who writes 10.0.0.7/8 means the network in which that address is.
    address.or_else(|_| text.parse::<IpNet>().map(|network| network.trunc())).ok()
}

fn bad_network<E: Error>(text: &str) -> E {
    E::custom(format!("{text} is neither an address nor a network: 192.0.2.1, 192.0.2.0/24"))
}

/// A limit of 0 would lock everybody out, and one without end is none.
fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    const MOST: u32 = 1_000_000;
    let limit = u32::deserialize(deserializer)?;
    let within = (1..=MOST).contains(&limit);
    within.then_some(limit).ok_or_else(|| D::Error::custom(format!("limits are between 1 and {MOST}")))
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn parse(page: &str) -> Result<Page, String> {
        let text = format!(
            "[instansi]\nnama = \"Pemerintah Kabupaten Contoh\"\nhost = \"cek.contoh.example\"\n[halaman]\n{page}"
        );
        Config::parse(&text).map(|config| config.halaman).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        assert_eq!(parse("").unwrap(), Page::default());
        let template = Config::template(
            "Pemerintah Kabupaten Contoh",
            "cek.contoh.example",
            pk_trust::pki::KeyAlgorithm::Ed25519,
        );
        assert_eq!(Config::parse(&template).unwrap().halaman, Page::default());
        // The template shows the defaults as comments, and they are the defaults.
        let (_, page) = template.split_once("[halaman]").unwrap();
        let shown: String = page
            .lines()
            .filter_map(|l| l.strip_prefix("# "))
            .filter(|l| l.contains(" = "))
            .fold(String::new(), |shown, line| shown + line + "\n");
        assert_eq!(shown.lines().count(), 9, "{shown}");
        assert_eq!(parse(&shown).unwrap(), Page::default());
    }

    #[test]
    fn what_is_said_is_read() {
        let page = parse(
            "perjanjian = \"asli\"\npakta = \"status\"\ndengar = \"[::1]:80\"\nhttps = true\n\
             proksi = [\"192.0.2.1\", \"10.0.0.7/8\", \"2001:db8::/32\"]\nmetrik = []\nbatas_unggah = 1",
        )
        .unwrap();
        assert_eq!(page.visibility(Kind::Agreement), Visibility::Original);
        assert_eq!(page.visibility(Kind::Pledge), Visibility::Status);
        assert_eq!(page.visibility(Kind::ActionPlan), Visibility::Status, "the one that shows less");
        assert_eq!((page.dengar.port(), page.https, page.batas_unggah), (80, true, 1));
        for peer in ["192.0.2.1", "::ffff:192.0.2.1", "10.9.9.9", "2001:db8::9"] {
            assert!(page.is_proxy(peer.parse().unwrap()), "{peer}");
        }
        for peer in ["192.0.2.2", "11.0.0.1", "::1", "2001:db9::1"] {
            assert!(!page.is_proxy(peer.parse().unwrap()), "{peer}");
        }
        assert!(!page.may_read_metrics("127.0.0.1".parse().unwrap()), "an empty list means nobody");
        assert!(Page::default().may_read_metrics("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!Page::default().may_read_metrics("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        for (page, said) in [
            ("perjanjian = \"semua\"", "semua is not one of asli, pokok, status"),
            ("pakta = \"original\"", "original is not one of"),
            ("dengar = \"localhost\"", "localhost is no address with a port"),
            ("proksi = [\"proxy\"]", "proxy is neither an address nor a network"),
            ("proksi = [\"::1\", \"0.0.0.0/0\"]", "0.0.0.0/0 is everybody"),
            ("proksi = [\"::/0\"]", "::/0 is everybody"),
            ("metrik = \"127.0.0.1\"", "expected a sequence"),
            ("batas_halaman = 0", "limits are between 1 and 1000000"),
            ("batas_jaringan = 1000001", "limits are between"),
            ("batas_unggah = -1", "invalid value"),
            ("https = \"ya\"", "expected a boolean"),
            ("port = 80", "unknown field `port`"),
        ] {
            let error = parse(page).unwrap_err();
            assert!(error.contains(said) && error.contains("line 5"), "{page}: {error}");
        }
    }
}
