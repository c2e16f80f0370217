"""What the cells and the columns of tables are called: numbers, blanks, steps, clocks, losses.

Names are compared in lower case without blanks around them.
"""

import re

from .block import EXACT

BLANK = frozenset({"", "na", "n/a", "#n/a", "<na>", "none", "null", "nil", "-", "--", "–", "?"})
"""Cells that say that there is no value, in lower case."""

STEPS = (
    ("step", "global_step", "_step", "steps", "global step", "globalstep", "trainer/global_step", "train/global_step"),
    (
        "current_steps",
        "train_step",
        "train_steps",
        "num_steps",
        "iteration",
        "iterations",
        "iter",
        "iters",
        "itr",
        "it",
    ),
    ("iter_num", "n_iter", "n_itr", "global_iter", "global_iteration", "training_iteration", "progress/iteration"),
    ("num_updates", "update", "updates", "n_updates", "nupdates", "misc/nupdates", "optimizer_step"),
    ("total_timesteps", "time/total_timesteps", "misc/total_timesteps", "timesteps_total", "timesteps", "timestep"),
    ("batch", "batch_idx", "batch_no", "batch_num", "minibatch", "mini_batch"),
    ("epoch", "epochs", "epoch_num", "n_epoch", "epoch_number"),
    (
        "totalenvinteracts",
        "totalenvsteps",
        "total_env_steps",
        "total_steps",
        "env_steps",
        "env_step",
        "frames",
        "frame",
    ),
    ("total/steps", "total/episodes", "total/epochs", "global_episode"),
    ("num_frames", "episode", "episodes", "n_episodes", "ep", "generation", "gen", "round", "game", "games"),
    ("trial", "index", "unnamed: 0"),
)
"""Names of the column that counts the training's progress, the better ones first."""
RANK = {name: rank for rank, name in enumerate(name for names in STEPS for name in names)}
LEAVES = ("step", "global_step", "iteration", "iter", "epoch")
"""Names that count steps below another name as well: `data/step`."""
AMOUNTS = (
    "consumed_samples",
    "consumed_train_samples",
    "samples_seen",
    "num_samples",
    "n_samples",
    "samples",
    "examples_seen",
    "examples",
    "images_seen",
    "progress/kimg",
    "kimg",
    "consumed_tokens",
    "tokens_seen",
    "total_tokens",
    "num_tokens",
    "tokens",
    "progress/tick",
    "tick",
    "idx",
    "i",
    "t",
    "n",
    "x",
)
"""Names of what may stand for the step where nothing else does, if it rises from row to row."""
INNER = frozenset(
    {"iter", "iters", "it", "iteration", "batch", "batch_idx", "batch_no", "batch_num", "minibatch", "mini_batch"}
)
"""Names that may count within an epoch; a column called step is taken at its word."""
EPOCH = ("epoch", "epochs", "epoch_num", "n_epoch", "epoch_number")
REPEATS = ("fold", "kfold", "cv_fold", "seed", "run", "trial", "repeat", "replicate")
"""Names that count trainings one after the other in one table."""
VAGUE = frozenset(
    {
        "game",
        "games",
        "index",
        "unnamed: 0",
        "trial",
        "frame",
        "frames",
        "round",
        "ep",
        "it",
        "gen",
        "timestep",
        "batch",
    }
)
"""Names that other tables than logs have as well."""

WALL = ("timestamp", "_timestamp", "wall_time", "walltime", "wall time", "time", "ts", "unix_time", "time_stamp")
DATES = ("datetime", "date", "created_at", "logged_at", "time/date")
ELAPSED = ("time_elapsed", "time/time_elapsed", "time_total_s", "elapsed_time", "elapsed", "_runtime", "relative_time")
CLOCKS = (*WALL, *DATES, *ELAPSED)
"""Names of columns that say when, the better ones first."""
IS_CLOCK = frozenset(CLOCKS)

IDENTITIES = frozenset({"pid", "trial_id", "experiment_id", "run_id", "job_id"})
"""Columns of numbers that name something."""

MEASURED = re.compile(
    r"(^|[^a-z])(loss|losses|acc|accuracy|acc1|acc5|top1|top5|lr|learning_rate|reward|rew|return|ret|ppl|perplexity|"
    r"bleu|f1|map|miou|iou|auc|mse|mae|rmse|psnr|ssim|fid|nll|elbo|kl|wer|cer|entropy|grad_norm|gnorm|"
    r"bpc|bpb|epret|val|valid|train|eval|error|err|mfu|dice|score)([^a-z]|$)|loss|accuracy|reward|(train|val|eval)_",
    re.IGNORECASE,
)
"""What trainings measure."""

LOGGED = re.compile(r"loss|metric|train|log|history|progress|curve|reward|monitor", re.IGNORECASE)
"""What files are called that hold what trainings measure."""
CHRONICLE = re.compile(r"(^|[_-])(progress|history|log)s?\.", re.IGNORECASE)
"""What files are called to which a program adds row after row."""


def plain(name: str) -> str:
    """A column's name as it is compared."""
    return name.strip().lower()


def number(cell: str) -> float | None:
    """The number that a cell holds, NaN and infinity included, or None; what polars reads as one, and no more.

    One that is too large for a float to be exact is an int. "1_000", which Python takes for a number, is text.
    """
    try:
        value = float(cell)
    except ValueError:
        return None
    if "_" in cell or not cell.isascii():
        return None
    return value if len(cell) < 16 else _large(cell, value)


def _large(cell: str, value: float) -> float:
    """A number of many digits: as a whole one, if it is written as such and a float is too coarse for it."""
    if -EXACT < value < EXACT:
        return value
    try:
        return int(cell)
    except ValueError:
        return value
