"""One page that shows a run: figures with their intervals, plots, and behind each number its items."""
