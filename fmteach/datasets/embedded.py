"""Find, check and open the data file that comes with the course. No download, no pickle."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np

from fmteach.errors import DataFileError

FILE_NAME = "movielens-latest-small.npz"
SHA256 = "915c7c8448f4f70654bc7a67ab2c3aed56b4a641c68c63b73e3988debe381e4d"

_PACKAGE = Path(__file__).resolve().parent.parent
# An installed wheel carries the file inside the package, a clone has it in data/ beside it.
FOLDERS = (_PACKAGE / "_embedded", _PACKAGE.parent / "data")

_REPAIR = (
    "In a clone, run: git checkout -- data/" + FILE_NAME + ". "
    "In an installed package, run: pip install --force-reinstall --no-deps fmteach."
)


def find(folders: tuple[Path, ...] = FOLDERS) -> Path:
    """The path of the data file: in the installed package, else in the clone's data/ folder.

    Errors: DataFileError when no folder has it, with the places that were looked at.
    """
    for folder in folders:
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    places = " and ".join(str(folder) for folder in folders)
    raise DataFileError(
        f"the data file {FILE_NAME} is missing. Looked in {places}. "
        f"Expected sha256 {SHA256}. {_REPAIR}"
    )


def read(path: Path | None = None) -> dict[str, np.ndarray]:
    """All arrays of the data file, by name, after its sha256 has been checked (read-only).

    The columns are described in data/README.md. Errors: DataFileError when the file is missing,
    cannot be read, or is not the expected file, byte for byte.
    """
    path = find() if path is None else Path(path)
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataFileError(
            f"the data file {path} cannot be read ({error.strerror or error}). "
            f"Expected sha256 {SHA256}. {_REPAIR}"
        ) from error
    got = hashlib.sha256(packed).hexdigest()
    if got != SHA256:
        raise DataFileError(
            f"the data file {path} is damaged or was changed: sha256 is {got} "
            f"({len(packed):,} bytes), expected {SHA256}. Nothing was loaded. {_REPAIR}"
        )
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def texts(array: np.ndarray) -> np.ndarray:
    """The texts stored in a uint8 array as UTF-8, one a line: object array of str."""
    return np.array(array.tobytes().decode("utf-8").split("\n"), dtype=object)
