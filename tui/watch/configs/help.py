"""What `?` says of the pane of configs."""

HELP = """
# Configs

What differs among the configs of the runs that are shown, and only that. Nested keys are joined by dots; a key that
a run lacks (`–`) counts as a value. Paths, ids, hosts and times differ from run to run of themselves and are left out;
how many is said in the frame. Where a row a run does not fit, keys become rows and runs columns. Of a single run all
keys are shown.

| key | does |
|---|---|
| `left` `right` `up` `down` `home` `end` `pageup` `pagedown` | move; what does not fit scrolls |
| `v` | all keys, or only what differs |
| `g` | group the runs by the key at the cursor, or no longer; charts and table show means |
| `/` | only keys that hold a text |
"""
