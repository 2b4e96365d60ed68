"""`banqbot doctor`: looks at the set-up from outside, and says what is wrong and how it is mended."""
