"""Encoders as JSON, with large vocabularies in compressed files beside it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fmteach.datasets.encoder.bins import BinnedField, RealField
from fmteach.datasets.encoder.category import CategoryField, HashedField
from fmteach.datasets.encoder.counted import Counted
from fmteach.datasets.encoder.numbers import NumberField
from fmteach.datasets.encoder.several import EntriesField, SeveralField
from fmteach.datasets.encoder.vocabulary import Vocabulary, read_texts, write_texts
from fmteach.errors import DataFileError

if TYPE_CHECKING:
    from fmteach.datasets.encoder.encoder import Encoder

_WHAT = "fmteach encoder"
_INLINE = 1_000  # texts of a larger vocabulary go into a file, where there is one


def to_json(encoder: Encoder, folder: Path | None = None) -> str:
    """folder: where large vocabularies are written; None puts all of them into the text."""
    fields = [_told(field, place, folder) for place, field in enumerate(encoder.fields)]
    told = {"what": _WHAT, "version": encoder.VERSION, "dialect": encoder.dialect}
    return json.dumps({**told, "fields": fields}, ensure_ascii=False, allow_nan=False)


def from_json(text: str, folder: Path | None, version: int) -> tuple[tuple[Any, ...], str]:
    """The fields and the dialect. folder: where large vocabularies lie."""
    try:
        told = json.loads(text)
        if not isinstance(told, dict) or told.get("what") != _WHAT:
            raise DataFileError("this is not an encoder: give what Encoder.to_json has made.")
        if told["version"] != version:
            raise DataFileError(
                f"the encoder has the version {told['version']}, and this fmteach reads version "
                f"{version}: encode the data again."
            )
        return tuple(_made(field, folder) for field in told["fields"]), str(told["dialect"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise DataFileError(
            f"the encoder is damaged ({type(error).__name__}: {error}): encode the data again."
        ) from error


def save(encoder: Encoder, path: Path) -> None:
    """The folder of vocabularies is written before the JSON, and both under other names first."""
    beside, part = _beside(path), path.with_name(f".{path.name}.{os.getpid()}.part")
    part_beside = beside.with_name(f".{beside.name}.{os.getpid()}.part")
    try:
        part_beside.mkdir(parents=True)
        part.write_text(to_json(encoder, part_beside), encoding="utf-8")
        shutil.rmtree(beside, ignore_errors=True)
        if any(part_beside.iterdir()):
            os.replace(part_beside, beside)
        os.replace(part, path)
    except (OSError, pl.exceptions.PolarsError) as error:  # polars has its own for a full disk
        raise DataFileError(
            f"the encoder could not be written to {path} ({getattr(error, 'strerror', 0) or error})"
            ": check the folder and the free space."
        ) from error
    finally:
        part.unlink(missing_ok=True)
        shutil.rmtree(part_beside, ignore_errors=True)


def load(path: Path, version: int) -> tuple[tuple[Any, ...], str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataFileError(f"the encoder {path} cannot be read ({error}).") from error
    return from_json(text, _beside(path), version)


def _beside(path: Path) -> Path:
    return path.with_name(path.stem + ".vocabularies")


def _told(field: Any, place: int, folder: Path | None) -> dict[str, Any]:
    counted = None if field.counted is None else field.counted.to_dict()
    told = {"kind": field.kind, "name": field.name, "counted": counted}
    match field:
        case CategoryField():
            size = len(field.vocabulary)
            if folder is None or size <= _INLINE:
                return {**told, "texts": field.vocabulary.texts.to_list()}
            digest = write_texts(field.vocabulary, folder / f"{place}.parquet")
            return {**told, "file": f"{place}.parquet", "size": size, "sha256": digest}
        case NumberField():
            return {**told, "rule": field.rule, "codes": field.vocabulary.tolist()}
        case HashedField():
            return {**told, "rule": field.rule, "buckets": field.size}
        case BinnedField():
            return {**told, "edges": field.edges.tolist()}
        case SeveralField() | EntriesField():
            return {**told, "width": field.width, "one": _told(field.one, place, folder)}
        case _:
            return told


def _made(told: dict[str, Any], folder: Path | None) -> Any:
    name, counted = str(told["name"]), Counted.from_dict(told["counted"])
    match told["kind"]:
        case "category":
            if "texts" in told:
                vocabulary = Vocabulary(pl.Series("text", told["texts"], dtype=pl.String))
            elif folder is not None:
                path = folder / Path(told["file"]).name
                vocabulary = read_texts(path, int(told["size"]), str(told["sha256"]))
            else:
                raise DataFileError(
                    "the encoder has vocabularies in files beside it: use Encoder.load(path)."
                )
            return CategoryField(name, vocabulary, counted)
        case "number":
            codes = np.array(told["codes"], dtype=np.int64)
            return NumberField(name, codes, str(told["rule"]), counted)
        case "hashed":
            return HashedField(name, int(told["buckets"]), str(told["rule"]), counted)
        case "bins":
            return BinnedField(name, np.array(told["edges"], dtype=np.float32), counted)
        case "real":
            return RealField(name, counted)
        case "multi":
            return SeveralField(name, _made(told["one"], folder), int(told["width"]), counted)
        case "entries":
            return EntriesField(name, _made(told["one"], folder), int(told["width"]), counted)
        case kind:
            raise ValueError(f"unknown kind of field {kind!r}")
