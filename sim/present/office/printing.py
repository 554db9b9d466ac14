"""A page as PDF or as a picture, through a browser that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from sim.core.errors import Problem, UsageError
from sim.core.language import _

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
_MADE = {"print-to-pdf": "made.pdf", "screenshot": "made.png"}
# The machine's fonts and the packaged ones: a machine without a Chinese font would print boxes.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{folder}</dir>
</fontconfig>
"""


def check_browser() -> str:
    """The browser that prints. Raises ``UsageError``, which says how to print by hand, where there is none."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return found
    raise UsageError(
        Problem(
            _("a PDF needs Chromium, Chrome or Edge, and none was found"),
            key="--pdf",
            allowed=_("open report.html in any browser and print it to a file; the page is laid out for A4"),
        )
    )


def printed(page: str) -> bytes:
    """The page as PDF, laid out for A4. Raises ``UsageError`` where no browser prints it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        return browsed(source, "print-to-pdf", "--no-pdf-header-footer")


def browsed(page: Path, makes: str, *options: str) -> bytes:
    """What a browser makes of a page: ``print-to-pdf`` or ``screenshot``. Raises ``UsageError`` where none does."""
    browser = check_browser()
    with tempfile.TemporaryDirectory() as folder, as_file(files("sim.present") / "fonts") as fonts:
        target, known = Path(folder) / _MADE[makes], Path(folder) / "fonts.conf"
        known.write_text(_FONTS.format(folder=fonts), encoding="utf-8")
        command = [
            browser,
            "--headless=new",
            "--disable-gpu",
            "--no-sandbox",
            *options,
            f"--user-data-dir={folder}/profile",
            f"--{makes}={target}",
            page.resolve().as_uri(),
        ]
        environment = {**os.environ, "FONTCONFIG_FILE": str(known)}
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=_SECONDS, check=False, env=environment
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _not_printed(browser, str(error)) from None
        if not target.is_file():
            raise _not_printed(browser, done.stderr.decode(errors="replace").strip()[-200:])
        return target.read_bytes()


def _not_printed(browser: str, why: str) -> UsageError:
    return UsageError(
        Problem(
            _("{browser} did not print the page: {why}", browser=Path(browser).name, why=why),
            key="--pdf",
            allowed=_("open report.html in any browser and print it to a file"),
        )
    )
