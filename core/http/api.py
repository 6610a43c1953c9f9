"""The one door out: every request of a connector or a destination passes here, with all that protects both sides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from os import environ
from typing import Any, Literal, NoReturn, Self, TypeAlias, TypeVar, overload

import httpx
import msgspec
import tenacity
from pydantic import SecretStr

from core import log
from core.clock import Timing, iso
from core.errors import (
    AuthError,
    ConfigError,
    Gone,
    NotAllowed,
    Refused,
    ShapeError,
    Stuck,
    Unavailable,
    Unclear,
)
from core.http.address import Address, proxy_for
from core.http.answer import MalformedError, TooLargeError, decode, explain, read_body
from core.http.budget import Budget
from core.http.line import Terms, Transport
from core.http.oauth import WRONG_CLIENT, TokenAnswer
from core.http.retry import Patience, TryAgainError, is_transient, moment_of, wait_asked, wait_before
from core.http.service import Http, basic, bearer, headers, tls

T = TypeVar("T")
Params: TypeAlias = Mapping[str, str | int | float | bool | Sequence[str | int] | None]
Retry: TypeAlias = Literal["always", "never_after_send"]

ERROR_BODY_BYTES = 1_000_000
# h11 refuses 100 KiB of headers only where they arrive in several pieces.
MOST_HEADER_BYTES = 65_536
CODE_HEADER = "x-amzn-errortype"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# A host that failed every try is asked this often for each further request, until it answers again.
TRIES_WHEN_DOWN = 2
# A wrong form seldom mends itself: a cut body does, a maintenance page does not.
TRIES_ON_SHAPE = 4
# Waits between two looks at what a vendor prepares: this many seconds, then longer and longer.
FIRST_POLL_S = 1.0
# Before a refusal is looked at again, where the vendor is known to refuse good keys now and then.
SECOND_LOOK_S = 2.0
LONGEST_POLL_S = 30.0
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Api:
    """The client that core builds from a connector's Http; asks one request at a time, on declared origins only.

    `name`: the source or destination, for messages. `base_url`: replaces scheme and host. `requests`: asked so far,
    retries included. `skew_s`: the vendor's clock minus ours at its last answer, None where it tells no date.
    Certificates are always verified (SSL_CERT_FILE names other authorities), redirects never followed; HTTPS_PROXY,
    ALL_PROXY and NO_PROXY are obeyed except for loopback, netrc is not read.
    """

    def __init__(
        self,
        http: Http,
        *,
        name: str,
        base_url: str | None = None,
        budget: Budget | None = None,
        patience: Patience | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.name = name
        self.requests = 0
        self.skew_s: int | None = None
        self._http = http
        self._address = Address.of(http.base_url, base_url, name, http.besides)
        self._budget = budget
        self._patience = patience or Patience()
        self._timing = timing or Timing()
        self._terms = Terms(stop=self._timing.stop)
        self._refused: AuthError | None = None
        self._is_down = False
        self._begun = 0.0
        self._token_until = float("-inf")
        self._client = self._open(headers(http, name))
        if budget:
            for prefix, per_minute in http.limits.items():
                budget.declare(self._address.resolve(prefix).path, per_minute)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; the Api is of no use afterwards."""
        self._client.close()

    @property
    def base_url(self) -> str:
        """Scheme, host and path below which is asked."""
        return str(self._address.asked)

    def hurry(self) -> None:
        """Somebody waits at the screen: from now on a request is given up after its second try, or 20 s."""
        self._patience = replace(self._patience, tries=2, total_s=20.0, poll_s=20.0)

    def per_minute(self, path: str) -> int | None:
        """Requests a minute that we may make to this path below the base, for plans of time; None without a budget."""
        return self._budget.per_minute(self._url(path, None).path) if self._budget else None

    def get(self, path: str, type: type[T], *, params: Params | None = None) -> T:  # noqa: A002
        """The answer to a GET as this type; `path` is below the base, or a whole URL that the vendor gave."""
        return self._ask("GET", path, lambda body: decode(body, type), params=params)

    def send(
        self,
        method: str,
        url: str,
        type: type[T],  # noqa: A002
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> T:
        """The answer to a request that a vendor's own library built and signed; it goes the same way as all others."""
        return self._ask(method, url, lambda body: decode(body, type), params=None, content=content, signed=headers)

    def download(self, url: str, type: type[T]) -> T:  # noqa: A002
        """A file that the vendor named, as this type: from storage in `Http.files`, asked without credentials."""
        try:
            found = self._address.file(url, self._http.files)
        except Unavailable as error:
            raise Unavailable(f"{self.name}: {error}") from None
        return self._ask("GET", found, lambda body: decode(body, type), params=None, is_file=True)

    def poll(self, path: str, type: type[T], until: Callable[[T], bool], *, params: Params | None = None) -> T:  # noqa: A002
        """The first answer to a GET of which `until` holds, asked with growing waits; Unavailable after `poll_s`."""
        begun, wait_s = self._timing.monotonic(), FIRST_POLL_S
        while not until(answer := self.get(path, type, params=params)):
            if self._timing.monotonic() - begun + wait_s > self._patience.poll_s:
                spent = round(self._timing.monotonic() - begun)
                where = self._where(self._url(path, None))
                raise Unavailable(f"{where}: not ready after {spent} s; tried again at the next run.")
            self._timing.wait(wait_s)
            wait_s = min(LONGEST_POLL_S, wait_s * 1.5)
        return answer

    @overload
    def post(
        self, path: str, type: None = None, *, json: object = ..., form: Mapping[str, str] | None = ...,
        content: bytes | None = ..., content_type: str = ..., params: Params | None = ..., retry: Retry = ...,
    ) -> bytes: ...  # fmt: skip
    @overload
    def post(
        self, path: str, type: type[T], *, json: object = ..., form: Mapping[str, str] | None = ...,
        content: bytes | None = ..., content_type: str = ..., params: Params | None = ..., retry: Retry = ...,
    ) -> T: ...  # fmt: skip
    def post(
        self,
        path: str,
        type: type[Any] | None = None,  # noqa: A002
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        content_type: str = "application/octet-stream",
        params: Params | None = None,
        retry: Retry = "always",
    ) -> Any:
        """The answer to a POST of `json`, `form` or `content`, as this type or as bytes.

        With `never_after_send`, only what surely was not taken (no connection, 429) is sent again; an outcome that
        nobody can know raises Unclear.
        """
        if json is not None:
            content, content_type = msgspec.json.encode(json), "application/json; charset=utf-8"
        elif form is not None:
            content = str(httpx.QueryParams(dict(form))).encode("ascii")
            content_type = "application/x-www-form-urlencoded"
        read = bytes if type is None else lambda body: decode(body, type)
        once = retry == "never_after_send"
        return self._ask("POST", path, read, params=params, content=content, content_type=content_type, once=once)

    def _ask(
        self,
        method: str,
        path: str | httpx.URL,
        read: Callable[[bytes], T],
        *,
        params: Params | None,
        content: bytes | None = None,
        content_type: str | None = None,
        once: bool = False,
        authorization: str | None = None,
        signed: Mapping[str, str] | None = None,
        is_file: bool = False,
    ) -> T:
        if self._refused:
            raise self._refused
        url = self._url(path, params) if isinstance(path, str) else path
        kind = dict(signed or {}) if content_type is None else {"Content-Type": content_type}
        if authorization is not None:
            kind["Authorization"] = authorization
        elif self._http.oauth is not None and self._timing.monotonic() >= self._token_until:
            self._sign_in()
        if once:
            kind["Connection"] = "close"  # a kept connection that the server closes just now looks like a lost reply
        request = self._client.build_request(method, url, content=content, headers=kind)
        if is_file:
            for name in {"authorization", *(name.lower() for name in self._http.headers)} & set(request.headers):
                del request.headers[name]
            request.extensions["is_file"] = True
        self._begun = self._timing.monotonic()
        tries = TRIES_WHEN_DOWN if self._is_down else self._patience.tries

        def is_over(state: tenacity.RetryCallState) -> bool:
            most = min(tries, TRIES_ON_SHAPE) if _fault(state).shape else tries
            return state.attempt_number >= most or self._spent_s() + state.upcoming_sleep > self._patience.total_s

        policy = tenacity.Retrying(
            sleep=self._timing.wait,
            stop=is_over,
            wait=lambda state: wait_before(_fault(state), state.attempt_number),
            retry=tenacity.retry_if_exception(lambda error: _may_repeat(error, once=once)),
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            found: T = policy(self._try, request, read, once=once)
        except TryAgainError as error:
            if once and not _may_repeat(error, once=True):
                words = f"{self._where(url)}: sent, but the outcome is unknown ({error.words})."
                raise Unclear(log.redact(f"{words} Look there before sending again.")) from error
            self._give_up(error, url)
        return found

    def _try(self, request: httpx.Request, read: Callable[[bytes], T], *, once: bool) -> T:
        response, body = self._exchange(request, once=once)
        if response.status_code == 401 and self._may_renew(request):
            if self._http.renew is not None:
                self._client.headers["Authorization"] = bearer(self._http.renew())
            else:
                self._sign_in()
            request.headers["Authorization"] = self._client.headers["Authorization"]
            response, body = self._exchange(request, once=once)
        if response.status_code in self._http.refusals and self._http.doubts_refusal:
            self._timing.wait(SECOND_LOOK_S)
            response, body = self._exchange(request, once=once)
        if not is_transient(response.status_code):
            self._is_down = False
        if not response.is_success:
            self._decline(response, body)
        try:
            return read(body)
        except MalformedError as error:
            said = explain(body)[1]
            raise TryAgainError(f"{error}{': ' + said if said else ''}", status=200, shape=True) from error

    def _may_renew(self, request: httpx.Request) -> bool:
        """Whether what was refused is a token that a new one can take the place of."""
        if request.extensions.get("is_file"):
            return False
        mine = request.headers.get("Authorization") == self._client.headers.get("Authorization")
        return mine and (self._http.renew is not None or self._http.oauth is not None)

    def _sign_in(self) -> None:
        """Asks for an access token; every request from now on carries it."""
        client = self._http.oauth
        assert client is not None
        try:
            answer = self._ask(
                "POST",
                client.token_url,
                lambda body: decode(body, TokenAnswer),
                params=None,
                content=b"grant_type=client_credentials",
                content_type="application/x-www-form-urlencoded",
                authorization=basic(client.client_id, client.client_secret),
            )
        except Refused as refused:
            if refused.status not in WRONG_CLIENT:
                raise
            self._refused = self._bad_key(self._url(client.token_url, None).host, str(refused.status))
            raise self._refused from None
        self._client.headers["Authorization"] = bearer(SecretStr(answer.access_token))
        self._token_until = self._timing.monotonic() + answer.lasts_s()

    def _bad_key(self, host: str, shown: str) -> AuthError:
        return AuthError(
            f"{self.name}: {host} refused the key ({shown}). "
            f"Renew `{self._http.setting}` of {self.name} in the config, then test it with: check {self.name}"
        )

    def _exchange(self, request: httpx.Request, *, once: bool) -> tuple[httpx.Response, bytes]:
        path = request.url.path
        if self.requests >= self._patience.requests:
            raise Stuck(f"{self.name}: {self.requests} requests in one run; a list seems to have no end.")
        asked_at = self._timing.monotonic()
        slot = self._budget.take(path, self.name) if self._budget else None
        self._begun += self._timing.monotonic() - asked_at  # waiting for our turn is no fault of the vendor's
        left = self._patience.total_s - self._spent_s()
        self._terms.begin(max(0.1, min(left, self._patience.answer_s)), settles=once)
        self.requests += 1
        try:
            response = self._client.send(request, stream=True)
            try:
                if self._budget and slot:
                    self._budget.note(path, slot, response.headers)
                self._note_date(response)
                if sum(len(name) + len(value) for name, value in response.headers.raw) > MOST_HEADER_BYTES:
                    raise MalformedError("too many headers")
                return response, self._body(response)
            finally:
                response.close()
        except UNSENT as error:
            raise TryAgainError(f"no connection: {error}", unsent=True) from error
        except httpx.TimeoutException as error:
            raise TryAgainError(str(error) or "no answer in time") from error
        except httpx.TransportError as error:
            raise TryAgainError(f"the connection broke ({type(error).__name__})") from error
        except MalformedError as error:
            raise TryAgainError(str(error)) from error
        except TooLargeError as error:
            words = f"{self._where(request.url)} gave {error}. Ask for smaller pages."
            raise (Unclear if once else Unavailable)(words) from error

    def _body(self, response: httpx.Response) -> bytes:
        encoding = response.headers.get("content-encoding", "")
        if response.is_success:
            return read_body(response.iter_raw(), encoding, self._patience.most_bytes)
        try:
            return read_body(response.iter_raw(), encoding, ERROR_BODY_BYTES)
        except (MalformedError, TooLargeError, httpx.TransportError):
            return b""  # the status has said enough

    def _decline(self, response: httpx.Response, body: bytes) -> NoReturn:
        status, headers = response.status_code, response.headers
        code, said = explain(body)
        # AWS: the code stands in a header, with an address behind it at times.
        code = code or headers.get(CODE_HEADER, "").partition(":")[0][:60]
        shown = f"{status}: {said or code}" if said or code else str(status)
        where = self._where(response.request.url)
        if is_transient(status):
            asked = wait_asked(headers, status, self._timing.now())
            if self._budget and status == 429 and asked is not None:
                self._budget.hold(response.request.url.path, asked)
            raise TryAgainError(shown, status=status, after_s=asked)
        if response.request.extensions.get("is_file"):
            raise Unavailable(f"{where}: a file that was named is not given ({shown}); tried again at the next run.")
        if status in self._http.refusals or code in self._http.key_codes:
            self._refused = self._bad_key(response.request.url.host, shown)
            raise self._refused
        if status == 403:
            raise NotAllowed(f"{where}: not allowed for this key or plan ({shown}).", status, code)
        if status in {404, 410}:
            raise Gone(f"{where}: there is no such thing ({shown}).", status, code)
        if status in REDIRECTS:
            target = response.next_request.url.host if response.next_request else "nowhere"
            words = f"{where}: answered with a redirect to {target} ({status}), which is not followed."
            raise Unavailable(f"{words} Is the address right?")
        if 400 <= status < 500:
            raise Refused(f"{where}: the request was declined ({shown}).", status, code)
        raise TryAgainError(f"an answer of status {status}", status=status)

    def _give_up(self, error: TryAgainError, url: httpx.URL) -> NoReturn:
        self._is_down = True
        after = error.after_s
        if self._budget and error.status == 429:
            after = self._budget.close(after or 0.0)
        retry_at = None if after is None else self._timing.now() + int(after) + 1
        spent = round(self._spent_s())
        when = "at the next run" if retry_at is None else f"from {iso(retry_at)}"
        words = f"{self._where(url)}: {error.words}; given up after {spent} s, tried again {when}."
        raise (ShapeError if error.shape else Unavailable)(log.redact(words), retry_at) from error

    def _spent_s(self) -> float:
        return self._timing.monotonic() - self._begun

    def _tell(self, state: tenacity.RetryCallState) -> None:
        error = _fault(state)
        path, wait = state.args[0].url.path, round(state.upcoming_sleep, 1)
        attempt = state.attempt_number
        log.event("retry", path=path, status=error.status or None, why=error.words, attempt=attempt, wait_s=wait)

    def _note_date(self, response: httpx.Response) -> None:
        date = moment_of(response.headers.get("date"))
        if date is not None:
            self.skew_s = date - self._timing.now()

    def _where(self, url: httpx.URL) -> str:
        return log.printable(log.redact(f"{self.name}: {url.host}{url.path}"))

    def _url(self, path: str, params: Params | None) -> httpx.URL:
        try:
            url = self._address.resolve(path)
        except Unavailable as error:
            raise Unavailable(f"{self.name}: {error}") from None
        given = {key: value for key, value in (params or {}).items() if value is not None}
        return url.copy_merge_params(given) if given else url

    def _open(self, always: Mapping[str, str]) -> httpx.Client:
        url = self._address.asked
        limits = httpx.Timeout(self._patience.read_s, connect=self._patience.connect_s)
        context = tls(url.scheme, environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR"))
        try:
            wire = Transport(self._terms, context, proxy_for(url))
        except (ValueError, ImportError) as error:
            words = f"{self.name}: the proxy named in the environment cannot be used; http:// ones can."
            raise ConfigError(words) from error
        cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        return httpx.Client(
            transport=wire, headers=always, cookies=cookies, timeout=limits, trust_env=False, follow_redirects=False
        )


def _fault(state: tenacity.RetryCallState) -> TryAgainError:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, TryAgainError) else TryAgainError("unknown")


def _may_repeat(error: BaseException, *, once: bool) -> bool:
    if not isinstance(error, TryAgainError):
        return False
    return not once or error.unsent or error.status == 429
