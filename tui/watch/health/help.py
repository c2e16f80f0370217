"""What `?` says of the health of runs."""

HELP = """
# Health

How every listed run stands: its state, the last step and how many there are to be, steps a second lately, the time it
will take, the time it has taken (interruptions left out). Below it what is wrong, the gravest first, each with its
step. Spikes and points that are no numbers are marked on the curves too. Of a log without times the speed is told as
it was seen to grow.

| finding | is |
|---|---|
| no number | NaN or infinity in a series; the first step, and how many |
| spike | a loss or gradient norm far above the rolling median of 64 points (below) |
| plateau | while it runs: the best mean of a loss in its last third is no better than before, noise considered |
| stalled | while it runs: nothing new for 5 minutes, 10 usual intervals, and 3 times the longest pause of late |
| slow | the median speed of the last points fell below half of the usual, for 10 seconds at least |

A spike stands 10 robust standard deviations (1.4826 median absolute deviations) and half of the median above the
median of the 64 points before, twice as high above it as any of the 256 points before, and 8 deviations of the
logarithm where all are positive. So noise, decays and schedules by steps are no spikes.

| key | does |
|---|---|
| `up` `down` `home` `end` `pageup` `pagedown` | move from run to run |
| `w` | only runs that want attention (failed, or with a finding), or all |
| `enter` | show in the charts where the finding is: the crosshair goes to its step |
| `i` | highlight the run in the charts |
"""
