"""Pictures, histograms, texts and what else the watched runs have kept, over steps."""
