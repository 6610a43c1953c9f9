"""Where requests may go: https or loopback, never link-local, and only the origins that a connector declares."""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.request import getproxies_environment, proxy_bypass

import httpx

from core.errors import ConfigError, Unavailable

PORTS = {"http": 80, "https": 443}
ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|\\")
# What inet_aton reads as an address: 2852039166 and 0xa9fea9fe are 169.254.169.254.
NUMERIC = re.compile(r"[0-9a-fx.]+")

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
# Where cloud machines keep their own credentials, beside the link-local range.
METADATA = frozenset({ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200")})


def ip_of(host: str) -> Ip | None:
    """The address a host literally names, in any notation that the system's resolver accepts; None for a name."""
    text = host.strip("[]").split("%")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        if not NUMERIC.fullmatch(text):
            return None
        try:
            return ipaddress.IPv4Address(socket.inet_aton(text))
        except OSError:
            return None
    return getattr(found, "ipv4_mapped", None) or found


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its name or its address."""
    address = ip_of(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback


def is_forbidden(address: Ip) -> bool:
    """Whether nothing of ours can live there: link-local, cloud metadata, unspecified, multicast."""
    return address.is_link_local or address in METADATA or address.is_unspecified or address.is_multicast


def parse(text: str, whose: str) -> httpx.URL:
    """The URL of a `base_url`, or a ConfigError that says what is wrong with it; `whose` names the setting."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigError(f"{whose}: base_url is no address ({type(error).__name__}).") from None
    host = url.raw_host.decode("ascii").lower()
    address = ip_of(host)
    if url.scheme not in PORTS or not host:
        raise ConfigError(f"{whose}: base_url must begin with https:// and a host.")
    if url.userinfo:
        raise ConfigError(f"{whose}: base_url holds a user or password; put them in their own settings.")
    if address is not None and is_forbidden(address):
        raise ConfigError(f"{whose}: base_url {host} is a link-local or reserved address; no vendor lives there.")
    if url.scheme == "http" and not is_loopback(host):
        raise ConfigError(f"{whose}: base_url http://{host} would send the key in clear; use https://.")
    return url


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port: two URLs of one origin are one server."""
    return url.scheme, url.raw_host.decode("ascii").lower(), url.port or PORTS.get(url.scheme)


@dataclass(frozen=True, slots=True)
class Address:
    """The base that a connector names and the one that is really asked (`base_url` replaces scheme and host).

    `besides`: further origins that may be asked; `ahead`: the replacement itself, None where nothing is replaced."""

    native: httpx.URL
    asked: httpx.URL
    besides: frozenset[tuple[str, str, int | None]] = frozenset()
    ahead: httpx.URL | None = None

    @classmethod
    def of(cls, native: str, base_url: str | None, whose: str, besides: Sequence[str] = ()) -> "Address":
        """All bases checked; a path of `base_url` goes ahead of the connector's own. `besides`: further servers of the
        vendor that whole URLs may name; `base_url` stands for them too."""
        own = parse(native, whose)
        others = frozenset(origin(parse(one, whose)) for one in besides)
        if base_url is None:
            return cls(own, own, others)
        other = parse(base_url, whose)
        return cls(own, _behind(other, own), others, other)

    @property
    def host(self) -> str:
        """The host that is asked, for messages."""
        return self.asked.host

    def file(self, url: str, hosts: Sequence[str]) -> httpx.URL:
        """The URL of a file that the vendor keeps at one of these hosts, or at one whose name ends so (".example")."""
        try:
            link = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise Unavailable(f"{self.host} named a file by no address ({type(error).__name__}).") from None
        host = link.raw_host.decode("ascii").lower()
        is_known = any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)
        if link.userinfo or link.scheme != "https" or link.port not in (None, 443) or not is_known:
            raise Unavailable(f"{self.host} named a file at {link.scheme}://{host[:80]}, which is not asked.")
        return link if self.ahead is None else _behind(self.ahead, link)

    def resolve(self, path_or_url: str) -> httpx.URL:
        """The URL to ask: a path below the base, or a vendor's own link if it stays on this origin."""
        try:
            if not ABSOLUTE.match(path_or_url):
                path = path_or_url.lstrip("/")
                return httpx.URL(f"{str(self.asked).rstrip('/')}/{path}" if path else self.asked)
            link = httpx.URL(path_or_url)
        except (httpx.InvalidURL, ValueError) as error:
            raise Unavailable(f"{self.host} gave a link that is no address ({type(error).__name__}).") from None
        if not link.userinfo and origin(link) in self.besides:
            return link if self.ahead is None else _behind(self.ahead, link)
        if link.userinfo or origin(link) not in {origin(self.native), origin(self.asked)}:
            where = f"{link.scheme}://{link.host}" + (f":{link.port}" if link.port else "")
            raise Unavailable(f"{self.host} gave a link to {where[:80]}; only {self.host} is ever asked.")
        return link.copy_with(scheme=self.asked.scheme, host=self.asked.host, port=self.asked.port)


def _behind(ahead: httpx.URL, url: httpx.URL) -> httpx.URL:
    """The URL on another server, below that one's path."""
    return ahead.copy_with(raw_path=ahead.raw_path.partition(b"?")[0].rstrip(b"/") + url.raw_path)


def proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for this URL (HTTPS_PROXY, ALL_PROXY, NO_PROXY); never one for loopback."""
    if is_loopback(url.host) or proxy_bypass(url.host):
        return None
    named = getproxies_environment()
    return named.get(url.scheme) or named.get("all")
