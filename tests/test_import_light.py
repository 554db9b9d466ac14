"""`import sim` and the command's help stay light: the heavy libraries load when they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("mesa", "matplotlib", "numba", "pandas", "pyarrow", "scipy", "IPython")


def loaded_after(code: str) -> set[str]:
    """The top-level modules that a fresh Python has loaded after running ``code``."""
    report = f"import sys\n{code}\nprint(*sorted(sys.modules), sep=',')"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split(",")}


def test_import_sim_loads_nothing_heavy():
    assert not loaded_after("import sim; sim.__version__; dir(sim)") & set(HEAVY)


def test_every_public_name_is_listed_before_it_is_loaded():
    import sim

    assert set(sim.__all__) == set(sim._HOMES)
    assert set(sim.__all__) <= set(dir(sim))


def test_an_unknown_name_is_an_attribute_error():
    import sim

    with pytest.raises(AttributeError, match="no_such_name"):
        sim.no_such_name  # noqa: B018


@pytest.mark.parametrize("before", ["import sim.compare", "from sim.compare import Comparison", "pass"])
def test_the_function_is_not_hidden_by_the_module_of_its_name(before):
    code = f"{before}; from sim import compare; import sim; assert compare is sim.compare; compare.__call__"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_help_loads_nothing_heavy():
    code = "import sys; sys.argv = ['labor-sim', '--help']\nimport sim.cli\ntry: sim.cli.main()\n"
    loaded = loaded_after(code + "except SystemExit as leaving: assert not leaving.code")
    assert not loaded & {*HEAVY, "numpy", "pydantic", "ruamel"}
