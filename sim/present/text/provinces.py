"""Provinces in the language in use."""

from __future__ import annotations

from functools import cache

from sim.core.language import in_language


def province_in_words(name: str) -> str:
    """A province by its English name, in the language in use. What is no province stays as it is."""
    return in_language({"en": name, "zh": _chinese_names().get(name, name)})


@cache
def _chinese_names() -> dict[str, str]:
    """Province -> its Chinese name."""
    from sim.world.data import load_data

    return load_data().provinces.set_index("name_en")["name_zh"].to_dict()
