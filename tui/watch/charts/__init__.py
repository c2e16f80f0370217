"""Every tag of the watched runs on a chart, in a grid that is paged, zoomed and read off."""
