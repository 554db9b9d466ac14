"""The build puts what lies at the top of the repository into the package; all else is in pyproject.toml.

A reader opens the ready scenarios and experiments first, so the one copy of them is not inside ``sim/``. An
installed package finds them as its own data, in ``sim/ready/``, wherever it was installed.
"""

from pathlib import Path
from shutil import rmtree

from setuptools import setup
from setuptools.command.build_py import build_py

READY = "sim/ready"
PATTERNS = ("scenarios/**/*.yaml", "experiments/**/*.yaml", "experiments/*.py")


def ready_files() -> list[str]:
    """Files of the top folders that are installed, by their paths from here."""
    found = {path for pattern in PATTERNS for path in Path().glob(pattern) if not path.name.startswith(".")}
    return sorted(path.as_posix() for path in found)


class BuildWithReadyFiles(build_py):
    """The ordinary build, then the ready files; an editable install uses them where they are."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        rmtree(Path(self.build_lib, READY), ignore_errors=True)  # of an earlier build
        for file in ready_files():
            target = Path(self.build_lib, READY, file)
            self.mkpath(str(target.parent))
            self.copy_file(file, str(target))

    def get_source_files(self) -> list[str]:
        """What a source distribution needs."""
        return [*super().get_source_files(), *ready_files()]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        made = [] if self.editable_mode else [str(Path(self.build_lib, READY, f)) for f in ready_files()]
        return [*super().get_outputs(include_bytecode), *made]


setup(cmdclass={"build_py": BuildWithReadyFiles})
