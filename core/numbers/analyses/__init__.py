"""What the numbers mean together (metrics §8): each reads answers and gives findings; none prints or writes."""
