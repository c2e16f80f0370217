"""What the helps of all panes that are docked below the charts say alike."""

DOCKED = """
This pane is docked below the charts, or in their place on a small screen: its number opens it, and the same number
once more closes it. `f` gives it the whole screen.
"""
