"""A headless Chromium, spoken to over its DevTools protocol: no driver to install beside it.

    async with Browser() as browser:
        page = await browser.open(path, width=400, dark=True)
        page.problems, await page.value("document.title"), await page.picture()

The network is blocked: a page that asks for anything but its own file has a problem.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip
PATIENCE = 60.0  # seconds for anything, on a busy machine


def chromium() -> str | None:
    """The path of a Chromium, where there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Page:
    browser: Browser
    session: str
    problems: list[str] = field(default_factory=list)

    async def ask(self, method: str, **settings: Any) -> dict[str, Any]:
        return await self.browser.ask(method, self.session, **settings)

    async def value(self, expression: str) -> Any:
        answer = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def look(self, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Show the page on a screen of so many pixels, to a reader who likes it light or dark."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.ask("Emulation.setDeviceMetricsOverride", **screen)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self, whole: bool = True) -> bytes:
        answer = await self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])

    async def printed(self) -> bytes:
        return base64.b64decode((await self.ask("Page.printToPDF", printBackground=False))["data"])


class Browser:
    def __init__(self) -> None:
        self._stack = contextlib.AsyncExitStack()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pages: dict[str, Page] = {}
        self._loaded: dict[str, asyncio.Event] = {}

    async def __aenter__(self) -> Browser:
        program = chromium()
        assert program is not None
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            program, *FLAGS, f"--user-data-dir={folder}", stdout=quiet, stderr=quiet
        )
        self._stack.push_async_callback(self._stop)
        port = Path(folder) / "DevToolsActivePort"
        async with asyncio.timeout(PATIENCE):
            while not (port.is_file() and len(port.read_text().split()) == 2):
                await asyncio.sleep(0.05)
        number, path = port.read_text().split()
        client = await self._stack.enter_async_context(aiohttp.ClientSession())
        self._socket = await self._stack.enter_async_context(
            client.ws_connect(f"http://127.0.0.1:{number}{path}", max_msg_size=0)
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *failure: Any) -> None:
        self._reader.cancel()
        await self._stack.aclose()

    async def _stop(self) -> None:
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def ask(self, method: str, session: str | None = None, **settings: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": settings}
        await self._socket.send_str(json.dumps(message | ({"sessionId": session} if session else {})))
        return await asyncio.wait_for(answer, PATIENCE)

    async def open(self, file: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """``file`` in a new page, loaded; scripts asked for here run in spite of its policy."""
        target = await self.ask("Target.createTarget", url="about:blank")
        attached = await self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, attached["sessionId"])
        self._pages[page.session], self._loaded[page.session] = page, asyncio.Event()
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.ask(f"{domain}.enable")
        await page.look(width=width, height=height, dark=dark)
        await page.ask("Page.navigate", url=file.absolute().as_uri())
        await asyncio.wait_for(self._loaded[page.session].wait(), PATIENCE)
        return page

    async def _read(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                answer = self._answers.pop(told["id"])
                if "error" in told:
                    answer.set_exception(RuntimeError(str(told["error"])))
                else:
                    answer.set_result(told["result"])
            elif told.get("sessionId") in self._pages:
                self._hear(self._pages[told["sessionId"]], told["method"], told["params"])

    def _hear(self, page: Page, event: str, told: dict[str, Any]) -> None:
        if event == "Page.loadEventFired":
            self._loaded[page.session].set()
        elif event in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            page.problems.append(json.dumps(told)[:300])
        elif event == "Log.entryAdded":
            page.problems.append(told["entry"]["text"])
        elif event == "Network.requestWillBeSent" and not told["request"]["url"].startswith("file:"):
            page.problems.append(f"asked for {told['request']['url'][:200]}")
