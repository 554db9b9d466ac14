"""A page as PDF, through a browser that is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from sim.core.errors import Problem, UsageError

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_SECONDS = 120


def check_browser() -> str:
    """The browser that prints. Raises ``UsageError``, which says how to print by hand, where there is none."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return found
    raise UsageError(
        Problem(
            "a PDF needs Chromium, Chrome or Edge, and none was found",
            key="--pdf",
            allowed="open report.html in any browser and print it to a file; the page is laid out for A4",
        )
    )


def printed(page: str) -> bytes:
    """The page as PDF, laid out for A4. Raises ``UsageError`` where no browser prints it."""
    browser = check_browser()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        command = [
            browser,
            "--headless=new",
            "--disable-gpu",
            "--no-sandbox",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _not_printed(browser, str(error)) from None
        if not target.is_file():
            raise _not_printed(browser, done.stderr.decode(errors="replace").strip()[-200:])
        return target.read_bytes()


def _not_printed(browser: str, why: str) -> UsageError:
    return UsageError(
        Problem(
            f"{Path(browser).name} did not print the page: {why}",
            key="--pdf",
            allowed="open report.html in any browser and print it to a file",
        )
    )
