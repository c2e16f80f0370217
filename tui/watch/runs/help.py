"""The help of the list of runs."""

HELP = """
# Runs

Every run that was found below the sources, newest first, as a tree of their names. The first sign is the state:
`●` running, `✓` finished, `✗` failed, `◌` silent for ten minutes or more, `○` not known. Beside it stand the colour
and the dashes of the run's curves; a `·` means that it is not drawn. Until you choose, the newest eight are drawn.
At the right, where the name leaves room: the last step, and how long ago a run that is not running last grew. `!`
means that it wants attention: the lines at the bottom say why, pane 7 says all. `»` is the highlighted run, `①` and
`②` (without colours `1` and `2`) are the two that are compared.

| key | does |
|---|---|
| `up` `down` | choose a run |
| `space` | draw the run (or all of a branch), or take it away |
| `a` | draw all that match the filter, or none |
| `enter` | draw this run alone, and back |
| `i` | highlight: this run bright, the others dim |
| `left` `right` | fold, unfold a branch |
| `/` | filter: words in names or configs, or a query; `tab` completes |
| `G` | group by config keys: a curve a group, with mean and spread over its runs |
| `D` | this run is ①, the next one is ②: the table tells their difference |
| `escape` | undo what singles runs out, then the filter |

A query is terms with blanks between, all of which must hold: `lr>=1e-3`, `model~llama`, `world_size=3072,6144`,
`-debug`, `status=running`, `val/loss<0.3` (the last value).
"""
