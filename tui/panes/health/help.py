"""What `?` says of the health pane."""

HELP = """
# Health

A line for each layer that has weights or bends its input, in the order of the forward pass; the sentence above sums
them up. The outputs are those of a batch of validation examples in evaluation mode; gradients are those of the
latest step, after clipping. It is the trained model that is looked at, not its slow average; the discriminator of a
GAN is shown what the generator makes, and real examples. Looking changes nothing of the training.

| column | says |
|---|---|
| mean±sd | of the layer's outputs over the batch |
| zeros | share of outputs that are exactly zero; for a ReLU about half is usual |
| dead | units of a rectifier that were zero for every example of the last batches, eight at most |
| sat. | share of outputs of tanh or sigmoid beyond 0.97 of their range |
| gradient | norm of the gradient of all its parameters; the bar has a log scale |
| update/w | norm of one real update over the norm of the weights (biases left out); │ marks 1e-3, usually healthy |
| norm w | norm of the weights |
| verdict | ✓ nothing stands out, ! to watch, ✗ ill; the reason in full stands below the table |

Ill is: a number that is not finite; more than half of the units dead; more than half of the outputs saturated; a
gradient a thousand times smaller or larger than the median layer's; an update larger than the weights. To watch: a
tenth of the units dead; an update below 1e-5 (unless the schedule has let the learning rate down) or above 0.1 of
the weights. Most of these numbers are habits of practice, not laws.

A stored run took no step here: its gradients and updates are those of one more step, tried on a copy.

| key | does |
|---|---|
| `up` `down` `pageup` `pagedown` `home` `end` | choose a layer |
| `w` | the next layer that is not well, the worst first |
| `enter` | the layer alone: its weights over time, its outputs now |
| `left` `right` | there: the layer before, after |
| `escape` | back to the table |
| `f` | this pane alone on the screen |
"""
