"""What recurrent and graph networks carry along."""
