"""The endpoints that servers of other parties use, and who carries to them."""
