"""The help of the charts."""

HELP = """
# Charts

One tag a chart, all shown runs over each other. The **bright line** is smoothed over every point of the log; behind it,
dim, lies what was logged: each column from its least to its greatest value, so that no spike is lost however many
points there are. Nothing is sampled.

A run keeps its colour in every chart and list, whatever is filtered. Its **sign** (`● ■ ◆ ▼ ✚ ★ ○ □`; a letter where
there are no colours) stands on its line, in the legend and in the list of runs; runs that are shown together have
different ones as far as there are signs. Dashes tell lines of one colour apart, where a chart has such. The legend
gives a run's newest value, or the one at the crosshair; `~` a smoothed one.

Signs on the **x axis** are of no run:

| sign | means |
|---|---|
| `!` | something is wrong there; what it is, is said on the chart's frame and in the health pane |
| `⚑` | a note of the run, such as a resume, under a dotted line; its text is told at the crosshair |
| `×` | values that are no number: NaN or infinite |
| `▴` `▾` | on a curve at the edge: it goes on beyond, where outliers or typed limits leave it out |

Labels of y: `≈` where one is rounded, `+` by how much it is above the lowest one, where digits run out.

The title says which page this is and how many tags match; below stands how x is drawn, which scale, which
smoothing, and what is left out. Pinned tags come first, then losses, then the others by prefix, the machine's last;
tags with a single point come last of their kind.

| key | does |
|---|---|
| `n` `p`, page down, up | next, previous page; in full screen, the next, previous tag |
| `(` `)`, `up` `down` (`k` `j`) | choose a chart; its frame is bright |
| `enter` | the chosen chart in full screen with a table of its runs, on the whole desk; `escape` goes back |
| `.` `,` | more, fewer charts on a page |
| `g` | type the grid: `3x2` is three rows of two |
| `P` | pin the chosen tag: it comes first on every page |
| `/` | show only tags that match a regular expression; the matches are counted as you type |
| `s` `S` | more, less smoothing (weight 0, 0.3, 0.6, 0.9, 0.95, 0.99, 0.995, 0.999) |
| `m` | smooth by a running median instead of an exponential mean, and back |
| `x` | x: step, relative time, wall time, then `epoch` and other tags that only grow |
| `X` | type the tag that is to be x |
| `y` | linear, log y, log x, log-log |
| `o` | leave outliers out of the range of y, so that spikes do not flatten the rest; and back |
| `L` | type limits: `x=0:5000 y=2.5:13`; y of the chosen chart, x of all; empty frees both |
| `+` `-` | zoom in, out |
| `0` | show all of x; pressed again, all of y: limits typed for charts of this page are gone |
| `[` `]` | pan; at the right edge the charts follow the newest point |
| `left` `right` (`h` `l`) | crosshair, from logged step to logged step over all runs; with `shift` ten columns |
| `escape` | remove the crosshair; else leave the full screen; else drop the filter of tags |
| `G` | group the runs by config keys: one line a group, its mean, in a band; frames say where runs are lacking |
| `v` | the band is the standard deviation, or goes from the least to the greatest |
| `D` | the first minus the second of the two runs chosen by `D` in the list of runs, instead of groups; and back |
| `M` | draw in braille dots, or in blocks |

**Mouse**: wheel zooms at the pointer, drag pans, a click puts the crosshair and chooses the chart, a double click
shows everything again.
"""
