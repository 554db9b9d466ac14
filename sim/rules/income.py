"""One income: what a worker has in a year, in constant prices, and how unequal incomes are."""

from sim.core.arithmetic import exp, normal_quantile
from sim.core.compiled import rule


@rule
def land_factor(uniform_draw: float, log_sd: float) -> float:
    """Farm income of a worker's household as a share of the mean of all: lognormal, mean 1, fixed for life.

    Source: rural household incomes by fifth differ by far more than pay does [W13]. Ignores where land lies.
    """
    return exp(log_sd * normal_quantile(uniform_draw) - 0.5 * log_sd * log_sd)


@rule
def real_income(net_yuan: float, farm_yuan: float, land: float, prices: float) -> float:
    """Net income of a year in yuan of the base year of prices: (net + farm income * land) / prices.

    net_yuan: pay, profit, benefits and transfers received, less contributions, fees and the extra cost of
    living away, with months on the land that are over. farm_yuan: mean income of the months of a stay on the
    land that goes on. prices: mean of the year. Source: net disposable income as household surveys count it,
    for one worker.
    """
    return (net_yuan + farm_yuan * land) / prices
