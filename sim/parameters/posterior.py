"""The calibrated ensemble: parameter sets with weights, the default point, and what they were made with.

``sim/data/posterior.parquet`` is written by ``labor-sim calibrate``. It holds one row a member: its weight,
the value of every calibrated parameter, and its errors on the targets; the default point lies beside them.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.core.arguments import whole_number
from sim.core.deprecated import content_of_today
from sim.core.destinations import write_file
from sim.core.errors import Problem, ResultsError, UsageError
from sim.core.files import reason
from sim.core.language import N_, _
from sim.core.sealed import read_sealed, write_sealed
from sim.core.sources import file_hash, inputs, run_hash
from sim.parameters.behaviour import PARAMETERS

PACKAGED = Path(__file__).resolve().parents[1] / "data" / "posterior.parquet"
_ABOUT = b"labor_sim_posterior"
_ERROR = "error:"  # prefix of the columns of errors
_TARGETS = ("targets.csv", "official_annual.csv", "official_quarterly.csv")


@dataclass(frozen=True)
class Posterior:
    """``members``: a row each, parameters only; ``weights`` sum to 1; ``errors``: each member's errors on the
    targets; ``about``: scale, seeds, stages, the default point and versions."""

    members: pd.DataFrame
    weights: np.ndarray
    errors: pd.DataFrame
    about: dict[str, Any]

    @property
    def default(self) -> dict[str, float]:
        """The default point: fitted parameters at their best, the carried ones as packaged then. Empty for an
        ensemble that was made before there was one."""
        return self.about.get("default_point", {}).get("values", {})

    def out_of_force(self) -> dict[str, float]:
        """The values of the default point that are not those of the packaged parameters."""
        fitted = self.about.get("default_point", {}).get("fitted", ())
        return {name: self.default[name] for name in fitted if self.default[name] != PARAMETERS[name].default}

    def ensemble(self, count: int) -> list[dict[str, float]]:
        """``count`` parameter sets, spread evenly over the weights: the same ones whenever asked.

        Raises ``UsageError`` for more than there are: repeated sets would make intervals too narrow.
        """
        count = whole_number(count, "members")
        if count > len(self.members):
            raise UsageError(
                Problem(
                    _("the calibrated ensemble has not so many members"),
                    key="members",
                    value=count,
                    allowed=_("at most {count}", count=len(self.members)),
                )
            )
        picks = np.searchsorted(np.cumsum(self.weights), (np.arange(count) + 0.5) / count)
        picks = picks.clip(max=len(self.weights) - 1)
        return [dict(self.members.iloc[int(pick)]) for pick in picks]

    def stale(self) -> list[str]:
        """What has changed since the calibration, in words; empty where it still holds."""
        made = self.about.get("versions", {})
        words = {
            "code": N_("rules or engine"),
            "data": N_("input data"),
            "targets": N_("targets or official figures"),
        }
        return [words[name] for name, now in versions().items() if made.get(name) != now]

    def save(self, path: str | os.PathLike) -> None:
        """Write one Parquet file, whole or not at all. Raises ``ResultsError`` where that fails."""
        import pyarrow as pa

        table = self.members.copy()
        table.insert(0, "weight", self.weights)
        table = table.join(self.errors.add_prefix(_ERROR))
        made = pa.Table.from_pandas(table, preserve_index=False)
        made = made.replace_schema_metadata({_ABOUT: json.dumps(self.about, sort_keys=True).encode()})
        try:
            write_file(Path(path), lambda partial: write_sealed(made, partial))
        except OSError as error:
            problem = Problem(_("cannot be written: {reason}", reason=reason(error)), file=str(path))
            raise ResultsError(problem) from error


def load_posterior(path: str | os.PathLike | None = None) -> Posterior:
    """Read an ensemble, by default the packaged one. Raises ResultsError for a file that holds none."""
    path = Path(path or PACKAGED)
    if not path.is_file():
        raise ResultsError(
            Problem(
                _("no calibrated ensemble lies here"),
                file=str(path),
                allowed=_("a file written by labor-sim calibrate"),
            )
        )
    table = read_sealed(path, "another file; one that labor-sim calibrate writes anew")
    about = (table.schema.metadata or {}).get(_ABOUT)
    if about is None:
        raise ResultsError(Problem(_("the file holds no calibrated ensemble"), file=str(path)))
    frame = table.to_pandas()
    names = [name for name in frame if name in PARAMETERS]
    errors = frame[[name for name in frame if name.startswith(_ERROR)]]
    try:
        return Posterior(
            frame[names],
            frame["weight"].to_numpy(),
            errors.rename(columns=lambda name: name.removeprefix(_ERROR)),
            content_of_today(json.loads(about)),
        )
    except (KeyError, ValueError):
        raise ResultsError(
            Problem(_("the file holds no whole calibrated ensemble"), file=str(path))
        ) from None


def versions() -> dict[str, str]:
    """Hashes of the rules, of the input data and of the targets, as they are now."""
    others = (*_TARGETS, "schema.csv")
    data = [path for path in inputs(PACKAGED.parent) if path.name not in others]
    return {
        "code": run_hash(),
        "data": file_hash(data),
        "targets": file_hash([PACKAGED.parent / name for name in _TARGETS]),
    }
