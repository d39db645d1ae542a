"""The readers' rules in plain Python, one row at a time: what frames are compared to."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from fmteach.datasets.reading import Frame, Reader

CRITEO = ["label", *(f"I{i}" for i in range(1, 14)), *(f"C{i}" for i in range(1, 27))]
AVAZU = (
    "id,click,hour,C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,"
    "device_id,device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21"
).split(",")
D2L = ["label", *(f"field {j}" for j in range(1, 35))]
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


class BadRow(Exception):
    pass


def whole(text: str) -> int | None:
    text = text.strip()
    if text == "":
        return None
    if re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        number = int(text)
    elif _REAL.fullmatch(text) and abs(float(text)) < 2**63 and float(text) == int(float(text)):
        number = int(float(text))
    else:
        raise BadRow("a cell is no number")
    if not -(2**63) <= number < 2**63:
        raise BadRow("a cell is no number")
    return number


def label(text: str) -> int:
    try:
        number = whole(text)
    except BadRow:
        number = None
    if number not in (0, 1):
        raise BadRow("the label is not 0 or 1")
    return number


def clock(text: str) -> datetime:
    number = whole(text)
    if number is None or not 0 < number < 10**8:
        raise BadRow("no valid time")
    year, month, day, hour = (number // 10**i % 100 for i in (6, 4, 2, 0))
    year += 2000
    if not 1 <= month <= 12 or hour > 23 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise BadRow("no valid time")
    return datetime(year, month, day, hour, tzinfo=UTC)


def rows(
    raw: bytes, names: list[str], separator: bytes
) -> tuple[list[dict[str, object]], list[tuple[int, str]]]:
    """(good rows, with "label" and perhaps "time"; (line number, reason) of the bad ones)."""
    lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    good, bad = [], []
    header = names[0] == "id"
    for number, line in enumerate(lines, start=1):
        line = line.rstrip(b"\r")
        if not line:
            continue
        if header and line.strip():
            header = False
            continue
        try:
            good.append(_row(line, names, separator))
        except BadRow as error:
            bad.append((number, str(error)))
    return good, bad


def _row(line: bytes, names: list[str], separator: bytes) -> dict[str, object]:
    if b"\0" in line:
        raise BadRow("a NUL byte")
    if b"\r" in line:
        raise BadRow("a CR within a line")
    try:
        cells = line.decode().split(separator.decode())
    except UnicodeDecodeError:
        raise BadRow("not UTF-8") from None
    if len(cells) != len(names):
        raise BadRow("wrong number of columns")
    row: dict[str, object] = {}
    for name, cell in zip(names, cells, strict=True):
        if name in ("label", "click"):
            row["label"] = label(cell)
        elif name == "hour":
            moment = clock(cell)
            row["time"] = int(moment.timestamp())
            row["hour"] = str(moment.hour)
            row["weekday"] = DAYS[moment.weekday()]
            row["is_weekend"] = "yes" if moment.weekday() >= 5 else "no"
        elif re.fullmatch(r"I\d+", name):
            row[name] = whole(cell)
        elif name != "id":
            row[name] = cell if cell else None
    return row


def all_rows(reader: Reader) -> tuple[list[dict[str, object]], list[Frame]]:
    """The rows of all frames as dicts, with "label" and "time", and the frames."""
    found, frames = [], list(reader.frames())
    for frame in frames:
        assert frame.first_row == len(found)
        assert frame.table.columns == [spec.name for spec in reader.fields]
        for i, row in enumerate(frame.table.iter_rows(named=True)):
            row["label"] = float(frame.y[i])
            if frame.time is not None:
                row["time"] = int(frame.time[i])
            found.append(row)
    return found, frames


def table(frames: list[Frame]) -> pl.DataFrame:
    return pl.concat([frame.table for frame in frames])


def put(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
