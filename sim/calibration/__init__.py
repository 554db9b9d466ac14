"""Which parameters fit the official figures, and what stays unknown.

    from sim.calibration import calibrate, load_calibration
    found = calibrate(load_calibration("experiments/calibration.yaml"), "results/calibration")
    print(found.text())

Screened by Morris, emulated over two waves of runs, sampled on the emulator by sequential Monte Carlo, and
corrected by runs of the members themselves. See ``stages``.
"""

from sim.calibration.declaration import Calibration, load_calibration
from sim.calibration.stages import calibrate

__all__ = ["Calibration", "calibrate", "load_calibration"]
