"""What people arrange for themselves at their desk, and what operators tell all of them."""
