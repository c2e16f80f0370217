"""What `?` says of the table."""

HELP = """
# Table

The final values of the runs that are shown, a row a run. `*` marks the best value of a column whose name says what is
good (a loss: the least, an accuracy: the greatest). Numbers that are none (NaN) are left out of min, max and mean.

| key | does |
|---|---|
| `left` `right` | choose a column; names stay while columns scroll |
| `up` `down` `home` `end` `pageup` `pagedown` | choose a row |
| `enter` `o` | sort by the column, and again as listed |
| `O` | the other way round |
| `c` | add a column by typing it |
| `x` | take the column away |
| `C` | the columns that suit the runs, again |
| `m` | grouped: the members below each group, or not |
| `i` | highlight the run of the row in the charts |

A column is typed as in Guild:

| typed | is |
|---|---|
| `loss`, `last loss` | the last value of a series; the end of its name is enough |
| `min val/loss`, `max acc`, `mean lr`, `first loss`, `best acc` | another value of it |
| `min val/loss step`, `max acc time` | at which step that was, and how long after the run began |
| `=lr`, `=optimizer.lr` | a value of the config |
| `status` `format` `steps` `time` `speed` `left` `started` | how the run stands |

Grouped (`G` in the list of runs, `g` in configs), a row is a group: mean ± standard deviation (n-1); in brackets of how
many runs where some lack the value.

With a pair (`D` in the list of runs, twice) the lines below compare A with B over the steps that both have: their
values at its end, the mean of A−B, the area between the curves, where each first reached the best value that both
attained, and how many times fewer steps (and how much less time) that took.
"""
