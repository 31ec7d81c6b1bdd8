//! The proxies between this machine and the servers.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, NoProxy, Proxy, Url};

use super::bad;
use crate::domain::TransportError;

/// The proxies of the environment. The client would read them itself, but pass by in silence one that it
/// cannot read, and not say which of two servers refuses it.
#[derive(Debug)]
pub(super) struct Proxies {
    matcher: Matcher,
    /// Scheme and address.
    addresses: Vec<(&'static str, String)>,
    /// Hosts that are asked without one.
    direct: String,
    /// Variables that name no proxy, by the scheme that they are for.
    unreadable: Vec<(&'static str, String)>,
}

impl Proxies {
    pub(super) fn of(environment: &[(String, String)]) -> Self {
        let set = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| environment.iter().find(|it| it.0 == *name));
            found.map_or(("", ""), |(name, value)| (name.as_str(), value.as_str()))
        };
        let [https, http] =
            [set(["HTTPS_PROXY", "https_proxy"]), set(["HTTP_PROXY", "http_proxy"])];
        let (all, no) = (set(["ALL_PROXY", "all_proxy"]), set(["NO_PROXY", "no_proxy"]));
        let or_all = |own| if own == ("", "") { all } else { own };
        let given = [("https", or_all(https)), ("http", or_all(http))].into_iter();
        let given = given.filter(|(_, (_, value))| !value.is_empty());
        let (readable, unreadable): (Vec<_>, Vec<_>) =
            given.partition(|(_, (_, value))| is_proxy(value));
        let owned = |(scheme, text): (&'static str, &str)| (scheme, text.to_owned());
        Self {
            matcher: Matcher::builder().all(all.1).https(https.1).http(http.1).no(no.1).build(),
            addresses: readable.into_iter().map(|(scheme, it)| owned((scheme, it.1))).collect(),
            direct: no.1.to_owned(),
            unreadable: unreadable.into_iter().map(|(scheme, it)| owned((scheme, it.0))).collect(),
        }
    }

    /// Without any in the environment, those of the system hold.
    pub(super) fn used_by(&self, builder: ClientBuilder) -> ClientBuilder {
        let of = |(scheme, address): &(&str, String)| {
            let proxy =
                if *scheme == "https" { Proxy::https(address) } else { Proxy::http(address) };
            proxy.ok().map(|proxy| proxy.no_proxy(NoProxy::from_string(&self.direct)))
        };
        self.addresses.iter().filter_map(of).fold(builder, ClientBuilder::proxy)
    }

    pub(super) fn on_the_way_to(&self, url: &Url) -> Result<Option<String>, TransportError> {
        let mut unreadable = self.unreadable.iter();
        if let Some((_, name)) = unreadable.find(|(scheme, _)| *scheme == url.scheme()) {
            return Err(bad(format!(
                "{name} is no address of a proxy: write it as `http://HOST:PORT`, or unset it"
            )));
        }
        let proxy = url.as_str().parse().ok().and_then(|uri| self.matcher.intercept(&uri));
        Ok(proxy.and_then(|proxy| proxy.uri().authority().map(ToString::to_string)))
    }
}

fn is_proxy(value: &str) -> bool {
    let proxy = Matcher::builder().all(value).build();
    "https://host".parse().is_ok_and(|uri| proxy.intercept(&uri).is_some())
}
