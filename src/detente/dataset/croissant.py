"""`croissant.json`: the dataset folder described in the Croissant format 1.0, so that other tools find and read it.

One record set for each configuration and split, since each is one Parquet file with a checksum of its own. Fields
follow the `datasets.Features`: labels are the integers of the ClassLabel, with their names in the field's description.
Format: http://mlcommons.org/croissant/1.0 (checked by `mlcroissant` in the tests).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detente.dataset.features import CONFIGURATIONS, make_features
from detente.files import write_text
from detente.ontology import Ontology

CROISSANT = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
DATA_TYPES = {"string": "sc:Text", "int32": "cr:Int32", "int64": "cr:Int64", "bool": "sc:Boolean"}
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write_croissant(folder: Path, ontology: Ontology, version: str, published: str) -> None:
    """Write `croissant.json` for the Parquet files in `folder`; `published` is an ISO date."""
    files = [path for name in CONFIGURATIONS for path in sorted((folder / name).glob("*.parquet"))]
    described = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": ontology.name,
        "description": (
            "News articles on defence diplomacy, security cooperation and conflict, annotated for entities with "
            "coreference, events with arguments, polarity, modality and source, and stance between named actors."
        ),
        "conformsTo": CONFORMS_TO,
        "license": LICENCE,
        "url": "https://github.com/detente-bench/detente",
        "version": version,
        "datePublished": published,
        "inLanguage": "en",
        "citeAs": f"detente, version {version}. CITATION.cff of the code repository.",
        "creator": {"@type": "sc:Organization", "name": "the detente team"},
        "distribution": [_file(path, folder) for path in files],
        "recordSet": [_record_set(path.parent.name, path, ontology) for path in files],
    }
    write_text(folder / CROISSANT, json.dumps(described, ensure_ascii=False, indent=1) + "\n")


def _file(path: Path, folder: Path) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": _file_id(path),
        "name": path.name,
        "contentUrl": path.relative_to(folder).as_posix(),
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _file_id(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}.parquet"


def _record_set(configuration: str, path: Path, ontology: Ontology) -> dict[str, Any]:
    name = f"{configuration}_{path.stem}"
    features = make_features(configuration, ontology)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Configuration {configuration}, split {path.stem}.",
        "field": [_field(f"{name}/{column}", feature, path, column, ()) for column, feature in features.items()],
    }


def _field(name: str, feature: Any, path: Path, column: str, below: Sequence[str]) -> dict[str, Any]:
    """A column, or, under it, what the names `below` lead to; lists are `repeated`, structs have sub-fields."""
    field: dict[str, Any] = {"@type": "cr:Field", "@id": name}
    inner = getattr(feature, "feature", None)
    if inner is not None:
        field["repeated"] = True
        feature = inner
        below = (*below[:-1], f"{below[-1]}[*]") if below else ()
    if isinstance(feature, dict):
        field["subField"] = [
            _field(f"{name}/{part}", under, path, column, (*below, part)) for part, under in feature.items()
        ]
        return field
    names = getattr(feature, "names", None)
    if names:
        field["description"] = "0 to {}: {}".format(len(names) - 1, ", ".join(names))
    field["dataType"] = DATA_TYPES[feature.dtype]
    source: dict[str, Any] = {"fileObject": {"@id": _file_id(path)}, "extract": {"column": column}}
    if below:
        source["transform"] = [{"jsonPath": part} for part in below]
    return {**field, "source": source}
