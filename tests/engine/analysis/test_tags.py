"""What tags say of their series."""

import pytest

from dlviz.engine.runs.analysis.tags import better, gradient_norm, held_out, meant, of_machine


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("loss", "low"), ("train/loss", "low"), ("eval_loss", "low"), ("valLoss", "low"), ("lm loss", "low"),
        ("train/box_loss", "low"), ("val_perplexity", "low"), ("error_rate", "low"), ("test/rmse", "low"),
        ("acc", "high"), ("val/accuracy", "high"), ("metrics/mAP50-95(B)", "high"), ("rollout/ep_rew_mean", "high"),
        ("eval/f1", "high"), ("episode_reward_mean", "high"),
        ("lr", ""), ("learning_rate", ""), ("loss_scale", ""), ("loss scale", ""), ("grad_norm", ""), ("epoch", ""),
        ("loss/time", ""), ("throughput", ""),
    ],
)  # fmt: skip
def test_whether_little_or_much_is_good(tag, expected):
    assert better(tag) == expected


def test_other_words():
    assert held_out("valid/loss") and held_out("evalLoss") and not held_out("train/loss") and not held_out("value")
    assert gradient_norm("train/grad_norm") and gradient_norm("gnorm") and not gradient_norm("norm")
    assert of_machine("system/gpu.0.temp") and not of_machine("train/loss")


def test_a_part_of_a_name_means_those_that_end_in_it():
    tags = ["train/loss", "val/loss", "loss2", "Acc"]
    assert meant("loss", tags) == ["train/loss", "val/loss"]
    assert meant("train/loss", tags) == ["train/loss"]
    assert meant("acc", tags) == ["Acc"]
    assert meant("ss", tags) == []
