"""What can be computed from runs that were read: groups, differences, health."""
