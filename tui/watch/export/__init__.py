"""What is watched as files for others: tables of numbers, vector pictures, a page that stands alone."""
