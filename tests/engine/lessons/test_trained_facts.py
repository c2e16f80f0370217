"""What takes a few seconds to train holds; `dlviz verify` does all of it, with three seeds."""

import pytest
import torch

from dlviz.engine.lessons.study.verify import run, tasks

SHORT = [task for task in tasks(seeds=(0,)) if task.training and task.seconds <= 5]


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("task", SHORT, ids=lambda task: task.training)
def test_trained_facts_hold(task):
    for _, _, fact in run(task):
        assert fact.holds, f"{fact.lesson} {fact.id} {fact.claim}: {fact.computed}, expected {fact.expected}"
