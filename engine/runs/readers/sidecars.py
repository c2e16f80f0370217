"""How a training was set up, as the files beside its log tell: hparams.yaml, args.yaml, params.json and their like."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from .regular import read_bytes

NAMES = (
    "hparams.yaml",
    "hparams.json",
    "args.yaml",
    "args.json",
    "params.json",
    "params.yaml",
    "hyperparams.yaml",
    "hyperparams.json",
    "hyperparameters.json",
    "hyperparameters.yaml",
    "opt.yaml",
    ".hydra/config.yaml",
    "config.yaml",
    "config.yml",
    "config.json",
    "variant.json",
)
"""The files that are looked for, the better ones first."""
LARGEST = 1 << 20
"""Bytes; what is larger is no config."""
LEAVES = 5000
"""So many values are kept."""

_EXPONENT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")
"""A number that YAML 1.1 takes for a text: 1e-3."""

Parsed = dict[str, Any]


def config(folder: Path, damage: Counter[str]) -> Parsed:
    """What the files in `folder` say, the better-named last word; what cannot be read is counted in `damage`."""
    found: Parsed = {}
    for name in NAMES:
        path = folder / name
        try:
            size = path.stat().st_size
            if size > LARGEST:
                damage[f"{name}: {size:,} bytes are too many for a config"] = 1
                continue
            data = read_bytes(path)
        except OSError:
            continue
        try:
            said = parse(data.decode("utf-8-sig", "replace"), name.endswith(".json"))
        except (ValueError, RecursionError) as error:
            damage[f"{name}: cannot be read ({str(error).splitlines()[0] if str(error) else 'nested too deep'})"] = 1
            continue
        if isinstance(said, dict):
            found = {**said, **found}
    return found


def parse(text: str, is_json: bool) -> Any:
    """What a config says, as JSON would say it; raises ValueError or RecursionError."""
    if is_json:
        return _bounded(json.loads(text), [LEAVES])
    import yaml

    try:
        return _bounded(yaml.load(text, _loader()), [LEAVES])
    except (yaml.YAMLError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(str(getattr(error, "problem", error) or error)) from error


def _bounded(value: Any, left: list[int]) -> Any:
    """A copy of plain values with at most `left[0]` leaves: references in YAML can make a small text a huge tree."""
    left[0] -= 1
    if isinstance(value, dict):
        out = {}
        for key, item in value.items():
            if left[0] <= 0:
                break
            out[str(key)] = _bounded(item, left)
        return out
    if isinstance(value, list | tuple | set | frozenset):
        items = []
        for item in value:
            if left[0] <= 0:
                break
            items.append(_bounded(item, left))
        return items
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        return float(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _loader() -> Any:
    """A safe loader to which a tag that it does not know means nothing."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def plain(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return node.value or tag.rpartition(":")[2]

    Loader.add_multi_constructor("", plain)
    Loader.yaml_implicit_resolvers = {
        key: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:timestamp"]
        for key, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader
