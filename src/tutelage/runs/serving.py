"""A model of ours behind the OpenAI protocol: chat and completions, whole or streamed, on loopback.

Nothing is stored and nothing is paid here, so requests go to the model itself rather than through the
gateway. Who may ask is decided before a body is read: the ``Host`` and ``Origin`` of a request keep web pages
out that a browser on this machine has open, and a key is needed wherever others can reach the port.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

from tutelage.errors import BadInput, TutelageError
from tutelage.records import Reply
from tutelage.runs import served_protocol as protocol
from tutelage.runs.served_protocol import Asked, Refused
from tutelage.teachers.teacher import CallTrouble, Teacher, Trouble

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE = ("0.0.0.0", "::")
_STATUS: dict[Trouble, int] = {"rate": 429, "overloaded": 503, "bad_request": 400, "timeout": 504}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class ServeOptions:
    """Where to listen and what to take. ``port`` 0 takes a free one; ``body`` is in bytes, ``waiting`` in
    requests; ``names`` are further names that the model answers to."""

    host: str = LOOPBACK
    port: int = 8080
    key: str = field(default="", repr=False)
    names: tuple[str, ...] = ()
    body: int = 4 << 20
    waiting: int = 64


def check_door(options: ServeOptions, key_env: str = "") -> None:
    """Refuse to open a port to others without a key.

    Raises:
        BadInput: the host is not loopback and there is no key; or a key was announced and is not there.
    """
    if key_env and not options.key:
        raise BadInput(
            f"the environment variable {key_env} holds no key",
            where=f"--key-env {key_env}",
            remedy=f"export {key_env}=…, or leave --key-env out to serve this machine alone",
        )
    if not is_loopback(options.host) and not options.key:
        raise BadInput(
            f"others could use this model through {options.host}, and there is no key",
            where=f"--host {options.host}",
            remedy="name the environment variable that holds one with --key-env, or leave --host out",
        )


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@asynccontextmanager
async def serving(teacher: Teacher, options: ServeOptions) -> AsyncIterator[str]:
    """Load the model and serve it for as long as the block lasts; gives the base URL, which ends in /v1.

    Raises:
        BadInput: others could reach it without a key, or the port cannot be had.
        TutelageError: the model cannot be loaded.
    """
    check_door(options)
    await teacher.open()
    runner = web.AppRunner(
        _Server(teacher, options).application(), handler_cancellation=True, access_log=None
    )
    try:
        await runner.setup()
        try:
            await web.TCPSite(runner, options.host, options.port).start()
        except OSError as error:
            raise BadInput(
                f"the port cannot be opened: {error.strerror or error}",
                where=f"{options.host}:{options.port}",
                remedy="choose another with --port, or 0 for a free one",
            ) from error
        host = f"[{options.host}]" if ":" in options.host else options.host
        yield f"http://{host}:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
        await teacher.close()


class _Server:
    """One model's routes, its guards, and the queue before it."""

    def __init__(self, teacher: Teacher, options: ServeOptions) -> None:
        self._teacher = teacher
        self._options = options
        self._names = tuple(dict.fromkeys((*options.names, teacher.name)))
        self._free = asyncio.Semaphore(teacher.slots or 64)
        self._waiting = 0

    def application(self) -> web.Application:
        """The routes behind the guards."""
        application = web.Application(client_max_size=self._options.body, middlewares=[self._guarded])
        application.router.add_get("/health", self._health)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/models/{name:.+}", self._model)
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_post("/v1/completions", self._completions)
        return application

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Who may ask, and every failure in the protocol's shape."""
        try:
            self._check_sender(request)
            return await handler(request)
        except Refused as refused:
            return _told(refused)
        except web.HTTPRequestEntityTooLarge:
            return _told(Refused(413, f"the body is larger than {self._options.body:,} bytes"))
        except web.HTTPException as wrong:
            said = f"{request.method} {request.path} is not served here"
            return _told(Refused(wrong.status, said), {"Allow": wrong.headers.get("Allow", "")})

    def _check_sender(self, request: web.Request) -> None:
        host = _host_of(request.headers.get("Host", ""))
        if not self._is_ours(host):
            raise Refused(403, "the Host of this request is not served here", code="host")
        origin = request.headers.get("Origin")
        if origin is not None and _host_of(origin.partition("://")[2]) not in (*_LOCAL_NAMES, host):
            raise Refused(403, "requests from web pages elsewhere are not served", code="origin")
        if not self._options.key or request.path == "/health":
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        is_key = hmac.compare_digest(_bytes(given.strip()), _bytes(self._options.key))
        if scheme.lower() != "bearer" or not is_key:
            raise Refused(401, "the API key is missing or wrong", code="invalid_api_key", kind="auth_error")

    def _is_ours(self, host: str) -> bool:
        """A name of loopback, the host that was named, or any where that is all of them: a key is needed."""
        named = self._options.host.strip("[]").lower()
        return bool(host) and (host in _LOCAL_NAMES or host == named or named in _EVERYWHERE)

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response(protocol.models(self._names))

    async def _model(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._names:
            raise Refused(404, f"the model '{name[:200]}' is not served here", code="model_not_found")
        return web.json_response(protocol.model(name))

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, chat=True)

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, chat=False)

    async def _answer(self, request: web.Request, *, chat: bool) -> web.StreamResponse:
        if request.content_type != "application/json":
            # A web page can send other types without the browser asking first.
            raise Refused(415, "send the body as Content-Type: application/json")
        raw = await request.read()
        asked = protocol.read_body(raw, chat=chat, served=self._names, abilities=self._teacher.abilities)
        reply = await self._ask(asked)
        if not asked.stream:
            return web.json_response(protocol.answer(asked, reply, self._names[0]))
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        for event in protocol.events(asked, reply, self._names[0]):
            await response.write(event)
        await response.write_eof()
        return response

    async def _ask(self, asked: Asked) -> Reply:
        if self._waiting >= self._options.waiting:
            raise Refused(429, "too many requests wait already", code="queue_full", kind="rate_limit_error")
        self._waiting += 1
        try:
            async with self._free:
                return await self._teacher.send(asked.request)
        except CallTrouble as trouble:
            if trouble.trouble == "empty":
                return Reply("")
            raise _refused(trouble) from trouble
        except TutelageError as error:
            raise Refused(500, error.what, kind="server_error") from error
        finally:
            self._waiting -= 1


def _refused(trouble: CallTrouble) -> Refused:
    status = _STATUS.get(trouble.trouble, 502)
    kind = "invalid_request_error" if status == 400 else "server_error"
    return Refused(status, trouble.message, kind=kind)


def _told(refused: Refused, headers: dict[str, str] | None = None) -> web.Response:
    given = {name: value for name, value in (headers or {}).items() if value}
    if refused.status in (429, 503):
        given["Retry-After"] = "1"
    if refused.status == 401:
        given["WWW-Authenticate"] = "Bearer"
    return web.json_response(refused.body, status=refused.status, headers=given)


def _host_of(header: str) -> str:
    """The host in a ``Host`` header or behind an origin's scheme, without its port; nothing if malformed."""
    if not header or any(sign in header for sign in "/@?# "):
        return ""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
