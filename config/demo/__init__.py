"""The invented city: its words, its drawings, and how it is built through the same moves that people use."""
