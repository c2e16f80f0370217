"""Graphs: the club against networkx, block models against their probabilities."""

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.data import karate
from dlviz.engine.data.blocks import BlockOptions, load
from dlviz.engine.data.fingerprint import fingerprint
from dlviz.engine.data.graph import Graph
from dlviz.engine.data.load import load_data
from dlviz.engine.options import OptionError


def test_the_club_is_networkxs() -> None:
    data, original = karate.load(), networkx.karate_club_graph()
    assert {tuple(edge) for edge in data.edges.tolist()} == {tuple(sorted(edge)) for edge in original.edges}
    assert len(data.edges) == original.number_of_edges() == 78
    sides = [0 if original.nodes[k]["club"] == "Mr. Hi" else 1 for k in range(34)]
    assert data.labels.tolist() == sides
    assert np.flatnonzero(data.known).tolist() == [0, 33] and data.sizes == (2, 0, 32)
    assert data.labels[data.known].tolist() == [0, 1], "one of each side"


def test_the_seed_decides_the_graph_and_who_is_known() -> None:
    one, again, other = (load(BlockOptions(), seed) for seed in (0, 0, 1))
    assert fingerprint(one) == fingerprint(again) != fingerprint(other)


@settings(max_examples=30, deadline=None)
@given(
    nodes=st.integers(10, 80), classes=st.integers(2, 5), known=st.integers(1, 4), within=st.floats(0, 1),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_a_block_model_has_the_nodes_that_were_asked_for(
    nodes: int, classes: int, known: int, within: float, seed: int
) -> None:
    options = BlockOptions(nodes=nodes, classes=classes, known=known, within=within)
    if nodes // classes < known + 2:
        with pytest.raises(OptionError, match="known cannot be"):
            load(options, seed)
        return
    data = load(options, seed)
    counts = np.bincount(data.labels, minlength=classes)
    assert counts.sum() == nodes and counts.max() - counts.min() <= 1
    assert np.bincount(data.labels[data.known], minlength=classes).tolist() == [known] * classes
    assert sum(data.sizes) == nodes and data.sizes[2] > 0 and not (data.known & data.held).any()


def test_links_are_as_likely_as_they_should_be() -> None:
    data = load(BlockOptions(nodes=1200, within=0.1, between=0.02, classes=3), 0)
    same = data.labels[data.edges[:, 0]] == data.labels[data.edges[:, 1]]
    pairs = 3 * 400 * 399 / 2
    for found, likely, of in ((same.sum(), 0.1, pairs), ((~same).sum(), 0.02, 1200 * 1199 / 2 - pairs)):
        assert abs(found - likely * of) < 5 * (of * likely * (1 - likely)) ** 0.5
    assert load(BlockOptions(within=0, between=0), 0).edges.shape == (0, 2)


def test_they_are_found_by_name() -> None:
    club, random = (load_data(name, 0, kinds=["graph"]) for name in ("karate", "sbm:nodes=50,classes=2,within=.5"))
    assert isinstance(club, Graph) and isinstance(random, Graph)
    assert club.kind == random.kind == "graph" and len(random.labels) == 50
    with pytest.raises(OptionError, match="nodes cannot be '5'"):
        load_data("sbm:nodes=5", 0, kinds=["graph"])
