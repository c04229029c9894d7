"""Properties of quantum states from measurement data: design of measurements, data, estimates with honest errors."""

from .data import ShadowData
from .files import read_csv, read_npz, write_csv, write_npz

__all__ = ["ShadowData", "read_csv", "read_npz", "write_csv", "write_npz"]
