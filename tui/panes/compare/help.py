"""What `?` says in the Compare pane."""

HELP = """
# Compare

Models trained alike: same data, same split and seeds, same budget, one after the other in a process of its own.
Then the table: what each costs, and every metric as mean ± standard deviation over the seeds; the curves, averaged
over the seeds; and what differs, with a 95 % interval. `*` marks the best mean and those that are not seen to differ
from it. A difference is called one only where its interval leaves zero out.

| key | does |
|---|---|
| `up` `down` | choose a row; scroll the result |
| `space` | tick a model, or leave it out |
| `enter` | start; on `another …` type a model with options, as `resnet:skip=off,depth=24`, or a run |
| `left` `right` | other data, more seeds, another budget |
| `x` | cancel: what has ended is kept and shown |
| `n` | another comparison |

The runs are kept under `runs/compare-…`: the runs pane lists them, and `o` there lays them over the lab's curves.
`dlviz compare --run DIR` goes on where one was cancelled. Times are fair only while nothing else trains.
"""
