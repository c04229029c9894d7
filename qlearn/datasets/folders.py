"""Where the data files are."""

from pathlib import Path


def data_folder(name: str) -> Path:
    """Return a folder of data: inside the package once installed, beside it in a checkout.

    Parameters
    ----------
    name : str

    Raises
    ------
    FileNotFoundError
        If it is in neither place.
    """
    package = Path(__file__).parents[1]
    for root in (package / "_datasets", package.parent / "datasets"):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"The data folder {name!r} is neither in {package} nor beside it; install qlearn again.")
