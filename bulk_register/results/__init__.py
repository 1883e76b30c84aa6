"""Exam results for the people of an output: who has begun, who has finished, and with what score."""
