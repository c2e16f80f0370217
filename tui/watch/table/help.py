"""What `?` says of the table."""

HELP = """
# Table

The final values of the runs that are shown, a row a run. `*` marks the best value of a column whose name says what is
good (a loss: the least, an accuracy: the greatest). `†` marks a value of a series whose tag only ends like the
column's; the frame names it. Numbers that are none (NaN) are left out of min, max and mean.

| key | does |
|---|---|
| `left` `right` | choose a column; names stay while columns scroll; with `shift` `home` `end` the first, the last |
| `up` `down` | choose a row; `pageup` `pagedown` `home` `end` go far |
| `enter` `o` | sort by the column, and again as listed |
| `O` | the other way round |
| `c` | add a column by typing it |
| `x` | take the column away |
| `C` | only the columns that suit the runs that are shown |
| `m` | grouped: the members below each group, or not |
| `i` | highlight the run of the row in the charts |

A column is typed as in Guild:

| typed | is |
|---|---|
| `loss` | the last value of a series; the end of its name is enough, and `last loss` is the same |
| `min loss` | another value of it: `min` `max` `mean` `first` `last` `best` |
| `min loss step` | at which step that was |
| `min loss time` | how long after the run began |
| `=lr` | a value of the config: `=optimizer.lr`, or the end of it |
| `status` | how the run stands; so do `format` `steps` `time` `speed` `left` `started` |

The first columns follow the runs that are shown: what most of them have, losses first. Those that you add stay.

Grouped (`G` in the list of runs, `g` in configs), a row is a group: mean ± standard deviation (n-1); in brackets of how
many runs where some lack the value.

With a pair (`D` in the list of runs, twice) the lines below compare ① with ② over the steps that both have: their
values at its end, the mean of ①−②, the area between the curves, where each first reached the best value that both
attained, and how many times fewer steps (and how much less time) that took.
"""
