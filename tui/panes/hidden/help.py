"""What `?` says about the pane of hidden states."""

HELP = """
# Hidden states

**rnn, lstm**: what every unit of a layer holds after every token: units down, time to the right. The cursor's
numbers stand below; of an LSTM the line also tells how its cell and its hidden state come from the gates. Hidden
states and candidates are coloured from -1 to 1 and gates from 0 to 1 whatever the step, so that pictures can be
compared; the cell, which has no bounds, by its largest value in this sequence.

**Memory**, on logarithmic scales, the newest token at the right. *|d loss / d h|*: how much the loss after the last
token would change with the state that the layer had back there, through every path in between; where the bars fall
steeply, the gradient vanishes and nothing so far back is learned. *|d loss / d c|*: the same for an LSTM's cell, the
path that is made to last. *Halves every n tokens* is a straight line through the logarithms: compare it between rnn
and lstm. *Change of the last h*: how far the last state moves if that one token is another one, the mean over some
others; `·` are tokens that were not replaced, `0` is exactly zero and `×` no number. Where nobody knows what comes
next, because the text is yours, the loss is that of the likeliest answer.

**gcn**: the graph itself. Colour and shape are the class: after round 0 of the known nodes alone, after the last
round what is predicted; in between the colour is the first principal component of what the nodes hold, and the
legend says how much of the differences it tells. A chosen node shows whom it has heard of by that round: the more a
node weighs, the lighter its ground; all others are faint, and the edges that carried messages are lit. Weights are
the powers of the normalised adjacency; what the learned weights and the non-linearity make of them is left out.
`*` marks nodes whose class is known, `!` wrong answers.

| key | does |
|---|---|
| arrows, `h` `j` `k` `l` | move the cursor; of a graph choose the next node in that direction |
| `g` | hidden state, cell, each gate |
| `m` | states or memory, where not both have room |
| `o` | units by number, or by when they peak |
| `[` `]` | the layer before, after |
| `,` `.` | another sequence; of a graph the round before, after |
| `i` | your own text; tokens with spaces between where the data is no text |
| `escape` | back to the sequences of the data; of a graph no node is chosen |
| `{` `}` `\\|` | through what was kept earlier, back to now |
| `f` | this pane alone on the screen, and back |

**Mouse**: click a cell of the map, or a node.
"""
