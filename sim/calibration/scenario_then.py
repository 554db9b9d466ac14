"""A scenario as somebody would have written it in a past year, who knew no later rule and no later shock."""

from __future__ import annotations

from typing import Any

from sim.scenario.scenario import FutureAssumptions, Scenario
from sim.world.data import Data
from sim.world.vintage import expected_growth


def scenario_at(base: Scenario, origin: int, known: Data, output: float | None = None) -> Scenario:
    """The scenario as somebody would have written it at the end of ``origin``.

    Shocks that reach beyond it are left out, rules stay as they were in its January, and the outside series
    go on as expected then. ``output``: real growth expected of the last year ahead that anybody spoke of.
    """
    content = base.content()
    content["shocks"] = {
        name: shock
        for name, shock in content["shocks"].items()
        if all(month[:4] <= str(origin) for month in _months_of(shock))
    }
    for name, path in base.paths.items():
        tables = {None: path.all} if path.all else path.by_tier
        cut = {}
        for tier, table in tables.items():
            now = path.at(float(origin), tier or "")
            assert now is not None, "the table has values"
            cut[tier] = {year: value for year, value in table.items() if year < origin} | {origin: now}
        content["paths"][name] = {
            "source": path.source,
            **({"all": cut[None]} if path.all else {"by_tier": cut}),
        }
    growth = expected_growth(known, output)
    assumed = FutureAssumptions(
        real_output_growth=growth.real_output,
        real_wage_growth=growth.real_wage,
        real_rural_income_growth=growth.real_rural_income,
        consumer_price_inflation=growth.prices,
        entrants_growth=growth.entrants,
        source=f"as expected at the end of {origin}",
    ).model_dump()
    content["future"] = {"low": assumed, "middle": assumed, "high": assumed}
    return Scenario.model_validate(content)


def _months_of(shock: dict[str, Any]) -> set[str]:
    """The months in which a shock acts."""
    return {
        month
        for effect in shock["effects"].values()
        for table in effect.values()
        if isinstance(table, dict)
        for month in table
    }
