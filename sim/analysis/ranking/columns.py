"""The columns of the tables of a ranking, with their units and meanings."""

from __future__ import annotations

COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "ranking": {
        "outcome": ("name", "outcome (see sim.results.outcomes)"),
        "rank": ("number", "place by effect per billion; 0 for what is not ranked"),
        "rank_best": ("number", "the place if all differences that are not real went its way"),
        "rank_worst": ("number", "the place if none did"),
        "instrument": ("name", "instrument of the catalogue"),
        "title": ("name", "its label"),
        "title_zh": ("name", "its label in Chinese"),
        "family": ("name", "its family"),
        "evidence": ("name", "grade of the evidence on its effect"),
        "size": ("number", "multiple of the documented size at which it spends the budget, or comes nearest"),
        "size_note": ("name", "why it does not spend the budget; empty where it does"),
        "spending_per_year_yuan": ("yuan", "spent by government a year, mean over the policy years"),
        "net_cost_per_year_yuan": ("yuan", "the same less contributions and levy received"),
        "unit": ("name", "unit of the outcome"),
        "effect": ("unit of the outcome", "in the last policy year; of a flow the total of all policy years"),
        "low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "high": ("unit of the outcome", "upper end of it"),
        "verdict": ("name", "higher, lower, identical, or cannot tell: the interval spans zero"),
        "per_billion": ("unit of the outcome", "effect per billion yuan of net cost in these years"),
        "per_billion_low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "per_billion_high": ("unit of the outcome", "upper end of it"),
        "band_low": (
            "unit of the outcome",
            "lower end of its 95 % band, with all uncertainty; if asked for",
        ),
        "band_high": ("unit of the outcome", "upper end of it"),
        "per_billion_spent": ("unit of the outcome", "effect per billion yuan spent, contributions left out"),
        "per_billion_spent_low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "per_billion_spent_high": ("unit of the outcome", "upper end of it"),
        "note": ("name", "why it is not ranked; empty where it is"),
    },
    "pairs": {
        "outcome": ("name", "outcome"),
        "instrument": ("name", "the better one"),
        "other": ("name", "the worse one"),
        "difference": ("unit of the outcome", "in effect per billion yuan"),
        "low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "high": ("unit of the outcome", "upper end of it"),
        "p": ("share", "how often chance alone would give as large a difference"),
        "is_real": ("flag", "whether the difference is real, by Benjamini and Hochberg's rule"),
    },
}
