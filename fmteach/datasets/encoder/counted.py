"""What the training rows held of a field: said by `Encoder.describe`."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Counted:
    """rows: training rows. kept: values with a code of their own. rare: values that share the
    unseen code, because they stand in fewer rows than min_count; rare_rows: rows that hold one.
    blank: rows with a blank cell."""

    rows: int
    kept: int
    rare: int
    rare_rows: int
    blank: int

    def to_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, int] | None) -> Counted | None:
        return None if told is None else cls(**{name: int(value) for name, value in told.items()})
