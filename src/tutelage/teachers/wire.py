"""HTTP to a model server: one keep-alive session, and every way it can fail named as a ``CallTrouble``."""

from __future__ import annotations

import asyncio
import email.utils
import ipaddress
import json
import math
import re
import time
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tutelage.errors import BadInput
from tutelage.teachers.teacher import CallTrouble, Trouble

QUOTED = 300  # characters of an error body that are shown
_KEY_SHAPE = re.compile(r"\b(?:sk|key|gsk|AIza)[-_A-Za-z0-9*]{8,}")
_BY_STATUS: dict[int, Trouble] = {
    401: "auth",
    402: "auth",
    403: "auth",
    404: "missing",
    405: "missing",
    408: "server",
    409: "server",
    410: "missing",
    425: "server",
    429: "rate",
    503: "overloaded",
    529: "overloaded",
}
# Not "quota" alone: some providers word an ordinary rate limit as an exceeded quota.
_UNPAID = re.compile(
    r"insufficient[_ ](?:quota|balance|credits)|billing_hard_limit|credit balance", re.IGNORECASE
)
_WRONG_KEY = re.compile(r"(?:invalid[_ ]|incorrect )api[_ ]key|api[_ ]key not valid", re.IGNORECASE)
_ONE_PROMPT = re.compile(r"moderation|flagged|content polic", re.IGNORECASE)
_NO_HEADERS: Mapping[str, str] = {}
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Refusal(CallTrouble):
    """A 400 or 422. ``param`` and ``code`` are what the server named, or empty."""

    def __init__(self, message: str, *, status: int, param: str = "", code: str = "") -> None:
        super().__init__("bad_request", message, status=status)
        self.param = param
        self.code = code


def checked_url(url: str) -> str:
    """A base URL without its trailing slash or a pasted endpoint.

    Raises:
        ValueError: it is not http(s).
        BadInput: it carries a password, which must be quoted nowhere.
    """
    parts = urlsplit(url.strip())
    if parts.username or parts.password:
        raise BadInput(
            "a base_url must not carry a user name or password",
            where="base_url",
            remedy="put the key into an environment variable and name it in api_key_env",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http(s) address; write it like http://127.0.0.1:8000/v1")
    return re.sub(r"(/chat)?/completions$|/messages$", "", url.strip().rstrip("/"))


def checked_key_name(name: str) -> str:
    """The name of an environment variable.

    Raises:
        BadInput: it does not look like one. The value is not quoted: it may be the key itself.
    """
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return name
    raise BadInput(
        "api_key_env must be the name of an environment variable, not the key itself",
        where="api_key_env",
        remedy="export the key under a name such as OPENAI_API_KEY and write that name here",
    )


def is_private(url: str) -> bool:
    """Whether ``url`` points to this machine or a private network, where servers often need no key."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or a date."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) * scale
        except ValueError:
            date = email.utils.parsedate_tz(value)
            if date is None:
                continue
            seconds = email.utils.mktime_tz(date) - time.time()
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None


class Wire:
    """One server, for one event loop. ``headers`` go with every request; ``secret`` is never shown."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        timeout: float,
        connect_timeout: float,
        secret: str,
    ) -> None:
        self.base_url = base_url
        self.loop = asyncio.get_running_loop()
        self._headers = {"Content-Type": "application/json", "User-Agent": "tutelage", **headers}
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=connect_timeout)
        self._secret = secret
        # Opened within the loop that uses it, so a wire is made in Teacher.open.
        self._session = aiohttp.ClientSession(
            # The gateway paces. Servers commonly drop idle connections after 5 s; be earlier than they.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4, ttl_dns_cache=300),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=self._timeout,
            # Looked up once here: aiohttp would search the environment for each request.
            trust_env=bool(urllib.request.getproxies()) and not is_private(base_url),
        )

    async def close(self) -> None:
        """Let go of all connections."""
        await self._session.close()

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send ``body`` as JSON to ``base_url + path`` and return the JSON object of a 200.

        Raises:
            CallTrouble: anything else happened; a 400 or 422 is a :class:`Refusal`.
        """
        return await self._exchange("POST", self.base_url + path, _encode(body).encode())

    async def get(self, path: str, *, root: bool = False) -> dict[str, Any]:
        """The JSON object at ``path``; ``root`` takes it from the server's root, not the base URL.

        Raises:
            CallTrouble: there is none.
        """
        url = self.base_url + path
        if root:
            parts = urlsplit(self.base_url)
            url = f"{parts.scheme}://{parts.netloc}{path}"
        return await self._exchange("GET", url, None)

    async def upload(self, path: str, fields: Mapping[str, str], name: str, data: bytes) -> dict[str, Any]:
        """Send the file ``data`` as a multipart form with ``fields``, and return the JSON object of a 200.

        Raises:
            CallTrouble: anything else happened.
        """
        form = aiohttp.FormData(fields)
        form.add_field("file", data, filename=name, content_type="application/jsonl")
        payload = form()
        return self._read(
            await self._fetch("POST", self.base_url + path, payload, {"Content-Type": payload.content_type})
        )

    async def download(self, path: str) -> bytes:
        """The bytes at ``path``.

        Raises:
            CallTrouble: there are none.
        """
        return await self._fetch("GET", self.base_url + path, None)

    def trouble(self, status: int, body: Mapping[str, Any]) -> CallTrouble:
        """What an error of the server means that came in a file rather than as an answer."""
        return self._refused(status, {}, _encode(body).encode())

    async def _exchange(self, verb: str, url: str, payload: bytes | None) -> dict[str, Any]:
        return self._read(await self._fetch(verb, url, payload))

    async def _fetch(
        self,
        verb: str,
        url: str,
        payload: bytes | aiohttp.Payload | None,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> bytes:
        try:
            async with self._session.request(
                verb, url, data=payload, headers=headers, allow_redirects=False
            ) as response:
                raw = await response.read()
                if response.status != 200:
                    raise self._refused(response.status, response.headers, raw)
        except aiohttp.ConnectionTimeoutError as error:
            raise CallTrouble("timeout", f"no connection to {self.base_url} in time") from error
        except TimeoutError as error:
            message = f"no answer within {self._timeout.total} s"
            raise CallTrouble("timeout", message, maybe_paid=True) from error
        except aiohttp.ClientConnectorError as error:
            message = f"cannot connect to {self.base_url}: {error.os_error.strerror or error.os_error}"
            raise CallTrouble("network", self._shown(message)) from error
        except (aiohttp.ClientError, ConnectionError) as error:
            message = f"the connection broke: {str(error) or type(error).__name__}"
            raise CallTrouble("network", self._shown(message), maybe_paid=True) from error
        return raw

    def _read(self, raw: bytes) -> dict[str, Any]:
        try:
            data = json.loads(raw)
        except ValueError as error:
            message = f"the answer is not JSON: {self._shown(raw.decode(errors='replace'))}"
            raise CallTrouble("invalid", message, status=200, maybe_paid=True) from error
        if not isinstance(data, dict):
            message = f"the answer is not a JSON object: {self._shown(str(data))}"
            raise CallTrouble("invalid", message, status=200, maybe_paid=True)
        if data.get("error") and "choices" not in data and "content" not in data:
            # Routers answer 200 and then find that the model behind them has failed.
            code = _details(data)[1]
            raise self._refused(int(code) if code.isdigit() else 500, {}, raw)
        return data

    def _refused(self, status: int, headers: Mapping[str, str], raw: bytes) -> CallTrouble:
        try:
            message, code, param = _details(json.loads(raw))
        except ValueError:
            message, code, param = raw.decode(errors="replace"), "", ""
        shown = f"HTTP {status}: {self._shown(message) or 'no explanation'}"
        named = f"{code} {message}"
        if status in (400, 403, 429) and _UNPAID.search(named):
            return CallTrouble("auth", f"the account has no credit left. {shown}", status=status)
        if status == 400 and _WRONG_KEY.search(named):
            return CallTrouble("auth", shown, status=status)
        if status in (400, 413, 422) or (status == 403 and _ONE_PROMPT.search(named)):
            return Refusal(shown, status=status, param=param, code=code)
        if 300 <= status < 400:
            shown = f"the server redirects to {headers.get('Location', 'elsewhere')}; is base_url right?"
        trouble = _BY_STATUS.get(
            status, "server" if status >= 500 else "missing" if status < 400 else "bad_request"
        )
        return CallTrouble(trouble, shown, status=status, retry_after=retry_after(headers))

    def _shown(self, text: str) -> str:
        """``text`` for an error: one line, no key, not long."""
        if self._secret:
            text = text.replace(self._secret, "[key]")
        text = " ".join(_KEY_SHAPE.sub("[key]", text).split())
        return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def _details(data: Any) -> tuple[str, str, str]:
    """Message, code and parameter of an error body in any of the usual shapes."""
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, dict):
        return str(data), "", ""
    error = data.get("error", data)
    if not isinstance(error, dict):
        return str(error), "", ""
    message = error.get("message") or error.get("detail") or _encode(error)
    text = message if isinstance(message, str) else _encode(message)
    code = error.get("code") or error.get("type") or ""
    return text, str(code), str(error.get("param") or "")
