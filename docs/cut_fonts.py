"""Cut the fonts of pictures from Noto Sans CJK: ``python docs/cut_fonts.py FOLDER``.

FOLDER holds ``NotoSansCJK-Regular.ttc`` and ``NotoSansCJK-Bold.ttc``, version 2.004, from
https://github.com/notofonts/noto-cjk or Debian's package fonts-noto-cjk. Writes ``sim/present/fonts``. The
regular cut has GB 2312, the first level of JIS X 0208, kana and what the package itself says; the bold one,
which is for headings, the first level of GB 2312 and what the package says. Both are renamed, as the licence
asks of a modified font.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "sim" / "present" / "fonts"
NAME, FAMILY = "Noto Sans CJK SC", "Labor Sim CJK"
NOTICE = (
    "© 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'. Modified version: common "
    "characters of Noto Sans CJK SC."
)
CUTS = {"Regular": ("LaborSimCJK.otf", True), "Bold": ("LaborSimCJK-Bold.otf", False)}
WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")  # Chinese letters and marks of full width
SAID = ("sim/data/**/*.csv", "sim/data/zh/*.po", "sim/**/*.py", "scenarios/**/*.yaml", "sim/**/*.yaml")


def said() -> set[str]:
    """The Chinese characters of the package: catalogues, data, scenarios, and those that stand in code."""
    texts = (path.read_text(encoding="utf-8") for pattern in SAID for path in ROOT.glob(pattern))
    return {letter for text in texts for letter in WIDE.findall(text)}


def coded(encoding: str, rows: range) -> set[str]:
    """The characters of the given rows of a double-byte set."""
    found = set()
    for row in rows:
        for cell in range(0xA1, 0xFF):
            found |= set(bytes([row, cell]).decode(encoding, errors="ignore"))
    return found


def letters(has_all: bool) -> set[str]:
    """The characters of a cut, all or those of the first level alone."""
    latin = {chr(number) for number in range(0x20, 0x7F)} | set("°±·×÷–—‘’“”…−≤≥")
    chinese = coded("gb2312", range(0xA1, 0xF8 if has_all else 0xD8))
    if not has_all:
        return latin | chinese | said()
    marks = {
        chr(number) for first, end in ((0x3000, 0x3100), (0xFF01, 0xFFEF)) for number in range(first, end)
    }
    return latin | chinese | coded("euc_jp", range(0xA1, 0xD0)) | marks | said()


def cut(font: TTFont, kept: set[str], weight: str) -> TTFont:
    """The font with these characters alone, under our name."""
    options = subset.Options(layout_features=[], name_IDs=["*"], notdef_outline=True, glyph_names=False)
    options.hinting = False
    options.desubroutinize = False
    tool = subset.Subsetter(options)
    tool.populate(unicodes=[ord(letter) for letter in kept])
    tool.subset(font)
    for tag in ("BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "DSIG"):
        if tag in font:
            del font[tag]
    names = font["name"]
    names.names = []
    for number, text in (
        (0, NOTICE),
        (1, FAMILY),
        (2, weight),
        (4, FAMILY if weight == "Regular" else f"{FAMILY} {weight}"),
        (6, f"{FAMILY.replace(' ', '')}-{weight}"),
        (13, "SIL Open Font License, Version 1.1"),
        (14, "http://scripts.sil.org/OFL"),
    ):
        names.setName(text, number, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [f"{FAMILY.replace(' ', '')}-{weight}"]
    for name in ("FullName", "FamilyName"):
        if hasattr(top.topDictIndex[0], name):
            setattr(top.topDictIndex[0], name, FAMILY)
    return font


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/cut_fonts.py FOLDER_WITH_THE_TTC_FILES")
    for weight, (name, has_all) in CUTS.items():
        fonts = TTCollection(str(Path(sys.argv[1]) / f"NotoSansCJK-{weight}.ttc")).fonts
        font = next(one for one in fonts if NAME in str(one["name"].getDebugName(4)))
        made = cut(font, letters(has_all), weight)
        made.save(FONTS / name)
        print(f"{name}: {len(made.getBestCmap())} characters, {(FONTS / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
