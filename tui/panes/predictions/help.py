"""What `?` says about the predictions pane: everything that it shows."""

HELP = """
# Predictions

What the model answers on data that it was not trained on. The title says which split: **validation** while
the model trains, **test** once it has finished, for the test split is kept for the end (`t` chooses
otherwise).

**The first line**: *accuracy* is the share of right answers; *loss* the mean cross-entropy in nats (0 is
perfect; the logarithm of the number of classes is guessing, 2.303 for ten); *ECE*, the expected calibration
error, is how far confidence and accuracy lie apart: answers are sorted into bins by their probability, and
the gaps between mean probability and share of right answers are averaged. With an ECE of 2% the
claimed probabilities are 2 points off the share of right answers, on average.

**The image** in its own colours, or grey ones as a heat map whose legend tells the range. Below it the
likeliest classes with their probabilities: `✓` marks the true class, `✗` a wrong answer. The true class is
always among them.

**Confusion matrix**: rows are true classes, columns what was predicted, numbers are counts. The diagonal is
right (one tint), all else wrong (another); the colour is the share of the row, in square-root steps so that
one error in a hundred is seen. *Recall* is the share of a class that was found. The line below reads the
cursor off.

**Worst mistakes**: wrong answers, the largest loss first: `3→8 98%` is a 3 that the model takes for an 8
with a probability of 98%. Often the label is wrong, or a person would hesitate too.

**…** in the title: the engine has not answered the latest question yet; what is drawn is the last answer.

| key | does |
|---|---|
| `,` `.` | previous, next image |
| `m` | the next part: where not all fit it is shown, and the arrow keys belong to it (its title is coloured) |
| arrows, `h` `j` `k` `l` | choose a mistake, move the matrix cursor, or turn images |
| `enter` | show the chosen mistake large; in the matrix the first listed mistake of that cell |
| `t` | test or validation split |
| `f` | this pane alone on the screen, and back |

**Mouse**: click a mistake to choose it, once more to show it large.
"""
