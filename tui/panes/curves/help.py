"""The help of the curves pane."""

HELP = """
# Curves

One chart for each thing that is measured: loss, accuracy, learning rate, gradient norm, and whatever else the
run logs. The **bright line** is the mean of the last points (the legend says of how many), computed from
every point; the **dim band** behind it spans the least and greatest raw value of each column, so no spike
is lost.
Held-out data (validation, test) is a line with its points marked. With several runs each has its own colour;
earlier runs lie behind the first. They are named by the settings that differ, or by the end of their names.
A **dashed line** is a branch: what had been measured before the training went back and took another way
("before step 1,200 was redone"), or what still lies ahead after going back (`F` goes there).
A cross on the x axis marks values that are not finite; a `⚑` marks what happened in the first run, such as a
change of the learning rate: the newest is told on the frame, any other by the crosshair. The crosshair hides while
another pane has the focus: the legend then gives the newest values.

| key | does |
|---|---|
| `n` `p` | next, previous measure |
| `enter` | this pane alone on the screen, and back |
| `left` `right`, `h` `l` | crosshair: the values of all curves there; with `shift` ten columns at once |
| `B` | with the crosshair: go back in the training to that step, or to one that lies ahead |
| `escape` | remove the crosshair |
| `+` `-` `w` | zoom in, out, show everything |
| `[` `]` | pan; at the right edge the view follows the newest point |
| `s` `S` | less, more smoothing |
| `y` | linear or logarithmic y of this measure; of several that are shown, of the first |
| `x` | step, time since the run began, or time of day |
| `o` | leave outliers out of the range of y: it spans the 5th to 95th percentile |

**Mouse**: click for the crosshair, drag to pan, wheel to zoom at the pointer.
"""
