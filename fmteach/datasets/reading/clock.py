"""Time of rows in seconds since 1970 (UTC): Avazu's hour, and the dates of a table."""

from __future__ import annotations

import numpy as np
import polars as pl

DERIVED = ("hour", "weekday", "is_weekend")
_HOURS = [str(hour) for hour in range(24)]
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_LATEST = 253_402_300_799  # the end of the year 9999
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def is_hour(numbers: np.ndarray) -> np.ndarray:
    """bool [n]: which whole numbers are a valid YYMMDDHH.

    >>> is_hour(np.array([14102100, 14102124, 14023100, 5])).tolist()
    [True, False, False, False]
    """
    numbers = np.asarray(numbers)
    month, day, hour = numbers // 10**4 % 100, numbers // 100 % 100, numbers % 100
    sane = (numbers > 0) & (numbers < 10**8)
    sane &= (month >= 1) & (month <= 12) & (day >= 1) & (hour <= 23)
    months = _months(numbers, np.clip(month, 1, 12))
    days = (months + 1).astype("M8[D]") - months.astype("M8[D]")
    return sane & (day <= days.astype(np.int64))


def seconds(numbers: np.ndarray) -> np.ndarray:
    """Seconds since 1970 (UTC) of valid YYMMDDHH, int64 [n]. Years are 2000 to 2099.

    >>> seconds(np.array([14102100, 14102101])).tolist()
    [1413849600, 1413853200]
    """
    month, day, hour = numbers // 10**4 % 100, numbers // 100 % 100, numbers % 100
    days = _months(numbers, month).astype("M8[D]").astype(np.int64) + day - 1
    return days * 86_400 + hour * 3_600


def derived(time: np.ndarray) -> dict[str, pl.Series]:
    """The fields "hour" ("0" to "23"), "weekday" ("Mon" to "Sun"), "is_weekend" ("yes", "no").

    >>> {name: column[0] for name, column in derived(np.array([1413853200])).items()}
    {'hour': '1', 'weekday': 'Tue', 'is_weekend': 'no'}
    """
    day = (time // 86_400 + 3) % 7  # 1 January 1970 was a Thursday
    places = {"hour": time // 3_600 % 24, "weekday": day, "is_weekend": (day >= 5).astype(np.int64)}
    texts = {"hour": _HOURS, "weekday": _DAYS, "is_weekend": ["no", "yes"]}
    return {
        name: pl.Series(name, texts[name], dtype=pl.String).gather(places[name]) for name in DERIVED
    }


def from_texts(texts: pl.Series) -> pl.Series:
    """Seconds since 1970 (UTC), int64; null for what is no time. Texts: seconds, or ISO dates.

    >>> from_texts(pl.Series(["1413849600", "2014-10-21", "2014-10-21T01:00:00Z", "x"])).to_list()
    [1413849600, 1413849600, 1413853200, None]
    """
    # Whole seconds may be written as 5.0, as programs do that know no whole numbers with gaps.
    texts = texts.str.strip_chars().str.replace(r"^(-?\d+)\.0*$", "${1}")
    found = texts.cast(pl.Int64, strict=False)
    # Above the year 9999: milliseconds, most likely. Better a bad row than a wrong year.
    found = found.set((found.abs() > _LATEST).fill_null(False), None)
    if found.null_count():
        plain = texts.str.replace(r"(\d)T(\d)", "${1} ${2}").str.replace(r"(Z| ?UTC|\.\d+Z?)$", "")
        for form in _FORMS:
            dates = plain.str.to_datetime(form, strict=False, time_unit="ms", ambiguous="null")
            found = found.fill_null(dates.dt.epoch("s"))
    return found.alias(texts.name)


def _months(numbers: np.ndarray, month: np.ndarray) -> np.ndarray:
    year = numbers // 10**6 % 100 + 30  # since 1970
    return (year * 12 + month - 1).astype("M8[M]")
