"""The help of the charts."""

HELP = """
# Charts

One tag a chart, all shown runs over each other. A run keeps its colour and its sign in every chart, whatever is
filtered; the legend gives its newest value, or the one at the crosshair. The **bright line** is smoothed over every
point of the log; behind it, dim, lies what was logged: each column from its least to its greatest value, so that no
spike is lost however many points there are. Nothing is sampled. `×` on the x axis marks values that are not finite,
`◆` what happened in the run (a resume, a note); what is wrong with a tag is said, with its reason, on its frame.

The title says which page this is and how many tags match; below stands how x is drawn, which scale, which
smoothing, and what is left out. Pinned tags come first, then losses, then the others by prefix, the machine's last.

| key | does |
|---|---|
| `n` `p`, page down, up | next, previous page; in full screen, the next, previous tag |
| `(` `)`, `up` `down` (`k` `j`) | choose a chart; its frame is bright |
| `enter` | the chosen chart in full screen with a table of its runs; `escape` goes back |
| `.` `,` | more, fewer charts on a page |
| `g` | type the grid: `3x2` is three rows of two |
| `P` | pin the chosen tag: it comes first on every page |
| `/` | show only tags that match a regular expression; the matches are counted as you type |
| `s` `S` | less, more smoothing (weight 0, 0.3, 0.6, 0.9, 0.95, 0.99, 0.995, 0.999) |
| `m` | smooth by a running median instead of an exponential mean, and back |
| `x` | x: step, relative time, wall time, then `epoch` and other tags that only grow |
| `X` | type the tag that is to be x |
| `y` | linear, log y, log x, log-log |
| `o` | leave outliers out of the range of y |
| `L` | type limits: `x=0:5000 y=2.5:13`; y of the chosen chart, x of all |
| `+` `-` `0` | zoom in, out, show everything |
| `[` `]` | pan; at the right edge the charts follow the newest point |
| `left` `right` (`h` `l`) | crosshair, from logged step to logged step over all runs; with `shift` ten columns |
| `escape` | remove the crosshair; leave the full screen |
| `G` | group the runs by config keys: one line a group, its mean, in a band |
| `v` | the band is the standard deviation, or goes from the least to the greatest |
| `D` | A minus B, of the two runs chosen by `D` in the list of runs; and back |
| `M` | draw in braille dots, or in blocks |

**Mouse**: wheel zooms at the pointer, drag pans, a click puts the crosshair and chooses the chart, a double click
shows everything again.
"""
