"""What is made from the packaged files alone and takes long to make, kept in the cache between processes."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import TypeVar

from sim.core import cache
from sim.core.sources import model_hash

Value = TypeVar("Value")
_LIBRARIES = ("numpy", "pandas")  # whose objects are kept, as their versions write them


def kept(name: str, make: Callable[[], Value]) -> Value:
    """What ``make`` returns, from the cache if it was made by the sources and data as they are now.

    It must hang on nothing else. Arrays of NumPy come back as ones that may be written to.
    """
    versions = (*sys.version_info[:2], *(version(library) for library in _LIBRARIES))
    entry = f"packaged/{name}-{model_hash()}-{'.'.join(map(str, versions))}.pickle"
    content = cache.read(entry)
    if content is not None:
        try:
            return pickle.loads(content)
        except Exception:  # whatever it is: it can be made again
            pass
    made = make()
    cache.write(entry, pickle.dumps(made, protocol=5))
    return made
